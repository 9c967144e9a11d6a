//! Orders: a row of the blotter, and the whole life of one.

use serde::Serialize;

use super::{DecisionFull, ExactlyOnce, Text};

/// What an order asks, and how much of it it has.
#[derive(Clone, Debug, Serialize)]
pub struct OrderTerms {
    /// `buy` or `sell`.
    pub side: &'static str,
    /// `limit`.
    #[serde(rename = "type")]
    pub order_type: &'static str,
    /// Time in force.
    pub tif: &'static str,
    /// Limit price.
    pub price: String,
    /// Quantity asked.
    pub qty: String,
    /// Quantity filled.
    pub filled: String,
}

/// A row of the blotter.
#[derive(Clone, Debug, Serialize)]
pub struct OrderRow {
    /// Client order id.
    pub id: String,
    /// When it was decided.
    pub t_ms: f64,
    /// Canonical id.
    pub instrument: String,
    /// What it asks, and how much of it it has.
    #[serde(flatten)]
    pub terms: OrderTerms,
    /// Average price of its fills.
    pub avg_price: Option<String>,
    /// What rests before it.
    pub ahead: Option<String>,
    /// Where it is in its life.
    pub state: &'static str,
    /// From deciding to the venue's answer.
    pub cycle_ms: Option<f64>,
    /// Profit of what it closed, net of its fees.
    pub pnl: Option<String>,
    /// `entry` or `exit`.
    pub purpose: &'static str,
    /// Why it exits.
    pub exit_reason: Option<&'static str>,
    /// Why the venue refused it.
    pub reason: Option<Coded>,
}

/// A code and what it means.
#[derive(Clone, Debug, Serialize)]
pub struct Coded {
    /// Stable code.
    pub code: String,
    /// What it means, with its values.
    pub text: Text,
}

/// The life of one order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderLife {
    /// The row.
    #[serde(flatten)]
    pub row: OrderRow,
    /// In time order.
    pub hops: Vec<Hop>,
    /// `[t_ms, ahead]`.
    pub queue: Vec<(f64, f64)>,
    /// The decision that let it pass.
    pub decision: Option<DecisionFull>,
    /// Its journal records.
    pub journal: Vec<JournalLine>,
    /// Its fills.
    pub fills: Vec<FillRow>,
    /// Its story in one sentence.
    pub why: Text,
    /// What became of its only transmission; `None` when the journal's records of it are forgotten.
    pub exactly_once: Option<ExactlyOnce>,
}

/// One hop in an order's life.
#[derive(Clone, Debug, Serialize)]
pub struct Hop {
    /// What happened.
    pub hop: &'static str,
    /// When, in nanoseconds, as text.
    pub t_ns: String,
    /// Since it was decided.
    pub after_ms: f64,
}

/// One record of the journal, for people.
#[derive(Clone, Debug, Serialize)]
pub struct JournalLine {
    /// The run it was written in.
    pub epoch: u32,
    /// Its number.
    pub seq: u64,
    /// What kind of record.
    pub kind: String,
    /// When.
    pub t_ms: f64,
    /// Its content.
    pub text: String,
}

/// A fill.
#[derive(Clone, Debug, Serialize)]
pub struct FillRow {
    /// The venue's trade id.
    pub trade_id: String,
    /// When.
    pub t_ms: f64,
    /// At what price.
    pub price: String,
    /// How much.
    pub qty: String,
    /// What it cost.
    pub fee: String,
    /// `maker` or `taker`.
    pub liquidity: &'static str,
}
