//! A folder read from end to end, and what was found.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Reader;
use crate::disk::{Disk, SystemDisk};
use crate::segment::{Chain, ChainHash, JournalError, SegmentName, Seq};

/// One segment file, as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentReport {
    /// The file.
    pub path: PathBuf,
    /// Which start wrote it.
    pub epoch: u32,
    /// Its place among the files of that start, from one.
    pub index: u32,
    /// The first record's number (also when it has none yet).
    pub first_seq: Seq,
    /// The last record's number; one below the first when there is none.
    pub last_seq: Seq,
    /// Header and records, without the reserved rest; zero when the header was never finished.
    pub bytes: u64,
    /// Bytes behind the records that a later start cut off.
    pub cut_bytes: u64,
    /// Bytes behind the records that are no whole record; no commit of them had succeeded.
    pub torn_bytes: u64,
    /// No later segment has taken over.
    pub is_newest: bool,
}

impl SegmentReport {
    pub(super) fn new(path: &Path, name: SegmentName, start: Chain) -> SegmentReport {
        SegmentReport {
            path: path.to_owned(),
            epoch: name.epoch,
            index: name.index,
            first_seq: start.seq.next(),
            last_seq: start.seq,
            bytes: 0,
            cut_bytes: 0,
            torn_bytes: 0,
            is_newest: false,
        }
    }

    pub(super) fn reached(&mut self, seq: Seq, end: usize) {
        self.last_seq = seq;
        self.bytes = end as u64;
    }

    /// How many records it holds.
    pub const fn records(&self) -> u64 {
        self.last_seq.0 + 1 - self.first_seq.0
    }
}

/// What [`verify`] found.
#[derive(Debug)]
pub struct Report {
    /// Every segment that is whole, oldest first.
    pub segments: Vec<SegmentReport>,
    /// The last good record's number.
    pub last_seq: Seq,
    /// The chain up to it.
    pub head: ChainHash,
    /// Bytes of an unfinished commit at the end.
    pub torn_bytes: u64,
    /// The last record that was durable once, by the mark beside the folder; `None` without a mark.
    pub marked: Option<Seq>,
    /// What stopped the reading before the end; `None` when the journal is whole.
    pub damage: Option<JournalError>,
}

/// Reads the whole journal and checks every length, number, hash and CRC.
///
/// # Errors
/// When the folder cannot be read at all; damage found in it is in the report.
pub fn verify(dir: &Path) -> Result<Report, JournalError> {
    verify_on(Arc::new(SystemDisk), dir)
}

/// [`verify`] on another disk than this machine's.
///
/// # Errors
/// As [`verify`].
pub fn verify_on(disk: Arc<dyn Disk>, dir: &Path) -> Result<Report, JournalError> {
    let mut reader = Reader::open_on(disk, dir)?;
    let damage = reader.by_ref().find_map(Result::err);
    Ok(Report {
        last_seq: reader.reached().seq,
        head: reader.reached().head,
        torn_bytes: reader.segments().iter().map(|segment| segment.torn_bytes).sum(),
        marked: reader.marked(),
        segments: reader.done,
        damage,
    })
}
