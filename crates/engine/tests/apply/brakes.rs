//! The brakes told in stories: flows gone wild, caps reached, and who lets the desk go on.

use aurora_engine::{Command, Refusal, StartCheck};
use aurora_model::{
    Lots, Nanos, Notional, ReportKind, Side, TradingState, TransitionCause, VenueRequest,
};

use super::stage::{Stage, fill_of};

/// An order that fills whole at once. The gates are not asked: they mind quick turns themselves.
pub(crate) fn trade(stage: &mut Stage, trade_id: u64, side: Side, qty: i64) {
    trade_at(stage, trade_id, (side, 1_000), qty);
}

fn trade_at(stage: &mut Stage, trade_id: u64, (side, price): (Side, i64), qty: i64) {
    stage.wish_exit(side, price, qty);
    stage.market(1_000, 1_001);
    stage.all_durable();
    let Some(VenueRequest::Place { id, .. }) = stage.sent().last().copied() else {
        panic!("nothing was sent: {:?}", stage.denials())
    };
    stage.report(ReportKind::Ack { id, venue_id: trade_id });
    stage.report(ReportKind::Fill(fill_of(id, trade_id, side, price, qty)));
}

pub(crate) fn state(stage: &Stage) -> (TradingState, TransitionCause) {
    let status = stage.engine.status();
    (status.state, status.cause)
}

fn money(text: &str) -> Option<Notional> {
    text.parse().ok()
}

// Controls: C4
#[test]
fn cancels_in_a_loop_quarantine_the_instrument_for_a_while() {
    let mut stage = Stage::running_within(|brakes| brakes.cancels_per_minute = 2);
    for venue_id in 1..=3 {
        stage.wish(Side::Buy, 999, 5);
        stage.market(1_000, 1_001);
        stage.all_durable();
        let Some(VenueRequest::Place { id, .. }) = stage.sent().last().copied() else { panic!() };
        stage.report(ReportKind::Ack { id, venue_id });
        stage.take_back(id);
        stage.market(1_000, 1_001);
        stage.report(ReportKind::Canceled { id, filled: Lots(0) });
    }
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["RUNAWAY_CANCELS"]);
    stage.pass(Nanos::SECOND * 60);
    stage.warm_up();
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    assert_eq!(stage.sent().len(), 4, "the quarantine is over: {:?}", stage.denials());
}

#[test]
fn a_position_that_changes_its_side_too_often_quarantines_the_instrument() {
    let mut stage = Stage::running_within(|brakes| brakes.flips_per_minute = 2);
    trade(&mut stage, 1, Side::Buy, 5);
    for (trade_id, side) in [(2, Side::Sell), (3, Side::Buy), (4, Side::Sell)] {
        trade(&mut stage, trade_id, side, 10);
    }
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["RUNAWAY_FLIPS"]);
}

// Controls: C6
#[test]
fn the_same_side_again_and_again_holds_the_desk_until_a_person_lets_it_go() {
    let mut stage = Stage::running_within(|brakes| brakes.repeats_per_minute = 3);
    for trade_id in 1..=3 {
        trade(&mut stage, trade_id, Side::Buy, 5);
        stage.market(1_000, 1_001);
    }
    assert_eq!(state(&stage).0, TradingState::Run);
    trade(&mut stage, 4, Side::Buy, 5);
    stage.market(1_000, 1_001);
    assert_eq!(state(&stage), (TradingState::Hold, TransitionCause::Runaway));
    let mut stage = stage.restarted();
    stage.warm_up();
    assert_eq!(state(&stage), (TradingState::Hold, TransitionCause::Runaway), "over a restart");
    stage.command(Command::Resume("looked at it".into())).unwrap();
    stage.market(1_000, 1_001);
    assert_eq!(state(&stage).0, TradingState::Run);
}

// Controls: C8
#[test]
fn the_same_entry_at_once_is_a_duplicate() {
    let mut stage =
        Stage::running_within(|brakes| brakes.duplicate_within = Nanos::from_millis(250));
    for _ in 0..3 {
        stage.wish(Side::Buy, 999, 5);
        stage.market(1_000, 1_001);
    }
    stage.all_durable();
    // Questions come every tenth of a second: the third is 200 ms after the first, denied ones do not count.
    assert_eq!(stage.denials(), ["DUPLICATE_INTENT", "DUPLICATE_INTENT"]);
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    assert_eq!(stage.sent().len(), 2);
}

// Controls: C1
#[test]
fn a_price_far_from_the_last_minutes_mean_is_denied_even_when_the_book_follows_it() {
    let mut stage = Stage::running_within(|brakes| brakes.collar_bps = 50.0);
    for _ in 0..200 {
        stage.market(1_000, 1_001);
    }
    stage.market(1_010, 1_011);
    stage.wish(Side::Buy, 1_010, 5);
    stage.market(1_010, 1_011);
    assert_eq!(stage.denials(), ["PRICE_COLLAR"]);
}

// Controls: C7
#[test]
fn a_cap_on_turnover_kills_and_holds_over_a_restart_until_the_day_is_over() {
    let mut stage = Stage::running_within(|brakes| brakes.day_notional = money("10000"));
    trade(&mut stage, 1, Side::Buy, 5);
    stage.market(1_000, 1_001);
    assert_eq!(state(&stage).0, TradingState::Run);
    trade(&mut stage, 2, Side::Sell, 5);
    stage.market(1_000, 1_001);
    assert_eq!(state(&stage), (TradingState::Killed, TransitionCause::KillCap));
    let reason = stage.engine.status().reason.clone();
    assert_eq!(reason, "the day's turnover of 10000 has reached its kill cap of 10000");

    let mut stage = stage.restarted();
    stage.warm_up();
    stage.command(Command::Rearm("looked".into())).unwrap();
    let resume = stage.command(Command::Resume("go".into()));
    assert_eq!(resume, Err(Refusal::Check(StartCheck::KillCaps)));
    stage.pass(Nanos::SECOND * 86_400);
    stage.warm_up();
    stage.command(Command::Resume("a new day".into())).unwrap();
}

// Controls: C7
#[test]
fn the_months_loss_goes_on_over_days_and_kills() {
    let mut stage = Stage::running_within(|brakes| brakes.month_loss = money("60"));
    trade(&mut stage, 1, Side::Buy, 5);
    trade_at(&mut stage, 2, (Side::Sell, 992), 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.engine.ledger().day_pnl(), money("-40").unwrap());
    // Two days on it is still November 2023; no day alone has lost so much.
    stage.pass(Nanos::SECOND * 86_400 * 2);
    let mut stage = stage.restarted();
    stage.warm_up();
    assert_eq!(state(&stage).0, TradingState::Run, "{:?}", stage.engine.status());
    trade(&mut stage, 3, Side::Buy, 5);
    trade_at(&mut stage, 4, (Side::Sell, 992), 5);
    stage.market(1_000, 1_001);
    assert_eq!(state(&stage), (TradingState::Killed, TransitionCause::KillCap));
}
