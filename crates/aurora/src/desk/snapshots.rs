//! Snapshots while the desk runs: a thread of its own replays what became durable and writes the state down.
//!
//! The engine's thread only says how far the journal is. The thread reads the records back from the disk,
//! so a snapshot is what a start would come to, and it is written only if the chain agrees.

use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use anyhow::{Result, ensure};
use aurora_journal::{Chain, Priority, Reader, Seq, Snapshots};
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::recollection::Recollection;
use aurora_records as codec;

/// How often, and how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Records between two snapshots.
    pub(crate) every: u64,
    /// The newest so many stay.
    pub(crate) keep: usize,
}

/// The desk's end.
pub(crate) struct Snapshotter {
    every: u64,
    /// The record of the last snapshot that was asked for.
    asked: u64,
    requests: Option<Sender<Chain>>,
    thread: Option<JoinHandle<()>>,
}

impl Snapshotter {
    /// Starts the thread. `known` is what the start came to after record `reached`, `newest` the record of the
    /// newest snapshot there is.
    pub(crate) fn start(
        journal: &Path,
        plan: Plan,
        (known, reached): (Recollection, Chain),
        newest: u64,
    ) -> Result<Snapshotter> {
        let (requests, asked) = unbounded();
        let worker = Worker {
            journal: journal.to_owned(),
            snapshots: Snapshots::of(journal, plan.keep),
            known,
            reached: Chain::default(),
        };
        let work = move || worker.run(reached, &asked);
        let thread = thread::Builder::new().name("snapshots".into()).spawn(work)?;
        let mut snapshotter = Snapshotter {
            every: plan.every,
            asked: newest,
            requests: Some(requests),
            thread: Some(thread),
        };
        // A journal that grew without one gets it now.
        snapshotter.reached(reached);
        Ok(snapshotter)
    }

    /// The journal has come so far. Costs a comparison, and a message every so many records.
    pub(crate) fn reached(&mut self, chain: Chain) {
        if self.every <= chain.seq.0.saturating_sub(self.asked) {
            self.asked = chain.seq.0;
            if let Some(requests) = &self.requests {
                // A thread that gave up has said so.
                let _: Result<(), _> = requests.send(chain);
            }
        }
    }
}

/// What was asked for is still written.
impl Drop for Snapshotter {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            drop(thread.join());
        }
    }
}

struct Worker {
    journal: PathBuf,
    snapshots: Snapshots,
    known: Recollection,
    /// The journal up to what is known.
    reached: Chain,
}

impl Worker {
    fn run(mut self, begun: Chain, asked: &Receiver<Chain>) {
        Priority::step_back();
        self.reached = begun;
        for chain in asked {
            // Only the newest is worth it.
            if !self.serve(asked.try_iter().last().unwrap_or(chain)) {
                return;
            }
        }
    }

    /// Writes a snapshot; false when no other can follow. The journal has everything: a start without takes longer.
    fn serve(&mut self, chain: Chain) -> bool {
        if let Err(fault) = self.take(chain) {
            eprintln!("aurora: no snapshots after record {} in this run: {fault:#}", chain.seq);
            return false;
        }
        if let Err(fault) = self.snapshots.write(&self.known.snapshot(self.reached)) {
            // A full disk has room again some day.
            let fault = anyhow::Error::from(fault);
            eprintln!("aurora: no snapshot after record {}: {fault:#}", chain.seq);
        }
        true
    }

    /// Comes to know the journal up to there. What it knows after an error is no state of it.
    fn take(&mut self, until: Chain) -> Result<()> {
        self.catch_up(until)?;
        ensure!(self.reached == until, "the journal on the disk is not the one that was written");
        Ok(())
    }

    fn catch_up(&mut self, until: Chain) -> Result<()> {
        if self.reached.seq == until.seq {
            return Ok(());
        }
        let mut reader = Reader::open(&self.journal)?;
        reader.skip_to(Seq(self.reached.seq.0 + 1));
        for record in reader {
            let record = record?;
            if self.reached.seq < record.seq {
                let stamped = codec::decode(&record.payload)?;
                self.known.replay(record.seq.0, &stamped)?;
                self.reached = Chain { seq: record.seq, head: record.hash };
            }
            if until.seq <= self.reached.seq {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aurora_config::{Sources, load};
    use aurora_engine::{Record, Stamped};
    use aurora_journal::{Journal, Options};
    use aurora_model::Nanos;

    use super::*;
    use crate::desk::build::{self, Market};
    use crate::desk::settings;

    #[test]
    fn a_snapshot_that_could_not_be_written_is_not_the_last_that_is_tried() {
        let config = load(&Sources::default()).unwrap();
        let market = Market::generated(&config).unwrap();
        let engine = build::engine(&config, &market, settings::engine(&config).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let options = Options { reserve_bytes: 1, ..Options::default() };
        let (mut writer, _) = Journal::open_with(&journal, options, &mut |_| ()).unwrap();
        let snapshots = Snapshots::of(&journal, 9);
        let mut worker = Worker {
            journal: journal.clone(),
            snapshots: snapshots.clone(),
            known: Recollection::new(engine),
            reached: Chain::default(),
        };
        let mut record = |record: Record| {
            let stamped = Stamped { at: Nanos::SECOND, record };
            writer.append(codec::kind_byte(&stamped.record), &codec::encode(&stamped)).unwrap();
            let seq = writer.commit().unwrap();
            Chain { seq, head: writer.head_hash() }
        };
        let first = record(Record::Epoch { epoch: 1 });
        // What stands in the way of the file has its name.
        let in_the_way = journal.join(format!("{:020}.snap.new", first.seq.0));
        std::fs::create_dir(&in_the_way).unwrap();
        assert!(worker.serve(first));
        assert_eq!(snapshots.list().unwrap(), []);
        let second = record(Record::Uncertainty { span: Nanos(1) });
        assert!(worker.serve(second));
        assert_eq!(snapshots.list().unwrap(), [second.seq]);
        // A journal that is not the one that was written.
        assert!(!worker.serve(Chain { seq: Seq(9), ..second }));
    }
}
