//! Orders at the venue, by the word and by the silence of the venue.

use aurora_model::{
    Fill, Liquidity, Notional, ReportKind, Ticks, TimeInForce, VenueOrder, VenueRefusal,
    VenueReport,
};

use super::*;

const T0: Nanos = Nanos(1_000_000_000_000);

fn intent() -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side: Side::Buy,
        limit: Ticks(100),
        qty: Lots(10),
        time_in_force: TimeInForce::PostOnly,
        reduce_only: false,
    }
}

fn sent_order() -> (Orders, ClientOrderId) {
    let mut orders = Orders::new(0, 1, Deadlines::default());
    let id = orders.prepare(T0, intent(), Purpose::Entry);
    orders.sent(id, T0).unwrap();
    (orders, id)
}

fn report(kind: ReportKind) -> VenueReport {
    VenueReport { venue_at: T0, kind }
}

fn fill(id: ClientOrderId, trade_id: u128, qty: i64) -> Fill {
    Fill {
        trade_id,
        instrument: InstrumentNo(0),
        order: id,
        side: Side::Buy,
        price: Ticks(100),
        qty: Lots(qty),
        fee: Notional::ZERO,
        liquidity: Liquidity::Maker,
        at: T0,
    }
}

fn after(millis: i64) -> Nanos {
    T0 + Nanos::from_millis(millis)
}

#[test]
fn an_unanswered_order_is_doubted_then_asked_about_and_still_counts() {
    let (mut orders, id) = sent_order();
    let mut chases = Vec::new();
    orders.overdue(after(399), &mut chases);
    assert_eq!(chases, []);
    orders.overdue(after(400), &mut chases);
    orders.overdue(after(401), &mut chases);
    assert_eq!(chases, [Chase::Doubt(id, InstrumentNo(0)), Chase::Query(id, InstrumentNo(0))]);
    assert_eq!(orders.pending(InstrumentNo(0), Side::Buy), Lots(10));
}

#[test]
fn two_settled_not_founds_a_second_apart_are_needed_to_declare_it_dead() {
    let (mut orders, id) = sent_order();
    orders.overdue(after(400), &mut Vec::new());
    let none = report(ReportKind::Order { id, found: None });
    for (millis, state) in [
        (600, OrderState::InDoubt),   // too early to count
        (1_400, OrderState::InDoubt), // the first that counts
        (1_500, OrderState::InDoubt), // too soon after it
        (2_400, OrderState::Reject),
    ] {
        orders.on_report(after(millis), &none).unwrap();
        assert_eq!(orders.get(id).unwrap().state, state, "after {millis} ms");
    }
    assert_eq!(orders.live_count(), 0);
}

#[test]
fn a_fill_after_the_cancel_still_counts() {
    let (mut orders, id) = sent_order();
    orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
    assert!(orders.ask_cancel(id, T0));
    assert!(!orders.ask_cancel(id, after(10)), "a cancel just asked for is not asked again");
    orders.on_report(T0, &report(ReportKind::Canceled { id, filled: Lots(4) })).unwrap();
    assert_eq!(orders.booked(&fill(id, 1, 4), T0), Ok(OrderEvent::PartialFill));
    let order = orders.get(id).unwrap();
    assert_eq!((order.state, order.filled), (OrderState::Cancel, Lots(4)));
}

#[test]
fn repeats_change_nothing() {
    let (mut orders, id) = sent_order();
    let ack = report(ReportKind::Ack { id, venue_id: 5 });
    assert_eq!(orders.on_report(T0, &ack), Ok(Change::Order(id, OrderEvent::Ack)));
    assert_eq!(orders.on_report(T0, &ack), Ok(Change::None));
    let canceled = report(ReportKind::Canceled { id, filled: Lots::ZERO });
    assert_eq!(orders.on_report(T0, &canceled), Ok(Change::Order(id, OrderEvent::Cancel)));
    assert_eq!(orders.on_report(T0, &canceled), Ok(Change::None));
}

#[test]
fn an_overfill_is_refused_loudly() {
    let (mut orders, id) = sent_order();
    orders.booked(&fill(id, 1, 6), T0).unwrap();
    let refused = orders.booked(&fill(id, 2, 6), T0).unwrap_err();
    assert_eq!(refused, ExecError::Overfill { id, asked: 10, filled: 12 });
}

#[test]
fn an_order_read_from_the_journal_is_in_doubt_once_its_epoch_ended() {
    let (orders, id) = sent_order();
    let mut restored = Orders::new(0, 1, Deadlines::default());
    restored.restore(id, orders.get(id).unwrap().intent, Purpose::Entry, T0);
    let next = restored.prepare(T0, intent(), Purpose::Entry);
    assert_eq!(next.order_no(), OrderNo(2), "numbers are never used twice");
    restored.begin_epoch(2, T0);
    assert_eq!(restored.get(id).unwrap().state, OrderState::InDoubt);
    assert_eq!(restored.prepare(T0, intent(), Purpose::Entry).epoch(), 2);
}

#[test]
fn an_order_that_rested_when_the_process_died_is_asked_about_and_closed() {
    let (mut orders, id) = sent_order();
    orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
    orders.begin_epoch(2, after(500));
    let mut chases = Vec::new();
    orders.overdue(after(500), &mut chases);
    assert_eq!(chases, [Chase::Query(id, InstrumentNo(0))]);
    assert_eq!(orders.in_doubt_count(), 1);
    let gone = VenueOrder { id, venue_id: 5, intent: intent(), filled: Lots::ZERO, is_open: false };
    let answer = report(ReportKind::Order { id, found: Some(gone) });
    orders.on_report(after(510), &answer).unwrap();
    assert_eq!((orders.in_doubt_count(), orders.live_count()), (0, 0));
}

#[test]
fn a_cancel_that_finds_nothing_makes_us_ask_not_repeat() {
    let (mut orders, id) = sent_order();
    orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
    orders.ask_cancel(id, T0);
    orders.on_report(after(10), &report(ReportKind::CancelRejected { id })).unwrap();
    let mut chases = Vec::new();
    orders.overdue(after(20), &mut chases);
    assert_eq!(chases, [Chase::Query(id, InstrumentNo(0))]);
}

#[test]
fn a_refusal_keeps_the_venues_reason() {
    let (mut orders, id) = sent_order();
    let reject = ReportKind::Reject { id, refusal: VenueRefusal::WouldTake };
    orders.on_report(T0, &report(reject)).unwrap();
    let order = orders.get(id).unwrap();
    assert_eq!((order.state, order.refusal), (OrderState::Reject, Some(VenueRefusal::WouldTake)));
}
