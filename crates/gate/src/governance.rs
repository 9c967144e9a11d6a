//! Gate: governance has the last word. The first rule that hits denies, and halts outlast the order.

use aurora_model::{EventCode, Nanos, Reason, ReasonCode};

use crate::config::{Compat, GovernanceConfig};
use crate::decision::{Decision, Detail};
use crate::finding::Finding;
use crate::health::{millis_up, seconds};
use crate::request::Market;

/// What outlasts one order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Governor {
    /// A reject storm or a broken book halts until then.
    pub(crate) halt_until: Option<Nanos>,
    /// The kill-switch window has tripped; only an operator ends that.
    pub(crate) killed: bool,
}

/// A rule that denies: its code becomes the reason, its note is appended.
struct Hit {
    reason: Reason,
    note: Option<ReasonCode>,
    event: EventCode,
    unit: &'static str,
}

impl Governor {
    pub(crate) fn check(
        &mut self,
        decision: &mut Decision,
        market: &Market<'_>,
        (config, compat): (&GovernanceConfig, Compat),
    ) -> Finding {
        if !decision.allow {
            return Finding::SKIP;
        }
        let now = decision.at;
        if reject_rate(market) >= config.reject_storm_pct
            || market.stale_book
            || market.crossed_book
        {
            self.halt_until = Some(now + seconds(config.reject_storm_cooldown_s));
        }
        let halted = self.is_halted(now);
        let hit = if halted { Some(halt()) } else { hit(market, config) };
        let Some(hit) = hit else { return Finding::PASS };
        decision.note(hit.reason);
        if let Some(code) = hit.note {
            decision.note(Reason::new(code));
        }
        decision.block(hit.reason);
        if halted {
            decision.hard_gate = self.killed;
            decision.cooldown_ms = self.halt_left_ms(now);
        }
        // The recorded event log carries governance only in its verdicts.
        if compat == Compat::Strict {
            decision.raise(
                hit.event,
                &[
                    ("value", Detail::Number(hit.reason.value)),
                    ("limit", Detail::Number(hit.reason.limit)),
                ],
            );
        }
        Finding::new(true, hit.reason.value, hit.reason.limit).in_unit(hit.unit)
    }

    /// The kill-switch window has tripped.
    pub(crate) fn kill(&mut self) {
        self.killed = true;
    }

    /// An operator ends every halt.
    pub(crate) fn reset(&mut self) {
        *self = Governor::default();
    }

    pub(crate) fn is_halted(&self, now: Nanos) -> bool {
        self.killed || self.halt_until.is_some_and(|until| now < until)
    }

    fn halt_left_ms(&self, now: Nanos) -> i64 {
        match (self.killed, self.halt_until) {
            (false, Some(until)) => millis_up(until - now),
            _ => 0,
        }
    }
}

fn halt() -> Hit {
    Hit {
        reason: Reason::new(ReasonCode::GovernanceHalt),
        note: Some(ReasonCode::KillswitchActive),
        event: EventCode::Halt,
        unit: "",
    }
}

/// The share of the caller's orders that were refused; zero when it sent none.
fn reject_rate(market: &Market<'_>) -> f64 {
    match market.recent_stats {
        Some(stats) if 0.0 < stats.total => stats.rejects / stats.total,
        _ => f64::NEG_INFINITY,
    }
}

/// The first limit that is broken, in the order of the contract.
fn hit(market: &Market<'_>, config: &GovernanceConfig) -> Option<Hit> {
    let pnl = market.pnl_today_pct.unwrap_or(0.0);
    let worst_pnl = -config.daily_dd_limit_pct.abs();
    let cvar = market.cvar_hist.unwrap_or(0.0);
    let worst_cvar = config.cvar_limit.map_or(f64::NEG_INFINITY, |limit| -limit.abs());
    let vol = market.vol_std_bps.unwrap_or(0.0);
    let open = market.open_positions.unwrap_or(0.0);
    let (spread, latency) = (market.spread(), market.latency());
    let plain = |code, event| Some(Hit { reason: Reason::new(code), note: None, event, unit: "" });
    let over = |code, note, event, (value, limit, unit)| {
        Some(Hit { reason: Reason::with(code, value, limit), note, event, unit })
    };
    if market.stale_book {
        plain(ReasonCode::DqStaleBook, EventCode::DqStaleBook)
    } else if market.crossed_book {
        plain(ReasonCode::DqCrossedBook, EventCode::DqCrossedBook)
    } else if market.abnormal_spread {
        plain(ReasonCode::DqAbnormalSpread, EventCode::DqAbnormalSpread)
    } else if pnl < worst_pnl {
        let seen = (pnl, worst_pnl, "%");
        over(
            ReasonCode::RiskDenyDrawdown,
            Some(ReasonCode::DailyDd),
            EventCode::RiskDenyDrawdown,
            seen,
        )
    } else if cvar < worst_cvar {
        over(ReasonCode::RiskDenyCvar, None, EventCode::RiskDenyCvar, (cvar, worst_cvar, "%"))
    } else if spread > config.spread_bps_limit {
        let seen = (spread, config.spread_bps_limit, "bps");
        over(
            ReasonCode::SpreadGuardTrip,
            Some(ReasonCode::SpreadLimit),
            EventCode::SpreadGuardTrip,
            seen,
        )
    } else if latency > config.latency_ms_limit {
        let seen = (latency, config.latency_ms_limit, "ms");
        over(ReasonCode::LatencyGuardTrip, None, EventCode::LatencyGuardTrip, seen)
    } else if vol > config.vol_guard_std_bps {
        let seen = (vol, config.vol_guard_std_bps, "bps");
        over(ReasonCode::VolatilityGuardTrip, None, EventCode::VolatilityGuardTrip, seen)
    } else if open >= config.max_concurrent_positions {
        let seen = (open, config.max_concurrent_positions, "positions");
        over(
            ReasonCode::RiskDenyPosLimit,
            Some(ReasonCode::PosLimit),
            EventCode::RiskDenyPosLimit,
            seen,
        )
    } else {
        None
    }
}
