//! Gate: the spread may not be wider than the limit. Its reason stands even over an earlier denial.

use aurora_model::{EventCode, Reason, ReasonCode};

use crate::decision::{Decision, Detail};
use crate::finding::Finding;

pub(crate) fn check(decision: &mut Decision, spread_bps: f64, limit_bps: f64) -> Finding {
    let denies = spread_bps > limit_bps;
    if denies {
        decision.block(Reason::with(ReasonCode::SpreadTooWide, spread_bps, limit_bps));
        decision.raise(
            EventCode::SpreadGuardTrip,
            &[("spread_bps", Detail::Number(spread_bps)), ("limit_bps", Detail::Number(limit_bps))],
        );
    }
    Finding::new(denies, spread_bps, limit_bps)
}
