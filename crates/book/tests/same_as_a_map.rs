//! A book says what a plain sorted map says, whatever comes.

use std::collections::BTreeMap;

use aurora_book::{Book, Continuity};
use aurora_model::{InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Side, Ticks};
use proptest::prelude::*;

/// The same book, the plain way.
#[derive(Default)]
struct Plain {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Plain {
    fn set(&mut self, level: &Level) {
        let side = match level.side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        match level.qty.0 {
            0 => side.remove(&level.price.0),
            qty => side.insert(level.price.0, qty),
        };
    }

    fn levels(&self, side: Side) -> Vec<(Ticks, Lots)> {
        let level = |(price, qty): (&i64, &i64)| (Ticks(*price), Lots(*qty));
        match side {
            Side::Buy => self.bids.iter().rev().map(level).collect(),
            Side::Sell => self.asks.iter().map(level).collect(),
        }
    }
}

fn event(kind: MarketKind<'_>) -> MarketEvent<'_> {
    MarketEvent { instrument: InstrumentNo(0), exchange_at: Nanos(0), received_at: Nanos(1), kind }
}

/// Mostly near a price that wanders, sometimes at the other end of the world.
fn level() -> impl Strategy<Value = Level> {
    let offset = prop_oneof![
        6 => -40_i64..40,
        2 => -5_000_i64..5_000,
        2 => -40_000_i64..40_000,
        1 => -900_000_i64..9_000_000,
    ];
    let qty = prop_oneof![1 => Just(0_i64), 2 => 1_i64..1_000];
    (any::<bool>(), offset, qty).prop_map(|(is_bid, offset, qty)| Level {
        side: if is_bid { Side::Buy } else { Side::Sell },
        price: Ticks(1_000_000 + offset),
        qty: Lots(qty),
    })
}

/// Messages of some levels, each moved by how far the price has wandered.
fn messages() -> impl Strategy<Value = Vec<(i64, Vec<Level>)>> {
    let drift = prop_oneof![4 => -30_i64..30, 1 => -20_000_i64..20_000];
    prop::collection::vec((drift, prop::collection::vec(level(), 1..40)), 1..60)
}

proptest! {
    #[test]
    fn levels_best_and_sizes_agree(messages in messages()) {
        let mut book = Book::new(Continuity::None);
        let mut plain = Plain::default();
        let mut wandered = 0;
        let mut seen = Vec::new();
        for (drift, mut levels) in messages {
            wandered += drift;
            for level in &mut levels {
                level.price.0 = (level.price.0 + wandered).max(1);
                plain.set(level);
            }
            seen.extend(levels.iter().map(|level| (level.side, level.price)));
            book.apply(&event(MarketKind::Diff { first_id: 0, last_id: 0, prev_id: None, levels: &levels }));
            for side in [Side::Buy, Side::Sell] {
                let want = plain.levels(side);
                prop_assert_eq!(book.best(side), want.first().copied());
                prop_assert_eq!(book.levels(side).collect::<Vec<_>>(), want);
            }
        }
        for (side, price) in seen {
            let map = if side == Side::Buy { &plain.bids } else { &plain.asks };
            prop_assert_eq!(book.qty_at(side, price).0, map.get(&price.0).copied().unwrap_or(0));
        }
    }

    #[test]
    fn deleting_everything_best_first_walks_the_map(levels in prop::collection::vec(level(), 1..300)) {
        let mut book = Book::new(Continuity::None);
        let mut plain = Plain::default();
        levels.iter().for_each(|level| plain.set(level));
        book.apply(&event(MarketKind::Diff { first_id: 0, last_id: 0, prev_id: None, levels: &levels }));
        for side in [Side::Buy, Side::Sell] {
            for (price, qty) in plain.levels(side) {
                prop_assert_eq!(book.best(side), Some((price, qty)));
                let gone = [Level { side, price, qty: Lots(0) }];
                book.apply(&event(MarketKind::Diff { first_id: 0, last_id: 0, prev_id: None, levels: &gone }));
            }
            prop_assert_eq!(book.best(side), None);
        }
    }
}

#[test]
fn a_known_market_allocates_nothing_per_update() {
    let mut book = Book::new(Continuity::None);
    let side = |n: i64| if n % 2 == 0 { Side::Buy } else { Side::Sell };
    let price = |n: i64, mid: i64| {
        let away = (n * 7919) % 20_000 + 1;
        Ticks(if n % 2 == 0 { mid - away } else { mid + away })
    };
    let mut levels = Vec::with_capacity(64);
    let mut run = |rounds: std::ops::Range<i64>| {
        for round in rounds {
            // A market that goes up and comes back, so that windows move and far levels return.
            let mid = 1_000_000 + 6_000 - (round % 12_000 - 6_000).abs();
            levels.clear();
            levels.extend((0..32).map(|n| {
                let n = round * 32 + n;
                Level { side: side(n), price: price(n, mid), qty: Lots(n % 3) }
            }));
            let (first_id, last_id, prev_id) = (0, 0, None);
            book.apply(&event(MarketKind::Diff { first_id, last_id, prev_id, levels: &levels }));
        }
    };
    run(0..36_000);
    let used = allocation_counter::measure(|| run(36_000..48_000));
    assert_eq!(used.count_total, 0, "{used:?}");
}
