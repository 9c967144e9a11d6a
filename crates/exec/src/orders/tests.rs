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
    sent_order_within(Deadlines::default())
}

fn sent_order_within(deadlines: Deadlines) -> (Orders, ClientOrderId) {
    let mut orders = Orders::new(0, 1, deadlines);
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

/// Neither the order query nor the history knows it.
fn not_found(id: ClientOrderId) -> VenueReport {
    report(ReportKind::Order { id, found: None })
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
fn two_not_founds_a_second_apart_count_only_once_the_request_has_lapsed() {
    let hidden = Nanos(0);
    let (mut orders, id) = sent_order_within(Deadlines { hidden, ..Deadlines::default() });
    orders.set_uncertainty(Nanos::from_millis(50));
    orders.overdue(after(400), &mut Vec::new());
    for (millis, state) in [
        (600, OrderState::InDoubt),
        // 3 s until it lapses, 1 s of skew, 50 ms that nobody knows, 2 s that the answer may have taken.
        (6_049, OrderState::InDoubt),
        (6_050, OrderState::InDoubt), // the first that counts
        (7_049, OrderState::InDoubt), // too soon after it
        (7_050, OrderState::Reject),
    ] {
        orders.on_report(after(millis), &not_found(id)).unwrap();
        assert_eq!(orders.get(id).unwrap().state, state, "after {millis} ms");
    }
    assert!(orders.get(id).unwrap().is_dead());
    assert_eq!(orders.live_count(), 0);
}

#[test]
fn a_venue_that_may_hide_an_order_for_ten_seconds_is_asked_for_as_long() {
    let (mut orders, id) = sent_order();
    orders.overdue(after(400), &mut Vec::new());
    for millis in (500..10_000).step_by(500) {
        orders.on_report(after(millis), &not_found(id)).unwrap();
        assert_eq!(orders.get(id).unwrap().state, OrderState::InDoubt, "after {millis} ms");
    }
    assert_eq!(orders.pending(InstrumentNo(0), Side::Buy), Lots(10), "all of it counts so long");
    orders.on_report(after(10_000), &not_found(id)).unwrap();
    assert!(orders.get(id).unwrap().is_dead());
}

#[test]
fn once_seen_the_count_of_not_founds_begins_anew() {
    let hidden = Nanos(0);
    let (mut orders, id) = sent_order_within(Deadlines { hidden, ..Deadlines::default() });
    orders.overdue(after(400), &mut Vec::new());
    orders.on_report(after(7_000), &not_found(id)).unwrap();
    let found = VenueOrder { id, venue_id: 5, intent: intent(), filled: Lots(3), is_open: true };
    let found = report(ReportKind::Order { id, found: Some(found) });
    orders.on_report(after(7_500), &found).unwrap();
    orders.on_report(after(8_100), &not_found(id)).unwrap();
    assert_eq!(orders.get(id).unwrap().state, OrderState::InDoubt);
}

#[test]
fn a_fate_unknown_for_a_minute_calls_a_person_once() {
    let (mut orders, id) = sent_order();
    let mut calls = Vec::new();
    for millis in (400..130_000).step_by(200) {
        let mut chases = Vec::new();
        orders.overdue(after(millis), &mut chases);
        let call = Chase::Unresolved(id, InstrumentNo(0));
        calls.extend(chases.contains(&call).then_some(millis));
    }
    assert_eq!(calls, [60_400]);
    assert_eq!(orders.pending(InstrumentNo(0), Side::Buy), Lots(10), "and it counts on");
}

/// An order that was declared dead.
fn dead_order() -> (Orders, ClientOrderId) {
    let (mut orders, id) = sent_order();
    orders.overdue(after(400), &mut Vec::new());
    orders.on_report(after(9_000), &not_found(id)).unwrap();
    orders.on_report(after(10_000), &not_found(id)).unwrap();
    assert!(orders.get(id).unwrap().is_dead());
    (orders, id)
}

#[test]
fn a_dead_order_that_shows_itself_is_taken_back_and_counts() {
    let open = VenueOrder {
        id: dead_order().1,
        venue_id: 5,
        intent: intent(),
        filled: Lots::ZERO,
        is_open: true,
    };
    let signs: [fn(ClientOrderId, VenueOrder) -> ReportKind; 2] = [
        |id, _| ReportKind::Ack { id, venue_id: 5 },
        |id, open| ReportKind::Order { id, found: Some(open) },
    ];
    for sign in signs {
        let (mut orders, id) = dead_order();
        let change = orders.on_report(after(11_000), &report(sign(id, open)));
        assert_eq!(change, Ok(Change::Adopted(id)));
        assert_eq!(orders.pending(InstrumentNo(0), Side::Buy), Lots(10));
        assert_eq!(orders.in_doubt_count(), 1, "it is asked about before anything is built on it");
    }
    let (mut orders, id) = dead_order();
    let canceled = ReportKind::Canceled { id, filled: Lots::ZERO };
    assert_eq!(orders.on_report(after(11_000), &report(canceled)), Ok(Change::Adopted(id)));
    assert_eq!(orders.get(id).unwrap().state, OrderState::Cancel);
}

#[test]
fn a_dead_order_that_fills_is_booked_like_any_other() {
    let (mut orders, id) = dead_order();
    assert_eq!(orders.booked(&fill(id, 1, 4), after(11_000)), Ok(OrderEvent::PartialFill));
    let order = orders.get(id).unwrap();
    assert_eq!((order.state, order.filled, order.left()), (OrderState::Partial, Lots(4), Lots(6)));
    assert_eq!(orders.booked(&fill(id, 2, 6), after(11_000)), Ok(OrderEvent::Fill));
    assert_eq!(orders.live_count(), 0);
}

/// An order that rested, and that the venue twice did not know.
fn gone_order() -> (Orders, ClientOrderId) {
    let (mut orders, id) = sent_order();
    orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
    orders.begin_epoch(2, after(500));
    orders.on_report(after(30_000), &not_found(id)).unwrap();
    assert_eq!(orders.live_count(), 1);
    orders.on_report(after(31_000), &not_found(id)).unwrap();
    (orders, id)
}

#[test]
fn an_order_that_rested_and_that_nobody_knows_any_more_is_over() {
    let (orders, id) = gone_order();
    let order = orders.get(id).unwrap();
    assert_eq!((order.state, order.absent, order.is_dead()), (OrderState::Cancel, true, false));
}

#[test]
fn the_late_end_of_an_order_that_was_gone_is_no_incident() {
    for late in [
        ReportKind::Canceled { id: gone_order().1, filled: Lots(3) },
        ReportKind::Ack { id: gone_order().1, venue_id: 9 },
    ] {
        let (mut orders, id) = gone_order();
        let change = orders.on_report(after(60_000), &report(late)).unwrap();
        assert!(!matches!(change, Change::Adopted(_)), "{change:?}");
        orders.booked(&fill(id, 1, 3), after(60_001)).unwrap();
        let order = orders.get(id).unwrap();
        assert_eq!((order.state, order.filled), (OrderState::Cancel, Lots(3)));
    }
}

#[test]
fn a_cancel_that_tells_of_fills_we_have_not_seen_does_not_end_the_order() {
    let (mut orders, id) = sent_order();
    orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
    orders.on_report(after(10), &report(ReportKind::Canceled { id, filled: Lots(4) })).unwrap();
    assert_eq!(orders.pending(InstrumentNo(0), Side::Buy), Lots(10), "all of it still counts");
    let mut chases = Vec::new();
    orders.overdue(after(20), &mut chases);
    assert_eq!(chases, [Chase::Query(id, InstrumentNo(0))]);
    orders.booked(&fill(id, 1, 3), after(30)).unwrap();
    assert_eq!(orders.get(id).unwrap().state, OrderState::Partial);
    orders.booked(&fill(id, 2, 1), after(40)).unwrap();
    let order = orders.get(id).unwrap();
    assert_eq!((order.state, order.filled), (OrderState::Cancel, Lots(4)));
    assert_eq!((orders.live_count(), orders.in_doubt_count()), (0, 0));
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
fn a_clock_that_was_set_between_two_runs_neither_hurries_nor_delays_a_verdict() {
    const HOUR: i64 = 3_600_000;
    for jump in [-HOUR, HOUR] {
        let (mut orders, id) = sent_order();
        assert!(orders.ask_cancel(id, after(10)));
        orders.on_report(after(20), &not_found(id)).unwrap();
        orders.begin_epoch(2, after(jump));
        assert!(orders.ask_cancel(id, after(jump + 1)), "the cancel is asked for again");
        for millis in [1_000, 2_500] {
            orders.on_report(after(jump + millis), &not_found(id)).unwrap();
        }
        assert_eq!(orders.get(id).unwrap().state, OrderState::InDoubt, "it may still arrive");
        for millis in [11_000, 12_500] {
            orders.on_report(after(jump + millis), &not_found(id)).unwrap();
        }
        assert_eq!(orders.get(id).unwrap().state, OrderState::Reject, "{jump}");
    }
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
fn a_cancel_is_asked_for_again_ever_more_patiently() {
    let (mut orders, id) = sent_order();
    let mut asked = Vec::new();
    for millis in (0..12_000).step_by(50) {
        if orders.ask_cancel(id, after(millis)) {
            asked.push(millis);
        }
    }
    assert_eq!(asked, [0, 300, 900, 2_100, 4_500, 6_900, 9_300, 11_700]);
}

#[test]
fn a_refusal_keeps_the_venues_reason() {
    let (mut orders, id) = sent_order();
    let reject = ReportKind::Reject { id, refusal: VenueRefusal::WouldTake };
    orders.on_report(T0, &report(reject)).unwrap();
    let order = orders.get(id).unwrap();
    assert_eq!((order.state, order.refusal), (OrderState::Reject, Some(VenueRefusal::WouldTake)));
}
