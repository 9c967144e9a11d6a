//! `aurora report metrics`: what the gate decided and why (metrics_summary).

use std::collections::BTreeMap;
use std::path::PathBuf;

use aurora_journal::jsonl::LogName;
use clap::Args;
use serde::Serialize;

use super::source::{Session, SourceArgs};
use super::{Quantiles, cell, quantiles, show, table, write};

/// Sum up decisions, reasons, events and latencies into a JSON file.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora report metrics --window-sec 600 --out reports/summary_gate_status.json"
)]
pub(super) struct MetricsArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Where to write the summary.
    #[arg(long, value_name = "FILE", default_value = "reports/summary_gate_status.json")]
    out: PathBuf,
    /// Print the summary as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Summary {
    session: String,
    window_sec: Option<u64>,
    from_ts_ns: Option<i64>,
    to_ts_ns: Option<i64>,
    decisions: usize,
    allowed: usize,
    denied: usize,
    allow_rate: Option<f64>,
    deny_reasons: BTreeMap<String, usize>,
    events: BTreeMap<String, usize>,
    orders_success: usize,
    orders_failed: usize,
    orders_denied: usize,
    reject_rate: Option<f64>,
    latency_ms: Quantiles,
    /// How long the gate took to decide.
    decision_us: Quantiles,
    unreadable_lines: usize,
}

pub(super) fn run(args: &MetricsArgs) -> anyhow::Result<()> {
    let session = args.source.open()?;
    let summary = summarize(&session, args.source.window_sec())?;
    let text = serde_json::to_string_pretty(&summary)?;
    write(&args.out, &text)?;
    if args.json { show(&text) } else { show(&as_tables(&summary, args)) }
}

fn summarize(session: &Session, window_sec: Option<u64>) -> anyhow::Result<Summary> {
    let mut events = BTreeMap::new();
    let mut deny_reasons = BTreeMap::new();
    let (mut allowed, mut denied) = (0, 0);
    let mut latencies = Vec::new();
    let mut times = Vec::new();
    for event in &session.events {
        *events.entry(event.event_code.clone()).or_default() += 1;
        if !matches!(event.event_code.as_str(), "POLICY.DECISION" | "POLICY_DECISION") {
            continue;
        }
        let details = &event.details;
        if details["decision"] == "EXECUTE" {
            allowed += 1;
        } else {
            denied += 1;
            let reason = details["reason"].as_str().unwrap_or("unknown");
            let code = reason.split(':').next().unwrap_or(reason).to_owned();
            *deny_reasons.entry(code).or_default() += 1;
        }
        let seen = &details["observability"];
        latencies.extend(seen["latency_ms"].as_f64());
        times.extend(seen["took_ns"].as_f64().map(|ns| ns / 1e3));
    }
    let (success, failed) = (session.rows(LogName::Success)?, session.rows(LogName::Failed)?);
    Ok(Summary {
        session: session.folder.display().to_string(),
        window_sec,
        from_ts_ns: session.events.first().map(|event| event.ts_ns),
        to_ts_ns: session.events.last().map(|event| event.ts_ns),
        decisions: allowed + denied,
        allowed,
        denied,
        allow_rate: share(allowed, allowed + denied),
        deny_reasons,
        events,
        orders_success: success,
        orders_failed: failed,
        orders_denied: session.rows(LogName::Denied)?,
        reject_rate: share(failed, success + failed),
        latency_ms: quantiles(latencies),
        decision_us: quantiles(times),
        unreadable_lines: session.unreadable,
    })
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

fn as_tables(summary: &Summary, args: &MetricsArgs) -> String {
    let count = |(name, count): (&String, &usize)| vec![name.clone(), count.to_string()];
    let percent = |share: Option<f64>| share.map_or("-".into(), |s| format!("{:.1}%", s * 100.0));
    let head = [
        ("session", summary.session.clone()),
        ("decisions", summary.decisions.to_string()),
        ("allowed", format!("{} ({})", summary.allowed, percent(summary.allow_rate))),
        ("denied", summary.denied.to_string()),
        ("orders filled", summary.orders_success.to_string()),
        ("orders refused", format!("{} ({})", summary.orders_failed, percent(summary.reject_rate))),
        ("latency p50 / p95 / p99 ms", three(&summary.latency_ms)),
        ("decided in p50 / p95 / p99 us", three(&summary.decision_us)),
        ("written to", args.out.display().to_string()),
    ];
    let mut parts = vec![table(&[], head.map(|(name, value)| vec![name.to_owned(), value]))];
    if !summary.deny_reasons.is_empty() {
        parts.push(table(&["denied because", "count"], summary.deny_reasons.iter().map(count)));
    }
    parts.push(table(&["event", "count"], summary.events.iter().map(count)));
    if let Some(value) = unreadable(summary) {
        parts.push(value);
    }
    parts.join("\n\n")
}

fn three(times: &Quantiles) -> String {
    format!("{} / {} / {}", cell(times.p50), cell(times.p95), cell(times.p99))
}

fn unreadable(summary: &Summary) -> Option<String> {
    let lines = summary.unreadable_lines;
    (lines != 0).then(|| format!("{lines} lines are no events; they were left out"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::source::Event;

    fn event(ts_ns: i64, code: &str, details: Value) -> Event {
        let event_code = code.into();
        Event { ts_ns, event_code, symbol: None, cid: None, oid: None, details }
    }

    #[test]
    fn decisions_are_counted_by_reason_without_their_numbers() {
        let decision = |word: &str, reason: &str| {
            serde_json::json!({"decision": word, "reason": reason,
                "observability": {"latency_ms": 4.0, "took_ns": 1500}})
        };
        let folder = tempfile::tempdir().unwrap();
        let session = Session {
            folder: folder.path().to_owned(),
            events: vec![
                event(1, "POLICY.DECISION", decision("EXECUTE", "ok")),
                event(2, "POLICY_DECISION", decision("NO_OP", "spread_bps_too_wide:12.0")),
                event(3, "OPS.RESET", Value::Null),
            ],
            unreadable: 0,
            from_ns: i64::MIN,
        };
        let summary = summarize(&session, None).unwrap();
        assert_eq!((summary.decisions, summary.allowed, summary.denied), (2, 1, 1));
        assert_eq!(summary.deny_reasons["spread_bps_too_wide"], 1);
        assert_eq!(summary.events["OPS.RESET"], 1);
        assert_eq!(summary.decision_us.p50, Some(1.5));
    }
}
