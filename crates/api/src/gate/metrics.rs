//! What Prometheus sees of the gate.

use std::fmt::Write;

use aurora_gate::{Decision, GateId};
use aurora_model::EventCode;

/// Upper bounds of the latency buckets, in nanoseconds.
const BOUNDS_NS: [u64; 14] = [
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// The gates a histogram is kept for, anti-churn first, then the pipeline.
const GATES: usize = GateId::PIPELINE.len() + 1;

/// Counters and histograms of one gate.
#[derive(Debug)]
pub(super) struct Metrics {
    events: Vec<u64>,
    gates: [Histogram; GATES],
    total: Histogram,
    pub(super) allowed: u64,
    pub(super) denied: u64,
    pub(super) success: u64,
    pub(super) rejected: u64,
    pub(super) malformed: u64,
    pub(super) auth_fail: u64,
    pub(super) rotations: u64,
    pub(super) audit_denied: u64,
    pub(super) audit_failures: u64,
}

/// How many observations fell under each bound, and what they add up to.
#[derive(Clone, Debug, Default)]
struct Histogram {
    counts: [u64; BOUNDS_NS.len() + 1],
    sum_ns: u64,
}

/// What is shown besides the counters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gauges {
    pub(super) is_red: bool,
    pub(super) is_halted: bool,
    pub(super) latency_p95_ms: f64,
    pub(super) acks_waiting: usize,
    pub(super) connections: usize,
}

impl Metrics {
    pub(super) fn new() -> Metrics {
        Metrics {
            events: vec![0; EventCode::ALL.len()],
            gates: Default::default(),
            total: Histogram::default(),
            allowed: 0,
            denied: 0,
            success: 0,
            rejected: 0,
            malformed: 0,
            auth_fail: 0,
            rotations: 0,
            audit_denied: 0,
            audit_failures: 0,
        }
    }

    pub(super) fn event(&mut self, code: EventCode) {
        self.events[code as usize] += 1;
    }

    /// Takes the timings of one decision.
    pub(super) fn timings(&mut self, decision: &Decision) {
        let mut total = 0;
        for trace in &decision.gates {
            self.gates[trace.gate as usize].record(trace.ns);
            total += trace.ns;
        }
        self.total.record(total);
    }

    /// The text format, version 0.0.4.
    pub(super) fn render(&self, gauges: Gauges) -> String {
        let mut out = String::with_capacity(16 << 10);
        self.render_counters(&mut out);
        render_gauges(gauges, &mut out);
        head(
            &mut out,
            "aurora_pretrade_latency_ms",
            "histogram",
            "Time one gate took, milliseconds",
        );
        let names = [GateId::AntiChurn].into_iter().chain(GateId::PIPELINE);
        for gate in names {
            self.gates[gate as usize].render(&mut out, gate.name());
        }
        self.total.render(&mut out, "total");
        out
    }

    fn render_counters(&self, out: &mut String) {
        head(out, "aurora_events_emitted_total", "counter", "Events written to the event log");
        for (code, count) in EventCode::ALL.iter().zip(&self.events).filter(|(_, n)| **n != 0) {
            line(out, &format!("aurora_events_emitted_total{{code=\"{code}\"}}"), *count);
        }
        for (name, help, count) in [
            ("aurora_orders_allowed_total", "Orders the gate allowed", self.allowed),
            ("aurora_orders_denied_total", "Orders the gate denied", self.denied),
            ("aurora_orders_success_total", "Reported orders that filled", self.success),
            ("aurora_orders_rejected_total", "Reported orders that were refused", self.rejected),
            ("aurora_orders_failed_total", "Rows in orders_failed.jsonl", self.rejected),
            ("aurora_gate_malformed_total", "Requests refused as malformed", self.malformed),
            (
                "aurora_ops_auth_fail_total",
                "Operator requests without the right token",
                self.auth_fail,
            ),
            ("aurora_ops_token_rotations_total", "Operator token rotations", self.rotations),
            ("aurora_audit_failures_total", "Batches the log did not take", self.audit_failures),
            ("aurora_audit_denied_total", "Allows denied because of the log", self.audit_denied),
        ] {
            head(out, name, "counter", help);
            line(out, name, count);
        }
    }
}

fn render_gauges(gauges: Gauges, out: &mut String) {
    for (name, help, value) in [
        ("aurora_health_red", "1 while the log cannot be written", f64::from(gauges.is_red)),
        ("aurora_gate_halted", "1 while every order is denied", f64::from(gauges.is_halted)),
        ("aurora_gate_latency_p95_ms", "p95 of the callers' latencies", gauges.latency_p95_ms),
        ("aurora_acks_waiting", "Orders sent and not yet acknowledged", gauges.acks_waiting as f64),
        ("aurora_gate_connections", "Open connections", gauges.connections as f64),
    ] {
        head(out, name, "gauge", help);
        line(out, name, value);
    }
}

impl Histogram {
    fn record(&mut self, ns: u64) {
        let bucket = BOUNDS_NS.iter().position(|bound| ns <= *bound).unwrap_or(BOUNDS_NS.len());
        self.counts[bucket] += 1;
        self.sum_ns += ns;
    }

    fn render(&self, out: &mut String, gate: &str) {
        const NAME: &str = "aurora_pretrade_latency_ms";
        let mut under = 0;
        for (bound, count) in BOUNDS_NS.iter().zip(&self.counts) {
            under += count;
            let le = *bound as f64 / 1e6;
            line(out, &format!("{NAME}_bucket{{gate=\"{gate}\",le=\"{le}\"}}"), under);
        }
        under += self.counts[BOUNDS_NS.len()];
        line(out, &format!("{NAME}_bucket{{gate=\"{gate}\",le=\"+Inf\"}}"), under);
        line(out, &format!("{NAME}_sum{{gate=\"{gate}\"}}"), self.sum_ns as f64 / 1e6);
        line(out, &format!("{NAME}_count{{gate=\"{gate}\"}}"), under);
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("writing to memory");
}

fn line(out: &mut String, name: &str, value: impl std::fmt::Display) {
    writeln!(out, "{name} {value}").expect("writing to memory");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up_and_every_series_has_a_head() {
        let mut metrics = Metrics::new();
        metrics.event(EventCode::PolicyDecision);
        metrics.total.record(40);
        metrics.total.record(600);
        metrics.total.record(u64::MAX / 4);
        let gauges = Gauges {
            is_red: false,
            is_halted: true,
            latency_p95_ms: 12.5,
            acks_waiting: 0,
            connections: 2,
        };
        let text = metrics.render(gauges);
        for want in [
            "aurora_events_emitted_total{code=\"POLICY.DECISION\"} 1\n",
            "aurora_pretrade_latency_ms_bucket{gate=\"total\",le=\"0.0005\"} 1\n",
            "aurora_pretrade_latency_ms_bucket{gate=\"total\",le=\"0.001\"} 2\n",
            "aurora_pretrade_latency_ms_bucket{gate=\"total\",le=\"+Inf\"} 3\n",
            "aurora_pretrade_latency_ms_count{gate=\"total\"} 3\n",
            "# TYPE aurora_orders_denied_total counter\naurora_orders_denied_total 0\n",
            "aurora_gate_latency_p95_ms 12.5\n",
        ] {
            assert!(text.contains(want), "{want} is not in\n{text}");
        }
    }
}
