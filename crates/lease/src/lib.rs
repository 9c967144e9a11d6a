//! One lease, three places to keep it: a SQLite row on one host, PostgreSQL or NATS for two.
//!
//! A lease only picks a candidate; the authority is the epoch at the signer (`aurora-ha`). So a store may be put
//! back from a backup, or its clock be wrong, and the worst is a takeover that was not needed.
//!
//! Each store counts the time by itself, so that nodes need not agree on it: SQLite by the host's clock since boot,
//! PostgreSQL and NATS by the server's. A lease lasts at least its time from the moment the store gave it.

mod client;
mod error;
mod nats;
mod place;
mod postgres;
mod sqlite;
mod store;

pub use client::{Answer, Ask, LeaseClient};
pub use error::LeaseError;
pub use nats::NatsLease;
pub use place::Place;
pub use postgres::PostgresLease;
pub use sqlite::SqliteLease;
pub use store::{Claim, Holding, Lease, Store, Taken};
