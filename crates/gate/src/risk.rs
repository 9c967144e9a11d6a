//! Gate: the day's loss, the open positions and the size stay within the operator's caps.

use aurora_model::{Reason, ReasonCode};

use crate::config::{Compat, RiskLimits};
use crate::decision::{Decision, RiskTrip, RiskView};
use crate::finding::Finding;
use crate::request::CheckRequest;

pub(crate) fn check(
    decision: &mut Decision,
    request: &CheckRequest<'_>,
    (caps, compat): (&RiskLimits, Compat),
) -> Finding {
    if !decision.allow {
        return Finding::SKIP;
    }
    let base_notional = request.order_notional(compat);
    let scaled_notional = base_notional * caps.size_scale;
    let tripped = trip(request, caps, base_notional, scaled_notional);
    decision.risk_scale = caps.size_scale;
    decision.risk = Some(RiskView { cfg: *caps, base_notional, scaled_notional, tripped });
    if let Some(trip) = tripped {
        let reason = reason(trip, base_notional);
        decision.note(reason);
        decision.block(reason);
        return Finding::new(true, reason.value, reason.limit).in_unit(unit(trip));
    }
    tightest(request, caps)
}

/// The cap the order comes closest to, for the trace.
fn tightest(request: &CheckRequest<'_>, caps: &RiskLimits) -> Finding {
    let used_pct = -request.market.pnl_today_pct.unwrap_or(0.0);
    let open = request.market.open_positions.unwrap_or(0.0);
    let (cap_pct, most) = (caps.dd_day_pct, caps.max_concurrent as f64);
    if open * cap_pct < used_pct * most {
        Finding::new(false, used_pct, cap_pct).in_unit("%")
    } else {
        Finding::new(false, open, most).in_unit("positions")
    }
}

/// The first cap that trips.
fn trip(
    request: &CheckRequest<'_>,
    caps: &RiskLimits,
    base_notional: f64,
    scaled_notional: f64,
) -> Option<RiskTrip> {
    let pnl_today_pct = request.market.pnl_today_pct.unwrap_or(0.0);
    let open_positions = request.market.open_positions.unwrap_or(0.0);
    let (cap_pct, max_concurrent) = (caps.dd_day_pct, caps.max_concurrent);
    if caps.size_scale <= 0.0 {
        Some(RiskTrip::SizeScaleZero)
    } else if -pnl_today_pct >= cap_pct {
        let used_pct = (-pnl_today_pct).max(0.0);
        Some(RiskTrip::DayLoss { cap_pct, used_pct, pnl_today_pct })
    } else if open_positions >= max_concurrent as f64 {
        Some(RiskTrip::MaxConcurrent { open_positions, max_concurrent })
    } else if base_notional > 0.0 && scaled_notional <= 0.0 {
        Some(RiskTrip::NotionalTooSmall)
    } else {
        None
    }
}

/// What the numbers of the reason are counted in.
fn unit(trip: RiskTrip) -> &'static str {
    match trip {
        RiskTrip::SizeScaleZero => "scale",
        RiskTrip::DayLoss { .. } => "%",
        RiskTrip::MaxConcurrent { .. } => "positions",
        RiskTrip::NotionalTooSmall => "quote",
    }
}

fn reason(trip: RiskTrip, base_notional: f64) -> Reason {
    match trip {
        RiskTrip::SizeScaleZero => Reason::new(ReasonCode::RiskSizeScaleZero),
        RiskTrip::DayLoss { cap_pct, used_pct, .. } => {
            Reason::with(ReasonCode::RiskDdDayCap, used_pct, cap_pct)
        }
        RiskTrip::MaxConcurrent { open_positions, max_concurrent } => {
            Reason::with(ReasonCode::RiskMaxConcurrent, open_positions, max_concurrent as f64)
        }
        RiskTrip::NotionalTooSmall => {
            Reason::with(ReasonCode::RiskNotionalTooSmall, base_notional, 0.0)
        }
    }
}
