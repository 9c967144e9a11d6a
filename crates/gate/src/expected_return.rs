//! Gate: the trade must be worth its costs.
//!
//! `e = p·b − (1 − p)·a − (fees + slippage)`, all in bps, where p is the calibrated probability that the
//! target b is reached before the stop a. An e exactly at the threshold is not enough.

use aurora_model::{Reason, ReasonCode};

use crate::config::GateConfig;
use crate::decision::{Decision, ExpectedReturnView};
use crate::finding::Finding;
use crate::request::CheckRequest;

pub(crate) fn check(
    decision: &mut Decision,
    request: &CheckRequest<'_>,
    config: &GateConfig,
) -> Finding {
    let threshold_bps = config.pi_min_bps;
    let market = &request.market;
    let p = config.calibrator.predict(market.signal());
    let (a, b) = (market.a_bps.unwrap_or(0.0), market.b_bps.unwrap_or(0.0));
    let costs = request.fees_bps.unwrap_or(0.0) + market.slip();
    let e_bps = p * b - (1.0 - p) * a - costs;
    let icp = if config.icp_obs { config.calibrator.interval(p) } else { None };
    decision.expected_return = Some(ExpectedReturnView { p, e_bps, icp });
    // Absurdly large inputs can cancel to NaN; what cannot be judged is not worth it.
    let denies = e_bps.is_nan() || e_bps <= threshold_bps;
    if denies {
        decision.note(Reason::with(ReasonCode::ExpectedReturnBelowThreshold, e_bps, threshold_bps));
        if decision.allow {
            decision.block(Reason::with(ReasonCode::ExpectedReturnGate, e_bps, threshold_bps));
        }
    }
    Finding::new(denies, e_bps, threshold_bps)
}
