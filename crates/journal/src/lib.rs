//! What is written down: the journal that a restart recovers from, and JSONL logs for people and their tools.

pub mod disk;
pub mod jsonl;

mod follow;
mod line_log;
mod mark;
mod reader;
mod repair;
mod segment;
mod snapshot;
mod whole;
mod writer;

pub use follow::{Piece, PieceError, Position, Reach, Replica, Shipped, Tail, Taken};
pub use line_log::{LineLog, LineLogError};
pub use reader::{Reader, Record, Report, SegmentReport, verify, verify_on};
pub use repair::{Cut, Repaired, repair, repair_on};
pub use segment::{Chain, ChainHash, JournalError, MAX_PAYLOAD_BYTES, Seq};
pub use snapshot::{Snapshot, Snapshots, Unusable};
pub use whole::write_whole;
pub use writer::{Durable, Journal, JournalThread, Options, Priority, Recovered, SharedJournal};
