//! From configuration keys to what the desk is built from.

use std::time::Duration;

use anyhow::Result;
use aurora_book::FeatureParams;
use aurora_config::Config;
use aurora_engine::brakes::{BrakeLimits, BudgetLimits};
use aurora_engine::guard::Limits;
use aurora_engine::{Settings, WalletPolicy};
use aurora_exec::Deadlines;
use aurora_matching::{QueueModel, VenueConfig};
use aurora_model::{Nanos, Notional};
use aurora_signal::{Platt, ScalperParams, Weights};

use crate::exit::config_fault;

use super::snapshots::Plan;
use super::watchdog::WatchLimits;

/// The engine's settings.
pub(crate) fn engine(config: &Config) -> Result<Settings> {
    let profile = config.text("profile");
    if !matches!(profile, "paper" | "local-paper" | "dev") {
        let message = format!(
            "profile: is {profile}, and this version trades on paper only: set `profile: paper`"
        );
        return Err(config_fault(message));
    }
    Ok(Settings {
        account: 0,
        seed: config.int("market.seed"),
        mode: "paper",
        tick: millis(config, "strategy.tick_ms"),
        quiet: millis(config, "strategy.quiet_ms"),
        stale_after: millis(config, "guards.stale_book_ms_max"),
        deadlines: Deadlines {
            place: millis(config, "execution.deadlines_ms.place"),
            cancel: millis(config, "execution.deadlines_ms.cancel"),
            lapse: millis(config, "execution.deadlines_ms.lapse"),
            settle: millis(config, "execution.deadlines_ms.settle"),
            hidden: millis(config, "execution.deadlines_ms.hidden"),
            answer: aurora_wire::RESOLVE_PATIENCE,
            unresolved: millis(config, "execution.deadlines_ms.unresolved"),
        },
        limits: Limits {
            order_notional: cap(config, "execution.per_order_notional_cap"),
            position_notional: cap(config, "risk.max_notional"),
            exposure: cap(config, "risk.max_exposure"),
            price_band_bps: config.f64("risk.price_band_bps"),
            orders_per_minute: config.int("runaway.place_per_min"),
            live_orders: config.int("limits.global.max_inflight_orders"),
        },
        brakes: BrakeLimits {
            day_notional: cap(config, "risk.kill_caps.day_notional"),
            month_notional: cap(config, "risk.kill_caps.month_notional"),
            day_loss: cap(config, "risk.kill_caps.day_loss"),
            month_loss: cap(config, "risk.kill_caps.month_loss"),
            cancels_per_minute: config.int("runaway.cancel_per_min"),
            flips_per_minute: config.int("runaway.flips_per_min"),
            repeats_per_minute: config.int("runaway.repeats_per_min"),
            quarantine: Nanos::SECOND * (config.i64("runaway.quarantine_min") * 60),
            duplicate_within: millis(config, "execution.duplicate_ms"),
            collar_bps: config.f64("risk.collar_bps"),
            budget: BudgetLimits {
                hour_loss: cap(config, "risk.budget.hour_loss"),
                day_loss: cap(config, "risk.budget.day_loss"),
                drawdown: cap(config, "risk.budget.drawdown"),
                var95: cap(config, "risk.budget.var95"),
                cooldown: Nanos::SECOND * (config.i64("risk.budget.cooldown_min") * 60),
            },
        },
        day_loss: cap(config, "risk.daily_loss_cap"),
        capital: Notional::new(config.money("paper.balance")),
        dead_man: Some(Nanos::SECOND * config.i64("execution.dead_man_s"))
            .filter(|after| after.0 != 0),
        auto_run: true,
        wallets: Some(WalletPolicy {
            tolerance: Notional::new(config.money("recon.balance_tolerance")),
            every: Nanos::SECOND * config.i64("recon.balances_every_s"),
            patience: Nanos::SECOND * config.i64("recon.balance_patience_s"),
        }),
        checkpoint_every: Nanos::SECOND * config.i64("journal.checkpoint_s"),
    })
}

/// The paper venue's settings.
pub(crate) fn venue(config: &Config) -> VenueConfig {
    VenueConfig {
        order_latency: millis(config, "paper.order_latency_ms"),
        report_latency: millis(config, "paper.report_latency_ms"),
        jitter: millis(config, "paper.jitter_ms"),
        seed: config.int("market.seed"),
        queue: match config.int::<u8>("paper.queue_power") {
            0 => QueueModel::RiskAverse,
            power => QueueModel::Power(power),
        },
        receive_window: Some(millis(config, "paper.receive_window_ms")),
        buying_power: None,
        cancel_on_disconnect: config.bool("risk.cancel_on_disconnect"),
    }
}

/// The scalper's parameters; `None` when it is switched off.
pub(crate) fn scalper(config: &Config) -> Option<ScalperParams> {
    let number = |name: &str| config.f64(&format!("strategy.scalper.{name}"));
    let span = |name: &str| millis(config, &format!("strategy.scalper.{name}"));
    config.bool("strategy.scalper.enabled").then(|| ScalperParams {
        weights: Weights {
            obi: number("weights.obi"),
            tfi: number("weights.tfi"),
            microprice: number("weights.microprice"),
            ofi: number("weights.ofi"),
        },
        calibration: Platt { slope: number("platt.slope"), offset: number("platt.offset") },
        entry_score: number("entry_score"),
        fade_score: number("fade_score"),
        min_edge_bps: number("min_edge_bps"),
        take_edge_bps: number("take_edge_bps"),
        target_bps: number("target_bps"),
        stop_bps: number("stop_bps"),
        trail_from_bps: number("trail_from_bps"),
        trail_bps: number("trail_bps"),
        max_hold: span("max_hold_ms"),
        exit_patience: span("exit_patience_ms"),
        exit_slack_bps: number("exit_slack_bps"),
        entry_rest: span("entry_rest_ms"),
        requote_ticks: config.i64("strategy.scalper.requote_ticks"),
        cooldown: span("cooldown_ms"),
        retry_after: span("retry_after_ms"),
        max_spread_bps: number("max_spread_bps"),
        order_notional: Notional::new(config.money("strategy.scalper.order_notional")),
    })
}

/// How long what the desk measures about itself may be.
pub(crate) fn watch_limits(config: &Config) -> WatchLimits {
    WatchLimits {
        pause: millis(config, "watch.max_pause_ms"),
        jump: millis(config, "watch.max_clock_jump_ms"),
        skew: millis(config, "quality.max_clock_skew_ms"),
        commit: millis(config, "watch.max_commit_ms_p99"),
    }
}

/// How often snapshots are written; `None` is never.
pub(crate) fn snapshots(config: &Config) -> Option<Plan> {
    let count = |path: &str| u64::try_from(config.i64(path)).unwrap_or(0);
    let every = count("journal.snapshot_records");
    let keep = usize::try_from(count("journal.snapshots_kept")).unwrap_or(1);
    (0 < every).then_some(Plan { every, keep })
}

/// How eagerly the system runs the journal's thread.
pub(crate) fn journal_priority(config: &Config) -> aurora_journal::Priority {
    match config.text("journal.priority") {
        "real-time" => aurora_journal::Priority::RealTime,
        _ => aurora_journal::Priority::Normal,
    }
}

/// The windows of the features; the TRAP window is the gate's.
pub(crate) fn features(config: &Config) -> FeatureParams {
    FeatureParams { trap_window: seconds(config.f64("trap.window_s")), ..FeatureParams::default() }
}

fn cap(config: &Config, path: &str) -> Option<Notional> {
    let amount = config.money(path);
    (!amount.is_zero()).then(|| Notional::new(amount))
}

/// Milliseconds of a key that holds a number or a whole number of them.
fn millis(config: &Config, path: &str) -> Nanos {
    let millis = match config.setting(path).value {
        aurora_config::Value::Whole(whole) => return Nanos::from_millis(whole),
        _ => config.f64(path),
    };
    seconds(millis / 1e3)
}

fn seconds(seconds: f64) -> Nanos {
    let span = Duration::from_secs_f64(seconds);
    Nanos(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
}
