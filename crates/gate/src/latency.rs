//! Gate: one request may not have taken longer than the limit. Exactly at the limit passes.

use aurora_model::{EventCode, Reason, ReasonCode};

use crate::decision::{Decision, Detail};
use crate::finding::Finding;

pub(crate) fn check(decision: &mut Decision, latency_ms: f64, limit_ms: f64) -> Finding {
    let denies = latency_ms > limit_ms;
    if denies {
        decision.note(Reason::with(ReasonCode::LatencyGuardExceeded, latency_ms, limit_ms));
        decision.block(Reason::with(ReasonCode::LatencyGuard, latency_ms, limit_ms));
        decision.raise(
            EventCode::HealthLatencyHigh,
            &[("latency_ms", Detail::Number(latency_ms)), ("limit_ms", Detail::Number(limit_ms))],
        );
    }
    Finding::new(denies, latency_ms, limit_ms)
}
