//! `aurora report`: what the logs of a session add up to.

mod exactly_once;
mod lifecycle;
mod metrics;
mod source;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};

/// Sum up the logs of a session: decisions, or the lives of orders.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora report metrics --window-sec 3600")]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    report: Report,
}

#[derive(Debug, Subcommand)]
enum Report {
    Metrics(metrics::MetricsArgs),
    Lifecycle(lifecycle::LifecycleArgs),
    ExactlyOnce(exactly_once::ExactlyOnceArgs),
}

/// Writes the report to its file and shows it.
pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<()> {
    match &args.report {
        Report::Metrics(args) => metrics::run(args),
        Report::Lifecycle(args) => lifecycle::run(args),
        Report::ExactlyOnce(args) => exactly_once::run(args),
    }
}

/// Writes a report, making its folder.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Prints a text for whoever reads it.
fn show(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// A table of two columns and more, as text.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head);
    for row in rows {
        table.add_row(row);
    }
    table.to_string()
}

/// The value under which that share of the sorted values lies; `None` without values.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the list")]
    let at = (share * last as f64).round() as usize;
    sorted.get(at.min(last)).copied()
}

/// Median, p95 and p99 of unsorted values.
fn quantiles(mut values: Vec<f64>) -> Quantiles {
    values.sort_by(f64::total_cmp);
    Quantiles {
        count: values.len(),
        p50: quantile(&values, 0.50),
        p95: quantile(&values, 0.95),
        p99: quantile(&values, 0.99),
    }
}

#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
struct Quantiles {
    count: usize,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_nothing_are_nothing() {
        assert_eq!(quantiles(Vec::new()).p50, None);
        let some = quantiles((1..=101).map(f64::from).collect());
        assert_eq!((some.p50, some.p95, some.p99), (Some(51.0), Some(96.0), Some(100.0)));
    }
}
