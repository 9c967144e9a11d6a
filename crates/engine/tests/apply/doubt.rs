//! Answers that never come, and orders that were given up and live.

use aurora_engine::{Command, Input, Record};
use aurora_model::{
    ClientOrderId, Lots, Nanos, OrderState, ReportKind, Side, TradingState, TransitionCause,
    VenueOrder, VenueRequest,
};

use crate::stage::{Stage, fill_of};

/// An order that left and was never answered.
fn unanswered() -> (Stage, ClientOrderId) {
    lose_an_answer(Stage::running())
}

fn lose_an_answer(mut stage: Stage) -> (Stage, ClientOrderId) {
    stage.wish(Side::Buy, 1_000, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    let id = stage.order().id;
    (stage, id)
}

fn wait(stage: &mut Stage, seconds: i64) {
    for _ in 0..seconds {
        stage.market(1_000, 1_001);
        stage.pass(Nanos::from_millis(800));
        stage.apply(&Input::Timer);
    }
}

/// An order that the venue denied knowing, again and again.
fn declared_dead() -> (Stage, ClientOrderId) {
    let (mut stage, id) = unanswered();
    for _ in 0..14 {
        wait(&mut stage, 1);
        stage.report(ReportKind::Order { id, found: None });
    }
    assert!(stage.order().is_dead(), "{:?}", stage.order());
    (stage, id)
}

#[test]
fn a_fate_unknown_for_a_minute_alerts_and_holds_the_instrument_until_a_person_resumes() {
    let (mut stage, id) = unanswered();
    wait(&mut stage, 59);
    assert_eq!(stage.alerts(), [""; 0]);
    wait(&mut stage, 70);
    assert_eq!(stage.alerts(), ["ORDER_UNRESOLVED"], "once");
    assert_eq!(stage.engine.status().state, TradingState::Run, "the rest of the desk goes on");
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["INSTRUMENT_HOLD"]);
    // Found at last: the doubt is over, the hold is not.
    stage.report(ReportKind::Ack { id, venue_id: 1 });
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials().len(), 2);
    assert_eq!(stage.restarted().engine.markets()[0].held, Some(id), "nor does a start lift it");
    stage.hold();
    stage.report(ReportKind::Canceled { id, filled: Lots::ZERO });
    stage.market(1_000, 1_001);
    stage.command(Command::Resume("looked".into())).unwrap();
    assert_eq!(stage.engine.markets()[0].held, None);
    assert_eq!(stage.replayed().engine.markets()[0].held, None);
}

#[test]
fn an_entry_that_waits_for_the_disk_when_its_instrument_is_held_never_leaves() {
    let (mut stage, id) = unanswered();
    wait(&mut stage, 59);
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    while stage.alerts().is_empty() {
        stage.pass(Nanos::SECOND);
        stage.apply(&Input::Timer);
    }
    stage.all_durable();
    let sent = stage.sent();
    assert!(matches!(sent[..], [VenueRequest::Place { id: first, .. }] if first == id), "{sent:?}");
    assert!(stage.journal.iter().any(|s| matches!(s.record, Record::Withdrawn { .. })));
}

// Controls: C5, C10
#[test]
fn an_unknown_fate_counts_against_every_limit() {
    let (mut stage, _) = lose_an_answer(Stage::running_with_position_cap("10000"));
    wait(&mut stage, 5);
    assert_eq!(stage.order().state, OrderState::InDoubt);
    let pending = stage.engine.orders().pending(stage.no(), Side::Buy);
    assert_eq!((pending, stage.engine.orders().live_count()), (Lots(5), 1));
    // The cap is 10,000: with 5 lots in doubt another 6 would make a position of 11.
    stage.wish(Side::Buy, 1_000, 6);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["POSITION_CAP"]);
}

#[test]
fn a_dead_order_seen_live_is_an_incident_adopted_and_cancelled() {
    for sign in [0, 1, 2] {
        let (mut stage, id) = declared_dead();
        let intent = stage.order().intent;
        let open = VenueOrder { id, venue_id: 1, intent, filled: Lots::ZERO, is_open: true };
        stage.report(match sign {
            0 => ReportKind::Ack { id, venue_id: 1 },
            1 => ReportKind::Order { id, found: Some(open) },
            _ => ReportKind::Account { open: vec![open], fills: vec![], positions: vec![] },
        });
        assert_eq!(stage.alerts(), ["DEAD_ORDER_LIVE"]);
        let status = stage.engine.status();
        let held = (TradingState::Hold, TransitionCause::Reconciliation);
        assert_eq!((status.state, status.cause), held);
        assert_eq!(stage.order().state, OrderState::Ack);
        assert_eq!(stage.engine.orders().pending(stage.no(), Side::Buy), Lots(5));
        let instrument = stage.no();
        assert!(stage.requests().contains(&VenueRequest::Cancel { id, instrument }));
        assert!(stage.journal.iter().any(|s| matches!(s.record, Record::Held { .. })));
        let fingerprint = stage.engine.fingerprint();
        assert_eq!(stage.replayed().engine.fingerprint(), fingerprint);
    }
}

#[test]
fn a_dead_order_that_fills_is_booked_once_and_holds_the_desk() {
    let (mut stage, id) = declared_dead();
    let fill = ReportKind::Fill(fill_of(id, 1, Side::Buy, 1_000, 5));
    stage.report(fill.clone());
    stage.report(fill);
    assert_eq!(stage.engine.ledger().position(stage.no()), Lots(5));
    assert_eq!(stage.alerts(), ["DEAD_ORDER_LIVE"]);
    assert_eq!(stage.order().state, OrderState::Fill);
    assert_eq!(stage.engine.status().state, TradingState::Hold);
    stage.market(1_000, 1_001);
    assert_eq!(stage.command(Command::Resume("looked".into())), Ok(()));
}

#[test]
fn the_next_process_calls_a_person_again_about_an_order_it_cannot_find() {
    let (mut stage, _) = unanswered();
    wait(&mut stage, 130);
    assert_eq!(stage.alerts(), ["ORDER_UNRESOLVED"]);
    let mut stage = stage.restarted();
    stage.warm_up();
    wait(&mut stage, 130);
    assert_eq!(stage.alerts(), ["ORDER_UNRESOLVED"]);
}

#[test]
fn a_worse_clock_makes_not_found_count_later() {
    let (mut stage, id) = unanswered();
    stage.apply(&Input::Clock { uncertainty: Nanos::SECOND * 30 });
    for _ in 0..25 {
        wait(&mut stage, 1);
        stage.report(ReportKind::Order { id, found: None });
    }
    assert_eq!(stage.order().state, OrderState::InDoubt);
    let mut again = stage.replayed();
    assert_eq!(again.engine.orders().uncertainty(), Nanos::SECOND * 30, "and a replay knows it");
    again.apply(&Input::Timer);
    for _ in 0..12 {
        wait(&mut stage, 1);
        stage.report(ReportKind::Order { id, found: None });
    }
    assert!(stage.order().is_dead());
}
