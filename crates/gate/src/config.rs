//! Every knob of the gate as plain data. Reading files and environment is the config crate's work.

use crate::calibrate::Calibrator;
use crate::decision::GateId;

/// Which behaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compat {
    /// The recorded behaviour, exactly.
    Reference,
    /// The same order with per-symbol TRAP, real quotas, `cooldown_ms` and the kill-switch window.
    #[default]
    Strict,
}

/// Which of expected return and slippage is asked first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderProfile {
    /// Expected return, then slippage.
    #[default]
    ErBeforeSlip,
    /// Slippage, then expected return (`pretrade.order_profile: slip_before_er`).
    SlipBeforeEr,
}

/// The whole configuration of a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct GateConfig {
    /// `gate.compat`.
    pub compat: Compat,
    /// `gate.order`: which gates run, and when. Anti-churn always comes first and is not listed.
    pub order: Vec<GateId>,
    /// `pretrade.order_profile`.
    pub order_profile: OrderProfile,
    /// `aurora.cooldown_after_close_ms` and its neighbours.
    pub churn: ChurnConfig,
    /// `guards.latency_ms_limit`, milliseconds.
    pub latency_ms_limit: f64,
    /// The p95 guard.
    pub health: HealthConfig,
    /// Fake-wall detection.
    pub trap: TrapConfig,
    /// `risk.pi_min_bps`: the expected return must be above it.
    pub pi_min_bps: f64,
    /// P(target) from the score.
    pub calibrator: Calibrator,
    /// `aurora.icp_obs`: add the conformal interval of P(target) to the observability.
    pub icp_obs: bool,
    /// `slippage.eta_fraction_of_b`: slippage may take this part of the gain.
    pub slip_eta: f64,
    /// The risk caps a start begins with; an operator may move them.
    pub risk: RiskLimits,
    /// The sequential test.
    pub sprt: SprtConfig,
    /// `guards.spread_bps_limit`.
    pub spread_bps_limit: f64,
    /// The last word.
    pub governance: GovernanceConfig,
    /// The sliding window over verdicts and rejects; only in [`Compat::Strict`].
    pub kill_switch: KillSwitchConfig,
    /// `gate.max_symbols`: symbols remembered at once. Over it, the one unused longest that holds
    /// neither position nor running pause is forgotten.
    pub max_symbols: usize,
    /// Limits the `quotas` of a strict answer are counted against.
    pub quotas: QuotaConfig,
}

/// Anti-churn, per symbol. Zero switches a rule off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChurnConfig {
    /// No entry for so long after a close.
    pub cooldown_after_close_ms: i64,
    /// At most one allowed entry in so long.
    pub min_open_interval_ms: i64,
    /// A position is held at least so long before it may be turned.
    pub min_position_hold_ms: i64,
}

/// The p95 guard over recent latencies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HealthConfig {
    /// `aurora.latency_window_sec`.
    pub window_s: f64,
    /// `aurora.latency_guard_ms`: p95 above it is a warning.
    pub guard_ms: f64,
    /// `aurora.cooloff_base_sec`.
    pub cooloff_base_s: f64,
    /// `aurora.halt_threshold_repeats`: so many warnings within 300 s halt.
    pub halt_repeats: u32,
    /// The most samples kept (65 536: four megabytes). Above `max_samples / window_s` checks a second,
    /// 1 092 by default, the window is shorter than `window_s`.
    pub max_samples: usize,
}

/// Fake-wall detection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrapConfig {
    /// `guards.trap_guard_enabled`; env `TRAP_GUARD` wins.
    pub enabled: bool,
    /// `trap.window_s`: seconds the deltas were summed over.
    pub window_s: f64,
    /// `trap.z_threshold`.
    pub z_threshold: f64,
    /// `trap.cancel_pctl`, 0 to 100.
    pub cancel_pctl: f64,
    /// `trap.score_threshold`.
    pub score_threshold: f64,
}

/// The risk caps; `/risk/set` moves them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskLimits {
    /// `risk.dd_day_pct`: a day's loss of so many percent denies.
    pub dd_day_pct: f64,
    /// `risk.max_concurrent`: so many open positions deny.
    pub max_concurrent: i64,
    /// `risk.size_scale`, 0 to 1.
    pub size_scale: f64,
}

/// The sequential probability ratio test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SprtConfig {
    /// `sprt.enabled`.
    pub enabled: bool,
    /// `sprt.sigma`: standard deviation of one sample, in the units of the score.
    pub sigma: f64,
    /// `sprt.A`: log-likelihood ratio that accepts.
    pub accept: f64,
    /// `sprt.B`: log-likelihood ratio that rejects.
    pub reject: f64,
    /// `sprt.max_obs`.
    pub max_obs: usize,
    /// `sprt.alpha`; with beta it replaces A and B.
    pub alpha: Option<f64>,
    /// `sprt.beta`.
    pub beta: Option<f64>,
    /// `AURORA_SPRT_TIMEOUT_MS`: a test that takes longer continues.
    pub timeout_ms: u64,
}

/// The limits of the last gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GovernanceConfig {
    /// `gates.reject_storm_pct`, a fraction: a reject rate at or over it halts.
    pub reject_storm_pct: f64,
    /// `gates.reject_storm_cooldown_s`.
    pub reject_storm_cooldown_s: f64,
    /// `gates.daily_dd_limit_pct`; its sign does not matter.
    pub daily_dd_limit_pct: f64,
    /// `gates.cvar_limit`; its sign does not matter; `None` asks nothing.
    pub cvar_limit: Option<f64>,
    /// `gates.spread_bps_limit`.
    pub spread_bps_limit: f64,
    /// `gates.latency_ms_limit`.
    pub latency_ms_limit: f64,
    /// `gates.vol_guard_std_bps`.
    pub vol_guard_std_bps: f64,
    /// `gates.max_concurrent_positions`.
    pub max_concurrent_positions: f64,
}

/// The kill-switch window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KillSwitchConfig {
    /// `killswitch.window_trades`: so many last verdicts, and so many last reports.
    pub window_trades: usize,
    /// `killswitch.max_reject_rate_pct`: above it, over a full window, trading halts.
    pub max_reject_rate_pct: f64,
    /// `killswitch.max_denied_rate_pct`.
    pub max_denied_rate_pct: f64,
    /// `killswitch.action`.
    pub action: KillSwitchAction,
}

/// What a tripped kill switch does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KillSwitchAction {
    /// Deny until an operator resets, and raise an event.
    #[default]
    HaltAndAlert,
    /// Raise an event only.
    Alert,
}

/// What the quotas of a strict answer are counted against. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuotaConfig {
    /// Allowed entries per symbol and minute.
    pub trades_per_minute: Option<u32>,
    /// Exposure per symbol, in quote.
    pub symbol_exposure: Option<f64>,
}

/// Why a configuration makes no gate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GateConfigError {
    /// Governance may not be left out.
    #[error("gate.order must end with governance: it is the last word and cannot be removed")]
    GovernanceNotLast,
    /// A gate stands twice.
    #[error("gate.order names {0} twice: name each gate once")]
    Repeated(&'static str),
    /// Anti-churn has no place in the list.
    #[error(
        "gate.order must not name anti_churn: it always runs first; set its times to 0 to switch it off"
    )]
    AntiChurnListed,
    /// A number is out of its range.
    #[error("{key} is {value}: give a number {range}")]
    OutOfRange {
        /// The configuration key.
        key: &'static str,
        /// What it was.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
}

impl Default for GateConfig {
    fn default() -> GateConfig {
        GateConfig {
            compat: Compat::Strict,
            order: GateId::PIPELINE.to_vec(),
            order_profile: OrderProfile::ErBeforeSlip,
            churn: ChurnConfig::default(),
            latency_ms_limit: 30.0,
            health: HealthConfig::default(),
            trap: TrapConfig::default(),
            pi_min_bps: 2.0,
            calibrator: Calibrator::default(),
            icp_obs: false,
            slip_eta: 0.3,
            risk: RiskLimits::default(),
            sprt: SprtConfig::default(),
            spread_bps_limit: 100.0,
            governance: GovernanceConfig::default(),
            kill_switch: KillSwitchConfig::default(),
            max_symbols: 1024,
            quotas: QuotaConfig::default(),
        }
    }
}

impl Default for HealthConfig {
    fn default() -> HealthConfig {
        HealthConfig {
            window_s: 60.0,
            guard_ms: 30.0,
            cooloff_base_s: 120.0,
            halt_repeats: 2,
            max_samples: 1 << 16,
        }
    }
}

impl Default for TrapConfig {
    fn default() -> TrapConfig {
        TrapConfig {
            enabled: true,
            window_s: 2.0,
            z_threshold: 1.64,
            cancel_pctl: 90.0,
            score_threshold: 0.8,
        }
    }
}

impl Default for RiskLimits {
    fn default() -> RiskLimits {
        RiskLimits { dd_day_pct: 10.0, max_concurrent: 10, size_scale: 1.0 }
    }
}

impl Default for SprtConfig {
    fn default() -> SprtConfig {
        SprtConfig {
            enabled: false,
            sigma: 1.0,
            accept: 2.0,
            reject: -2.0,
            max_obs: 10,
            alpha: None,
            beta: None,
            timeout_ms: 500,
        }
    }
}

impl Default for GovernanceConfig {
    fn default() -> GovernanceConfig {
        GovernanceConfig {
            reject_storm_pct: 0.5,
            reject_storm_cooldown_s: 60.0,
            daily_dd_limit_pct: 10.0,
            cvar_limit: None,
            spread_bps_limit: 80.0,
            latency_ms_limit: 500.0,
            vol_guard_std_bps: 300.0,
            max_concurrent_positions: 999.0,
        }
    }
}

impl GovernanceConfig {
    /// The set recommended for production: spread 8 bps, volatility 60 bps, latency 150 ms, day's loss
    /// 5 %, CVaR 10 %.
    pub fn production() -> GovernanceConfig {
        GovernanceConfig {
            daily_dd_limit_pct: 5.0,
            cvar_limit: Some(10.0),
            spread_bps_limit: 8.0,
            latency_ms_limit: 150.0,
            vol_guard_std_bps: 60.0,
            ..GovernanceConfig::default()
        }
    }
}

impl Default for KillSwitchConfig {
    fn default() -> KillSwitchConfig {
        KillSwitchConfig {
            window_trades: 50,
            max_reject_rate_pct: 35.0,
            max_denied_rate_pct: 50.0,
            action: KillSwitchAction::HaltAndAlert,
        }
    }
}
