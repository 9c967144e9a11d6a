//! Gate: fake walls. Volume that is cancelled faster than it is added, with few trades, is bait.
//!
//! `raw = (cancel rate − add rate) / max(1, trades)`, rates in volume per second; z is the distance of
//! raw from the median of its last 240 values in units of their p10–p90 range, clipped to ±4.

use aurora_model::{EventCode, Reason, ReasonCode};

use crate::config::TrapConfig;
use crate::decision::{Decision, Detail, TrapView, Verdict};
use crate::finding::Finding;
use crate::percentile::CountWindow;
use crate::request::Market;

/// Values remembered.
const HISTORY: usize = 240;

/// The histories TRAP compares with: one per process in reference, one per symbol in strict.
#[derive(Clone, Debug)]
pub(crate) struct TrapWindow {
    raw: CountWindow,
    cancel_rate: CountWindow,
}

impl TrapWindow {
    pub(crate) fn new() -> TrapWindow {
        TrapWindow { raw: CountWindow::new(HISTORY), cancel_rate: CountWindow::new(HISTORY) }
    }

    pub(crate) fn clear(&mut self) {
        self.raw.clear();
        self.cancel_rate.clear();
    }

    /// Measures and remembers one observation; the view and whether it is flagged.
    fn observe(&mut self, seen: &Observation<'_>, config: &TrapConfig) -> (TrapView, bool) {
        let (cancelled, added) = (sum_positive(seen.cancels), sum_positive(seen.adds));
        let cancel_rate = cancelled / config.window_s;
        let repl_rate = added / config.window_s;
        let raw = (cancel_rate - repl_rate) / seen.trades.max(1.0);

        let median = self.raw.percentile(50.0);
        let range = self.raw.percentile(90.0) - self.raw.percentile(10.0);
        let z = ((raw - median) / range.max(1e-6)).clamp(-4.0, 4.0);
        // Volumes beyond the range of floats cancel to NaN: suspicious, and not worth remembering.
        let z = if z.is_nan() { 4.0 } else { z };
        if raw.is_finite() && cancel_rate.is_finite() {
            self.raw.push(raw);
            self.cancel_rate.push(cancel_rate);
        }

        let flagged = z >= config.z_threshold
            || (seen.conflict && cancel_rate >= self.cancel_rate.percentile(config.cancel_pctl));
        let score = score(cancelled, added, repl_rate);
        (TrapView { z, cancel_rate, repl_rate, n_trades: seen.trades, score }, flagged)
    }
}

/// What one request says about the book.
struct Observation<'a> {
    cancels: &'a [f64],
    adds: &'a [f64],
    trades: f64,
    /// The book leans one way, the trades the other.
    conflict: bool,
}

impl<'a> Observation<'a> {
    /// `None` unless all three TRAP fields are present.
    fn of(market: &Market<'a>) -> Option<Observation<'a>> {
        let conflict = match (market.obi_sign, market.tfi_sign) {
            (Some(book), Some(flow)) => sign(book) != sign(flow),
            _ => false,
        };
        Some(Observation {
            cancels: market.trap_cancel_deltas?,
            adds: market.trap_add_deltas?,
            trades: market.trap_trades_cnt?,
            conflict,
        })
    }
}

pub(crate) fn is_present(market: &Market<'_>) -> bool {
    Observation::of(market).is_some()
}

pub(crate) fn check(
    decision: &mut Decision,
    market: &Market<'_>,
    window: &mut TrapWindow,
    config: &TrapConfig,
) -> Finding {
    let Some(seen) = Observation::of(market) else { return Finding::SKIP };
    let (view, flagged) = window.observe(&seen, config);
    decision.trap = Some(view);
    let z_reason = |code| Reason::with(code, view.z, config.z_threshold);
    if flagged {
        decision.note(z_reason(ReasonCode::TrapGuardZ));
    }
    let finding = Finding::new(false, view.z, config.z_threshold);
    if !config.enabled {
        return Finding { verdict: Verdict::Off, ..finding };
    }
    if view.score > config.score_threshold {
        let over = |code| Reason::with(code, view.score, config.score_threshold);
        decision.note(over(ReasonCode::TrapGuardScoreExceeded));
        decision.block(over(ReasonCode::TrapGuardScore));
        raise(decision, EventCode::PolicyTrapGuard, &view);
    }
    if flagged {
        decision.block(z_reason(ReasonCode::TrapGuard));
        raise(decision, EventCode::PolicyTrapBlock, &view);
    }
    match (flagged, decision.allow) {
        (true, _) => Finding { verdict: Verdict::Deny, ..finding },
        (false, false) => Finding::new(true, view.score, config.score_threshold).in_unit("score"),
        (false, true) => finding,
    }
}

fn raise(decision: &mut Decision, code: EventCode, view: &TrapView) {
    decision.raise(
        code,
        &[
            ("trap_z", Detail::Number(view.z)),
            ("trap_score", Detail::Number(view.score)),
            ("cancel_rate", Detail::Number(view.cancel_rate)),
            ("repl_rate", Detail::Number(view.repl_rate)),
        ],
    );
}

/// 0 to 1: how much is cancelled of what moved, and how slowly it is replaced.
fn score(cancelled: f64, added: f64, repl_rate: f64) -> f64 {
    let cancel_ratio = cancelled / (cancelled + added).max(1e-6);
    let repl_ms = if repl_rate <= 0.0 { 1000.0 } else { 250.0 / repl_rate };
    let refill = (-repl_ms / 250.0).exp().clamp(0.0, 1.0);
    (0.6 * sigmoid(8.0 * (cancel_ratio - 0.5)) + 0.4 * refill).clamp(0.0, 1.0)
}

pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn sum_positive(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value.max(0.0))
}

fn sign(value: f64) -> i8 {
    i8::from(value > 0.0) - i8::from(value < 0.0)
}
