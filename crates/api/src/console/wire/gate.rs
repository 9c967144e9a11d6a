//! Decisions, and the gate's last minutes.

use serde::Serialize;

use super::Text;

/// A row of the decision list.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionRow {
    /// UUIDv7.
    pub id: String,
    /// When.
    pub t_ms: f64,
    /// Canonical id, or the symbol an outside bot named.
    pub instrument: String,
    /// `buy` or `sell`.
    pub side: &'static str,
    /// Quantity asked.
    pub qty: String,
    /// Limit price.
    pub price: String,
    /// Whether it may pass.
    pub allow: bool,
    /// `ok` or the reason.
    pub reason: String,
    /// The reason in words.
    pub text: Text,
    /// What the decision took.
    pub ns: u64,
    /// `desk` or `http`.
    pub source: &'static str,
}

/// One decision in full.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionFull {
    /// The row.
    #[serde(flatten)]
    pub row: DecisionRow,
    /// The version of the limits it was held against: a hash of the configured limits.
    pub policy: String,
    /// Everything the gates noted.
    pub reasons: Vec<String>,
    /// The order it became.
    pub order: Option<String>,
    /// In the order they were asked.
    pub gates: Vec<GateStep>,
    /// What the gate contract calls observability.
    pub observability: serde_json::Value,
}

/// One gate's part in a decision.
#[derive(Clone, Debug, Serialize)]
pub struct GateStep {
    /// Its name.
    pub gate: &'static str,
    /// `pass`, `deny`, `skip`, `off`.
    pub verdict: &'static str,
    /// What it measured.
    pub value: Option<f64>,
    /// What it allows.
    pub limit: Option<f64>,
    /// `max`: the value may be at most the limit; `min`: it must be above.
    pub sense: &'static str,
    /// Unit of both.
    pub unit: &'static str,
    /// What it took; `None` where nobody looked at the clock.
    pub ns: Option<u64>,
    /// What it says.
    pub text: Text,
}

/// The last minutes of the gate.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GateSummary {
    /// Of how many seconds.
    pub window_s: u64,
    /// How many decisions.
    pub decisions: u64,
    /// How many may pass.
    pub allowed: u64,
    /// How many may not.
    pub denied: u64,
    /// Decisions a minute.
    pub per_min: f64,
    /// Why, most first.
    pub reasons: Vec<ReasonCount>,
    /// In evaluation order.
    pub latency: Vec<GateLatency>,
    /// Of the whole decision.
    pub total_p50_ns: u64,
    /// Of the whole decision.
    pub total_p99_ns: u64,
}

/// How often a reason denied.
#[derive(Clone, Debug, Serialize)]
pub struct ReasonCount {
    /// Stable code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// What it means.
    pub text: Text,
}

/// What a gate takes.
#[derive(Clone, Debug, Serialize)]
pub struct GateLatency {
    /// Its name.
    pub gate: &'static str,
    /// Half of the time at most.
    pub p50_ns: u64,
    /// 99 % of the time at most.
    pub p99_ns: u64,
}
