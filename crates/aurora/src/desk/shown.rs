//! What a run shows that does not change while it runs: its logs' place, setting, system, configuration; its result.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use aurora_api::console::wire::{ConfigRow, System, Text};
use aurora_config::Config;
use aurora_journal::jsonl::SessionDir;
use aurora_model::Nanos;

use super::build::Market;
use super::observer::Setting;
use super::pace::Speed;
use super::runner::Outcome;

/// Where the logs of this run go.
pub(super) fn session(config: &Config, now: Nanos) -> SessionDir {
    match config.opt_text("logging.session_dir") {
        Some(folder) => SessionDir::at(Path::new(folder)),
        None => SessionDir::new_in(Path::new("logs"), now.0),
    }
}

/// What the console shows beside everything that changes.
pub(super) fn setting(config: &Config, market: &Market, speed: Speed) -> Setting {
    Setting {
        profile: config.text("profile").to_owned(),
        market: if market.is_tape() { "tape" } else { "generated" },
        speed: speed.json(),
        currency: "USDT",
        cycle_limit_ms: config.f64("readiness.slo.order_cycle_ms_p95"),
        target_bps: config.f64("strategy.scalper.target_bps"),
        stop_bps: config.f64("strategy.scalper.stop_bps"),
    }
}

/// The system page, but for what the start found and where the console is.
pub(super) fn system(config: &Config, session: &SessionDir, now: Nanos) -> System {
    System {
        version: env!("CARGO_PKG_VERSION"),
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
        rustc: env!("BUILT_WITH_RUSTC"),
        started_ms: now.0 as f64 / 1e6,
        pid: std::process::id(),
        profile: config.text("profile").to_owned(),
        session_dir: session.path().display().to_string(),
        ..System::default()
    }
}

/// The configuration as it is in force.
pub(super) fn config_rows(config: &Config) -> Arc<Vec<ConfigRow>> {
    let read = config.settings().filter(|setting| setting.key.is_read);
    let rows = read.map(|setting| ConfigRow {
        path: setting.key.path.to_owned(),
        value: setting.value.to_string(),
        origin: setting.origin.layer(),
        place: setting.origin.place(),
        text: Text::new(setting.key.ru, setting.key.en),
    });
    Arc::new(rows.collect())
}

/// The closing words. Whoever read them may be gone; the run was still a good one.
pub(super) fn report(outcome: &Outcome, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let _ = writeln!(out, "{}", serde_json::to_string(outcome)?);
        return Ok(());
    }
    let rate = outcome.events as f64 / outcome.took_s.max(1e-9);
    let _ = writeln!(
        out,
        "{} events in {:.2} s ({rate:.0}/s), {} orders, {} fills, {} denied, net {} USDT\njournal {}\nstate   {}",
        outcome.events,
        outcome.took_s,
        outcome.orders,
        outcome.fills,
        outcome.denied,
        outcome.net,
        outcome.journal_hash,
        outcome.fingerprint
    );
    Ok(())
}
