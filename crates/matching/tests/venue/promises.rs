//! What the venue promises in any market: nothing filled that was not there, and the same again for the same input.

use std::collections::BTreeMap;

use crate::scenario::{config, id, plain};
use aurora_matching::{PaperVenue, QueueModel, VenueConfig, VenueFact, VenueOutput};
use aurora_model::{
    InstrumentNo, Level, Liquidity, Lots, MarketEvent, MarketKind, Nanos, OrderIntent, Side, Ticks,
    TimeInForce, VenueRequest,
};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Level(bool, i64, i64),
    Trade(bool, i64, i64),
    Place(bool, i64, i64, u8, bool),
    Cancel(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (price, qty) = (95i64..106, 0i64..20);
    prop::collection::vec(
        prop_oneof![
            4 => (any::<bool>(), price.clone(), qty.clone()).prop_map(|(s, p, q)| Step::Level(s, p, q)),
            3 => (any::<bool>(), price.clone(), 1i64..20).prop_map(|(s, p, q)| Step::Trade(s, p, q)),
            3 => (any::<bool>(), price, 1i64..30, 0u8..4, prop::bool::weighted(0.2))
                .prop_map(|(s, p, q, t, r)| Step::Place(s, p, q, t, r)),
            1 => (0u64..40).prop_map(Step::Cancel),
        ],
        1..120,
    )
}

/// Everything that was ever on offer: traded volume, and displayed quantity with every increase.
#[derive(Default)]
struct Offered {
    displayed: BTreeMap<(bool, i64), i64>,
    total: i64,
}

fn run(steps: &[Step], config: VenueConfig) -> (PaperVenue, VenueOutput, i64) {
    let mut venue = PaperVenue::new(vec![plain()], config);
    let mut out = VenueOutput::default();
    let mut offered = Offered::default();
    for (no, step) in (1..).zip(steps) {
        let at = Nanos::from_millis(i64::try_from(no).unwrap() * 4);
        let side = |is_buy| if is_buy { Side::Buy } else { Side::Sell };
        let instrument = InstrumentNo(0);
        let event = |kind| MarketEvent { instrument, exchange_at: at, received_at: at, kind };
        match *step {
            Step::Level(is_buy, price, qty) => {
                let level = Level { side: side(is_buy), price: Ticks(price), qty: Lots(qty) };
                let old = offered.displayed.insert((is_buy, price), qty).unwrap_or(0);
                offered.total += (qty - old).max(0);
                let levels = &[level];
                let kind = MarketKind::Diff { first_id: no, last_id: no, prev_id: None, levels };
                venue.on_market(&event(kind), &mut out);
            }
            Step::Trade(is_buy, price, qty) => {
                offered.total += qty;
                let (aggressor, price, volume) = (side(is_buy), Ticks(price), Lots(qty));
                let known = out.facts.len();
                let kind = MarketKind::Trade { id: no, aggressor, price, qty: volume };
                venue.on_market(&event(kind), &mut out);
                let filled: i64 = out.facts[known..].iter().map(made).sum();
                assert!(filled <= qty, "{filled} filled by a trade of {qty}");
            }
            Step::Place(is_buy, limit, qty, time_in_force, reduce_only) => {
                use TimeInForce::{Fok, Gtc, Ioc, PostOnly};
                let intent = OrderIntent {
                    instrument: InstrumentNo(0),
                    side: side(is_buy),
                    limit: Ticks(limit),
                    qty: Lots(qty),
                    time_in_force: [Gtc, Ioc, Fok, PostOnly][usize::from(time_in_force)],
                    reduce_only,
                };
                venue.submit(at, VenueRequest::Place { id: id(no), intent });
            }
            Step::Cancel(no) => {
                venue.submit(at, VenueRequest::Cancel { id: id(no), instrument: InstrumentNo(0) });
            }
        }
        for order in venue.open_orders() {
            let queue = venue.queue(order.id).expect("an open order rests");
            assert!(Lots::ZERO <= queue.ahead && Lots::ZERO <= queue.behind, "{queue:?}");
        }
    }
    venue.advance(Nanos(i64::MAX), &mut out);
    (venue, out, offered.total)
}

/// What a fact says a resting order of ours traded.
fn made(fact: &VenueFact) -> i64 {
    match fact {
        VenueFact::Filled(fill) if fill.liquidity == Liquidity::Maker => fill.qty.0,
        _ => 0,
    }
}

fn jittery() -> VenueConfig {
    VenueConfig { jitter: Nanos::from_millis(7), queue: QueueModel::Power(3), ..config() }
}

proptest! {
    #[test]
    fn never_more_is_filled_than_was_there(steps in steps()) {
        let (venue, _, offered) = run(&steps, jittery());
        let filled: i64 = venue.fills_since(Nanos(i64::MIN)).iter().map(|fill| fill.qty.0).sum();
        prop_assert!(filled <= offered, "{filled} filled, {offered} ever offered");
    }

    #[test]
    fn every_fill_keeps_to_its_order(steps in steps()) {
        let (venue, out, _) = run(&steps, jittery());
        let mut orders: BTreeMap<_, (OrderIntent, i64)> = BTreeMap::new();
        let mut position = 0;
        for fact in &out.facts {
            match *fact {
                VenueFact::Accepted { id, intent, .. } => {
                    prop_assert!(orders.insert(id, (intent, 0)).is_none());
                }
                VenueFact::Filled(fill) => {
                    let (intent, filled) = orders.get_mut(&fill.order).unwrap();
                    *filled += fill.qty.0;
                    prop_assert!(*filled <= intent.qty.0);
                    let worse = (fill.price.0 - intent.limit.0) * intent.side.sign();
                    prop_assert!(worse <= 0, "filled beyond its limit");
                    prop_assert!(fill.liquidity == Liquidity::Taker || worse == 0);
                    let before = position;
                    position += fill.side.sign() * fill.qty.0;
                    if intent.reduce_only {
                        prop_assert!(position.abs() < before.abs() && 0 <= position * before);
                    }
                }
                VenueFact::Canceled { .. } | VenueFact::Expired { .. } => {}
            }
        }
        prop_assert_eq!(venue.positions().first().map_or(0, |(_, lots)| lots.0), position);
    }

    #[test]
    fn the_same_again_for_the_same_input(steps in steps()) {
        prop_assert_eq!(run(&steps, jittery()).1, run(&steps, jittery()).1);
    }

    #[test]
    fn a_venue_rebuilt_from_its_written_facts_is_the_same_venue(steps in steps()) {
        let (venue, out, _) = run(&steps, jittery());
        let facts = out.facts.iter().map(|fact| VenueFact::parse(&fact.encode()).unwrap());
        let at = Nanos(i64::MAX);
        let (rebuilt, canceled) = PaperVenue::restore(vec![plain()], jittery(), facts, at).unwrap();
        prop_assert_eq!(venue.fills_since(Nanos(i64::MIN)), rebuilt.fills_since(Nanos(i64::MIN)));
        prop_assert_eq!(venue.positions(), rebuilt.positions());
        let open: Vec<VenueFact> =
            venue.open_orders().map(|order| VenueFact::Canceled { at, id: order.id }).collect();
        prop_assert_eq!(canceled, open);
        prop_assert_eq!(rebuilt.open_orders().count(), 0);
    }
}

#[test]
fn facts_of_another_desk_are_refused() {
    let fact = |line: &str| VenueFact::parse(&line.replace("ID", id(1).as_str())).unwrap();
    let restore = |lines: &[&str]| {
        let facts: Vec<_> = lines.iter().map(|line| fact(line)).collect();
        PaperVenue::restore(vec![plain()], config(), facts, Nanos(9)).unwrap_err().to_string()
    };
    let accepted = "accepted 1 ID 1 0 buy 100 5 GTC 0";
    let message = restore(&["accepted 1 ID 1 3 buy 100 5 GTC 0"]);
    assert!(message.contains("instrument number 3, there are 1"), "{message}");
    for lines in [
        &[accepted, accepted][..],
        &["canceled 1 ID"],
        &[accepted, "filled 2 ID 1 0 buy 100 6 0 maker"],
        &[accepted, "expired 2 ID", "canceled 3 ID"],
    ] {
        assert!(restore(lines).contains("contradicts"), "{lines:?}");
    }
}
