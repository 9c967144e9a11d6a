//! What a strategy and the gate read from a market: one file a feature, one listener for all.

mod flow;
mod obi;
mod ofi;
pub(crate) mod trap;
mod volatility;
mod window;

use aurora_model::{Bps, Lots, MarketEvent, MarketKind, Nanos};

use crate::book::{Applied, Book};
use flow::Flow;
use obi::order_book_imbalance;
use ofi::Ofi;
use trap::{Trap, TrapInputs};
use volatility::Volatility;

/// How far the features look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureParams {
    /// Levels a side in the order book imbalance, 1..; default 5.
    pub obi_levels: usize,
    /// Window of trade flow imbalance and volume delta; default 2 s.
    pub flow_window: Nanos,
    /// Window of order flow imbalance; default 1 s.
    pub ofi_window: Nanos,
    /// Window of volatility; default 30 s.
    pub volatility_window: Nanos,
    /// Window of the TRAP inputs; default 2 s. The gate's `trap.window_s` must say the same.
    pub trap_window: Nanos,
}

impl Default for FeatureParams {
    fn default() -> FeatureParams {
        FeatureParams {
            obi_levels: 5,
            flow_window: Nanos::from_millis(2_000),
            ofi_window: Nanos::from_millis(1_000),
            volatility_window: Nanos::from_millis(30_000),
            trap_window: Nanos::from_millis(2_000),
        }
    }
}

/// The features at one moment. Prices in ticks; shares between −1 (sellers) and 1 (buyers).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FeatureValues {
    /// Order book imbalance over the best levels, −1..1.
    pub obi: f64,
    /// Trade flow imbalance over its window, −1..1.
    pub tfi: f64,
    /// Order flow imbalance at the touch over its window, in lots.
    pub ofi: Lots,
    /// The same, net over gross, −1..1.
    pub ofi_ratio: f64,
    /// Size-weighted mid of the newest touch, in ticks; zero without a touch.
    pub microprice: f64,
    /// How far the microprice is above the mid, in half spreads, −1..1.
    pub microprice_lean: f64,
    /// Taker volume bought minus sold over the flow window.
    pub volume_delta: Lots,
    /// Taker volume bought minus sold since the start (CVD).
    pub cumulative_volume_delta: Lots,
    /// Public trades in the flow window.
    pub trades: u32,
    /// Standard deviation of a one-second return of the mid.
    pub volatility: Bps,
    /// Inputs of the gate's TRAP check.
    pub trap: TrapInputs,
}

/// Listens to one instrument's events, after its book has.
#[derive(Clone, Debug)]
pub struct Features {
    params: FeatureParams,
    flow: Flow,
    ofi: Ofi,
    volatility: Volatility,
    trap: Trap,
}

impl Features {
    /// Nothing heard yet.
    ///
    /// # Panics
    /// When a window is shorter than 16 ns.
    pub fn new(params: FeatureParams) -> Features {
        Features {
            params,
            flow: Flow::new(params.flow_window),
            ofi: Ofi::new(params.ofi_window),
            volatility: Volatility::new(params.volatility_window),
            trap: Trap::new(params.trap_window),
        }
    }

    /// Takes an event in; call it after [`Book::apply`], with what that returned.
    pub fn on_event(&mut self, event: &MarketEvent<'_>, book: &Book, applied: Applied) {
        let at = event.received_at;
        if let MarketKind::Trade { aggressor, qty, .. } = event.kind {
            self.flow.on_trade(at, aggressor, qty);
            self.trap.on_trade(at, aggressor, qty);
            return;
        }
        if matches!(event.kind, MarketKind::Snapshot { .. }) {
            self.trap.start_over();
        }
        if applied == Applied::Levels {
            self.trap.on_levels(at, book);
        }
        if let Some(touch) = book.newest_touch() {
            self.ofi.on_touch(at, touch);
            self.volatility.on_mid(at, touch.mid());
        }
    }

    /// The features now; windows that end at `now`.
    pub fn values(&self, now: Nanos, book: &Book) -> FeatureValues {
        let touch = book.newest_touch();
        let half_spread = touch.map_or(0.0, |touch| touch.spread().0 as f64 / 2.0);
        let lean = touch.map_or(0.0, |touch| touch.microprice() - touch.mid());
        FeatureValues {
            obi: order_book_imbalance(book, self.params.obi_levels),
            tfi: self.flow.imbalance(now),
            ofi: Lots(self.ofi.net(now)),
            ofi_ratio: self.ofi.ratio(now),
            microprice: touch.map_or(0.0, |touch| touch.microprice()),
            microprice_lean: if half_spread <= 0.0 { 0.0 } else { lean / half_spread },
            volume_delta: self.flow.delta(now),
            cumulative_volume_delta: self.flow.cumulative(),
            trades: self.flow.count(now),
            volatility: self.volatility.bps(now),
            trap: self.trap.inputs(now),
        }
    }
}
