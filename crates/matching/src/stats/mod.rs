//! A market in numbers: generated and recorded ones are measured by the same ruler.
//!
//! Pure accumulators over [`MarketEvent`]s of one instrument. Statistics are floats; nothing here decides anything.

mod moments;
mod returns;
mod signs;

use aurora_model::{MarketEvent, MarketKind, Nanos, Side};

use crate::venue::depth::Depth;
use moments::{Quantiles, Spacing};
use returns::Returns;
use signs::Signs;

/// Distances behind the touch, in ticks, at which depth is looked at.
pub const DISTANCES: [i64; 9] = [1, 2, 5, 10, 20, 50, 100, 200, 500];
/// Fifths of the touch imbalance `bid / (bid + ask)`.
const FIFTHS: usize = 5;

/// One number and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// A stable name, unit last: `touch_lots_p50`.
    pub name: String,
    /// Its value; not a number where there was nothing to measure.
    pub value: f64,
}

/// Accumulates over the events of one instrument.
#[derive(Clone, Debug)]
pub struct MarketStats {
    span: Option<(Nanos, Nanos)>,
    events: u64,
    levels: u64,
    depth: Depth,
    spread: Quantiles,
    one_tick_touches: u64,
    wide_time: (i64, i64),
    touch_lots: Quantiles,
    touches: Spacing,
    diffs: Spacing,
    trades: Spacing,
    orders: Spacing,
    last_order: Option<(Nanos, Side)>,
    trade_lots: Quantiles,
    trade_signs: Signs,
    order_signs: Signs,
    returns: Returns,
    behind: [(u64, f64, u64); DISTANCES.len()],
    looked_at: Nanos,
    before: Option<Touch>,
    leaning: [(u64, u64, u64); FIFTHS],
}

#[derive(Clone, Copy, Debug)]
struct Touch {
    at: Nanos,
    spread: i64,
    /// Twice the mid, in ticks.
    mid_x2: i64,
}

impl Default for MarketStats {
    fn default() -> MarketStats {
        MarketStats::new()
    }
}

impl MarketStats {
    /// Nothing seen yet.
    pub fn new() -> MarketStats {
        MarketStats {
            span: None,
            events: 0,
            levels: 0,
            depth: Depth::new(),
            spread: Quantiles::default(),
            one_tick_touches: 0,
            wide_time: (0, 0),
            touch_lots: Quantiles::default(),
            touches: Spacing::default(),
            diffs: Spacing::default(),
            trades: Spacing::default(),
            orders: Spacing::default(),
            last_order: None,
            trade_lots: Quantiles::default(),
            trade_signs: Signs::default(),
            order_signs: Signs::default(),
            returns: Returns::default(),
            behind: [(0, 0.0, 0); DISTANCES.len()],
            looked_at: Nanos(i64::MIN),
            before: None,
            leaning: [(0, 0, 0); FIFTHS],
        }
    }

    /// Takes in one event. Touches are read from the touch stream, depth from the diffs.
    pub fn observe(&mut self, event: &MarketEvent<'_>) {
        let at = event.received_at;
        self.span = Some((self.span.map_or(at, |(first, _)| first), at));
        self.events += event.kind.event_count() as u64;
        self.depth.apply(&event.kind);
        match event.kind {
            MarketKind::Snapshot { .. } => {}
            MarketKind::Diff { levels, .. } => {
                self.diffs.observe(at);
                self.levels += levels.len() as u64;
                if self.looked_at + Nanos::SECOND <= at {
                    self.looked_at = at;
                    self.look_behind();
                }
            }
            MarketKind::Bbo { bid, ask, .. } => {
                self.touches.observe(at);
                let (bid_lots, ask_lots) = (bid.1.0 as f64, ask.1.0 as f64);
                self.touch_lots.observe(f64::midpoint(bid_lots, ask_lots));
                let (spread, mid_x2) = (ask.0.0 - bid.0.0, ask.0.0 + bid.0.0);
                self.touch(Touch { at, spread, mid_x2 }, bid_lots / (bid_lots + ask_lots).max(1.0));
            }
            MarketKind::Trade { aggressor, qty, .. } => {
                self.trades.observe(at);
                self.trade_lots.observe(qty.0 as f64);
                self.trade_signs.observe(aggressor);
                // Prints of one side in one millisecond of the exchange are one market order.
                let order = Some((event.exchange_at, aggressor));
                if self.last_order != order {
                    self.last_order = order;
                    self.orders.observe(at);
                    self.order_signs.observe(aggressor);
                }
            }
        }
    }

    fn touch(&mut self, touch: Touch, imbalance: f64) {
        self.spread.observe(touch.spread as f64);
        self.one_tick_touches += u64::from(touch.spread <= 1);
        if let Some(before) = self.before {
            let span = (touch.at - before.at).0;
            self.wide_time.0 += if 1 < before.spread { span } else { 0 };
            self.wide_time.1 += span;
            if touch.mid_x2 != before.mid_x2 {
                let is_up = before.mid_x2 < touch.mid_x2;
                for (waiting, moves, ups) in &mut self.leaning {
                    *moves += *waiting;
                    *ups += if is_up { *waiting } else { 0 };
                    *waiting = 0;
                }
            }
        }
        let fifth = (0..FIFTHS - 1).take_while(|i| (i + 1) as f64 / FIFTHS as f64 <= imbalance);
        self.leaning[fifth.count()].0 += 1;
        self.before = Some(touch);
        self.returns.observe(touch.at, touch.mid_x2 as f64 / 2.0);
    }

    fn look_behind(&mut self) {
        for side in [Side::Buy, Side::Sell] {
            let Some((touch, _)) = self.depth.best(side) else { continue };
            for (distance, (looks, lots, occupied)) in DISTANCES.iter().zip(&mut self.behind) {
                let price = aurora_model::Ticks(touch.0 - side.sign() * distance);
                let qty = self.depth.displayed(side, price).0;
                *looks += 1;
                *lots += qty as f64;
                *occupied += u64::from(0 < qty);
            }
        }
    }

    /// Everything measured, in a fixed order.
    pub fn figures(&self) -> Vec<Figure> {
        let seconds = self.span.map_or(f64::NAN, |(first, last)| (last - first).seconds());
        let mut figures = Vec::new();
        let mut put =
            |name: &str, value: f64| figures.push(Figure { name: name.to_owned(), value });
        put("seconds", seconds);
        put("events_per_s", self.events as f64 / seconds);
        put("diffs_per_s", self.diffs.count() / seconds);
        put("levels_per_diff", self.levels as f64 / self.diffs.count());
        put("touches_per_s", self.touches.count() / seconds);
        put("trades_per_s", self.trades.count() / seconds);
        put("orders_per_s", self.orders.count() / seconds);
        put(
            "spread_one_tick_share_of_touches",
            self.one_tick_touches as f64 / self.touches.count(),
        );
        let (wide, all) = self.wide_time;
        put("spread_one_tick_share_of_time", 1.0 - wide as f64 / all as f64);
        put("spread_ticks_mean", self.spread.mean());
        put("spread_ticks_p99", self.spread.quantile(0.99));
        for (name, share) in [("p10", 0.1), ("p50", 0.5), ("p90", 0.9)] {
            put(&format!("touch_lots_{name}"), self.touch_lots.quantile(share));
        }
        put("touch_lots_mean", self.touch_lots.mean());
        for (distance, (looks, lots, occupied)) in DISTANCES.iter().zip(self.behind) {
            put(&format!("depth_lots_at_{distance}"), lots / looks as f64);
            put(&format!("depth_occupied_at_{distance}"), occupied as f64 / looks as f64);
        }
        put("trade_lots_p50", self.trade_lots.quantile(0.5));
        put("trade_lots_mean", self.trade_lots.mean());
        for lag in [1, 2, 5, 10, 20, 50, 100] {
            put(
                &format!("trade_sign_autocorrelation_{lag}"),
                self.trade_signs.autocorrelation(lag),
            );
        }
        for lag in [1, 2, 5, 10, 20, 50, 100] {
            put(
                &format!("order_sign_autocorrelation_{lag}"),
                self.order_signs.autocorrelation(lag),
            );
        }
        self.returns.figures(&mut put);
        put("touch_gap_cv", self.touches.variation());
        put("trade_gap_cv", self.trades.variation());
        put("order_gap_cv", self.orders.variation());
        put("diff_gap_cv", self.diffs.variation());
        for (fifth, (_, moves, ups)) in self.leaning.iter().enumerate() {
            put(&format!("up_next_at_imbalance_fifth_{}", fifth + 1), *ups as f64 / *moves as f64);
        }
        figures
    }

    /// How alike two instruments' returns over so many seconds are, over the time both were watched.
    pub fn return_correlation(&self, other: &MarketStats, seconds: usize) -> f64 {
        returns::correlation(self.returns.mids(), other.returns.mids(), seconds)
    }

    /// Mid prices at the ends of whole seconds: the second since the Unix epoch and the mid in ticks.
    pub fn second_mids(&self) -> &[(i64, f64)] {
        self.returns.mids()
    }
}
