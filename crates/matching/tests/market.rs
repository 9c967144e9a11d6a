//! The generated market, judged as a consumer would: from its events alone.

use std::collections::BTreeMap;

use aurora_matching::{GeneratedMarket, InstrumentSpec, MarketStats};
use aurora_model::{Lots, MarketEvent, MarketKind, Nanos, Side, Ticks};

const START: Nanos = Nanos(1_700_000_000_000_000_000);

fn watch(seed: u64, seconds: i64, mut see: impl FnMut(&MarketEvent<'_>)) {
    let mut market = GeneratedMarket::new(seed, START, InstrumentSpec::standard());
    loop {
        let event = market.next_event();
        if START + Nanos(seconds * Nanos::SECOND.0) < event.received_at {
            return;
        }
        see(&event);
    }
}

/// A plain book, kept from one instrument's events.
#[derive(Default)]
struct Seen {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
    last_id: u64,
    touch_id: u64,
    trade_id: u64,
    touch: Option<((Ticks, Lots), (Ticks, Lots))>,
}

impl Seen {
    fn see(&mut self, event: &MarketEvent<'_>) {
        match event.kind {
            MarketKind::Snapshot { last_id, levels } => {
                assert_eq!(self.last_id, 0, "one snapshot, at the start");
                self.last_id = last_id;
                self.touch_id = last_id;
                assert!(levels.iter().all(|level| Lots::ZERO < level.qty));
                self.set(levels);
            }
            MarketKind::Diff { first_id, last_id, prev_id, levels } => {
                assert_eq!(prev_id, Some(self.last_id), "unbroken");
                assert_eq!(first_id, self.last_id + 1, "unbroken");
                assert!(self.touch_id < last_id);
                self.last_id = last_id;
                self.touch_id = last_id;
                self.set(levels);
                if let Some((bid, ask)) = self.touch {
                    assert_eq!(
                        self.best(),
                        (bid, ask),
                        "the diffs lead to the touch that was told"
                    );
                }
            }
            MarketKind::Bbo { update_id, bid, ask } => {
                assert!(self.touch_id < update_id);
                assert!(bid.0 < ask.0, "crossed: {bid:?} {ask:?}");
                assert!(Lots::ZERO < bid.1 && Lots::ZERO < ask.1);
                self.touch_id = update_id;
                self.touch = Some((bid, ask));
            }
            MarketKind::Trade { id, aggressor, price, qty } => {
                assert_eq!(id, self.trade_id + 1);
                self.trade_id = id;
                assert!(Lots::ZERO < qty);
                if let Some((bid, ask)) = self.touch {
                    let reaches = match aggressor {
                        Side::Buy => ask.0 <= price,
                        Side::Sell => price <= bid.0,
                    };
                    assert!(reaches, "{aggressor:?} at {price:?} with {bid:?} {ask:?}");
                }
            }
        }
    }

    fn set(&mut self, levels: &[aurora_model::Level]) {
        let bids = levels.iter().take_while(|level| level.side == Side::Buy).count();
        assert!(levels[bids..].iter().all(|level| level.side == Side::Sell), "bids before asks");
        for level in levels {
            let side = if level.side == Side::Buy { &mut self.bids } else { &mut self.asks };
            assert!(0 < level.price.0 && 0 <= level.qty.0);
            if level.qty == Lots::ZERO {
                side.remove(&level.price.0);
            } else {
                side.insert(level.price.0, level.qty.0);
            }
        }
    }

    fn best(&self) -> ((Ticks, Lots), (Ticks, Lots)) {
        let level = |(price, qty): (&i64, &i64)| (Ticks(*price), Lots(*qty));
        (level(self.bids.last_key_value().unwrap()), level(self.asks.first_key_value().unwrap()))
    }
}

#[test]
fn every_stream_is_unbroken_uncrossed_and_agrees_with_the_others() {
    for seed in [1, 2, 3] {
        let mut seen: Vec<Seen> = (0..3).map(|_| Seen::default()).collect();
        let mut last_at = START;
        watch(seed, 90, |event| {
            assert!(last_at <= event.received_at && event.exchange_at < event.received_at);
            last_at = event.received_at;
            seen[event.instrument.index()].see(event);
        });
        for seen in seen {
            assert!(0 < seen.trade_id && 100 < seen.bids.len() && 100 < seen.asks.len());
        }
    }
}

#[test]
fn a_seed_is_one_market_and_another_seed_another() {
    let story = |seed| {
        let mut story = Vec::new();
        watch(seed, 5, |event| story.push(format!("{event:?}")));
        story
    };
    assert_eq!(story(1), story(1));
    assert_ne!(story(1), story(2));
}

/// The figures `docs/guide/generated-market.md` compares, in the bounds within which it calls them alike.
#[test]
fn twenty_minutes_are_as_the_guide_says() {
    let mut stats = [MarketStats::new(), MarketStats::new(), MarketStats::new()];
    watch(6, 1_200, |event| stats[event.instrument.index()].observe(event));
    let btc = stats[0].figures();
    for (name, low, high) in [
        ("diffs_per_s", 18.0, 20.0),
        ("levels_per_diff", 60.0, 80.0),
        ("touches_per_s", 150.0, 260.0),
        ("trades_per_s", 40.0, 80.0),
        ("spread_one_tick_share_of_time", 0.93, 1.0),
        ("spread_one_tick_share_of_touches", 0.88, 0.98),
        ("touch_lots_p50", 2_500.0, 4_000.0),
        ("trade_sign_autocorrelation_1", 0.6, 0.85),
        ("order_sign_autocorrelation_10", 0.08, 0.2),
        ("return_1s_deviation_bps", 0.9, 2.2),
        ("return_1s_kurtosis", 4.0, 40.0),
        ("return_1s_size_autocorrelation_1", 0.03, 0.5),
        ("deviation_30s_over_1s_scaled", 0.8, 1.2),
        ("touch_gap_cv", 2.0, 4.0),
        ("up_next_at_imbalance_fifth_1", 0.15, 0.35),
        ("up_next_at_imbalance_fifth_5", 0.65, 0.85),
    ] {
        let value = btc.iter().find(|figure| figure.name == name).unwrap().value;
        assert!((low..=high).contains(&value), "{name} is {value}, not in {low}..={high}");
    }
    let alike = stats[0].return_correlation(&stats[1], 5);
    assert!((0.5..0.9).contains(&alike), "{alike}");
}
