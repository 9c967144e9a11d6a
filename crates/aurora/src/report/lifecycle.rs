//! `aurora report lifecycle`: the life of every order and what was odd about it (lifecycle_audit).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::source::{Event, Session, SourceArgs};
use super::{Quantiles, cell, quantiles, show, table, write};

/// Follow every order from submit to its end, and list what was odd.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora report lifecycle --session logs/20261121-110000")]
pub(super) struct LifecycleArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// An acknowledgement slower than this is late.
    #[arg(long, value_name = "MS", default_value_t = 1000.0)]
    late_ack_ms: f64,
    /// Where to write the report: Markdown, or JSON when the name ends in .json.
    #[arg(long, value_name = "FILE", default_value = "reports/execution_lifecycle.md")]
    out: PathBuf,
    /// Print the report as JSON instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Audit {
    session: String,
    orders: usize,
    /// How often one step followed another.
    edges: BTreeMap<String, usize>,
    /// How orders ended; `OPEN` for those that have not.
    ends: BTreeMap<String, usize>,
    submit_to_ack_ms: Quantiles,
    ack_to_done_ms: Quantiles,
    anomalies: Vec<Anomaly>,
}

#[derive(Debug, Serialize)]
struct Anomaly {
    order: String,
    symbol: Option<String>,
    ts_ns: i64,
    kind: &'static str,
    steps: String,
}

/// One order's steps in time.
#[derive(Debug, Default)]
struct Life {
    symbol: Option<String>,
    steps: Vec<(i64, String)>,
}

pub(super) fn run(args: &LifecycleArgs) -> anyhow::Result<()> {
    let session = args.source.open()?;
    let audit = audit(&session, args.late_ack_ms);
    let json = serde_json::to_string_pretty(&audit)?;
    let text = as_text(&audit);
    let wants_json = args.out.extension().is_some_and(|e| e == "json");
    write(&args.out, if wants_json { &json } else { &text })?;
    show(if args.json { &json } else { &text })
}

fn audit(session: &Session, late_ack_ms: f64) -> Audit {
    let lives = lives(&session.events);
    let mut edges = BTreeMap::new();
    let mut ends = BTreeMap::new();
    let (mut to_ack, mut to_done) = (Vec::new(), Vec::new());
    let mut anomalies = Vec::new();
    for (order, life) in &lives {
        for pair in life.steps.windows(2) {
            *edges.entry(format!("{} -> {}", pair[0].1, pair[1].1)).or_default() += 1;
        }
        let end = life.end().map_or("OPEN", |(_, step)| step).to_owned();
        *ends.entry(end).or_default() += 1;
        let (submit, ack) = (life.at("SUBMIT"), life.at("ACK"));
        to_ack.extend(submit.zip(ack).map(|(from, to)| millis(from, to)));
        to_done.extend(ack.zip(life.end()).map(|(from, (to, _))| millis(from, *to)));
        for kind in life.anomalies(late_ack_ms) {
            anomalies.push(Anomaly {
                order: order.clone(),
                symbol: life.symbol.clone(),
                ts_ns: life.steps[0].0,
                kind,
                steps: life.text(),
            });
        }
    }
    anomalies.sort_by_key(|anomaly| anomaly.ts_ns);
    Audit {
        session: session.folder.display().to_string(),
        orders: lives.len(),
        edges,
        ends,
        submit_to_ack_ms: quantiles(to_ack),
        ack_to_done_ms: quantiles(to_done),
        anomalies,
    }
}

/// Orders by our id, else by the venue's; an event that has both joins the two.
fn lives(events: &[Event]) -> BTreeMap<String, Life> {
    let mut by_oid: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events {
        if let (Some(cid), Some(oid)) = (&event.cid, &event.oid) {
            by_oid.insert(oid, cid);
        }
    }
    let mut lives: BTreeMap<String, Life> = BTreeMap::new();
    for event in events {
        let code = aurora_model::event::normalize(&event.event_code);
        let Some(step) = code.strip_prefix("ORDER.") else { continue };
        let known = event.oid.as_deref().and_then(|oid| by_oid.get(oid).copied());
        let Some(order) = event.cid.as_deref().or(known).or(event.oid.as_deref()) else { continue };
        let life = lives.entry(order.to_owned()).or_default();
        life.symbol = life.symbol.take().or_else(|| event.symbol.clone());
        life.steps.push((event.ts_ns, step.to_owned()));
    }
    lives
}

impl Life {
    fn at(&self, step: &str) -> Option<i64> {
        self.steps.iter().find(|(_, s)| s == step).map(|(at, _)| *at)
    }

    fn end(&self) -> Option<&(i64, String)> {
        self.steps.iter().find(|(_, step)| is_end(step))
    }

    fn text(&self) -> String {
        let steps: Vec<&str> = self.steps.iter().map(|(_, step)| step.as_str()).collect();
        steps.join(" -> ")
    }

    fn anomalies(&self, late_ack_ms: f64) -> Vec<&'static str> {
        let place = |step: &str| self.steps.iter().position(|(_, s)| s == step);
        let (submit, ack) = (self.at("SUBMIT"), self.at("ACK"));
        let fill = place("FILL").into_iter().chain(place("PARTIAL")).min();
        let ends: Vec<usize> =
            (0..self.steps.len()).filter(|at| is_end(&self.steps[*at].1)).collect();
        let mut found = Vec::new();
        if submit.zip(ack).is_some_and(|(from, to)| late_ack_ms < millis(from, to)) {
            found.push("late_ack");
        }
        if submit.is_some() && ack.is_none() && fill.is_none() && place("REJECT").is_none() {
            found.push("no_ack");
        }
        if fill.zip(place("ACK")).is_some_and(|(fill, ack)| fill < ack) {
            found.push("fill_before_ack");
        }
        if place("PARTIAL").is_some() && place("CANCEL.ACK").is_some() && place("FILL").is_none() {
            found.push("partial_then_cancel");
        }
        if ends.first().is_some_and(|end| end + 1 < self.steps.len()) {
            found.push(if 1 < ends.len() { "ended_twice" } else { "step_after_end" });
        }
        found
    }
}

fn is_end(step: &str) -> bool {
    matches!(step, "FILL" | "REJECT" | "CANCEL.ACK" | "EXPIRE")
}

fn millis(from: i64, to: i64) -> f64 {
    (to - from) as f64 / 1e6
}

fn as_text(audit: &Audit) -> String {
    let count = |(name, count): (&String, &usize)| vec![name.clone(), count.to_string()];
    let times = |name: &str, q: &Quantiles| {
        vec![name.to_owned(), q.count.to_string(), cell(q.p50), cell(q.p95), cell(q.p99)]
    };
    let mut text = format!("# Lives of {} orders\n\nSession {}\n", audit.orders, audit.session);
    let mut part = |heading: &str, table: String| {
        write!(text, "\n## {heading}\n\n```\n{table}\n```\n").expect("writing to memory");
    };
    part("How they ended", table(&["end", "orders"], audit.ends.iter().map(count)));
    part("Steps", table(&["step", "times"], audit.edges.iter().map(count)));
    part(
        "Times, ms",
        table(
            &["", "count", "p50", "p95", "p99"],
            [
                times("submit -> ack", &audit.submit_to_ack_ms),
                times("ack -> done", &audit.ack_to_done_ms),
            ],
        ),
    );
    let odd = audit.anomalies.iter().map(|anomaly| {
        let symbol = anomaly.symbol.clone().unwrap_or_default();
        vec![anomaly.order.clone(), symbol, anomaly.kind.to_owned(), anomaly.steps.clone()]
    });
    part("What was odd", table(&["order", "symbol", "what", "steps"], odd));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line is `millisecond step cid oid`, `-` for none.
    fn check(lines: &str, want: &str) {
        let word = |text: &str| (text != "-").then(|| text.to_owned());
        let events = lines.lines().map(|line| {
            let parts: Vec<&str> = line.split_whitespace().collect();
            Event {
                ts_ns: parts[0].parse::<i64>().unwrap() * 1_000_000,
                event_code: format!("ORDER.{}", parts[1]),
                symbol: None,
                cid: word(parts[2]),
                oid: word(parts[3]),
                details: serde_json::Value::Null,
            }
        });
        let session = Session {
            folder: "s".into(),
            events: events.collect(),
            unreadable: 0,
            from_ns: i64::MIN,
        };
        let audit = audit(&session, 1000.0);
        let odd: Vec<String> =
            audit.anomalies.iter().map(|a| format!("{} {}", a.order, a.kind)).collect();
        assert_eq!(format!("{:?} {}", audit.ends, odd.join(", ")).trim(), want, "{lines}");
    }

    #[test]
    fn odd_lives_are_named() {
        check("0 SUBMIT a -\n5 ACK a o1\n9 FILL - o1", r#"{"FILL": 1}"#);
        check("0 SUBMIT a -\n2000 ACK a -", r#"{"OPEN": 1} a late_ack"#);
        check("0 SUBMIT a -\n300000 EXPIRE a -", r#"{"EXPIRE": 1} a no_ack"#);
        check(
            "0 SUBMIT a -\n1 FILL a -\n2 ACK a -",
            r#"{"FILL": 1} a fill_before_ack, a step_after_end"#,
        );
        check(
            "0 ACK a -\n1 PARTIAL a -\n2 CANCEL.REQUEST a -\n3 CANCEL.ACK a -",
            r#"{"CANCEL.ACK": 1} a partial_then_cancel"#,
        );
        check("0 ACK a -\n1 FILL a -\n2 REJECT a -", r#"{"FILL": 1} a ended_twice"#);
    }
}
