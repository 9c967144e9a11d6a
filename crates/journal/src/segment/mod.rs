//! The bytes on disk: a folder of segment files, each a header and a chain of records.
//!
//! A journal is a folder of `EPOCH-INDEX.seg`. Every start takes the next epoch and a file of its own, so a
//! writer that was thought dead can never write into its successor's file. Records are numbered from one
//! and chained over all files; the bytes hold no wall time and no process id, so the same records give
//! the same [`ChainHash`] on every machine.

mod error;
mod folder;
mod header;
mod record;

pub use error::JournalError;
pub use record::{Chain, ChainHash, MAX_PAYLOAD_BYTES, Seq};

pub(crate) use folder::{SegmentName, list};
pub(crate) use header::{HEADER_BYTES, Header};
pub(crate) use record::{Frame, Layout, decode, is_there_a_record, was_durable};
