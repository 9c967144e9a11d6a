//! Why the audit cannot be opened or written.

use std::io;
use std::path::{Path, PathBuf};

/// What a wait for the disk is called.
pub(crate) const SYNC: &str = "sync";

/// What stops the audit.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A file cannot be read or written.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is there is not what was written.
    #[error(
        "{} is not what was written: {detail}; run `aurora audit verify`, and move the folder aside to begin a new one",
        path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// How.
        detail: String,
    },
    /// The mirror has seen what the folder does not have.
    #[error(
        "the audit's mirror {} has {mirrored} roots, and not the same as the folder's {own}: records were removed or \
         replaced; run `aurora audit verify --mirror`, and name another `audit.mirror` to begin a new one",
        path.display()
    )]
    Mirror {
        /// Which file.
        path: PathBuf,
        /// Roots in the mirror.
        mirrored: usize,
        /// Roots in the folder.
        own: usize,
    },
    /// So many records wait that the promise to drop none cannot be kept any longer.
    #[error("the audit cannot be written and {waiting} records wait: {problem}")]
    Full {
        /// How many wait.
        waiting: usize,
        /// Why they cannot be written.
        problem: String,
    },
    /// The thread is gone.
    #[error("the audit's thread has ended")]
    Gone,
}

impl AuditError {
    /// Whether trying again is wrong: after a failed sync the system may have forgotten what it did not write.
    pub fn is_final(&self) -> bool {
        !matches!(self, AuditError::Io { what, .. } if *what != SYNC)
    }

    /// An I/O error on that path, for `map_err`.
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AuditError {
        move |source| AuditError::Io { what, path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> AuditError {
        AuditError::Damaged { path: path.to_owned(), detail: detail.into() }
    }
}
