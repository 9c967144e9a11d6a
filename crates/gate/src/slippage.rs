//! Gate: expected slippage may take only a part of the gain. Without a gain it cannot be judged.

use aurora_model::{Reason, ReasonCode};

use crate::decision::Decision;
use crate::finding::Finding;

pub(crate) fn check(decision: &mut Decision, slip_bps: f64, b_bps: f64, eta: f64) -> Finding {
    if !decision.allow {
        return Finding::SKIP;
    }
    if b_bps <= 0.0 {
        decision.note(Reason::new(ReasonCode::SlippageGuardSkippedNoB));
        return Finding { value: Some(slip_bps), ..Finding::PASS };
    }
    let limit = eta * b_bps;
    let denies = slip_bps > limit;
    if denies {
        decision.note(Reason::with(ReasonCode::SlippageGuardExceeded, slip_bps, limit));
        decision.block(Reason::with(ReasonCode::SlippageGuard, slip_bps, limit));
    }
    Finding::new(denies, slip_bps, limit)
}
