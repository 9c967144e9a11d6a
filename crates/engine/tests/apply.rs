//! The engine told in stories: what happens, and what it asks its runtime to do.

#[path = "apply/brakes.rs"]
mod brakes;
#[path = "apply/budget.rs"]
mod budget;
#[path = "apply/doubt.rs"]
mod doubt;
#[path = "apply/restarts.rs"]
mod restarts;
#[path = "apply/saved.rs"]
mod saved;
#[path = "apply/stage.rs"]
mod stage;
#[path = "apply/start.rs"]
mod start;
#[path = "apply/wallets.rs"]
mod wallets;

use aurora_engine::{Command, Input, Reconciliation, Record, Refusal, StartCheck};
use aurora_model::{
    InstrumentNo, Lots, Nanos, Notional, OrderState, ReportKind, Side, TradingState,
    TransitionCause, VenueRefusal, VenueRequest, VenueState,
};
use stage::{Stage, fill_of};

#[test]
fn an_order_leaves_only_when_its_intent_is_on_disk() {
    let mut stage = Stage::running();
    stage.wish(Side::Buy, 1_000, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.sent(), [], "written down, not sent");
    let intent = stage.last_record(|record| matches!(record, Record::Intent { .. }));
    stage.durable(intent);
    let sent = stage.sent();
    assert!(matches!(sent[..], [VenueRequest::Place { .. }]), "{sent:?}");
    stage.durable(intent);
    assert_eq!(stage.sent().len(), 1, "and only once");
}

#[test]
fn a_hold_between_writing_and_sending_withdraws_the_order() {
    let mut stage = Stage::running();
    stage.wish(Side::Buy, 1_000, 5);
    stage.market(1_000, 1_001);
    stage.hold();
    stage.all_durable();
    assert!(stage.sent().is_empty(), "{:?}", stage.sent());
    assert_eq!(stage.order().state, OrderState::Cancel);
}

#[test]
fn nothing_new_leaves_while_held_and_what_rests_is_cancelled() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.hold();
    assert!(stage.requests().contains(&VenueRequest::Cancel { id, instrument: stage.no() }));
    stage.wish(Side::Buy, 1_000, 5);
    for _ in 0..20 {
        stage.market(1_000, 1_001);
    }
    stage.all_durable();
    assert_eq!(stage.sent().len(), 1, "only what was sent before the hold");
}

#[test]
fn a_difference_is_looked_at_again_until_it_is_gone_and_a_person_may_release_the_desk() {
    let mut stage = Stage::running();
    let account = |lots| {
        let positions = if lots == 0 { vec![] } else { vec![(InstrumentNo(0), Lots(lots))] };
        ReportKind::Account { open: vec![], fills: vec![], positions }
    };
    stage.report(account(3));
    let differs =
        |stage: &Stage| matches!(stage.engine.reconciliation(), Reconciliation::Differs(_));
    assert!(differs(&stage) && stage.engine.status().state == TradingState::Hold);
    let sweeps = |stage: &Stage| {
        stage.requests().iter().filter(|r| matches!(r, VenueRequest::Sweep { .. })).count()
    };
    let before = sweeps(&stage);
    stage.apply(&Input::Timer);
    assert_eq!(sweeps(&stage), before, "not at once");
    stage.pass(Nanos::SECOND * 5);
    stage.apply(&Input::Timer);
    stage.apply(&Input::Timer);
    assert_eq!(sweeps(&stage), before + 1);
    stage.report(account(0));
    assert_eq!(stage.engine.reconciliation(), &Reconciliation::Agreed);
    assert_eq!(stage.engine.status().state, TradingState::Hold, "a person releases it");
}

#[test]
fn a_difference_that_stays_is_told_once_and_looked_at_more_rarely() {
    let mut stage = Stage::running();
    let sweeps = |stage: &Stage| {
        stage.requests().iter().filter(|r| matches!(r, VenueRequest::Sweep { .. })).count()
    };
    let account = || {
        let positions = vec![(InstrumentNo(0), Lots(3))];
        ReportKind::Account { open: vec![], fills: vec![], positions }
    };
    let mut gaps = Vec::new();
    while gaps.len() < 5 {
        stage.report(account());
        let (since, asked) = (stage.now(), sweeps(&stage));
        while sweeps(&stage) == asked {
            stage.pass(Nanos::from_millis(900));
            stage.apply(&Input::Timer);
        }
        gaps.push((stage.now() - since).seconds());
    }
    assert_eq!(gaps, [5.0, 10.0, 15.0, 15.0, 15.0]);
    assert_eq!(stage.alerts(), ["RECON_MISMATCH"]);
}

#[test]
fn a_sweep_puts_only_fills_nobody_knew_into_the_journal() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    let [known, new] = [1, 2].map(|trade| fill_of(id, trade, Side::Buy, 1_000, 2));
    stage.report(ReportKind::Fill(known));
    let positions = vec![(stage.no(), Lots(4))];
    stage.report(ReportKind::Account { open: vec![], fills: vec![known, new], positions });
    let told = stage.journal.iter().rev().find_map(|stamped| match &stamped.record {
        Record::Report(report) => match &report.kind {
            ReportKind::Account { fills, .. } => Some(fills.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(told, Some(vec![new]));
    assert_eq!(stage.engine.ledger().position(stage.no()), Lots(4));
}

#[test]
fn the_end_of_the_process_does_not_hide_that_a_person_held_the_desk() {
    let mut stage = Stage::running();
    stage.hold();
    let why = String::from("the process is stopping");
    stage.command(Command::Hold(TransitionCause::Shutdown, why)).unwrap();
    let mut next = stage.restarted();
    next.warm_up();
    let status = next.engine.status();
    assert_eq!((status.state, status.cause), (TradingState::Hold, TransitionCause::Operator));
}

#[test]
fn a_fill_after_the_hold_is_booked_and_told_twice_it_is_booked_once() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.hold();
    let fill = ReportKind::Fill(fill_of(id, 1, Side::Buy, 1_000, 2));
    stage.report(fill.clone());
    stage.report(fill);
    stage.report(ReportKind::Canceled { id, filled: Lots(2) });
    assert_eq!(stage.engine.ledger().position(stage.no()), Lots(2));
    assert_eq!(stage.engine.ledger().counters().duplicates, 1);
    assert_eq!((stage.order().state, stage.order().filled), (OrderState::Cancel, Lots(2)));
}

#[test]
fn a_fill_nobody_told_us_is_booked_by_the_sweep() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    let fills = vec![fill_of(id, 1, Side::Buy, 1_000, 5)];
    stage.report(ReportKind::Account {
        open: vec![],
        fills,
        positions: vec![(stage.no(), Lots(5))],
    });
    assert_eq!(stage.order().state, OrderState::Fill);
    assert_eq!(stage.engine.ledger().position(stage.no()), Lots(5));
    assert_eq!(stage.engine.status().state, TradingState::Run);
}

#[test]
fn a_fill_from_before_the_last_one_we_know_is_found_by_sweeping_from_the_beginning() {
    let mut stage = Stage::running();
    let first = stage.rest(Side::Buy, 1_000, 5);
    stage.report(ReportKind::Fill(fill_of(first, 1, Side::Buy, 1_000, 2)));
    let mut stage = stage.restarted();
    let since = |stage: &Stage| {
        let sweeps = stage.requests().iter().filter_map(|request| match request {
            VenueRequest::Sweep { since } => Some(since.0),
            _ => None,
        });
        sweeps.collect::<Vec<_>>()
    };
    let account = |fills: Vec<_>| {
        let positions = vec![(InstrumentNo(0), Lots(5))];
        ReportKind::Account { open: vec![], fills, positions }
    };
    let known = since(&stage);
    assert!(known.len() == 1 && 0 < known[0], "{known:?}");
    // The venue's clock went back while we were away: the fill bears a time the sweep did not ask for.
    stage.report(account(vec![]));
    assert_eq!(since(&stage)[1..], [0]);
    assert_eq!(stage.engine.status().cause, TransitionCause::Start);
    stage.report(account(vec![fill_of(first, 2, Side::Buy, 1_000, 3)]));
    assert_eq!(stage.engine.ledger().position(stage.no()), Lots(5));
    assert_eq!(*stage.engine.reconciliation(), Reconciliation::Agreed);
    assert_eq!(since(&stage).len(), 2, "and no further");
}

// Controls: C19
#[test]
fn a_position_the_venue_sees_and_we_do_not_holds_the_desk() {
    let mut stage = Stage::running();
    stage.report(ReportKind::Account {
        open: vec![],
        fills: vec![],
        positions: vec![(stage.no(), Lots(1))],
    });
    let status = stage.engine.status();
    assert_eq!((status.state, status.cause), (TradingState::Hold, TransitionCause::Reconciliation));
    assert_eq!(
        stage.command(Command::Resume(String::new())),
        Err(Refusal::Check(StartCheck::Reconciled))
    );
}

#[test]
fn a_loss_beyond_the_days_limit_holds_the_desk() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.report(ReportKind::Fill(fill_of(id, 1, Side::Buy, 1_000, 5)));
    // 5 lots of 1, each a tick of 1 down: the limit is a loss of 50.
    stage.market(990, 991);
    assert_eq!(stage.engine.status().state, TradingState::Run);
    stage.market(989, 990);
    let status = stage.engine.status();
    assert_eq!((status.state, status.cause), (TradingState::Hold, TransitionCause::DayLoss));
}

// Controls: C2
#[test]
fn an_order_over_the_cap_is_denied_with_its_reason_and_never_written_down() {
    let mut stage = Stage::running();
    stage.wish(Side::Buy, 1_000, 11);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["NOTIONAL_CAP"]);
    assert!(stage.engine.orders().live().next().is_none());
}

// Controls: C12
#[test]
fn a_killed_desk_stays_killed_over_a_restart_until_a_person_rearms_it() {
    let mut stage = Stage::running();
    stage.command(Command::Kill(TransitionCause::Operator, "enough".into())).unwrap();
    let mut again = stage.restarted();
    again.warm_up();
    assert_eq!(again.engine.status().state, TradingState::Killed);
    assert!(again.command(Command::Resume(String::new())).is_err());
    again.command(Command::Rearm("looked".into())).unwrap();
    again.command(Command::Resume("go".into())).unwrap();
    assert_eq!(again.engine.status().state, TradingState::Run);
}

#[test]
fn nothing_is_decided_before_the_run_begins_even_if_the_last_one_died_trading() {
    let mut stage = Stage::running();
    stage.rest(Side::Buy, 1_000, 5);
    let mut again = stage.replayed();
    assert_eq!(again.engine.status().state, TradingState::Run, "as the journal says");
    again.warm_up();
    again.wish(Side::Buy, 1_000, 5);
    for _ in 0..5 {
        again.market(1_000, 1_001);
    }
    assert_eq!((again.engine.orders().live_count(), again.denials().len()), (1, 0));
    again.command(Command::Start { epoch: 2 }).unwrap();
    assert_eq!(again.engine.status().state, TradingState::Hold);
}

#[test]
fn replay_leads_to_the_same_place_and_a_forged_record_does_not() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.report(ReportKind::Fill(fill_of(id, 1, Side::Buy, 1_000, 3)));
    stage.command(Command::Checkpoint).unwrap();
    let mut again = Stage::empty();
    for (no, stamped) in stage.journal.iter().enumerate() {
        again.engine.replay(no as u64 + 1, stamped).unwrap();
    }
    assert_eq!(again.engine.fingerprint(), stage.engine.fingerprint());

    let mut forged = stage.journal.clone();
    for stamped in &mut forged {
        if let Record::Report(report) = &mut stamped.record
            && let ReportKind::Fill(fill) = &mut report.kind
        {
            fill.qty = Lots(4);
        }
    }
    let mut third = Stage::empty();
    let outcome =
        forged.iter().enumerate().try_for_each(|(no, s)| third.engine.replay(no as u64 + 1, s));
    let told = outcome.unwrap_err().to_string();
    assert!(told.contains("contradicts the ones before it"), "{told}");
}

#[test]
fn a_lost_answer_is_doubted_and_asked_about_never_sent_again() {
    let mut stage = Stage::running();
    stage.wish(Side::Buy, 1_000, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    for _ in 0..10 {
        stage.market(1_000, 1_001);
        stage.apply(&Input::Timer);
    }
    assert_eq!(stage.order().state, OrderState::InDoubt);
    let (placed, asked) = (stage.sent().len(), stage.queries());
    assert_eq!(placed, 1);
    assert!(asked >= 1, "nobody asked");
}

#[test]
fn a_venue_in_maintenance_takes_nothing_and_keeps_nothing_of_ours() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.venue(VenueState::Maintenance);
    assert!(stage.requests().contains(&VenueRequest::Cancel { id, instrument: stage.no() }));
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["VENUE_MAINTENANCE"]);
    stage.venue(VenueState::Normal);
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    assert_eq!(stage.sent().len(), 2, "the one before, and the one after");
}

#[test]
fn a_closed_venue_is_no_storm_of_rejects() {
    for (refusal, denied) in [(VenueRefusal::Halted, 0), (VenueRefusal::BadIncrement, 1)] {
        let mut stage = Stage::running();
        for _ in 0..10 {
            stage.wish(Side::Buy, 1_000, 5);
            stage.market(1_000, 1_001);
            stage.all_durable();
            if let Some(VenueRequest::Place { id, .. }) = stage.sent().last() {
                stage.report(ReportKind::Reject { id: *id, refusal });
            }
        }
        stage.wish(Side::Buy, 1_000, 5);
        stage.market(1_000, 1_001);
        assert_eq!(stage.denials(), vec!["AURORA.HALT"; denied], "{refusal:?}");
    }
}

// Controls: C14
#[test]
fn the_dead_man_is_held_while_the_desk_is_exposed_and_let_go_after() {
    let mut stage = Stage::running();
    let arms = |stage: &Stage| -> Vec<Option<i64>> {
        let arms = stage.requests().iter().filter_map(|request| match request {
            VenueRequest::DeadMan { after } => Some(after.map(|after| after.0 / 1_000_000_000)),
            _ => None,
        });
        arms.collect()
    };
    for _ in 0..250 {
        stage.apply(&Input::Timer);
    }
    assert_eq!(arms(&stage), [Some(30), Some(30)], "every ten seconds");
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.hold();
    stage.apply(&Input::Timer);
    assert_eq!(arms(&stage).last(), Some(&Some(30)), "an order is still open");
    stage.report(ReportKind::Canceled { id, filled: Lots(0) });
    stage.apply(&Input::Timer);
    assert_eq!(arms(&stage).len(), 2, "what is said now may reach the venue after the next order");
    for _ in 0..100 {
        stage.apply(&Input::Timer);
    }
    assert_eq!(arms(&stage)[2..], [None], "once");
}

// Controls: C14
#[test]
fn a_desk_that_ends_lets_the_dead_man_go_at_once() {
    let mut stage = Stage::running();
    stage.apply(&Input::Timer);
    let end = Command::Hold(TransitionCause::Shutdown, "the process is stopping".into());
    stage.command(end).unwrap();
    stage.apply(&Input::Timer);
    assert_eq!(stage.requests().last(), Some(&VenueRequest::DeadMan { after: None }));
}

#[test]
fn a_start_on_a_later_day_begins_with_no_loss_of_the_day() {
    let mut stage = Stage::running();
    let id = stage.rest(Side::Buy, 1_000, 5);
    stage.report(ReportKind::Fill(fill_of(id, 1, Side::Buy, 1_000, 5)));
    stage.market(992, 993);
    let lost = stage.engine.ledger().day_pnl();
    assert!(lost < Notional::ZERO, "{lost}");
    stage.command(Command::Checkpoint).unwrap();
    let mut stage = stage.replayed();
    stage.pass(Nanos::SECOND * 86_400);
    stage.command(Command::Start { epoch: 2 }).unwrap();
    stage.warm_up();
    assert_eq!(stage.engine.ledger().day_pnl(), Notional::ZERO);
    assert!(stage.journal.iter().any(|stamped| matches!(stamped.record, Record::Day)));
}
