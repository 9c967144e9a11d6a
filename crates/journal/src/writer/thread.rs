//! The journal on a thread of its own: group commit.
//!
//! While one fdatasync runs, whatever arrives gathers in the queue; all of it goes into the next. There is
//! no timer: a single record waits for one sync, a flood shares few.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Journal, Priority};
use crate::segment::{ChainHash, JournalError, MAX_PAYLOAD_BYTES, Seq};

/// Requests that may wait for the journal. When the queue is full the sender waits: a record is never
/// dropped, and a desk that outruns its disk slows down to the disk's pace.
const QUEUED_REQUESTS: usize = 1024;

/// A commit takes no more requests once it has this many bytes, so that one sync stays short.
const COMMIT_BYTES: usize = 1 << 20;

/// A commit that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durable {
    /// Everything up to this record is on disk.
    pub seq: Seq,
    /// The chain up to it.
    pub head: ChainHash,
    /// How many records this commit made durable.
    pub records: u64,
    /// How long the write and the sync took.
    pub took_ns: u64,
    /// The disk is full: only vital records are taken.
    pub is_full: bool,
}

/// The sender's end of the journal thread.
#[derive(Debug)]
pub struct JournalThread {
    dir: PathBuf,
    batch: Batch,
    last_seq: Seq,
    requests: Option<Sender<Batch>>,
    /// Emptied batches come back, so a steady desk allocates nothing.
    spares: Receiver<Batch>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Journal>>,
    refused_priority: Option<std::io::Error>,
}

#[derive(Debug, Default)]
struct Shared {
    durable: AtomicU64,
    is_full: AtomicBool,
    stopped: OnceLock<String>,
}

/// Records on their way to the thread, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Kind and payload length of each.
    records: Vec<(u8, usize)>,
    payloads: Vec<u8>,
}

impl Batch {
    pub(super) fn push(&mut self, kind: u8, payload: &[u8]) {
        self.records.push((kind, payload.len()));
        self.payloads.extend_from_slice(payload);
    }

    /// Appends its records and empties it. They were taken when they were gathered, so none is refused
    /// for a full disk any more.
    pub(super) fn append_to(&mut self, journal: &mut Journal) -> Result<(), JournalError> {
        let mut payloads = self.payloads.as_slice();
        for (kind, length) in self.records.drain(..) {
            let (payload, rest) = payloads.split_at(length);
            journal.append_vital(kind, payload)?;
            payloads = rest;
        }
        self.payloads.clear();
        Ok(())
    }
}

impl JournalThread {
    /// Moves the journal to a thread. `on_commit` is called there after every commit, and once with the
    /// error that stopped the journal; it should only pass the word on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(
        journal: Journal,
        on_commit: impl FnMut(Result<Durable, JournalError>) + Send + 'static,
    ) -> std::io::Result<JournalThread> {
        JournalThread::spawn_with(journal, Priority::Normal, on_commit)
    }

    /// [`JournalThread::spawn`] with a priority; [`JournalThread::refused_priority`] tells when the system
    /// does not permit it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn_with(
        journal: Journal,
        priority: Priority,
        on_commit: impl FnMut(Result<Durable, JournalError>) + Send + 'static,
    ) -> std::io::Result<JournalThread> {
        let (requests, inbox) = bounded(QUEUED_REQUESTS);
        let (give_back, spares) = bounded(QUEUED_REQUESTS);
        let (last_seq, shared) = (journal.last_seq(), Arc::new(Shared::default()));
        let dir = journal.dir.clone();
        shared.durable.store(journal.durable().0, Ordering::Release);
        shared.is_full.store(journal.is_full(), Ordering::Release);
        let worker = Worker { journal, inbox, give_back, shared: Arc::clone(&shared), on_commit };
        let (tell, told) = bounded(1);
        let work = move || {
            drop(tell.send(priority.give_to_this_thread().err()));
            worker.run()
        };
        let thread = thread::Builder::new().name("journal".into()).spawn(work)?;
        Ok(JournalThread {
            refused_priority: told.recv().ok().flatten(),
            dir,
            batch: Batch::default(),
            last_seq,
            requests: Some(requests),
            spares,
            shared,
            thread: Some(thread),
        })
    }

    /// Takes a record; it leaves with the next [`JournalThread::request_commit`].
    ///
    /// # Errors
    /// A payload above [`MAX_PAYLOAD_BYTES`], a disk known to be full, or a journal that has stopped.
    pub fn append(&mut self, kind: u8, payload: &[u8]) -> Result<Seq, JournalError> {
        if self.is_full() {
            return Err(JournalError::Full { dir: self.dir.clone() });
        }
        self.append_vital(kind, payload)
    }

    /// [`JournalThread::append`] for a record that ends risk or tells what happened: on a full disk it goes
    /// into the reserve.
    ///
    /// # Errors
    /// A payload above [`MAX_PAYLOAD_BYTES`], or a journal that has stopped.
    pub fn append_vital(&mut self, kind: u8, payload: &[u8]) -> Result<Seq, JournalError> {
        if let Some(cause) = self.shared.stopped.get() {
            return Err(JournalError::Stopped { cause: cause.clone() });
        }
        if MAX_PAYLOAD_BYTES < payload.len() {
            return Err(JournalError::TooLarge { bytes: payload.len() });
        }
        self.batch.push(kind, payload);
        self.last_seq = self.last_seq.next();
        Ok(self.last_seq)
    }

    /// Sends everything appended to be made durable, and does not wait for that; it waits only while
    /// 1,024 earlier requests are still queued.
    ///
    /// # Errors
    /// A journal that has stopped.
    pub fn request_commit(&mut self) -> Result<(), JournalError> {
        if self.batch.records.is_empty() {
            return Ok(());
        }
        let batch = std::mem::replace(&mut self.batch, self.spares.try_recv().unwrap_or_default());
        let sent = self.requests.as_ref().is_some_and(|requests| requests.send(batch).is_ok());
        if sent { Ok(()) } else { Err(self.stopped()) }
    }

    /// Everything up to this record is on disk.
    pub fn durable(&self) -> Seq {
        Seq(self.shared.durable.load(Ordering::Acquire))
    }

    /// Whether the disk is known to be full: only [`JournalThread::append_vital`] still takes records.
    pub fn is_full(&self) -> bool {
        self.shared.is_full.load(Ordering::Acquire)
    }

    /// Why the thread runs with ordinary priority though another was asked for.
    pub const fn refused_priority(&self) -> Option<&std::io::Error> {
        self.refused_priority.as_ref()
    }

    /// The last appended record's number.
    pub const fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// Commits everything appended, ends the thread and gives the journal back.
    ///
    /// # Errors
    /// A journal that has stopped.
    pub fn join(mut self) -> Result<Journal, JournalError> {
        self.finish().ok_or_else(|| self.stopped())
    }

    fn finish(&mut self) -> Option<Journal> {
        let sent = self.request_commit();
        self.requests = None;
        let journal = self.thread.take()?.join().ok()?;
        (sent.is_ok() && self.shared.stopped.get().is_none()).then_some(journal)
    }

    fn stopped(&self) -> JournalError {
        let cause = self.shared.stopped.get().cloned();
        JournalError::Stopped { cause: cause.unwrap_or_else(|| "the journal thread ended".into()) }
    }
}

/// What was appended is still committed.
impl Drop for JournalThread {
    fn drop(&mut self) {
        self.finish();
    }
}

struct Worker<F> {
    journal: Journal,
    inbox: Receiver<Batch>,
    give_back: Sender<Batch>,
    shared: Arc<Shared>,
    on_commit: F,
}

impl<F: FnMut(Result<Durable, JournalError>)> Worker<F> {
    /// Ends when the sender is gone, or at the first failure: the queue closes and every sender hears of it.
    fn run(mut self) -> Journal {
        while let Ok(first) = self.inbox.recv() {
            let commit = self.commit(first);
            match &commit {
                Ok(durable) => {
                    self.shared.durable.store(durable.seq.0, Ordering::Release);
                    self.shared.is_full.store(durable.is_full, Ordering::Release);
                }
                Err(error) => drop(self.shared.stopped.set(error.cause())),
            }
            let failed = commit.is_err();
            (self.on_commit)(commit);
            if failed {
                break;
            }
        }
        self.journal
    }

    fn commit(&mut self, first: Batch) -> Result<Durable, JournalError> {
        let before = self.journal.durable();
        self.take(first)?;
        while self.journal.pending_bytes() < COMMIT_BYTES
            && let Ok(next) = self.inbox.try_recv()
        {
            self.take(next)?;
        }
        let start = Instant::now();
        let seq = self.journal.commit()?;
        let took_ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let (head, records) = (self.journal.head_hash(), seq.0 - before.0);
        Ok(Durable { seq, head, records, took_ns, is_full: self.journal.is_full() })
    }

    fn take(&mut self, mut batch: Batch) -> Result<(), JournalError> {
        batch.append_to(&mut self.journal)?;
        // A full return queue means spares enough.
        drop(self.give_back.try_send(batch));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Fault, MemoryDisk};
    use crate::{Options, Reader};
    use std::path::Path;
    use tempfile::TempDir;

    #[test]
    fn everything_becomes_durable_in_order_and_in_few_commits() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("journal");
        let options = Options { segment_bytes: 20_000, reserve_bytes: 4096, ..Options::default() };
        let (journal, _) = Journal::open_with(&path, options, &mut |_| ()).unwrap();
        let (told, hear) = crossbeam_channel::unbounded();
        let mut thread =
            JournalThread::spawn(journal, move |commit| told.send(commit.unwrap()).unwrap())
                .unwrap();
        for n in 0..5000u64 {
            assert_eq!(thread.append(1, &n.to_le_bytes()).unwrap(), Seq(n + 1));
            thread.request_commit().unwrap();
            assert!(thread.durable() <= Seq(n + 1));
        }
        let journal = thread.join().unwrap();
        let commits: Vec<Durable> = hear.iter().collect();
        assert_eq!(journal.durable(), Seq(5000));
        assert_eq!(commits.iter().map(|commit| commit.records).sum::<u64>(), 5000);
        assert!(commits.is_sorted_by(|one, next| one.seq < next.seq));
        assert!(commits.len() < 5000, "{} commits", commits.len());
        assert_eq!(commits.last().unwrap().head, journal.head_hash());
        let records = Reader::open(&path).unwrap().map(Result::unwrap);
        let read: Vec<Vec<u8>> = records.map(|record| record.payload).collect();
        assert!(
            read.iter()
                .eq((0..5000u64).map(|n| n.to_le_bytes().to_vec()).collect::<Vec<_>>().iter())
        );
    }

    #[test]
    fn what_was_only_appended_is_committed_when_the_thread_is_let_go() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("journal");
        let (journal, _) = Journal::open(&path, &mut |_| ()).unwrap();
        let mut thread = JournalThread::spawn(journal, |_| ()).unwrap();
        thread.append(1, b"last words").unwrap();
        drop(thread);
        assert_eq!(Reader::open(&path).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_is_told_once_and_then_everything_is_refused() {
        let disk = MemoryDisk::new();
        let (at, options) = (Path::new("/data/journal"), Options::default());
        let (journal, _) =
            Journal::open_on(Arc::new(disk.clone()), at, options, &mut |_| ()).unwrap();
        let error = std::io::ErrorKind::Other;
        disk.fail(Some(Fault { call: disk.calls() + 2, error, lasts: false }));
        let (told, hear) = crossbeam_channel::unbounded();
        let mut thread =
            JournalThread::spawn(journal, move |commit| told.send(commit).unwrap()).unwrap();
        thread.append(1, b"lost").unwrap();
        thread.request_commit().unwrap();
        assert!(matches!(hear.recv().unwrap(), Err(JournalError::Io { .. })));
        assert!(hear.recv().is_err(), "the thread has ended");
        assert!(matches!(thread.append(1, b"more"), Err(JournalError::Stopped { .. })));
        assert_eq!(thread.durable(), Seq(0));
        assert!(matches!(thread.join(), Err(JournalError::Stopped { .. })));
    }
}
