//! One journal for many callers: each waits until its own record is durable, and they share the syncs.
//!
//! There is no thread and no timer. Whoever finds nobody at the disk goes there with everything that has
//! gathered; those who come meanwhile frame their records for the next. A lone caller waits for one sync.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Journal;
use crate::segment::{Chain, JournalError, MAX_PAYLOAD_BYTES, Seq};

/// A journal that many threads write to.
#[derive(Debug)]
pub struct SharedJournal {
    state: Mutex<State>,
    /// Rings when somebody came back from the disk.
    is_back: Condvar,
}

#[derive(Debug)]
struct State {
    /// `None` while somebody is at the disk with it.
    journal: Option<Journal>,
    /// Up to the last record gathered.
    chain: Chain,
    /// The gathered records, framed: the next commit.
    framed: Vec<u8>,
    /// How many they are.
    records: u32,
    spare: Vec<u8>,
    durable: Seq,
    stopped: Option<String>,
}

impl SharedJournal {
    /// Shares a journal.
    pub fn new(journal: Journal) -> SharedJournal {
        let (chain, durable, records) = (journal.chain, journal.durable(), journal.undurable);
        let state = State {
            journal: Some(journal),
            chain,
            framed: Vec::new(),
            records,
            spare: Vec::new(),
            durable,
            stopped: None,
        };
        SharedJournal { state: Mutex::new(state), is_back: Condvar::new() }
    }

    /// Appends a record and returns when it is durable.
    ///
    /// # Errors
    /// A payload above [`MAX_PAYLOAD_BYTES`], or a journal that has stopped: the record may then be on the disk or not.
    pub fn record(&self, kind: u8, payload: &[u8]) -> Result<Seq, JournalError> {
        if MAX_PAYLOAD_BYTES < payload.len() {
            return Err(JournalError::TooLarge { bytes: payload.len() });
        }
        let mut state = self.lock();
        let ours = state.append(kind, payload);
        loop {
            if let Some(cause) = &state.stopped {
                return Err(JournalError::Stopped { cause: cause.clone() });
            }
            if ours <= state.durable {
                return Ok(ours);
            }
            state = match state.journal.take() {
                Some(journal) => self.commit(state, journal),
                None => self.is_back.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Everything up to this record is on disk.
    pub fn durable(&self) -> Seq {
        self.lock().durable
    }

    /// Gives the journal back, with everything durable that was recorded; `None` after it has stopped.
    pub fn into_inner(self) -> Option<Journal> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.journal.filter(|_| state.stopped.is_none())
    }

    /// To the disk and back, without the lock.
    fn commit<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        mut journal: Journal,
    ) -> MutexGuard<'a, State> {
        let spare = std::mem::take(&mut state.spare);
        journal.take_framed(std::mem::replace(&mut state.framed, spare), state.chain);
        state.records = 0;
        drop(state);
        let done = journal.commit();
        let mut state = self.lock();
        match done {
            Ok(seq) => state.durable = seq,
            Err(error) => state.stopped = Some(error.cause()),
        }
        state.spare = std::mem::take(&mut journal.pending);
        state.journal = Some(journal);
        self.is_back.notify_all();
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, kind: u8, payload: &[u8]) -> Seq {
        let seq = self.chain.append(&mut self.framed, (kind, self.records), payload);
        self.records += 1;
        seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Fault, MemoryDisk};
    use crate::{Options, Reader};
    use std::path::Path;
    use std::sync::Arc;

    const DIR: &str = "/data/journal";

    fn shared(disk: &MemoryDisk) -> SharedJournal {
        let options = Options {
            segment_bytes: 4000,
            reserve_bytes: 512,
            full_disk_bytes: 0,
            first_epoch: 1,
            exact_epoch: false,
        };
        let disk = Arc::new(disk.clone());
        let opened = Journal::open_on(disk, Path::new(DIR), options, &mut |_| ());
        SharedJournal::new(opened.unwrap().0)
    }

    #[test]
    fn every_caller_gets_a_number_of_its_own_and_finds_its_record_there() {
        let disk = MemoryDisk::new();
        let journal = shared(&disk);
        let mut seqs: Vec<(u64, String)> = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..8)
                .map(|caller| {
                    let journal = &journal;
                    scope.spawn(move || {
                        let one = |n| {
                            let payload = format!("{caller}/{n}");
                            let seq = journal.record(1, payload.as_bytes()).unwrap();
                            assert!(seq <= journal.durable());
                            (seq.0, payload)
                        };
                        (0..50).map(one).collect::<Vec<_>>()
                    })
                })
                .collect();
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
        });
        seqs.sort();
        journal.into_inner().unwrap().close().unwrap();
        let read = Reader::open_on(Arc::new(disk), Path::new(DIR)).unwrap().map(Result::unwrap);
        let read: Vec<_> = read.map(|r| (r.seq.0, String::from_utf8(r.payload).unwrap())).collect();
        assert_eq!(seqs, read);
    }

    #[test]
    fn after_a_failed_sync_nobody_is_told_that_anything_is_durable() {
        let disk = MemoryDisk::new();
        let journal = shared(&disk);
        journal.record(1, b"good").unwrap();
        let error = std::io::ErrorKind::Other;
        disk.fail(Some(Fault { call: disk.calls() + 2, error, lasts: false }));
        for _ in 0..3 {
            assert!(matches!(journal.record(1, b"lost"), Err(JournalError::Stopped { .. })));
        }
        assert_eq!(journal.durable(), Seq(1));
        assert!(journal.into_inner().is_none());
    }
}
