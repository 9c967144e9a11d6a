//! What a drill came to: JSON for programs, a page for people.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use super::DrillArgs;
use super::round::Round;
use crate::percentiles::percentiles;

/// Nearest-rank percentiles, ms.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Times {
    p50: f64,
    p99: f64,
    max: f64,
}

impl Times {
    fn of(rounds: &[Round], what: impl Fn(&Round) -> f64) -> Times {
        let mut times: Vec<f64> = rounds.iter().map(what).collect();
        times.sort_by(f64::total_cmp);
        let [p50, p99, max] = percentiles(&times, [50, 99, 100]).unwrap_or_default();
        Times { p50, p99, max }
    }
}

/// Everything.
#[derive(Debug, Serialize)]
pub(super) struct Drill {
    rounds: usize,
    by_kind: std::collections::BTreeMap<&'static str, usize>,
    stale_orders: usize,
    lost_intents: usize,
    duplicates: usize,
    /// Orders the venues took from the leaders that were taken away.
    orders: usize,
    trading_again_ms: Times,
    lease_ms: Times,
    first_order_ms: Times,
    rejoined_ms: Times,
    /// What 99 of 100 rounds must keep.
    target_ms: f64,
    /// What of it is waited for requests that were signed before.
    waited_ms: i64,
    lease_ttl_ms: i64,
    pairs: u32,
    seed: u64,
    took_s: f64,
    /// Rounds that did not come to an end, and why.
    broken: Vec<String>,
    all: Vec<Round>,
}

impl Drill {
    pub(super) fn of(
        args: &DrillArgs,
        (mut all, broken): (Vec<Round>, Vec<String>),
        took: Duration,
    ) -> Drill {
        all.sort_by_key(|round| round.round);
        let sum = |what: fn(&Round) -> usize| all.iter().map(what).sum();
        let mut by_kind = std::collections::BTreeMap::new();
        for round in &all {
            *by_kind.entry(round.fault).or_default() += 1;
        }
        let waited_ms = args.life_ms + args.slack_ms;
        Drill {
            rounds: all.len(),
            by_kind,
            stale_orders: sum(|round| round.stale_orders),
            lost_intents: sum(|round| round.lost_intents),
            duplicates: sum(|round| round.duplicates),
            orders: sum(|round| round.orders_before),
            trading_again_ms: Times::of(&all, |round| round.trading_ms),
            lease_ms: Times::of(&all, |round| round.lease_ms),
            first_order_ms: Times::of(&all, |round| round.order_ms),
            rejoined_ms: Times::of(&all, |round| round.rejoined_ms),
            target_ms: args.target_ms.unwrap_or(10_000.0 + waited_ms as f64),
            waited_ms,
            lease_ttl_ms: args.ttl_ms,
            pairs: args.pairs,
            seed: args.seed,
            took_s: took.as_secs_f64(),
            broken,
            all,
        }
    }

    /// What does not hold.
    pub(super) fn failure(&self) -> Option<String> {
        if let Some(broken) = self.broken.first() {
            return Some(format!("not every round came to an end: {broken}"));
        }
        if let Some(bad) = self.all.iter().find(|round| !round.is_good()) {
            return Some(format!("not every round was safe: {}", bad.line()));
        }
        let (p99, target) = (self.trading_again_ms.p99, self.target_ms);
        (target < p99).then(|| {
            format!("trading again took {p99:.0} ms in 99 of 100 rounds, the target is {target:.0}")
        })
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("report.json"), serde_json::to_vec_pretty(self)?)?;
        std::fs::write(folder.join("report.md"), self.page())?;
        Ok(())
    }

    fn page(&self) -> String {
        let mut page = String::from("# Failover drill\n\n");
        page += &self.lines();
        page.extend(
            self.broken.iter().map(|broken| format!("- did not come to an end: {broken}\n")),
        );
        page += "\n| round | fault | epoch | lease, s | trading again, s | first order, s | stale | lost | twice |\n|--:|---|---|--:|--:|--:|--:|--:|--:|\n";
        for round in &self.all {
            let s = |ms: f64| ms / 1e3;
            let _ = writeln!(
                page,
                "| {} | {} | {} → {} | {:.2} | {:.2} | {:.2} | {} | {} | {} |",
                round.round,
                round.fault,
                round.from,
                round.to,
                s(round.lease_ms),
                s(round.trading_ms),
                s(round.order_ms),
                round.stale_orders,
                round.lost_intents,
                round.duplicates
            );
        }
        page
    }

    fn lines(&self) -> String {
        let kinds: Vec<String> =
            self.by_kind.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let times = |times: Times| {
            let s = |ms: f64| ms / 1e3;
            format!(
                "p50 {:.2} s, p99 {:.2} s, max {:.2} s",
                s(times.p50),
                s(times.p99),
                s(times.max)
            )
        };
        format!(
            "{} rounds in {:.0} s, {} pairs at once: {}.\n\n- orders from a stale epoch: {}\n- intents lost (RPO): {} of {} orders\n- client ids taken twice: {}\n- trading again: {} (target p99 {:.2} s, of it {:.2} s waited for what was signed before; lease {:.2} s)\n- the lease changed hands: {}\n- first order of the new leader: {}\n- the old leader followed again: {}\n",
            self.rounds,
            self.took_s,
            self.pairs,
            kinds.join(", "),
            self.stale_orders,
            self.lost_intents,
            self.orders,
            self.duplicates,
            times(self.trading_again_ms),
            self.target_ms / 1e3,
            self.waited_ms as f64 / 1e3,
            self.lease_ttl_ms as f64 / 1e3,
            times(self.lease_ms),
            times(self.first_order_ms),
            times(self.rejoined_ms),
        )
    }

    pub(super) fn print(&self, json: bool, folder: &Path) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if json {
            writeln!(out, "{}", serde_json::to_string(self)?)?;
        } else {
            writeln!(out, "{}report: {}", self.lines(), folder.join("report.md").display())?;
        }
        Ok(())
    }
}

/// `artifacts/failover_drill_2026-11-21`.
pub(super) fn default_folder() -> PathBuf {
    let today = jiff::Zoned::now().date();
    Path::new("artifacts").join(format!("failover_drill_{today}"))
}
