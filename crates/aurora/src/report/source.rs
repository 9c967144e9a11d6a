//! The session a report is about, and its events.

use std::path::{Path, PathBuf};

use anyhow::Context;
use aurora_journal::jsonl::{LogName, read};
use clap::Args;
use serde::Deserialize;
use serde_json::Value;

/// Which session.
#[derive(Debug, Args)]
pub(super) struct SourceArgs {
    /// Folder of the session; without it AURORA_SESSION_DIR, else the newest folder under logs/.
    #[arg(long, value_name = "DIR", env = "AURORA_SESSION_DIR")]
    session: Option<PathBuf>,
    /// Only the last so many seconds before the last event.
    #[arg(long, value_name = "SECONDS")]
    window_sec: Option<u64>,
}

/// What a report reads of an event.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) ts_ns: i64,
    pub(super) event_code: String,
    pub(super) symbol: Option<String>,
    pub(super) cid: Option<String>,
    pub(super) oid: Option<String>,
    #[serde(default)]
    pub(super) details: Value,
}

/// The events of a session, oldest first.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) folder: PathBuf,
    pub(super) events: Vec<Event>,
    /// Lines that are no events; a whole log has none.
    pub(super) unreadable: usize,
    /// Only what is not older counts.
    pub(super) from_ns: i64,
}

impl SourceArgs {
    pub(super) fn open(&self) -> anyhow::Result<Session> {
        let folder = match &self.session {
            Some(folder) => folder.clone(),
            None => newest(Path::new("logs"))
                .context("no session found under logs/: name one with --session DIR")?,
        };
        let mut events: Vec<Event> = Vec::new();
        let mut unreadable = 0;
        read::lines(&folder, LogName::Events, |line| match serde_json::from_slice(line) {
            Ok(event) => events.push(event),
            Err(_) => unreadable += 1,
        })
        .with_context(|| format!("cannot read the logs in {}", folder.display()))?;
        let last = events.last().map_or(0, |event| event.ts_ns);
        let from_ns = self.window_sec.map_or(i64::MIN, |secs| {
            last.saturating_sub(
                i64::try_from(secs).unwrap_or(i64::MAX).saturating_mul(1_000_000_000),
            )
        });
        events.retain(|event| from_ns <= event.ts_ns);
        Ok(Session { folder, events, unreadable, from_ns })
    }

    pub(super) fn window_sec(&self) -> Option<u64> {
        self.window_sec
    }
}

impl Session {
    /// How many rows of an order log fall into the window.
    pub(super) fn rows(&self, log: LogName) -> anyhow::Result<usize> {
        let mut count = 0;
        read::lines(&self.folder, log, |line| {
            let ts =
                serde_json::from_slice::<Value>(line).ok().and_then(|row| row["ts_ns"].as_i64());
            count += usize::from(ts.is_some_and(|ts| self.from_ns <= ts));
        })?;
        Ok(count)
    }
}

/// The newest `YYYYMMDD-hhmmss` folder: their names sort by time.
fn newest(root: &Path) -> Option<PathBuf> {
    let is_session = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_dir() && name.len() == 15 && name.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    };
    let entries = std::fs::read_dir(root).ok()?;
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_session).max()
}
