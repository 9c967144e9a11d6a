//! The governor told in stories: what spends a budget, what stops, and how entries come back.

use aurora_engine::brakes::BudgetLimits;
use aurora_engine::{Input, Record};
use aurora_model::{Lots, Nanos, ReportKind, Side, TradingState, VenueRequest};

use super::brakes::{state, trade};
use super::stage::Stage;

const COOLDOWN: Nanos = Nanos(600 * Nanos::SECOND.0);

fn governed() -> Stage {
    Stage::running_with(|settings| {
        let hour_loss = "20".parse().ok();
        settings.brakes.budget =
            BudgetLimits { hour_loss, cooldown: COOLDOWN, ..BudgetLimits::default() };
    })
}

/// Holds 5 lots from 1,000 while the mid falls to 995.5: 22.5 are lost.
fn lose(stage: &mut Stage) {
    trade(stage, 1, Side::Buy, 5);
    stage.market(995, 996);
}

fn denied(stage: &mut Stage) -> Vec<String> {
    let before = stage.denials().len();
    stage.wish(Side::Buy, 990, 8);
    stage.market(995, 996);
    stage.denials()[before..].to_vec()
}

/// What leaves of an entry of 8 lots.
fn leaves(stage: &mut Stage) -> Option<Lots> {
    stage.whole_book();
    stage.wish(Side::Buy, 990, 8);
    stage.market(995, 996);
    let before = stage.sent().len();
    stage.all_durable();
    let VenueRequest::Place { id, intent } = *stage.sent().get(before)? else { return None };
    stage.report(ReportKind::Canceled { id, filled: Lots::ZERO });
    Some(intent.qty)
}

// Controls: C7
#[test]
fn a_spent_budget_stops_entries_at_once_lets_exits_out_and_tells_a_person() {
    let mut stage = governed();
    lose(&mut stage);
    assert_eq!(stage.alerts(), ["BUDGET_LOCKED"]);
    assert_eq!(denied(&mut stage), ["RISK_BUDGET"]);
    assert_eq!(state(&stage).0, TradingState::Run, "the desk goes on with what it holds");
    let sent = stage.sent().len();
    stage.wish_reducing(Side::Sell, 995, 5);
    stage.market(995, 996);
    stage.all_durable();
    assert_eq!(stage.sent().len(), sent + 1);
    // The moment is in the journal: its marks, and what they come to.
    let checkpoints =
        stage.journal.iter().filter(|r| matches!(r.record, Record::Checkpoint { .. }));
    assert_eq!(checkpoints.count(), 2, "the start's and this one");
}

#[test]
fn a_restart_does_not_lift_the_lock() {
    let mut before = governed();
    lose(&mut before);
    let mut stage = before.restarted();
    stage.warm_up();
    assert_eq!(state(&stage).0, TradingState::Run);
    assert_eq!(denied(&mut stage), ["RISK_BUDGET"]);
    assert!(stage.engine.budgets(stage.now()).1.is_some());
}

#[test]
fn entries_come_back_at_a_quarter_then_a_half_then_whole() {
    let mut stage = governed();
    lose(&mut stage);
    let mut sizes = Vec::new();
    for _ in 0..4 {
        sizes.push(leaves(&mut stage).map(|lots| lots.0));
        stage.pass(COOLDOWN);
        stage.apply(&Input::Timer);
    }
    assert_eq!(stage.denials(), ["RISK_BUDGET"]);
    assert_eq!(sizes, [None, Some(2), Some(4), Some(8)]);
}
