//! What became of each transmission, and which journal records say so.

use serde::Serialize;

use super::OrderTerms;

/// A journal record that says something about an order.
#[derive(Clone, Debug, Serialize)]
pub struct JournalLink {
    /// The run it was written in.
    pub epoch: u32,
    /// Its number.
    pub seq: u64,
    /// What it says: `intent`, `sent`, `ack`, `fill` …
    pub kind: &'static str,
    /// When.
    pub t_ms: f64,
}

/// What is known of one order's only transmission.
#[derive(Clone, Debug, Serialize)]
pub struct ExactlyOnce {
    /// `PENDING`, `SENT`, `UNKNOWN`, `CONFIRMED` or `REPLAYED`.
    pub exactly_once_state: &'static str,
    /// `PREPARED`, `DURABLE`, `SENT`, `UNKNOWN`, `WITHDRAWN`, `ACKED`, `REJECTED` or `DEAD`.
    pub fate: &'static str,
    /// Why the venue refused it.
    pub code: Option<&'static str>,
    /// The venue's id.
    pub venue_order_id: Option<String>,
    /// How long its fate was not known, in all.
    pub in_doubt_ms: f64,
    /// Whether it is not known now.
    pub in_doubt: bool,
    /// The records, in order.
    pub journal_links: Vec<JournalLink>,
}

/// One order of `/api/ui/execution`.
#[derive(Clone, Debug, Serialize)]
pub struct ExecutionRow {
    /// Client order id.
    pub cl_ord_id: String,
    /// The order it is a part of; orders have no parents yet.
    pub parent_order_id: Option<String>,
    /// Canonical id of the instrument.
    pub uid: String,
    /// What it asks, and how much of it it has.
    #[serde(flatten)]
    pub terms: OrderTerms,
    /// Where it is in its life.
    pub fsm: &'static str,
    /// What rests before it, in base; `None` where the venue does not tell.
    pub expected_queue_pos: Option<f64>,
    /// `None`: nothing estimates it yet.
    pub expected_slippage_bps: Option<f64>,
    /// `None`: nothing judges it yet.
    pub fill_quality: Option<f64>,
    /// Where it went, and how.
    pub route: Route,
    /// The number of its intent in the journal.
    pub outbox_id: Option<u64>,
    /// The decision that let it pass.
    pub trace_id: String,
    /// What its steps took.
    pub latency_ms: Latency,
    /// What became of it.
    #[serde(flatten)]
    pub exactly_once: ExactlyOnce,
}

/// Where an order went.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// The venue.
    pub venue: String,
    /// `maker` or `taker`, as it was meant.
    pub mode: &'static str,
    /// Why there.
    pub route_reason: &'static str,
    /// `None`: nothing estimates it yet.
    pub expected_slippage_bps: Option<f64>,
}

/// What an order's steps took, in ms; `None` for what has not happened.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    /// From deciding to sending.
    pub place: Option<f64>,
    /// From sending to the venue's first word.
    pub ack: Option<f64>,
    /// From sending to the last fill.
    pub fill: Option<f64>,
}

/// `/api/ui/recon/orders`.
#[derive(Clone, Debug, Serialize)]
pub struct ReconOrders {
    /// Newest first.
    pub items: Vec<ReconOrder>,
    /// How many do not match.
    pub mismatch: usize,
}

/// `/api/ui/recon/balances`.
#[derive(Clone, Debug, Serialize)]
pub struct ReconBalances {
    /// Every wallet that is compared, by venue and currency.
    pub items: Vec<ReconBalance>,
    /// How many differ.
    pub mismatch: usize,
}

/// One wallet, by our books and by the venue's word.
#[derive(Clone, Debug, Serialize)]
pub struct ReconBalance {
    /// `venue:asset`.
    pub key: String,
    /// The venue.
    pub venue: &'static str,
    /// The currency.
    pub asset: String,
    /// What our books say it must hold; `None` before the venue's first word.
    pub internal: Option<String>,
    /// What the venue last said.
    pub venue_value: Option<String>,
    /// What the venue said, less what our books said at that moment.
    pub diff: Option<String>,
    /// So much may differ, in the reporting currency.
    pub tolerance: String,
    /// `awaited`, `agreed`, `unsettled`, `doubtful` or `differs`.
    pub state: &'static str,
    /// When the venue last said it.
    pub told_ms: Option<f64>,
    /// Whether nothing differs.
    #[serde(rename = "match")]
    pub matches: bool,
}

/// One order, as we and as the venue know it.
#[derive(Clone, Debug, Serialize)]
pub struct ReconOrder {
    /// `venue:cl_ord_id`, the idempotency key.
    pub key: String,
    /// The venue.
    pub venue: String,
    /// Client order id.
    pub cl_ord_id: String,
    /// Our state and filled quantity.
    pub internal: String,
    /// Where it is in its life, by us.
    pub internal_fsm: &'static str,
    /// The same by the venue's word, `CLOSED` and `ABSENT` besides; `None` when it has not said anything.
    pub venue_fsm: Option<&'static str>,
    /// What differs, in words.
    pub diff: Option<&'static str>,
    /// Whether both say the same, or nothing is expected to be said yet.
    #[serde(rename = "match")]
    pub matches: bool,
    /// The numbers of its records.
    pub journal_refs: Vec<u64>,
    /// What became of it.
    #[serde(flatten)]
    pub exactly_once: ExactlyOnce,
}
