//! Writing the journal: append, then one write and one fdatasync for everything appended.

mod file;
mod thread;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

pub use thread::{Durable, JournalThread};

use crate::reader::{Reader, Record, SegmentReport};
use crate::segment::{
    Chain, ChainHash, Header, JournalError, MAX_PAYLOAD_BYTES, SegmentName, Seq, VERSION,
    sync_folder,
};
use file::SegmentFile;

/// Sizes of a journal; the defaults suit a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment that has reached this size is followed by a new one.
    pub segment_bytes: u64,
    /// Disk space is reserved in pieces of this size, so that most commits write no file metadata.
    pub reserve_bytes: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: 64 << 20, reserve_bytes: 4 << 20 }
    }
}

/// What [`Journal::open`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The epoch of this start: one in a new folder, one more at every start.
    pub epoch: u32,
    /// How many records were replayed.
    pub records: u64,
    /// How many bytes of an unfinished commit were cut off and kept in a `.torn` file.
    pub torn_bytes: u64,
    /// The last record's number; zero when there is none.
    pub last_seq: Seq,
    /// The chain up to it.
    pub head: ChainHash,
}

/// The one writer of a folder.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    options: Options,
    segment: SegmentFile,
    chain: Chain,
    durable: Seq,
    /// Appended and not yet committed.
    pending: Vec<u8>,
    /// The system has bytes the disk may not have yet.
    handed_over: bool,
    stopped: Option<String>,
    /// Held as long as the journal is; the system lets go of it when the process dies.
    _lock: File,
}

impl Journal {
    /// Replays every record of the folder, oldest first, then begins a segment of a new epoch.
    ///
    /// # Errors
    /// When another process has the folder, a record before the end is damaged, or the disk refuses.
    pub fn open(
        dir: &Path,
        replay: &mut dyn FnMut(Record),
    ) -> Result<(Journal, Recovered), JournalError> {
        Journal::open_with(dir, Options::default(), replay)
    }

    /// [`Journal::open`] with other sizes.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_with(
        dir: &Path,
        options: Options,
        replay: &mut dyn FnMut(Record),
    ) -> Result<(Journal, Recovered), JournalError> {
        let lock = lock(dir)?;
        let mut reader = Reader::open(dir)?;
        for record in reader.by_ref() {
            replay(record?);
        }
        for newest in reader.segments().iter().filter(|segment| segment.is_newest) {
            settle(newest)?;
        }
        let chain = reader.reached();
        let epoch = reader.segments().iter().map(|segment| segment.epoch).max().unwrap_or(0) + 1;
        let torn_bytes = reader.segments().iter().map(|segment| segment.torn_bytes).sum();
        let header =
            Header { version: VERSION, name: SegmentName { epoch, index: 1 }, start: chain };
        let segment = SegmentFile::create(dir, header, options.reserve_bytes)?;
        let Chain { seq: last_seq, head } = chain;
        let recovered = Recovered { epoch, records: last_seq.0, torn_bytes, last_seq, head };
        let journal = Journal {
            dir: dir.to_owned(),
            options,
            segment,
            chain,
            durable: last_seq,
            pending: Vec::new(),
            handed_over: false,
            stopped: None,
            _lock: lock,
        };
        Ok((journal, recovered))
    }

    /// Takes a record into the next commit. Memory only: no system call.
    ///
    /// # Errors
    /// A payload above [`MAX_PAYLOAD_BYTES`], or a journal that has stopped.
    pub fn append(&mut self, kind: u8, payload: &[u8]) -> Result<Seq, JournalError> {
        self.running()?;
        if MAX_PAYLOAD_BYTES < payload.len() {
            return Err(JournalError::TooLarge { bytes: payload.len() });
        }
        Ok(self.chain.append(&mut self.pending, kind, payload))
    }

    /// Makes everything appended durable with one write and one fdatasync; returns the last number.
    ///
    /// # Errors
    /// Any failure stops the journal for good: what the disk holds is then unknown until a restart reads it.
    pub fn commit(&mut self) -> Result<Seq, JournalError> {
        self.running()?;
        if self.pending.is_empty() && !self.handed_over {
            return Ok(self.durable);
        }
        self.stop_on(|journal| {
            journal.segment.append(&journal.pending, journal.options.reserve_bytes)
        })?;
        self.handed_over = false;
        self.durable = self.chain.seq;
        Ok(self.durable)
    }

    /// Gives everything appended to the system with one write, without waiting for the disk: it outlives
    /// this process, not yet the machine. The next [`Journal::commit`] makes it durable.
    ///
    /// # Errors
    /// As [`Journal::commit`].
    pub fn hand_over(&mut self) -> Result<Seq, JournalError> {
        self.running()?;
        if !self.pending.is_empty() {
            self.stop_on(|journal| {
                journal.segment.write(&journal.pending, journal.options.reserve_bytes)
            })?;
            self.handed_over = true;
        }
        Ok(self.chain.seq)
    }

    /// Writes what is pending; a failure stops the journal for good. A full segment is followed by another.
    fn stop_on(
        &mut self,
        write: impl FnOnce(&mut Journal) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let written = write(self).and_then(|()| self.rotate());
        if let Err(error) = written {
            self.stopped = Some(error.cause());
            return Err(error);
        }
        self.pending.clear();
        Ok(())
    }

    fn rotate(&mut self) -> Result<(), JournalError> {
        if self.options.segment_bytes <= self.segment.bytes() {
            self.segment.finish()?;
            let name = self.segment.name();
            let name = SegmentName { epoch: name.epoch, index: name.index + 1 };
            let header = Header { version: VERSION, name, start: self.chain };
            self.segment = SegmentFile::create(&self.dir, header, self.options.reserve_bytes)?;
        }
        Ok(())
    }

    /// Commits what is pending, gives the reserved space back and lets the folder go.
    ///
    /// # Errors
    /// As [`Journal::commit`].
    pub fn close(mut self) -> Result<Chain, JournalError> {
        self.commit()?;
        self.segment.finish()?;
        Ok(self.chain)
    }

    /// The last durable record's number.
    pub const fn durable(&self) -> Seq {
        self.durable
    }

    /// The last appended record's number.
    pub const fn last_seq(&self) -> Seq {
        self.chain.seq
    }

    /// The chain up to the last appended record: equal in two runs that wrote the same records.
    pub const fn head_hash(&self) -> ChainHash {
        self.chain.head
    }

    /// Bytes appended since the last commit.
    pub const fn pending_bytes(&self) -> usize {
        self.pending.len()
    }

    fn running(&self) -> Result<(), JournalError> {
        match &self.stopped {
            None => Ok(()),
            Some(cause) => Err(JournalError::Stopped { cause: cause.clone() }),
        }
    }
}

/// Makes the folder ours, creating it if need be.
fn lock(dir: &Path) -> Result<File, JournalError> {
    if !dir.exists() {
        fs::create_dir_all(dir).map_err(JournalError::io("create", dir))?;
        dir.parent().filter(|parent| parent.as_os_str() != "").map_or(Ok(()), sync_folder)?;
    }
    let path = dir.join("LOCK");
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(JournalError::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::Locked { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(JournalError::io("lock", &path)(source)),
    }
}

/// Makes sure that what was just replayed stays, and keeps the torn tail for a person to look at.
fn settle(newest: &SegmentReport) -> Result<(), JournalError> {
    let SegmentReport { path, bytes: end, torn_bytes, .. } = newest;
    // After a kill the records may still be only in the page cache; we are about to act on them.
    File::open(path).and_then(|file| file.sync_data()).map_err(JournalError::io("sync", path))?;
    if *torn_bytes == 0 {
        return Ok(());
    }
    let bytes = fs::read(path).map_err(JournalError::io("read", path))?;
    let [from, to] = [*end, end + torn_bytes]
        .map(|at| usize::try_from(at).map_or(bytes.len(), |at| at.min(bytes.len())));
    let mut kept = path.clone().into_os_string();
    kept.push(".torn");
    let kept = PathBuf::from(kept);
    fs::write(&kept, &bytes[from..to])
        .and_then(|()| File::open(&kept)?.sync_all())
        .map_err(JournalError::io("write", &kept))
}

#[cfg(test)]
mod tests;
