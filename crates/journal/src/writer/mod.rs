//! Writing the journal: append, then one write and one fdatasync for everything appended.

mod ahead;
mod file;
mod priority;
mod reserve;
mod shared;
mod start;
mod thread;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use priority::Priority;
pub use shared::SharedJournal;
pub use start::Recovered;
pub(crate) use start::{keep_torn, lock, read_and_settle};
pub use thread::{Durable, JournalThread};

use aurora_planted::{Bug, active};

use crate::disk::{Disk, Lock, SystemDisk};
use crate::mark::MarkFile;
use crate::reader::Record;
use crate::segment::{
    Chain, ChainHash, HEADER_BYTES, Header, JournalError, MAX_PAYLOAD_BYTES, SegmentName, Seq,
};
use ahead::Ahead;
use file::SegmentFile;

/// Sizes of a journal; the defaults suit a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment that has reached this size is followed by a new one.
    pub segment_bytes: u64,
    /// Disk space is reserved in pieces of this size, so that most commits write no file metadata.
    pub reserve_bytes: u64,
    /// What is set aside for HOLD and cancels on a full disk.
    pub full_disk_bytes: u64,
    /// The epoch of a new folder; an older one goes on with its own, but never below this.
    pub first_epoch: u32,
    /// The epoch was given from outside: it is that one, or a journal that has come so far is left as it is.
    pub exact_epoch: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            segment_bytes: 64 << 20,
            reserve_bytes: 4 << 20,
            full_disk_bytes: 64 << 20,
            first_epoch: 1,
            exact_epoch: false,
        }
    }
}

/// The one writer of a folder.
#[derive(Debug)]
pub struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: Options,
    segment: SegmentFile,
    mark: MarkFile,
    /// The next segment.
    ahead: Ahead,
    /// Up to the last appended record.
    chain: Chain,
    /// Up to the last record the system has.
    written: Chain,
    durable: Seq,
    /// Appended and not yet written.
    pending: Vec<u8>,
    /// How many records are appended and not yet durable.
    undurable: u32,
    is_full: bool,
    stopped: Option<String>,
    /// Held as long as the journal is; the system lets go of it when the process dies.
    _lock: Lock,
}

impl Journal {
    /// Replays every record of the folder, oldest first, then begins a segment of a new epoch.
    ///
    /// # Errors
    /// When another process has the folder, a record before the end is damaged, the folder is an older
    /// copy, or the disk refuses.
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
        Journal::open_on(Arc::new(SystemDisk), dir, options, replay)
    }

    /// [`Journal::open_with`] on another disk than this machine's.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: Options,
        replay: &mut dyn FnMut(Record),
    ) -> Result<(Journal, Recovered), JournalError> {
        start::open(disk, dir, options, replay)
    }

    /// Takes a record into the next commit. Memory only: no system call.
    ///
    /// # Errors
    /// A payload above [`MAX_PAYLOAD_BYTES`], a full disk, or a journal that has stopped.
    pub fn append(&mut self, kind: u8, payload: &[u8]) -> Result<Seq, JournalError> {
        if self.is_full {
            return Err(JournalError::Full { dir: self.dir.clone() });
        }
        self.append_vital(kind, payload)
    }

    /// [`Journal::append`] for a record that ends risk or tells what happened: on a full disk it goes into
    /// the reserve.
    ///
    /// # Errors
    /// A payload above [`MAX_PAYLOAD_BYTES`], or a journal that has stopped.
    pub fn append_vital(&mut self, kind: u8, payload: &[u8]) -> Result<Seq, JournalError> {
        self.running()?;
        if MAX_PAYLOAD_BYTES < payload.len() {
            return Err(JournalError::TooLarge { bytes: payload.len() });
        }
        let seq = self.chain.append(&mut self.pending, (kind, self.undurable), payload);
        self.undurable = self.undurable.saturating_add(1);
        Ok(seq)
    }

    /// Takes records that were framed behind this journal's chain.
    fn take_framed(&mut self, framed: Vec<u8>, chain: Chain) {
        if self.pending.is_empty() {
            self.pending = framed;
        } else {
            self.pending.extend_from_slice(&framed);
        }
        self.chain = chain;
    }

    /// Makes everything appended durable with one write and one fdatasync; returns the last number.
    ///
    /// # Errors
    /// Any failure stops the journal for good: what the disk holds is then unknown until a restart reads it.
    pub fn commit(&mut self) -> Result<Seq, JournalError> {
        self.running()?;
        if self.durable < self.chain.seq {
            self.stop_on(|journal| {
                journal.write_pending()?;
                if active(Bug::MarkBeforeSync) {
                    journal.mark.write(journal.written)?;
                    journal.mark.sync()?;
                }
                match journal.segment.sync() {
                    Err(_) if active(Bug::SyncErrorIgnored) => {}
                    synced => synced?,
                }
                journal.is_durable()
            })?;
        }
        Ok(self.durable)
    }

    /// Gives everything appended to the system with one write, without waiting for the disk: it outlives
    /// this process, not yet the machine. The next [`Journal::commit`] makes it durable.
    ///
    /// # Errors
    /// As [`Journal::commit`].
    pub fn hand_over(&mut self) -> Result<Seq, JournalError> {
        self.running()?;
        self.stop_on(Journal::write_pending)?;
        Ok(self.chain.seq)
    }

    fn stop_on(
        &mut self,
        step: impl FnOnce(&mut Journal) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let done = step(self);
        if let Err(error) = &done {
            self.stopped = Some(error.cause());
        }
        done
    }

    fn write_pending(&mut self) -> Result<(), JournalError> {
        if !self.pending.is_empty() {
            self.make_room()?;
            self.segment.write(&self.pending)?;
            self.pending.clear();
            self.written = self.chain;
        }
        Ok(())
    }

    /// Everything written is on the disk.
    fn is_durable(&mut self) -> Result<(), JournalError> {
        self.mark.write(self.written)?;
        self.durable = self.written.seq;
        self.undurable = 0;
        self.ahead.keep_pace(self.segment.bytes());
        Ok(())
    }

    /// From now on a thread makes the next segment ready while this one fills, so that no commit waits for
    /// that. Without one, commits reserve their own space.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn prepare_ahead(&mut self) -> std::io::Result<()> {
        self.ahead.start_thread()
    }

    /// One step of what the thread of [`Journal::prepare_ahead`] does, here and now; `false` when nothing
    /// is left to do. For a journal whose every call has to come in a known order.
    pub fn prepare(&mut self) -> bool {
        self.ahead.keep_pace(self.segment.bytes());
        self.ahead.step()
    }

    /// Space for what is pending: in this segment, in the next, at last in the reserve.
    fn make_room(&mut self) -> Result<(), JournalError> {
        if self.is_full {
            let bytes = self.options.full_disk_bytes;
            self.is_full = !reserve::keep(&*self.disk, &self.dir, bytes)?;
        }
        let is_due = self.options.segment_bytes <= self.segment.bytes();
        if !is_due && self.segment.has_room_for(self.pending.len() as u64) {
            return Ok(());
        }
        let piece = self.options.reserve_bytes;
        if self.take_the_prepared(piece)? {
            return self.extend();
        }
        let made = if is_due { self.next_segment() } else { Ok(()) };
        match made.and_then(|()| self.extend()) {
            // What is prepared for later is better than the reserve.
            Err(full) if full.is_no_space() && self.take_the_prepared(0)? => Ok(()),
            Err(full) if full.is_no_space() => {
                self.is_full = true;
                self.take_the_reserve()
            }
            made => made,
        }
    }

    /// Goes on in the prepared segment, if it has room for what is pending and so much more.
    fn take_the_prepared(&mut self, more: u64) -> Result<bool, JournalError> {
        let needed = HEADER_BYTES as u64 + self.pending.len() as u64 + more;
        let Some(blocks) = self.ahead.take(needed)? else { return Ok(false) };
        // What this segment has left is less than one commit: not worth the disk's time.
        if self.durable < self.written.seq {
            self.segment.sync()?;
        }
        let header = self.next_header()?;
        self.segment = SegmentFile::create_in(&*self.disk, blocks, header)?;
        Ok(true)
    }

    fn extend(&mut self) -> Result<(), JournalError> {
        self.segment.extend(self.pending.len() as u64, self.options.reserve_bytes)
    }

    fn next_segment(&mut self) -> Result<(), JournalError> {
        let header = self.finish_segment()?;
        self.segment =
            SegmentFile::create(&*self.disk, &self.dir, header, self.options.reserve_bytes)?;
        Ok(())
    }

    fn take_the_reserve(&mut self) -> Result<(), JournalError> {
        let header = self.finish_segment()?;
        self.segment = SegmentFile::create_from(&*self.disk, &reserve::path(&self.dir), header)?;
        self.extend()
    }

    /// Ends the segment, all of it durable, and returns the header of the next.
    fn finish_segment(&mut self) -> Result<Header, JournalError> {
        self.segment.finish()?;
        self.next_header()
    }

    fn next_header(&mut self) -> Result<Header, JournalError> {
        self.mark.write(self.written)?;
        self.mark.sync()?;
        self.durable = self.written.seq;
        let SegmentName { epoch, index } = self.segment.name();
        Ok(Header::new(SegmentName { epoch, index: index + 1 }, self.written))
    }

    /// Commits what is pending, gives the reserved space back and lets the folder go.
    ///
    /// # Errors
    /// As [`Journal::commit`].
    pub fn close(mut self) -> Result<Chain, JournalError> {
        self.commit()?;
        self.ahead.give_up();
        self.segment.finish()?;
        self.mark.sync()?;
        Ok(self.chain)
    }

    /// Whether the disk is full: only [`Journal::append_vital`] still takes records.
    pub const fn is_full(&self) -> bool {
        self.is_full
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

#[cfg(test)]
mod tests;
