//! The copy of the leader's journal, on a thread of its own: taken piece by piece, replayed as it comes.
//!
//! The replay compares every checkpoint the leader wrote with the state here. A difference ends the copy for
//! good: this node does not take over before a person has looked.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aurora_engine::Engine;
use aurora_journal::{Piece, Position, Replica, Tail, Taken};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::settings::Peer;
use super::ship::Link;
use crate::desk::Monotonic;

/// How long the thread waits when nothing new is there.
const NAP: Duration = Duration::from_millis(5);
/// A copy is made durable at the latest after so many records.
const SYNC_EVERY: u64 = 1_000;
/// A sign of life to the other node at least this often.
const BEAT: Duration = Duration::from_millis(500);

/// How the copy stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Copied {
    /// The newest epoch in it.
    pub(crate) epoch: u32,
    /// The last record.
    pub(crate) seq: u64,
    /// The state's fingerprint, and after which record.
    pub(crate) fingerprint: String,
    pub(crate) fingerprint_seq: u64,
    /// Everything there was to copy is here.
    pub(crate) is_at_end: bool,
}

/// What the thread tells.
#[derive(Debug)]
pub(crate) enum Told {
    /// It goes on.
    Copied(Copied),
    /// It has read to the end and let the folder go.
    CaughtUp(Copied),
    /// It stopped, and why.
    Broken(String),
}

/// A running copy. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Follower {
    finish: Sender<()>,
    told: Receiver<Told>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// How to build an engine that knows nothing yet: the copy begins anew when the journal goes back.
pub(crate) type Begin = Box<dyn Fn() -> Result<Engine<Monotonic>> + Send>;

impl Follower {
    pub(crate) fn spawn(
        journal: PathBuf,
        peer: Peer,
        hash_every: u64,
        begin: Begin,
    ) -> Result<Follower> {
        let (finish, finished) = bounded(1);
        let (tell, told) = unbounded();
        let run = move || {
            let mut copy = Copy { journal, peer, hash_every, begin, finished, tell };
            if let Err(error) = copy.run() {
                // Nobody listens when the process is on its way out.
                let _ = copy.tell.send(Told::Broken(format!("{error:#}")));
            }
        };
        let thread = std::thread::Builder::new().name("follower".into()).spawn(run)?;
        Ok(Follower { finish, told, thread: Some(thread) })
    }

    /// Reads everything there is, tells [`Told::CaughtUp`], and ends.
    pub(crate) fn finish(&self) {
        // A second wish changes nothing.
        let _ = self.finish.try_send(());
    }

    pub(crate) fn told(&self) -> &Receiver<Told> {
        &self.told
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.finish();
        if let Some(thread) = self.thread.take() {
            // A panic there is a bug that was printed.
            let _ = thread.join();
        }
    }
}

struct Copy {
    journal: PathBuf,
    peer: Peer,
    hash_every: u64,
    begin: Begin,
    finished: Receiver<()>,
    tell: Sender<Told>,
}

/// Where the pieces come from.
enum Source {
    Nobody,
    Folder(Tail),
    Host(Link),
}

impl Source {
    fn poll(&mut self, position: Option<Position>) -> Result<Option<Piece>> {
        match self {
            Source::Nobody => Ok(None),
            Source::Folder(tail) => Ok(tail.poll()?),
            Source::Host(link) => link.poll(position),
        }
    }

    /// Somebody may wait for what comes over a network.
    const fn nap(&self) -> Duration {
        match self {
            Source::Nobody | Source::Folder(_) => NAP,
            Source::Host(_) => Duration::from_millis(1),
        }
    }

    /// Whether there is nothing more to be had, as far as it can be known.
    fn is_at_end(&self) -> bool {
        match self {
            Source::Nobody | Source::Folder(_) => true,
            Source::Host(link) => link.is_up(),
        }
    }
}

/// The engine the copy is replayed into.
struct State {
    engine: Engine<Monotonic>,
    copied: Copied,
    hash_every: u64,
    fault: Option<anyhow::Error>,
}

impl Copy {
    fn run(&mut self) -> Result<()> {
        // Again from the first record whenever the journal goes back.
        loop {
            let mut state = State {
                engine: (self.begin)()?,
                copied: Copied::default(),
                hash_every: self.hash_every,
                fault: None,
            };
            let mut replica = open(&self.journal, &mut state)?;
            if self.follow(&mut replica, &mut state)? {
                replica.sync()?;
                state.mark();
                drop(replica);
                let _ = self.tell.send(Told::CaughtUp(state.copied));
                return Ok(());
            }
        }
    }

    /// Copies until told to finish (true), or until the journal goes back (false).
    fn follow(&self, replica: &mut Replica, state: &mut State) -> Result<bool> {
        let mut source = match &self.peer {
            Peer::Folder(folder) => Source::Folder(Tail::open(folder, replica.position())),
            Peer::Host(address) => Source::Host(Link::to(address)),
            Peer::Nobody => Source::Nobody,
        };
        let (mut is_last, mut synced) = (false, replica.last_seq().0);
        let mut beat_at = Instant::now();
        loop {
            while let Some(piece) = source.poll(replica.position())? {
                let taken = replica.take(&piece, &mut |record| state.take(&record))?;
                state.check()?;
                match taken {
                    Taken::Rewound => return Ok(false),
                    Taken::Known => continue,
                    Taken::Continued => state.copied.epoch = piece.epoch(),
                }
                state.copied.is_at_end = false;
                if synced + SYNC_EVERY <= replica.last_seq().0 {
                    synced = replica.last_seq().0;
                    replica.sync()?;
                    self.tell(state);
                }
            }
            if let Source::Host(link) = &mut source {
                // The other side may act on what is durable here: that is what it waits for.
                replica.sync()?;
                let is_due = BEAT <= beat_at.elapsed();
                link.ack(replica.last_seq().0, is_due);
                beat_at = if is_due { Instant::now() } else { beat_at };
            }
            state.copied.is_at_end = source.is_at_end();
            self.tell(state);
            if is_last {
                return Ok(true);
            }
            // One more look after the word came: what was written before it is all there.
            is_last = self.finished.recv_timeout(source.nap()).is_ok();
        }
    }

    fn tell(&self, state: &State) {
        let _ = self.tell.send(Told::Copied(state.copied.clone()));
    }
}

fn open(journal: &Path, state: &mut State) -> Result<Replica> {
    let replica = Replica::open(journal, &mut |record| state.take(&record))
        .with_context(|| format!("the copy in {}", journal.display()))?;
    state.check()?;
    state.copied.epoch = replica.position().map_or(0, |position| position.epoch());
    state.mark();
    Ok(replica)
}

impl State {
    fn take(&mut self, record: &aurora_journal::Record) {
        if self.fault.is_some() {
            return;
        }
        let stamped = aurora_records::decode(&record.payload).map_err(anyhow::Error::from);
        let taken = stamped.and_then(|stamped| Ok(self.engine.replay(record.seq.0, &stamped)?));
        self.fault = taken.err().map(|error| error.context(format!("record {}", record.seq)));
        self.copied.seq = record.seq.0;
        if self.copied.seq.is_multiple_of(self.hash_every) {
            self.mark();
        }
    }

    fn mark(&mut self) {
        self.copied.fingerprint_seq = self.copied.seq;
        self.copied.fingerprint = self.engine.fingerprint().to_string();
    }

    fn check(&mut self) -> Result<()> {
        self.fault.take().map_or(Ok(()), Err)
    }
}
