//! The five logs of a session, written together.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::file::LogFile;
use super::housekeeping::Housekeeper;
use super::{LogError, SessionDir};

/// Which log a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogName {
    /// Raw post-trade reports.
    Orders,
    /// Orders that filled, wholly or in part.
    Success,
    /// Orders a venue refused.
    Failed,
    /// Orders the gate refused.
    Denied,
    /// Everything that happened.
    Events,
}

impl LogName {
    /// In the order they are written: an event is only written once its rows are.
    pub const ALL: [LogName; 5] =
        [LogName::Orders, LogName::Success, LogName::Failed, LogName::Denied, LogName::Events];

    /// The name of the file inside the session folder.
    pub const fn file_name(self) -> &'static str {
        match self {
            LogName::Orders => "orders.jsonl",
            LogName::Success => "orders_success.jsonl",
            LogName::Failed => "orders_failed.jsonl",
            LogName::Denied => "orders_denied.jsonl",
            LogName::Events => "aurora_events.jsonl",
        }
    }
}

/// When files turn over and leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRules {
    /// A file that would grow past this is rotated first.
    pub max_bytes: u64,
    /// How long rotated files are kept.
    pub retention_days: u32,
}

impl Default for LogRules {
    fn default() -> LogRules {
        LogRules { max_bytes: 100 << 20, retention_days: 7 }
    }
}

/// All logs of one session. Lines wait in [`SessionLog::lines`] until [`SessionLog::commit`].
#[derive(Debug)]
pub struct SessionLog {
    files: [LogFile; 5],
    pending: [Vec<u8>; 5],
    written: Arc<AtomicU64>,
    _housekeeper: Housekeeper,
}

impl SessionLog {
    /// Opens every log of the session, and starts the thread that tidies them.
    ///
    /// # Errors
    /// When another process holds one of them.
    pub fn open(session: &SessionDir, rules: LogRules) -> Result<SessionLog, LogError> {
        let folder = session.path();
        let keeper = Housekeeper::start(folder, rules.retention_days).map_err(LogError::Thread)?;
        let open = |name: LogName| {
            LogFile::open(folder.join(name.file_name()), rules.max_bytes, keeper.chores())
        };
        let [orders, success, failed, denied, events] = LogName::ALL.map(open);
        Ok(SessionLog {
            files: [orders?, success?, failed?, denied?, events?],
            pending: Default::default(),
            written: keeper.written(),
            _housekeeper: keeper,
        })
    }

    /// The lines waiting for the next commit; append whole lines only.
    pub fn lines(&mut self, name: LogName) -> &mut Vec<u8> {
        &mut self.pending[name as usize]
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.pending.iter().all(Vec::is_empty)
    }

    /// Writes what waits; afterwards nothing waits, written or not.
    ///
    /// # Errors
    /// When a file did not take its lines: nothing that was to be in this batch may be relied on.
    pub fn commit(&mut self, now_ns: i64) -> Result<(), LogError> {
        let mut outcome = Ok(());
        for (file, lines) in self.files.iter_mut().zip(&mut self.pending) {
            if !lines.is_empty() && outcome.is_ok() {
                outcome = file
                    .append(lines, now_ns)
                    .map_err(|source| LogError::Write { path: file.path().to_owned(), source });
                self.written.fetch_add(lines.len() as u64, Ordering::Relaxed);
            }
            lines.clear();
        }
        outcome
    }

    /// The session folder.
    pub fn folder(&self) -> &Path {
        self.files[0].path().parent().unwrap_or_else(|| Path::new("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_lands_whole_or_its_events_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let denied = dir.path().join("orders_denied.jsonl");
        std::os::unix::fs::symlink("/dev/full", &denied).unwrap();
        let session = SessionDir::at(dir.path());
        let mut log = SessionLog::open(&session, LogRules::default()).unwrap();
        log.lines(LogName::Denied).extend_from_slice(b"{}\n");
        log.lines(LogName::Events).extend_from_slice(b"{}\n");
        let problem = log.commit(0).unwrap_err();
        assert!(problem.to_string().contains("orders_denied.jsonl"), "{problem}");
        assert!(log.is_empty());
        let events = dir.path().join("aurora_events.jsonl");
        assert_eq!(std::fs::read_to_string(&events).unwrap(), "");
        std::fs::remove_file(&denied).unwrap();
        log.lines(LogName::Denied).extend_from_slice(b"{}\n");
        log.lines(LogName::Events).extend_from_slice(b"{}\n");
        log.commit(0).unwrap();
        assert_eq!(std::fs::read_to_string(&events).unwrap(), "{}\n");
    }
}
