//! JSONL: the logs people and their tools read.
//!
//! A session folder holds `aurora_events.jsonl`, `orders_{success,failed,denied}.jsonl` and
//! `orders.jsonl`. Lines are gathered in memory and written once per batch ([`SessionLog::commit`]);
//! whoever answers a caller does so after the commit. Files rotate daily and by size, are gzipped in
//! quiet moments, and leave after the retention time. [`read`] reads all of it back.

mod event;
mod file;
mod housekeeping;
pub mod json;
mod limit;
mod log;
pub mod read;
mod session;

pub use event::{Event, EventEncoder};
pub use file::LogFile;
pub use housekeeping::{Chore, Housekeeper, Settle};
pub use limit::RateLimit;
pub use log::{LogName, LogRules, SessionLog};
pub use session::{SessionDir, run_id};

use std::io;
use std::path::PathBuf;

/// Why a log cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The thread that tidies the folder cannot be started.
    #[error("cannot start the thread that compresses and removes old logs")]
    Thread(#[source] io::Error),
    /// Another process writes the same file.
    #[error(
        "{} is being written by another process: give each its own AURORA_SESSION_DIR",
        path.display()
    )]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be opened, written or rotated.
    #[error("cannot write {}: free disk space or make the folder writable", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
