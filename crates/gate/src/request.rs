//! What is asked of the gate: borrowed views that cost nothing to build.

use aurora_model::Side;

use crate::config::Compat;

/// One `/pretrade/check`, numbers already known to be finite.
///
/// `None` means the field was absent; absent numbers count as zero unless a gate says "only when present".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CheckRequest<'a> {
    /// `account.mode`: `paper`, `testnet` or `prod`.
    pub mode: Option<&'a str>,
    /// `order.symbol` as it came.
    pub symbol: Option<&'a str>,
    /// `order.side` as it came.
    pub side: Option<&'a str>,
    /// `order.qty`, base units.
    pub qty: Option<f64>,
    /// `order.price`, quote.
    pub price: Option<f64>,
    /// `order.base_notional`, quote.
    pub base_notional: Option<f64>,
    /// `order.notional`, quote; see [`CheckRequest::order_notional`].
    pub notional: Option<f64>,
    /// `fees_bps` at the root.
    pub fees_bps: Option<f64>,
    /// The `market` object.
    pub market: Market<'a>,
}

/// The `market` object of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Market<'a> {
    /// Latency of the caller's path, in milliseconds.
    pub latency_ms: Option<f64>,
    /// Expected slippage.
    pub slip_bps_est: Option<f64>,
    /// Loss if stopped.
    pub a_bps: Option<f64>,
    /// Gain if the target is hit.
    pub b_bps: Option<f64>,
    /// Bid-ask spread.
    pub spread_bps: Option<f64>,
    /// The signal, −1 to 1.
    pub score: Option<f64>,
    /// Cancelled volume by level.
    pub trap_cancel_deltas: Option<&'a [f64]>,
    /// Added volume by level.
    pub trap_add_deltas: Option<&'a [f64]>,
    /// Trades in the TRAP window.
    pub trap_trades_cnt: Option<f64>,
    /// Sign of the order book imbalance.
    pub obi_sign: Option<f64>,
    /// Sign of the trade flow imbalance.
    pub tfi_sign: Option<f64>,
    /// Samples for the sequential test.
    pub sprt_samples: Option<&'a [f64]>,
    /// Today's result in percent; below zero is a loss.
    pub pnl_today_pct: Option<f64>,
    /// Positions open now.
    pub open_positions: Option<f64>,
    /// `dq.stale_book`.
    pub stale_book: bool,
    /// `dq.crossed_book`.
    pub crossed_book: bool,
    /// `dq.abnormal_spread`.
    pub abnormal_spread: bool,
    /// Standard deviation of returns.
    pub vol_std_bps: Option<f64>,
    /// Historical CVaR; below zero is a loss.
    pub cvar_hist: Option<f64>,
    /// `recent_stats`.
    pub recent_stats: Option<RecentStats>,
}

/// How the caller's last orders fared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecentStats {
    /// Orders sent.
    pub total: f64,
    /// Orders the venue refused.
    pub rejects: f64,
}

/// What a `/posttrade/log` means for positions, pauses and the kill switch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PosttradeEvent<'a> {
    /// The symbol as it came.
    pub symbol: Option<&'a str>,
    /// The side as it came.
    pub side: Option<&'a str>,
    /// What became of the order.
    pub outcome: Outcome,
    /// `action: close`, `close: true` or `reduceOnly: true`.
    pub closes: bool,
    /// What filled so far, in quote; counts toward the exposure quota.
    pub notional: Option<f64>,
    /// The venue's or the bot's id of the order, so that its reports are not counted twice.
    pub order_id: Option<&'a str>,
}

/// What became of a reported order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Some of it filled.
    Success,
    /// It was refused.
    Failed,
    /// Neither: still open, cancelled unfilled, or unknown.
    #[default]
    Other,
}

impl Outcome {
    /// Reads the outcome from a report: an error wins, then the status word, then the filled quantity.
    pub fn classify(has_error: bool, status: Option<&str>, filled: Option<f64>) -> Outcome {
        const SUCCESS: [&str; 4] = ["filled", "partially_filled", "partial", "closed"];
        if has_error {
            return Outcome::Failed;
        }
        let status = status.map_or("", str::trim);
        let succeeded = SUCCESS.iter().any(|word| status.eq_ignore_ascii_case(word));
        if succeeded || filled.is_some_and(|filled| filled > 0.0) {
            Outcome::Success
        } else {
            Outcome::Other
        }
    }
}

/// The side a bot meant: `buy` or `long`, `sell` or `short`, in any case.
pub fn read_side(text: &str) -> Option<Side> {
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    if is("buy") || is("long") {
        Some(Side::Buy)
    } else if is("sell") || is("short") {
        Some(Side::Sell)
    } else {
        None
    }
}

impl CheckRequest<'_> {
    /// The order's worth in quote, zero when not given. The recorded gate reads `base_notional` only; a
    /// strict one falls back to `notional`.
    pub fn order_notional(&self, compat: Compat) -> f64 {
        let fallback = if compat == Compat::Strict { self.notional } else { None };
        self.base_notional.or(fallback).unwrap_or(0.0)
    }
}

impl Market<'_> {
    /// Latency in milliseconds, zero when absent.
    pub fn latency(&self) -> f64 {
        self.latency_ms.unwrap_or(0.0)
    }

    /// Slippage in bps, zero when absent.
    pub fn slip(&self) -> f64 {
        self.slip_bps_est.unwrap_or(0.0)
    }

    /// Spread in bps, zero when absent.
    pub fn spread(&self) -> f64 {
        self.spread_bps.unwrap_or(0.0)
    }

    /// The signal, zero when absent.
    pub fn signal(&self) -> f64 {
        self.score.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_outweighs_a_fill_and_a_fill_outweighs_the_status() {
        assert_eq!(Outcome::classify(true, Some("filled"), Some(1.0)), Outcome::Failed);
        assert_eq!(Outcome::classify(false, Some("Partially_Filled"), None), Outcome::Success);
        assert_eq!(Outcome::classify(false, Some("canceled"), Some(0.5)), Outcome::Success);
        assert_eq!(Outcome::classify(false, Some("open"), Some(0.0)), Outcome::Other);
        assert_eq!(Outcome::classify(false, None, None), Outcome::Other);
    }

    #[test]
    fn a_side_is_read_in_any_case() {
        assert_eq!(read_side(" BUY "), Some(Side::Buy));
        assert_eq!(read_side("short"), Some(Side::Sell));
        assert_eq!(read_side("hold"), None);
    }
}
