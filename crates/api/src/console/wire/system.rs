//! The system page: process, journal, recovery, history, configuration.

use serde::Serialize;

use super::{Alert, Text};

/// The system page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct System {
    /// Of this program.
    pub version: &'static str,
    /// Build profile and target.
    pub build: &'static str,
    /// Compiler.
    pub rustc: &'static str,
    /// When it started.
    pub started_ms: f64,
    /// Process id.
    pub pid: u32,
    /// Profile.
    pub profile: String,
    /// Where the logs are.
    pub session_dir: String,
    /// Where the journal is.
    pub journal: JournalPosition,
    /// Where the console is.
    pub listen: String,
    /// What the start found.
    pub recovery: Recovery,
    /// Newest first.
    pub history: Vec<StateChange>,
    /// Alerts, newest first, also those that are over.
    pub alerts: Vec<Alert>,
    /// The node's place beside others; absent for a desk that is alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ha: Option<HighAvailability>,
}

/// A node among others.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HighAvailability {
    /// Its name.
    pub node: String,
    /// `LEADER` or `DRAINING`: a follower has no console.
    pub role: &'static str,
    /// The role in words.
    pub text: Text,
    /// The fencing epoch it leads in.
    pub epoch: u32,
    /// Who has the lease, where that is known.
    pub holder: Option<String>,
    /// Which grant of the lease.
    pub token: Option<u64>,
    /// How long the lease may still be acted on.
    pub lease_left_ms: Option<i64>,
    /// Since when it has the role.
    pub since_ms: f64,
    /// How long it took over: from the lease to the desk's start.
    pub takeover_ms: Option<f64>,
    /// The last record it had copied when it took over.
    pub copied_seq: u64,
    /// The state's fingerprint then, as checkpoints in the journal have it.
    pub copied_fingerprint: String,
    /// Who copies this node's journal; `None` while nobody is seen to.
    pub follower: Option<Follower>,
}

/// A node that copies the leader's journal.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Follower {
    /// Its name; `None` of one on another host, which only tells how far it is.
    pub node: Option<String>,
    /// The last record it has.
    pub seq: u64,
}

/// Where the journal is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct JournalPosition {
    /// Its folder.
    pub dir: String,
    /// The fencing epoch of this run.
    pub epoch: u32,
    /// The file being written.
    pub segment: String,
    /// The last record.
    pub seq: u64,
    /// The last record known to be on disk.
    pub durable_seq: u64,
    /// Size of the open segment's records.
    pub bytes: u64,
    /// What a commit takes.
    pub last_commit_us_p50: f64,
    /// What a commit takes.
    pub last_commit_us_p99: f64,
}

/// What the start found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Recovery {
    /// Records replayed.
    pub records: u64,
    /// Orders among them.
    pub orders: u64,
    /// Fills among them.
    pub fills: u64,
    /// How long it took.
    pub took_ms: f64,
    /// Orders in doubt that were resolved.
    pub resolved_unknown: u64,
    /// The record of the snapshot it began with; zero when every record was replayed.
    pub from_snapshot: u64,
}

/// One change of the trading state.
#[derive(Clone, Debug, Serialize)]
pub struct StateChange {
    /// When.
    pub t_ms: f64,
    /// Before.
    pub from: &'static str,
    /// After.
    pub to: &'static str,
    /// Why.
    pub cause: &'static str,
    /// What the operator said.
    pub reason: Option<String>,
}

/// One value of the effective configuration.
#[derive(Clone, Debug, Serialize)]
pub struct ConfigRow {
    /// Its path.
    pub path: String,
    /// What it is; secrets are masked.
    pub value: String,
    /// `default`, `yaml`, `env`, `flag`.
    pub origin: &'static str,
    /// Which line, variable or flag.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// What it means.
    pub text: Text,
}
