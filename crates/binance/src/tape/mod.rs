//! Recorded tapes: files of raw frames, each line `<receive time> <frame as received>`.
//!
//! [`survey()`] says what a file holds; [`TapeSet`] plays several files as one stream of events in the
//! order they were received, a line at a time, whatever their size.
//!
//! What makes the best bid and ask equal the reference program's (hftbacktest 2.4.4) at every second, on
//! recordings of all three markets, with and without snapshot, and with lines taken out:
//!
//! * latency is receive time minus `T` (spot diffs: `E`), over diffs, trades and snapshots; a file's clock
//!   is shifted by its smallest latency, each file by its own;
//! * diffs count at once, also before a snapshot; the snapshot replaces the levels it covers and leaves
//!   those beyond it, and the diffs it does not contain are applied again;
//! * after a gap levels are kept, and the newest level pushes what it crosses out of the way;
//! * quotes (`bookTicker`) do not touch the levels: they run ahead of the diffs.

mod error;
mod lines;
mod reader;
mod set;
mod survey;

pub use error::TapeError;
pub use reader::TapeReader;
pub use set::{ClockShift, TapeSet, Track};
pub use survey::{Gap, Survey, survey};
