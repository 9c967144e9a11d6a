//! The journal's orders as rows of a database: `order_journal`, in SQLite or PostgreSQL.
//!
//! The journal is the truth and this a reading of it: each row is one record about one order, with what was known
//! of the order by then. Filling it while the desk runs and rebuilding it later give the same rows. A database that
//! is slow or away costs the desk nothing: the rows are read from the journal once it is back. One table may hold
//! the rows of many journals: each has the name of its own, the hash of its first record.
//!
//! Absent on purpose: decisions, and any way back from the table into the desk.

mod feed;
mod names;
mod place;
mod project;
mod rebuild;
mod row;
mod table;

pub use feed::{Feed, Status};
pub use names::{Named, Names};
pub use place::Place;
pub use project::Projector;
pub use rebuild::{Rebuilt, journal_name, rebuild};
pub use row::Row;
pub use table::Table;

/// Why the table cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// Neither `sqlite:` nor `postgres:`; its scheme alone, the rest may hold a password.
    #[error(
        "{0} is no place for the projection: give sqlite:FILE or postgres://USER@HOST/DATABASE"
    )]
    Place(String),
    /// What the database says.
    #[error("the projection's database: {0}")]
    Database(#[from] sqlx::Error),
    /// What it says about the table's versions.
    #[error("the projection's migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The journal cannot be read.
    #[error("the projection's journal: {0}")]
    Journal(#[from] aurora_journal::JournalError),
    /// One of its records cannot be.
    #[error("the projection's journal, record {seq}: {fault}")]
    Record {
        /// Which.
        seq: u64,
        /// What is wrong with it.
        fault: aurora_records::RecordError,
    },
    /// The list of instruments beside the journal.
    #[error("{path}: {fault}: `aurora run` writes this file beside the journal")]
    Names {
        /// Which file.
        path: String,
        /// What is wrong with it.
        fault: String,
    },
    /// The thread could not be started.
    #[error("the projection's thread: {0}")]
    Thread(#[source] std::io::Error),
}
