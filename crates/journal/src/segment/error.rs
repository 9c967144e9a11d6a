//! What can go wrong between the journal and its disk.

use std::io;
use std::path::{Path, PathBuf};

use super::record::Seq;

/// Why the journal stopped, or would not start.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refused. After a failed write nothing more is written: see [`JournalError::Stopped`].
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A record before the end of the journal is not what was written.
    #[error(
        "{} is damaged at byte {offset} (record {seq}): {what}; nothing after it can be trusted: \
         run `aurora journal verify` on the folder, then restore it from a copy or set it aside",
        path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// The record that should be there.
        seq: Seq,
        /// What is wrong.
        what: &'static str,
    },
    /// Written by a newer Aurora.
    #[error("{} has journal format {version}, this Aurora reads {}: use the newer one", path.display(), super::header::VERSION)]
    Version {
        /// Which file.
        path: PathBuf,
        /// What its header says.
        version: u16,
    },
    /// The journal does not hold what was once durable in it.
    #[error(
        "the journal in {} ends at record {last}, but record {marked} was durable ({}): {what}; put the \
         newer journal back, or, if this one is meant to be the journal from now on, remove that file",
        dir.display(), mark.display()
    )]
    Older {
        /// The folder.
        dir: PathBuf,
        /// The file that remembers.
        mark: PathBuf,
        /// The last record here.
        last: Seq,
        /// The last record known to have been durable.
        marked: Seq,
        /// How that may have come.
        what: &'static str,
    },
    /// No space for an ordinary record; what is left is kept for those that end risk.
    #[error(
        "the disk of {} is full: what is left is kept for HOLD and cancels; free some space",
        dir.display()
    )]
    Full {
        /// The folder.
        dir: PathBuf,
    },
    /// Another process writes this journal.
    #[error("{} is in use by another Aurora: stop it, or choose another folder", dir.display())]
    Locked {
        /// The folder.
        dir: PathBuf,
    },
    /// The epoch that was given is over.
    #[error(
        "the journal in {} has come to epoch {newest}, epoch {given} is over: another node has led since",
        dir.display()
    )]
    Epoch {
        /// The folder, left as it is.
        dir: PathBuf,
        /// What the start was given.
        given: u32,
        /// The newest there.
        newest: u32,
    },
    /// A payload that no segment takes.
    #[error(
        "a record of {bytes} bytes is too large, the limit is {}",
        super::record::MAX_PAYLOAD_BYTES
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// An earlier write or sync failed, so what is on disk is no longer known. Only a restart, which reads
    /// the disk again, may go on.
    #[error(
        "the journal stopped after a failed write ({cause}): restart to recover from what is on disk"
    )]
    Stopped {
        /// The first failure.
        cause: String,
    },
}

impl JournalError {
    /// For `map_err`, with what was tried on what.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
        move |source| JournalError::Io { action, path: path.to_owned(), source }
    }

    /// Whether the disk is full, and nothing worse.
    pub(crate) fn is_no_space(&self) -> bool {
        matches!(self, JournalError::Io { source, .. } if crate::disk::is_no_space(source))
    }

    /// The whole story on one line.
    pub(crate) fn cause(&self) -> String {
        match self {
            JournalError::Io { source, .. } => format!("{self}: {source}"),
            JournalError::Stopped { cause } => cause.clone(),
            _ => self.to_string(),
        }
    }
}
