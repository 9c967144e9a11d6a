//! The governor in virtual time.

use std::collections::BTreeMap;

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Cost, Limit, LimitNo, Pushback, Scope, Urgency, Usage};
use proptest::prelude::*;

use super::*;

const LIMITS: &[Limit] = &[
    Limit { name: "weight", capacity: 10, per: Nanos::SECOND, scope: Scope::Ip },
    Limit { name: "orders", capacity: 5, per: Nanos(2_000_000_000), scope: Scope::Instrument },
];

const fn ms(millis: i64) -> Nanos {
    Nanos::from_millis(millis)
}

fn want(urgency: Urgency, weight: u32, orders: u32) -> Want {
    Want {
        path: "/order",
        urgency,
        costs: [
            Cost { limit: LimitNo(0), units: weight },
            Cost { limit: LimitNo(1), units: orders },
            Cost::default(),
        ],
        instrument: Some(InstrumentNo(0)),
        patience: ms(3_000),
    }
}

struct Desk {
    governor: Governor,
    next: u64,
}

impl Desk {
    fn new() -> Desk {
        Desk { governor: Governor::new(LIMITS, GovernorConfig::default()), next: 0 }
    }

    fn submit(&mut self, at: Nanos, want: Want) -> u64 {
        self.next += 1;
        self.governor.submit(at, Ticket(self.next), want);
        self.next
    }

    /// Tickets sent, and those refused as negative numbers.
    fn poll(&mut self, at: Nanos) -> Vec<i64> {
        let mut verdicts = Vec::new();
        self.governor.poll(at, &mut verdicts);
        let number = |verdict: &Verdict| match verdict {
            Verdict::Send(ticket) => ticket.0.cast_signed(),
            Verdict::Refuse(ticket, _) => -ticket.0.cast_signed(),
        };
        verdicts.iter().map(number).collect()
    }

    fn answered(&mut self, at: Nanos, ticket: u64, pause: Option<(i64, bool)>) {
        let pushback = pause.map(|(pause, ban)| Pushback { limit: None, pause: ms(pause), ban });
        let status = if pause.is_some() { 429 } else { 200 };
        self.governor.answered(at, Ticket(ticket), Outcome::Status(status), &[], pushback);
    }
}

// Controls: C4
#[test]
fn the_more_urgent_goes_first_and_a_share_is_kept_for_cancels() {
    let mut desk = Desk::new();
    for _ in 0..9 {
        desk.submit(ms(0), want(Urgency::Read, 1, 0));
    }
    assert_eq!(desk.poll(ms(0)), [1, 2, 3, 4, 5, 6, 7, 8]);
    let place = desk.submit(ms(1), want(Urgency::Place, 1, 0));
    let cancel = desk.submit(ms(1), want(Urgency::Cancel, 1, 0));
    assert_eq!(desk.poll(ms(1)), [cancel.cast_signed()]);
    let snapshot = desk.governor.snapshot(ms(1));
    assert_eq!(snapshot.waiting, [0, 0, 0, 1, 1]);
    assert_eq!((snapshot.limits[0].used, snapshot.limits[0].reserved), (9, 2));
    let when = desk.governor.wake_at(ms(1));
    assert!(ms(1_000) < when && when < ms(1_100), "{when:?}");
    assert_eq!(desk.poll(when), [place.cast_signed(), 9]);
}

#[test]
fn a_call_whose_patience_ends_is_refused_unsent() {
    let mut desk = Desk::new();
    desk.submit(ms(0), want(Urgency::Read, 8, 0));
    assert_eq!(desk.poll(ms(0)), [1]);
    desk.submit(ms(0), Want { patience: ms(500), ..want(Urgency::Place, 1, 0) });
    assert!(desk.poll(ms(0)).is_empty());
    assert_eq!(desk.governor.wake_at(ms(0)), ms(500));
    assert!(desk.poll(ms(499)).is_empty());
    assert_eq!(desk.poll(ms(500)), [-2]);
    desk.submit(ms(600), want(Urgency::Place, 99, 0));
    assert_eq!(desk.poll(ms(600)), [-3], "it can never fit");
}

#[test]
fn limits_by_instrument_are_counted_apart() {
    let mut desk = Desk::new();
    desk.submit(ms(0), want(Urgency::Place, 0, 4));
    desk.submit(ms(0), want(Urgency::Place, 0, 1));
    let other = Want { instrument: Some(InstrumentNo(1)), ..want(Urgency::Place, 0, 4) };
    desk.submit(ms(0), other);
    assert_eq!(desk.poll(ms(0)), [1, 3]);
}

#[test]
fn a_limit_that_cancels_do_not_cost_keeps_nothing_back_and_a_large_batch_still_fits() {
    let mut desk = Desk::new();
    desk.submit(ms(0), want(Urgency::Place, 0, 5));
    assert_eq!(desk.poll(ms(0)), [1], "it fills the limit by itself");
    desk.submit(ms(0), want(Urgency::Cancel, 1, 0));
    let other =
        |orders| Want { instrument: Some(InstrumentNo(1)), ..want(Urgency::Place, 0, orders) };
    desk.submit(ms(0), other(4));
    desk.submit(ms(0), other(1));
    assert_eq!(desk.poll(ms(0)), [2, 3, 4]);
}

#[test]
fn headers_correct_the_count() {
    let mut desk = Desk::new();
    let ticket = desk.submit(ms(0), want(Urgency::Read, 1, 0));
    desk.poll(ms(0));
    let usage = Usage { limit: LimitNo(0), used: 8, capacity: Some(20), resets_at: Some(ms(400)) };
    desk.governor.answered(ms(1), Ticket(ticket), Outcome::Status(200), &[usage], None);
    let limit = &desk.governor.snapshot(ms(1)).limits[0];
    assert_eq!((limit.used, limit.capacity), (8, 20));
    assert_eq!(desk.governor.snapshot(ms(400)).limits[0].used, 1);
}

#[test]
fn a_storm_of_429_becomes_one_probe_per_growing_pause() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        desk.submit(ms(0), want(Urgency::Read, 1, 0));
    }
    assert_eq!(desk.poll(ms(0)), [1, 2, 3]);
    for ticket in 1..=3 {
        desk.answered(ms(10), ticket, Some((0, false)));
    }
    // Somebody asks all the time; the venue refuses for a whole minute.
    let mut sent = Vec::new();
    for millis in (20..60_000).step_by(20) {
        let at = ms(millis);
        desk.submit(at, Want { patience: ms(1_000), ..want(Urgency::Read, 1, 0) });
        for ticket in desk.poll(at).into_iter().filter(|ticket| 0 < *ticket) {
            sent.push(millis);
            desk.answered(at, ticket.cast_unsigned(), Some((0, false)));
        }
    }
    assert_eq!(sent.len(), 7, "{sent:?}");
    let pauses: Vec<_> = sent.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.is_sorted(), "{pauses:?}");
}

#[test]
fn after_a_pause_a_cancel_is_the_probe_and_the_rest_follows_a_good_answer() {
    let mut desk = Desk::new();
    desk.submit(ms(0), want(Urgency::Read, 1, 0));
    desk.poll(ms(0));
    desk.answered(ms(0), 1, Some((1_000, false)));
    let place = Want { patience: ms(500), ..want(Urgency::Place, 1, 0) };
    desk.submit(ms(100), place);
    desk.submit(ms(100), want(Urgency::Read, 1, 0));
    desk.submit(ms(100), want(Urgency::Cancel, 1, 0));
    assert_eq!(desk.poll(ms(100)), [-2], "a new order that cannot leave in time is told at once");
    assert_eq!(desk.governor.wake_at(ms(100)), ms(1_000));
    assert_eq!(desk.poll(ms(1_000)), [4]);
    assert!(desk.poll(ms(1_001)).is_empty());
    desk.answered(ms(1_010), 4, None);
    assert_eq!(desk.poll(ms(1_010)), [3]);
}

#[test]
fn a_ban_stops_even_cancels_and_is_shown() {
    let mut desk = Desk::new();
    desk.submit(ms(0), want(Urgency::Read, 1, 0));
    desk.poll(ms(0));
    desk.answered(ms(0), 1, Some((120_000, true)));
    desk.submit(ms(10), Want { patience: ms(200_000), ..want(Urgency::Cancel, 1, 0) });
    assert!(desk.poll(ms(119_999)).is_empty());
    let snapshot = desk.governor.snapshot(ms(119_999));
    assert_eq!((snapshot.banned, snapshot.paused_until), (true, Some(ms(120_000))));
    assert_eq!(desk.poll(ms(120_000)), [2]);
}

#[test]
fn a_route_that_keeps_failing_waits_and_its_cancels_do_not() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        let ticket = desk.submit(ms(0), want(Urgency::Read, 0, 0));
        desk.poll(ms(0));
        desk.governor.answered(ms(0), Ticket(ticket), Outcome::Lost, &[], None);
    }
    desk.submit(ms(1), want(Urgency::Place, 0, 0));
    desk.submit(ms(1), Want { path: "/depth", ..want(Urgency::Read, 0, 0) });
    desk.submit(ms(1), want(Urgency::Cancel, 0, 0));
    assert_eq!(desk.poll(ms(1)), [6, 5]);
    assert_eq!(desk.governor.snapshot(ms(1)).penalties.len(), 1);
    assert_eq!(desk.governor.wake_at(ms(1)), ms(250));
    assert_eq!(desk.poll(ms(250)), [4]);
}

#[test]
fn only_so_many_may_wait_and_the_least_urgent_goes() {
    let config = GovernorConfig { max_waiting: 2, ..GovernorConfig::default() };
    let mut desk = Desk { governor: Governor::new(LIMITS, config), next: 0 };
    desk.submit(ms(0), want(Urgency::Read, 8, 0));
    desk.poll(ms(0));
    for urgency in [Urgency::Read, Urgency::Place, Urgency::Resolve] {
        desk.submit(ms(1), want(urgency, 8, 0));
    }
    assert_eq!(desk.poll(ms(1)), [-2]);
    assert!(desk.governor.withdraw(Ticket(3)) && !desk.governor.withdraw(Ticket(3)));
}

fn urgency() -> impl Strategy<Value = Urgency> {
    use Urgency::{Amend, Cancel, Place, Read, Resolve};
    prop::sample::select(vec![Cancel, Resolve, Amend, Place, Read])
}

proptest! {
    #[test]
    fn no_window_ever_holds_more_than_the_limit_and_no_cancel_waits_behind_another(
        calls in prop::collection::vec((0..400_i64, urgency(), 1..4_u32, 0..2_u32, 0..2_u16), 1..120),
    ) {
        let mut desk = Desk::new();
        let mut at = 0;
        let mut wants: BTreeMap<u64, Want> = BTreeMap::new();
        let mut sent: Vec<(Nanos, Want)> = Vec::new();
        let mut waiting_cancels: Vec<u64> = Vec::new();
        for (pause, urgency, weight, orders, instrument) in calls {
            at += pause;
            // A cancel of ours costs weight only, as on every venue we speak to.
            let orders = if urgency == Urgency::Cancel { 0 } else { orders };
            let want = Want { instrument: Some(InstrumentNo(instrument)), ..want(urgency, weight, orders) };
            let ticket = desk.submit(ms(at), want);
            wants.insert(ticket, want);
            if urgency == Urgency::Cancel {
                waiting_cancels.push(ticket);
            }
            let done = desk.poll(ms(at));
            waiting_cancels.retain(|cancel| !done.contains(&cancel.cast_signed()) && !done.contains(&-cancel.cast_signed()));
            for ticket in done.into_iter().filter(|ticket| 0 < *ticket) {
                let want = wants[&ticket.cast_unsigned()];
                // While a cancel waits for weight nothing else that costs weight leaves.
                prop_assert!(want.urgency == Urgency::Cancel || waiting_cancels.is_empty());
                sent.push((ms(at), want));
            }
        }
        for (begin, _) in &sent {
            let within = |limit: &Limit| {
                let end = *begin + limit.per;
                sent.iter().filter(move |(when, _)| begin <= when && *when < end)
            };
            let weight: u32 = within(&LIMITS[0]).map(|(_, want)| want.costs[0].units).sum();
            prop_assert!(weight <= LIMITS[0].capacity);
            let others: u32 = within(&LIMITS[0]).filter(|(_, want)| want.urgency != Urgency::Cancel).map(|(_, want)| want.costs[0].units).sum();
            prop_assert!(others <= LIMITS[0].capacity - 2, "the share of the cancels was used");
            for instrument in 0..2 {
                let orders: u32 = within(&LIMITS[1]).filter(|(_, want)| want.instrument == Some(InstrumentNo(instrument))).map(|(_, want)| want.costs[1].units).sum();
                prop_assert!(orders <= LIMITS[1].capacity);
            }
        }
    }
}
