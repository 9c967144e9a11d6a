//! The last decisions, and the gate's last minutes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use aurora_api::console::wire::{
    DecisionFull, DecisionRow, GateLatency, GateStep, GateSummary, ReasonCount, Text,
};
use aurora_engine::Judgement;
use aurora_gate::{GateId, Verdict};
use aurora_model::{Nanos, Reason};
use serde_json::json;

use super::show::{self, Show};
use crate::percentiles::percentiles;

/// How many decisions are remembered in full.
const KEPT: usize = 2_000;
/// How often the summary is made anew: it goes through every decision of its window.
const SUMMARY_EVERY: Nanos = Nanos(1_000_000_000);
/// How far back the summary looks.
const WINDOW: Nanos = Nanos(300_000_000_000);

#[derive(Debug, Default)]
pub(crate) struct Decisions {
    /// Oldest first.
    all: VecDeque<(Arc<DecisionRow>, Judgement)>,
    /// The version of the limits they were held against.
    pub(crate) policy: Arc<str>,
    pub(crate) total: u64,
    pub(crate) allowed: u64,
    pub(crate) denied: u64,
    summary: Arc<GateSummary>,
    /// When it is made anew, by the wall clock.
    summary_at: Nanos,
}

impl Decisions {
    pub(crate) fn take(&mut self, judgement: Judgement, show: &Show) -> Arc<DecisionRow> {
        let row = Arc::new(row(&judgement, show));
        self.total += 1;
        if row.allow {
            self.allowed += 1;
        } else {
            self.denied += 1;
        }
        if self.all.len() == KEPT {
            self.all.pop_front();
        }
        self.all.push_back((row.clone(), judgement));
        row
    }

    /// The newest, newest first.
    pub(crate) fn newest(&self, most: usize) -> Vec<Arc<DecisionRow>> {
        self.all.iter().rev().take(most).map(|(row, _)| row.clone()).collect()
    }

    pub(crate) fn full(&self, id: &str) -> Option<DecisionFull> {
        let (row, judgement) = self.all.iter().rev().find(|(row, _)| row.id == id)?;
        Some(full(row, judgement, &self.policy))
    }

    /// The last minutes, at most a second old.
    pub(crate) fn summary(&mut self, now: Nanos, wall: Nanos) -> Arc<GateSummary> {
        if self.summary_at <= wall {
            self.summary_at = wall + SUMMARY_EVERY;
            self.summary = Arc::new(self.summed(now));
        }
        Arc::clone(&self.summary)
    }

    fn summed(&self, now: Nanos) -> GateSummary {
        let recent: Vec<_> =
            self.all.iter().rev().take_while(|(_, j)| now - j.at <= WINDOW).collect();
        let mut reasons: BTreeMap<&str, (u64, &Text)> = BTreeMap::new();
        let mut totals = Vec::new();
        let mut by_gate: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
        let mut order: Vec<&'static str> = Vec::new();
        for (row, judgement) in &recent {
            if !row.allow {
                let code = judgement.denial.map_or("ok", |reason| reason.code.code());
                reasons.entry(code).or_insert((0, &row.text)).0 += 1;
            }
            let Some(gate) = &judgement.gate else { continue };
            totals.push(row.ns);
            for trace in &gate.gates {
                let name = trace.gate.name();
                if !order.contains(&name) {
                    order.push(name);
                }
                by_gate.entry(name).or_default().push(trace.ns);
            }
        }
        let denied = reasons.values().map(|(count, _)| count).sum();
        let mut reasons: Vec<ReasonCount> = reasons
            .into_iter()
            .map(|(code, (count, text))| ReasonCount {
                code: code.to_owned(),
                count,
                text: text.clone(),
            })
            .collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        let span = recent.last().map_or(0.0, |(_, oldest)| (now - oldest.at).seconds());
        let decisions = recent.len() as u64;
        let [total_p50_ns, total_p99_ns] = p50_p99(&mut totals);
        GateSummary {
            window_s: 300,
            decisions,
            allowed: decisions - denied,
            denied,
            per_min: if span > 1.0 { decisions as f64 / span * 60.0 } else { decisions as f64 },
            reasons,
            latency: order
                .into_iter()
                .map(|gate| {
                    let [p50_ns, p99_ns] = p50_p99(by_gate.get_mut(gate).expect("gathered above"));
                    GateLatency { gate, p50_ns, p99_ns }
                })
                .collect(),
            total_p50_ns,
            total_p99_ns,
        }
    }
}

/// Median and 99th percentile; zero of nothing.
fn p50_p99(values: &mut [u64]) -> [u64; 2] {
    values.sort_unstable();
    percentiles(values, [50, 99]).unwrap_or_default()
}

fn row(judgement: &Judgement, show: &Show) -> DecisionRow {
    let reason = judgement.denial.unwrap_or(Reason::OK);
    DecisionRow {
        id: uuid_text(judgement.id),
        t_ms: show::millis(judgement.at),
        instrument: show.id.to_string(),
        side: judgement.side.word(),
        qty: show.qty(judgement.qty),
        price: show.price(judgement.price),
        allow: judgement.denial.is_none(),
        reason: reason.to_string(),
        text: show::text(&reason),
        ns: judgement.gate.as_ref().map_or(0, |gate| gate.gates.iter().map(|trace| trace.ns).sum()),
        source: "desk",
    }
}

fn full(row: &DecisionRow, judgement: &Judgement, policy: &str) -> DecisionFull {
    let guards = judgement.guards.iter().map(|step| GateStep {
        gate: step.name,
        verdict: if step.denial.is_some() { "deny" } else { "pass" },
        value: step.value,
        limit: step.limit.filter(|limit| limit.is_finite()),
        sense: "max",
        unit: step.unit,
        ns: None,
        text: show::text(&step.denial.unwrap_or(Reason::OK)),
    });
    let gates = judgement.gate.iter().flat_map(|gate| &gate.gates).map(|trace| GateStep {
        gate: trace.gate.name(),
        verdict: trace.verdict.word(),
        value: trace.value.filter(|value| value.is_finite()),
        limit: trace.limit.filter(|limit| limit.is_finite()),
        sense: match trace.gate {
            GateId::ExpectedReturn | GateId::Risk => "min",
            _ => "max",
        },
        unit: trace.gate.unit(),
        ns: (trace.verdict != Verdict::Off && trace.ns > 0).then_some(trace.ns),
        text: if trace.verdict == Verdict::Deny {
            row.text.clone()
        } else {
            show::text(&Reason::OK)
        },
    });
    let unasked = if judgement.gate.is_some() { &[][..] } else { &GateId::PIPELINE[..] };
    let unasked = unasked.iter().map(|gate| GateStep {
        gate: gate.name(),
        verdict: Verdict::Skip.word(),
        value: None,
        limit: None,
        sense: "max",
        unit: gate.unit(),
        ns: None,
        text: not_asked(judgement),
    });
    let reasons =
        judgement.gate.as_ref().map(|gate| gate.reasons.iter().map(ToString::to_string).collect());
    DecisionFull {
        row: row.clone(),
        policy: policy.to_owned(),
        reasons: reasons.unwrap_or_default(),
        order: judgement.order.map(|id| id.to_string()),
        gates: guards.chain(gates).chain(unasked).collect(),
        observability: observability(judgement),
    }
}

fn not_asked(judgement: &Judgement) -> Text {
    if judgement.denial.is_some() {
        return Text::new("не спрошен: отказано раньше", "not asked: denied before");
    }
    Text::new(
        "не спрошен: выход должен пройти и на плохом рынке",
        "not asked: an exit must get out of a bad market too",
    )
}

/// What the gate saw, as the gate contract names it.
pub(crate) fn observability(judgement: &Judgement) -> serde_json::Value {
    let Some(gate) = &judgement.gate else { return json!({}) };
    json!({
        "gate_state": if gate.allow { "PASS" } else { "BLOCK" },
        "risk_scale": gate.risk_scale,
        "trap": gate.trap.map(|t| json!({
            "trap_z": t.z, "cancel_rate": t.cancel_rate, "repl_rate": t.repl_rate,
            "n_trades": t.n_trades, "trap_score": t.score,
        })),
        "sprt": gate.sprt.map(|s| json!({"decision": s.outcome.word(), "llr": s.llr, "n_obs": s.n_obs})),
        "expected_return": gate.expected_return.map(|e| json!({"p": e.p, "e_bps": e.e_bps})),
        "risk": gate.risk.map(|r| json!({
            "cfg": {"dd_day_pct": r.cfg.dd_day_pct, "max_concurrent": r.cfg.max_concurrent, "size_scale": r.cfg.size_scale},
            "ctx": {"base_notional": r.base_notional, "scaled_notional": r.scaled_notional},
        })),
        "reasons": gate.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
pub(crate) fn uuid_text(id: u128) -> String {
    let hex = format!("{id:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
