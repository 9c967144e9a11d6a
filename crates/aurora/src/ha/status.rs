//! How a node stands, as `ha.json` in its folder and `aurora ha status` tell it.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// It is written five times a second: whoever wrote nothing for so long is gone.
const GONE_MS: f64 = 3_000.0;

/// How a node stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct NodeStatus {
    pub(crate) node: String,
    pub(crate) pid: u32,
    /// FOLLOWER, CANDIDATE, LEADER, DRAINING.
    pub(crate) role: String,
    pub(crate) role_ru: String,
    pub(crate) role_en: String,
    pub(crate) since_ms: f64,
    /// The epoch it leads in; of others the highest it has heard of.
    pub(crate) epoch: u32,
    pub(crate) token: Option<u64>,
    /// How long the lease may still be acted on.
    pub(crate) lease_left_ms: Option<i64>,
    /// Who has the lease, where it is known.
    pub(crate) holder: Option<String>,
    /// The last record in its journal.
    pub(crate) seq: u64,
    /// A follower has copied everything there was.
    pub(crate) is_at_end: bool,
    /// The state's fingerprint after the record below.
    pub(crate) fingerprint: String,
    pub(crate) fingerprint_seq: u64,
    /// Why it may not take over.
    pub(crate) broken: Option<String>,
    /// Why it last stopped.
    pub(crate) last_why: Option<String>,
    /// What it last said, newest last.
    pub(crate) notices: Vec<String>,
    /// How long the last takeover took, from asking for the epoch to the desk's start.
    pub(crate) takeover_ms: Option<f64>,
    /// Where its console is, while it leads.
    pub(crate) console: Option<String>,
    /// When this was written.
    pub(crate) at_ms: f64,
}

impl NodeStatus {
    /// Writes it whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        let fresh = path.with_extension("json.new");
        std::fs::write(&fresh, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(fresh, path)
    }

    pub(crate) fn read(path: &Path) -> std::io::Result<NodeStatus> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// What a node of this host with that journal said, if it said so lately.
    pub(crate) fn of_neighbour(journal: &Path, now_ms: f64) -> Option<NodeStatus> {
        let status = NodeStatus::read(&journal.parent()?.join("ha.json")).ok()?;
        (now_ms - status.at_ms < GONE_MS).then_some(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_is_seen_as_long_as_it_says_how_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let seen = |now_ms| NodeStatus::of_neighbour(&journal, now_ms).map(|status| status.node);
        assert_eq!(seen(1_000.0), None);
        let status = NodeStatus { node: "b".to_owned(), at_ms: 1_000.0, ..NodeStatus::default() };
        status.write(&folder.path().join("ha.json")).unwrap();
        assert_eq!(seen(1_200.0).as_deref(), Some("b"));
        assert_eq!(seen(4_000.0), None);
    }
}
