//! Recorded tapes: files of raw frames, each line `<receive time> <frame as received>`.
//!
//! [`survey()`] says what a file holds; [`TapeSet`] plays several files as one stream of events in the
//! order they were received, a line at a time, whatever their size.

mod error;
mod lines;
mod reader;
mod set;
mod survey;

pub use error::TapeError;
pub use reader::TapeReader;
pub use set::{ClockShift, TapeSet, Track};
pub use survey::{Gap, Survey, survey};
