//! Gate: no churning. A pause after a close, a pace for entries, and no turning of a young position.

use aurora_model::{EventCode, Nanos, Reason, ReasonCode, Side};

use crate::config::{ChurnConfig, Compat};
use crate::decision::{ChurnDenial, Decision, Detail};
use crate::finding::Finding;
use crate::health::millis_up;
use crate::symbols::Symbol;

pub(crate) fn check(
    decision: &mut Decision,
    symbol: &Symbol,
    side: Option<Side>,
    (config, compat): (&ChurnConfig, Compat),
) -> Finding {
    let now = decision.at;
    let Some(hit) = hit(now, symbol, side, config) else { return Finding::PASS };
    decision.note(hit.reason);
    decision.block(hit.reason);
    decision.churn = Some(hit.denial);
    decision.cooldown_ms = hit.wait_ms;
    // The recorded event log has none of these, though its verdicts do.
    if compat == Compat::Strict {
        decision.raise(hit.event, &[("left_ms", Detail::Whole(hit.wait_ms))]);
    }
    Finding::new(true, hit.wait_ms as f64, hit.limit_ms as f64)
}

/// A rule that denies.
struct Hit {
    reason: Reason,
    denial: ChurnDenial,
    event: EventCode,
    /// Until it no longer would; zero when only a close helps.
    wait_ms: i64,
    limit_ms: i64,
}

/// The first rule that denies.
fn hit(now: Nanos, symbol: &Symbol, side: Option<Side>, config: &ChurnConfig) -> Option<Hit> {
    cooldown(now, symbol, config)
        .or_else(|| pace(now, symbol, config))
        .or_else(|| opposite(now, symbol, side?, config))
}

fn cooldown(now: Nanos, symbol: &Symbol, config: &ChurnConfig) -> Option<Hit> {
    let limit_ms = config.cooldown_after_close_ms;
    let until = symbol.cooldown_until.filter(|until| 0 < limit_ms && now < *until)?;
    let wait_ms = millis_up(until - now);
    Some(Hit {
        reason: Reason::with(ReasonCode::CooldownAfterClose, wait_ms as f64, limit_ms as f64),
        denial: ChurnDenial::Cooldown { remaining_ms: wait_ms },
        event: EventCode::CooldownActive,
        wait_ms,
        limit_ms,
    })
}

fn pace(now: Nanos, symbol: &Symbol, config: &ChurnConfig) -> Option<Hit> {
    let limit_ms = config.min_open_interval_ms;
    let next = symbol.last_allow? + Nanos::from_millis(limit_ms);
    if limit_ms <= 0 || next <= now {
        return None;
    }
    let wait_ms = millis_up(next - now);
    Some(Hit {
        reason: Reason::with(ReasonCode::OpenRateLimit, wait_ms as f64, limit_ms as f64),
        denial: ChurnDenial::RateLimit { left_ms: wait_ms },
        event: EventCode::OpenRateLimit,
        wait_ms,
        limit_ms,
    })
}

fn opposite(now: Nanos, symbol: &Symbol, side: Side, config: &ChurnConfig) -> Option<Hit> {
    let position = symbol.position.filter(|position| position.side == side.opposite())?;
    let limit_ms = config.min_position_hold_ms;
    let until = position.since + Nanos::from_millis(limit_ms);
    let denial = ChurnDenial::Position { side: position.side, since: position.since };
    if now < until {
        let wait_ms = millis_up(until - now);
        let reason = Reason::with(ReasonCode::PositionMinHold, wait_ms as f64, limit_ms as f64);
        return Some(Hit { reason, denial, event: EventCode::PositionMinHold, wait_ms, limit_ms });
    }
    let reason = Reason::new(ReasonCode::OppositeSideBlock);
    let event = EventCode::PositionOppositeBlock;
    Some(Hit { reason, denial, event, wait_ms: 0, limit_ms: 0 })
}
