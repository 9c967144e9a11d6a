//! Checks an audit folder, and proofs taken from it, without any code of what wrote it.
//!
//! Everything is told by the files: records that name the hash of the one before, roots of an RFC 6962 tree signed
//! with Ed25519, and a second copy of the roots. The first thing that does not fit ends the check with a sentence.

mod folder;
mod proof;
mod tree;

pub use folder::{Audit, Report};
pub use proof::{Checked, check, consistency, prove};

/// What does not fit.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// What.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not what was written.
    #[error("{0}")]
    Bad(String),
    /// What was asked for is not there.
    #[error("{0}")]
    Unknown(String),
}

pub(crate) fn bad<T>(told: impl Into<String>) -> Result<T, VerifyError> {
    Err(VerifyError::Bad(told.into()))
}
