//! Snapshots: the state after a record, so that a start need not apply every record before it.
//!
//! A snapshot is an opinion about the journal, never a part of it: the file names the record it was taken
//! after and the chain's hash there, and one that does not agree with the journal is not used. Losing all
//! of them costs time, nothing else.

mod file;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Disk, SystemDisk};
use crate::reader::Reader;
use crate::segment::{Chain, JournalError, Seq};

/// A state, and the record it was taken after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The journal up to and including that record.
    pub after: Chain,
    /// What the owner of the state computes from it; a start that restores the state computes it again.
    pub state_hash: [u8; 16],
    /// The state, in the owner's own format.
    pub state: Vec<u8>,
}

/// Why a snapshot is not used. The journal has everything: losing it costs time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is cut, or a bit of it flipped.
    #[error("it is damaged")]
    Damaged,
    /// Another version wrote it.
    #[error("it has snapshot format {0}")]
    Version(u16),
    /// The journal has no such record, or another one there.
    #[error("it is not of this journal")]
    Disagrees,
    /// It was there when the folder was listed: the one who writes newer ones took it away.
    #[error("it was removed meanwhile")]
    Gone,
}

/// The snapshots in a journal's folder.
#[derive(Clone, Debug)]
pub struct Snapshots {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    keep: usize,
}

impl Snapshots {
    /// Those of the journal in that folder; when a new one is written, the newest `keep` stay.
    pub fn of(dir: &Path, keep: usize) -> Snapshots {
        Snapshots::of_on(Arc::new(SystemDisk), dir, keep)
    }

    /// [`Snapshots::of`] on another disk than this machine's.
    pub fn of_on(disk: Arc<dyn Disk>, dir: &Path, keep: usize) -> Snapshots {
        Snapshots { disk, dir: dir.to_owned(), keep: keep.max(1) }
    }

    /// Writes a snapshot, whole or not at all, and removes those that are too many. One of a later record is of a
    /// journal that went back since, and goes too.
    ///
    /// # Errors
    /// When the disk refuses; the snapshots there were are still there then.
    pub fn write(&self, snapshot: &Snapshot) -> Result<PathBuf, JournalError> {
        let path = self.dir.join(file::name(snapshot.after.seq));
        let unfinished = path.with_extension("snap.new");
        self.write_to(&unfinished, &path, &file::encode(snapshot))
            .map_err(JournalError::io("write", &path))?;
        let (mut kept, later): (Vec<Seq>, Vec<Seq>) =
            self.list()?.into_iter().partition(|seq| *seq <= snapshot.after.seq);
        kept.truncate(kept.len().saturating_sub(self.keep));
        for old in kept.into_iter().chain(later) {
            let old = self.dir.join(file::name(old));
            self.disk.remove(&old).map_err(JournalError::io("remove", &old))?;
        }
        Ok(path)
    }

    fn write_to(&self, unfinished: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // From a writer that died on the way.
        drop(self.disk.remove(unfinished));
        let file = self.disk.create(unfinished)?;
        file.write_at(bytes, 0)?;
        file.sync()?;
        self.disk.rename(unfinished, path)?;
        self.disk.sync_dir(&self.dir)
    }

    /// The snapshot after that record, or why it is not to be used.
    ///
    /// # Errors
    /// When the file or the journal cannot be read.
    pub fn read(&self, seq: Seq) -> Result<Result<Snapshot, Unusable>, JournalError> {
        let path = self.dir.join(file::name(seq));
        let bytes = match self.disk.read(&path, u64::MAX) {
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => return Ok(Err(Unusable::Gone)),
            read => read.map_err(JournalError::io("read", &path))?,
        };
        Ok(match file::decode(&bytes) {
            Err(unusable) => Err(unusable),
            Ok(snapshot) if snapshot.after.seq != seq => Err(Unusable::Damaged),
            Ok(snapshot) if self.agrees(snapshot.after)? => Ok(snapshot),
            Ok(_) => Err(Unusable::Disagrees),
        })
    }

    /// Whether the journal has that record with that hash.
    fn agrees(&self, after: Chain) -> Result<bool, JournalError> {
        let mut reader = Reader::open_on(Arc::clone(&self.disk), &self.dir)?;
        reader.skip_to(after.seq);
        let found = reader.find(|record| !matches!(record, Ok(r) if r.seq < after.seq));
        Ok(
            matches!(found, Some(Ok(record)) if record.seq == after.seq && record.hash == after.head),
        )
    }

    /// The records snapshots were taken after, oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read; a folder that is not there has none.
    pub fn list(&self) -> Result<Vec<Seq>, JournalError> {
        let names = match self.disk.list(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            names => names,
        };
        let names = names.map_err(JournalError::io("list", &self.dir))?;
        let mut seqs: Vec<Seq> = names.iter().filter_map(|name| file::seq_of(name)).collect();
        seqs.sort_unstable();
        Ok(seqs)
    }
}

#[cfg(test)]
mod tests;
