//! What can go wrong with a lease.

use std::time::Duration;

/// Why a store gave no answer, or cannot be one.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// The place is none we know.
    #[error(
        "{place:?} is no place for a lease: write sqlite:PATH, postgres://USER@HOST/DATABASE or nats://HOST:PORT"
    )]
    Place {
        /// What was written.
        place: String,
    },
    /// The database said no, or nothing.
    #[error("the lease store does not answer as it should")]
    Sql(#[from] sqlx::Error),
    /// NATS said no, or nothing.
    #[error("the lease store does not answer as it should: {0}")]
    Nats(String),
    /// The bucket at NATS was made for leases of another length.
    #[error(
        "the bucket {bucket} keeps leases for {found:?}, configured are {wanted:?}: use the same `ha.lease_ttl_ms` on every node, or another `ha.name`"
    )]
    OtherTtl {
        /// Which.
        bucket: String,
        /// What it was made for.
        found: Duration,
        /// What is configured.
        wanted: Duration,
    },
    /// The host's clock since boot cannot be read.
    #[error("the host does not tell its boot id")]
    Boot(#[source] std::io::Error),
    /// It took longer than was waited for.
    #[error("no answer within {0:?}")]
    TimeOut(Duration),
    /// No thread or no runtime.
    #[error("cannot start the lease's thread")]
    Thread(#[source] std::io::Error),
}

impl LeaseError {
    /// The whole story in one line.
    pub fn story(&self) -> String {
        let mut story = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            story += &format!(": {cause}");
            source = cause.source();
        }
        story
    }
}
