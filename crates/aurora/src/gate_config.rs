//! From the loaded configuration to the gate's own plain data.

use std::path::Path;

use anyhow::Context;
use aurora_api::gate::OpsToken;
use aurora_config::{Config, Origin};
use aurora_gate::config::{
    ChurnConfig, Compat, GovernanceConfig, HealthConfig, KillSwitchAction, KillSwitchConfig,
    OrderProfile, QuotaConfig, RiskLimits, SprtConfig, TrapConfig,
};
use aurora_gate::{GateConfig, GateId};
use aurora_journal::jsonl::LogRules;
use aurora_model::Nanos;

use crate::calibrator_file;

/// The gate's configuration; reads the calibrator's file when one is named.
pub(crate) fn gate_config(config: &Config) -> anyhow::Result<GateConfig> {
    let calibrator = match config.opt_text("gate.calibrator") {
        Some(path) => calibrator_file::read(Path::new(path))
            .with_context(|| format!("gate.calibrator names {path}"))?,
        None => aurora_gate::Calibrator::default(),
    };
    Ok(GateConfig {
        compat: match config.text("gate.compat") {
            "reference" => Compat::Reference,
            _ => Compat::Strict,
        },
        order: config.list("gate.order").iter().filter_map(|name| GateId::parse(name)).collect(),
        order_profile: match config.text("pretrade.order_profile") {
            "slip_before_er" => OrderProfile::SlipBeforeEr,
            _ => OrderProfile::ErBeforeSlip,
        },
        churn: ChurnConfig {
            cooldown_after_close_ms: config.i64("aurora.cooldown_after_close_ms"),
            min_open_interval_ms: config.i64("aurora.min_open_interval_ms"),
            min_position_hold_ms: config.i64("aurora.min_position_hold_ms"),
        },
        latency_ms_limit: config.f64("guards.latency_ms_limit"),
        health: HealthConfig {
            window_s: config.f64("aurora.latency_window_sec"),
            guard_ms: config.f64("aurora.latency_guard_ms"),
            cooloff_base_s: config.f64("aurora.cooloff_base_sec"),
            halt_repeats: config.int("aurora.halt_threshold_repeats"),
            max_samples: config.int("aurora.latency_max_samples"),
        },
        trap: TrapConfig {
            enabled: config.bool("guards.trap_guard_enabled"),
            window_s: config.f64("trap.window_s"),
            z_threshold: config.f64("trap.z_threshold"),
            cancel_pctl: config.f64("trap.cancel_pctl"),
            score_threshold: config.f64("trap.score_threshold"),
        },
        pi_min_bps: config.f64("risk.pi_min_bps"),
        calibrator,
        icp_obs: config.bool("aurora.icp_obs"),
        slip_eta: config.f64("slippage.eta_fraction_of_b"),
        risk: RiskLimits {
            dd_day_pct: config.f64("risk.dd_day_pct"),
            max_concurrent: config.i64("risk.max_concurrent"),
            size_scale: config.f64("risk.size_scale"),
        },
        sprt: sprt(config),
        spread_bps_limit: config.f64("guards.spread_bps_limit"),
        governance: governance(config),
        kill_switch: KillSwitchConfig {
            window_trades: config.int("killswitch.window_trades"),
            max_reject_rate_pct: config.f64("killswitch.max_reject_rate_pct"),
            max_denied_rate_pct: config.f64("killswitch.max_denied_rate_pct"),
            action: match config.text("killswitch.action") {
                "ALERT" => KillSwitchAction::Alert,
                _ => KillSwitchAction::HaltAndAlert,
            },
        },
        max_symbols: config.int("gate.max_symbols"),
        quotas: QuotaConfig {
            trades_per_minute: config
                .opt_i64("gate.quota.trades_per_minute")
                .and_then(|limit| u32::try_from(limit).ok()),
            symbol_exposure: config.opt_f64("gate.quota.symbol_exposure"),
        },
    })
}

fn sprt(config: &Config) -> SprtConfig {
    SprtConfig {
        enabled: config.bool("sprt.enabled"),
        sigma: config.f64("sprt.sigma"),
        accept: config.f64("sprt.A"),
        reject: config.f64("sprt.B"),
        max_obs: config.int("sprt.max_obs"),
        alpha: config.opt_f64("sprt.alpha"),
        beta: config.opt_f64("sprt.beta"),
        timeout_ms: config.int("sprt.timeout_ms"),
    }
}

fn governance(config: &Config) -> GovernanceConfig {
    GovernanceConfig {
        reject_storm_pct: config.f64("gates.reject_storm_pct"),
        reject_storm_cooldown_s: config.f64("gates.reject_storm_cooldown_s"),
        daily_dd_limit_pct: config.f64("gates.daily_dd_limit_pct"),
        cvar_limit: config.opt_f64("gates.cvar_limit"),
        spread_bps_limit: config.f64("gates.spread_bps_limit"),
        latency_ms_limit: config.f64("gates.latency_ms_limit"),
        vol_guard_std_bps: config.f64("gates.vol_guard_std_bps"),
        max_concurrent_positions: config.f64("gates.max_concurrent_positions"),
    }
}

/// When logs turn over and leave.
pub(crate) fn log_rules(config: &Config) -> LogRules {
    LogRules {
        max_bytes: config.int::<u64>("logging.rotate_max_mb") << 20,
        retention_days: config.int("logging.retention_days"),
    }
}

/// The operator's token, from wherever it was given.
pub(crate) fn ops_token(config: &Config) -> OpsToken {
    let secret = config.secret("ops.token").map(|secret| secret.reveal().to_owned());
    match config.origin("ops.token") {
        Origin::Env(name) if name == "AURORA_OPS_TOKEN" => {
            OpsToken::from_sources(None, None, secret)
        }
        Origin::Env(_) => OpsToken::from_sources(None, secret, None),
        _ => OpsToken::from_sources(secret, None, None),
    }
}

/// How long an acknowledgement may take.
pub(crate) fn ack_ttl(config: &Config) -> Nanos {
    #[expect(clippy::cast_possible_truncation, reason = "the key's range is a day")]
    Nanos((config.f64("observability.ack.ttl_s") * 1e9) as i64)
}
