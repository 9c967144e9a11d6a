//! The venues page: connections, clocks, limits and rules, as the console shows them.

use serde::Serialize;

use super::metrics::Histogram;
use super::wire::Text;

/// One venue as the desk sees it now.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VenueView {
    /// `binance`, `okx`, `bybit`, or `paper` for the one inside the process.
    pub id: String,
    /// Where it is: host and port.
    pub host: String,
    /// `NORMAL`, `DEGRADED`, `CANCEL_ONLY`, `MAINTENANCE`, `QUARANTINE`, `DOWN`.
    pub state: &'static str,
    /// Why it is in that state; empty in `NORMAL`.
    pub why: Text,
    /// The parallel market-data views, the one the desk listens to among them.
    pub views: Vec<FeedView>,
    /// The private connection is up and the account was compared since.
    pub account_ready: bool,
    /// The venue's clock minus ours; `None` until measured.
    pub clock_offset_ms: Option<f64>,
    /// The round trip it was measured with.
    pub round_trip_ms: Option<f64>,
    /// The venue's limits and how much of each is used.
    pub limits: Vec<LimitView>,
    /// Calls waiting for room: cancels, queries, amends, new orders, reads.
    pub waiting: [usize; 5],
    /// Nothing is sent before that moment, by the venue's word.
    pub paused_until_ms: Option<f64>,
    /// The address is banned.
    pub banned: bool,
    /// Paths that keep failing and rest until that moment.
    pub penalties: Vec<PenaltyView>,
    /// What the connection went through.
    pub counts: VenueCounts,
    /// From handing an order over to the venue's answer, ms: p50, p95, p99 of the last 1000; `None` before the first.
    pub order_ms: Option<[f64; 3]>,
    /// From a found gap to a whole book, ms: p50, p95, p99; `None` before the first.
    pub resync_ms: Option<[f64; 3]>,
    /// All of the former, for `/metrics`.
    #[serde(skip)]
    pub order_times: Histogram,
    /// All of the latter, for `/metrics`.
    #[serde(skip)]
    pub resync_times: Histogram,
    /// What the dead-man switch is here: `timer`, `disconnect`, `none`.
    pub dead_man: &'static str,
    /// Until when it is armed.
    pub dead_man_until_ms: Option<f64>,
    /// Self-trade prevention: the venue's word for the mode our orders carry.
    pub stp: String,
}

/// One of several parallel views of a venue's market.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FeedView {
    /// Its number.
    pub no: usize,
    /// The desk listens to it.
    pub leader: bool,
    /// It lags or is silent and has no vote.
    pub quarantined: bool,
    /// Since its last event.
    pub age_ms: Option<f64>,
    /// How far it is behind the quickest view.
    pub lag_ms: Option<f64>,
}

/// One of a venue's limits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LimitView {
    /// Its name.
    pub name: String,
    /// Units used in the current window.
    pub used: f64,
    /// Units allowed.
    pub capacity: f64,
    /// Units kept for cancels.
    pub reserved: f64,
    /// The window.
    pub per_s: f64,
}

/// A path that rests.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PenaltyView {
    /// The path.
    pub path: String,
    /// Until when.
    pub until_ms: f64,
}

/// What a venue's connection went through since the start.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct VenueCounts {
    /// Calls made.
    pub calls: u64,
    /// Calls that waited for room.
    pub throttled: u64,
    /// Calls never sent.
    pub not_sent: u64,
    /// Answers lost.
    pub lost: u64,
    /// 429 and 418 answers.
    pub pushbacks: u64,
    /// Gaps found in books.
    pub gaps: u64,
    /// Changes of the leading market-data view.
    pub failovers: u64,
    /// Views put into quarantine.
    pub quarantines: u64,
    /// Connections opened again.
    pub reconnects: u64,
    /// Fills seen on both paths.
    pub fills_compared: u64,
    /// Fills seen on one path only.
    pub fills_mismatched: u64,
    /// Orders of ours that would have met one of ours, stopped before sending.
    pub self_matches: u64,
    /// Silences after which everything was cancelled.
    pub heartbeat_misses: u64,
    /// Frames and answers that could not be read.
    pub unreadable: u64,
}

/// One instrument's rules: `/api/md/meta`.
#[derive(Clone, Debug, Serialize)]
pub struct MetaRow {
    /// Canonical id.
    pub uid: String,
    /// Price step in quote.
    pub tick: String,
    /// Quantity step in base.
    pub lot: String,
    /// The smallest order in quote.
    pub min_notional: String,
    /// What one unit on the wire is in base.
    pub multiplier: String,
    /// As a fraction of notional; below zero is a rebate.
    pub maker_fee: String,
    /// As a fraction of notional.
    pub taker_fee: String,
    /// How often funding is paid, for example `8h`; `None` where it is not.
    pub funding_schedule: Option<String>,
    /// The names other programs use.
    pub aliases: Vec<String>,
    /// `TRADING`, `CANCEL_ONLY`, `POST_ONLY`, `HALTED`, `UPCOMING`, `CLOSED`.
    pub status: &'static str,
    /// Changes when a rule does.
    pub rule_version: String,
}

/// A planned stop of a venue: `/api/system/maintenance`.
#[derive(Clone, Debug, Serialize)]
pub struct WindowRow {
    /// Which venue.
    pub venue: String,
    /// From when, UTC, RFC 3339.
    pub from: String,
    /// Until when.
    pub to: String,
    /// What it is called.
    pub kind: String,
    /// `ics`, `json`, `rss` or `venue`.
    pub source: String,
    /// What the desk does: `route_off`.
    pub action: &'static str,
    /// The alert a day ahead went out.
    pub alerted_24h: bool,
    /// The alert an hour ahead went out.
    pub alerted_1h: bool,
}
