//! Where the desk's records go: the journal, written in place or by its own thread.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_api::console::Written;
use aurora_api::console::metrics::Histogram;
use aurora_engine::Stamped;
use aurora_journal::{
    Chain, Durable, Journal, JournalError, JournalThread, Options, Priority, Recovered, Seq,
};
use crossbeam_channel::{Receiver, unbounded};

use super::snapshots::Snapshotter;
use crate::ha::Acks;
use crate::percentiles::percentiles;

/// When an order may leave after its intent was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commits {
    /// As soon as the system has the record: time is virtual, and a replay at full speed need only
    /// outlive its process. The disk is waited for when the run ends.
    Inline,
    /// A thread of that priority waits for the disk, the desk goes on.
    Thread(Priority),
}

enum Writer {
    Inline(Box<Journal>),
    Thread(JournalThread),
}

/// What the journal thread says of a commit.
pub(crate) type Commit = Result<Durable, JournalError>;

/// The journal of one run.
pub(crate) struct Store {
    writer: Writer,
    /// The last record of the runs before.
    base: u64,
    commits: Receiver<Result<Durable, JournalError>>,
    folder: PathBuf,
    epoch: u32,
    dirty: bool,
    /// What the last commits took, in nanoseconds.
    took: Vec<u64>,
    /// All of them, counted.
    commits_took: Histogram,
    durable: u64,
    /// What the other node has, where an order waits for it, and how much of it was told.
    acks: Option<Acks>,
    released: u64,
    last: u64,
    bytes: u64,
    /// Writes the snapshots, where some are wanted.
    snapshots: Option<Snapshotter>,
}

/// What the journal did in this run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct JournalWork {
    /// Records appended.
    pub(crate) records: u64,
    /// Records that wait for the disk.
    pub(crate) lag: u64,
    pub(crate) commits: Histogram,
}

impl Store {
    /// Replays what the journal of that folder has after a record, then opens it for this run. All of it is
    /// read and checked; what a snapshot stands for is not applied again.
    pub(crate) fn open(
        folder: &Path,
        commits: Commits,
        (first_epoch, exact_epoch): (u32, bool),
        after: u64,
        mut replay: impl FnMut(u64, Stamped) -> Result<()>,
    ) -> Result<(Store, Recovered)> {
        let mut fault = None;
        let options = Options { first_epoch, exact_epoch, ..Options::default() };
        let opened = Journal::open_with(folder, options, &mut |record| {
            if fault.is_none() && after < record.seq.0 {
                let taken = aurora_records::decode(&record.payload)
                    .map_err(anyhow::Error::from)
                    .and_then(|stamped| replay(record.seq.0, stamped));
                fault = taken.err().map(|e| e.context(format!("journal record {}", record.seq)));
            }
        });
        let (mut journal, recovered) =
            opened.with_context(|| format!("journal in {}", folder.display()))?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let base = recovered.last_seq.0;
        let (tell, told) = unbounded();
        let writer = match commits {
            Commits::Inline => Writer::Inline(Box::new(journal)),
            Commits::Thread(priority) => {
                journal.prepare_ahead().context("the thread that prepares the next segment")?;
                let tell = move |commit| drop(tell.send(commit));
                let thread = JournalThread::spawn_with(journal, priority, tell);
                let thread = thread.context("journal thread")?;
                if let Some(refused) = thread.refused_priority() {
                    eprintln!(
                        "aurora: journal.priority: the system does not permit real-time ({refused}): on a busy machine commits may wait some milliseconds. Grant CAP_SYS_NICE, or set it to normal"
                    );
                }
                Writer::Thread(thread)
            }
        };
        let epoch = recovered.epoch;
        let store = Store {
            writer,
            base,
            commits: told,
            folder: folder.to_owned(),
            epoch,
            dirty: false,
            took: Vec::new(),
            commits_took: Histogram::default(),
            durable: base,
            acks: None,
            released: base,
            last: base,
            bytes: 0,
            snapshots: None,
        };
        Ok((store, recovered))
    }

    /// Has snapshots written from now on.
    pub(crate) fn snapshot(&mut self, snapshots: Snapshotter) {
        self.snapshots = Some(snapshots);
    }

    /// Appends a record; it is durable after the next commit.
    pub(crate) fn append(&mut self, stamped: &Stamped) -> Result<u64> {
        let (kind, payload) =
            (aurora_records::kind_byte(&stamped.record), aurora_records::encode(stamped));
        let Seq(seq) = match &mut self.writer {
            // The engine has decided already: on a full disk it goes into the reserve.
            Writer::Inline(journal) => journal.append_vital(kind, &payload)?,
            Writer::Thread(thread) => thread.append_vital(kind, &payload)?,
        };
        self.dirty = true;
        self.last = seq;
        self.bytes += payload.len() as u64;
        Ok(seq)
    }

    /// Makes what was appended durable where that is the desk's own work: how many of this run's records are.
    pub(crate) fn commit_inline(&mut self) -> Result<Option<u64>> {
        let Writer::Inline(journal) = &mut self.writer else { return Ok(None) };
        if !std::mem::take(&mut self.dirty) {
            return Ok(None);
        }
        let started = std::time::Instant::now();
        let seq = journal.hand_over()?.0;
        let head = journal.head_hash();
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.reached(Chain { seq: Seq(seq), head });
        }
        self.note(seq, started.elapsed());
        Ok(Some(seq - self.base))
    }

    /// Has a journal on a thread of its own make durable what was appended: it reports when it has.
    pub(crate) fn begin_commit(&mut self) -> Result<()> {
        if let Writer::Thread(thread) = &mut self.writer
            && std::mem::take(&mut self.dirty)
        {
            thread.request_commit()?;
        }
        Ok(())
    }

    fn note(&mut self, seq: u64, took: std::time::Duration) {
        self.durable = seq;
        self.commits_took.record(took.as_secs_f64() * 1e3);
        if self.took.len() >= 512 {
            self.took.drain(..256);
        }
        self.took.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// What the journal thread reports.
    pub(crate) fn commits(&self) -> &Receiver<Result<Durable, JournalError>> {
        &self.commits
    }

    /// Takes a report of the journal thread: how many of this run's records are durable.
    pub(crate) fn on_commit(&mut self, commit: Commit) -> Result<u64> {
        let durable = commit.context("the journal stopped; nothing may leave any more")?;
        self.note(durable.seq.0, std::time::Duration::from_nanos(durable.took_ns));
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.reached(Chain { seq: durable.seq, head: durable.head });
        }
        self.released = self.releasable();
        Ok(self.released - self.base)
    }

    /// From now on a record is as good as durable only when the other node has it too.
    pub(crate) fn wait_for(&mut self, acks: Option<Acks>) {
        self.acks = acks;
    }

    /// How safe the record of that number is.
    pub(crate) fn written(&self, seq: u64) -> Written {
        if self.durable < seq {
            Written::NotYet
        } else if self.acks.as_ref().is_some_and(|acks| acks.last_seq() < seq) {
            Written::HereOnly
        } else {
            Written::Durable
        }
    }

    fn releasable(&self) -> u64 {
        let acked = self.acks.as_ref().map_or(u64::MAX, Acks::last_seq);
        self.durable.min(acked).max(self.released)
    }

    /// Whether the other node does not have everything that is durable here.
    pub(crate) fn waits_for_the_other(&self) -> bool {
        self.released < self.durable
    }

    /// How many of this run's records are on both nodes, when that has become more.
    pub(crate) fn newly_on_both(&mut self) -> Option<u64> {
        let now = self.releasable();
        (self.released < now).then(|| {
            self.released = now;
            now - self.base
        })
    }

    /// Makes everything durable, closes, and returns the hash of the whole chain.
    pub(crate) fn close(self) -> Result<String> {
        let journal = match self.writer {
            Writer::Inline(journal) => *journal,
            Writer::Thread(thread) => thread.join()?,
        };
        Ok(journal.close()?.head.to_string())
    }

    /// The epoch of this run.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The last record of the runs before.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// Whether the disk is full: what is left of it is for records that end risk.
    pub(crate) fn is_full(&self) -> bool {
        match &self.writer {
            Writer::Inline(journal) => journal.is_full(),
            Writer::Thread(thread) => thread.is_full(),
        }
    }

    /// The last record.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// How many records wait for the disk.
    pub(crate) fn lag(&self) -> u64 {
        self.last - self.durable
    }

    /// What the journal did in this run.
    pub(crate) fn work(&self) -> JournalWork {
        JournalWork { records: self.last - self.base, lag: self.lag(), commits: self.commits_took }
    }

    /// Where the journal stands, for the console.
    pub(crate) fn position(&self) -> aurora_api::console::wire::JournalPosition {
        let mut took = self.took.clone();
        took.sort_unstable();
        let [p50, p99] = percentiles(&took, [50, 99]).unwrap_or_default();
        aurora_api::console::wire::JournalPosition {
            dir: self.folder.display().to_string(),
            epoch: self.epoch,
            segment: newest_segment(&self.folder),
            seq: self.last,
            durable_seq: self.durable,
            bytes: self.bytes,
            last_commit_us_p50: p50 as f64 / 1e3,
            last_commit_us_p99: p99 as f64 / 1e3,
        }
    }
}

fn newest_segment(folder: &Path) -> String {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".seg")).max().unwrap_or_default()
}
