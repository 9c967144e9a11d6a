//! The copy of the leader's journal, on a thread of its own: taken piece by piece, replayed as it comes.
//!
//! The replay compares every checkpoint the leader wrote with the state here. A difference ends the copy for
//! good: this node does not take over before a person has looked.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aurora_engine::Engine;
use aurora_journal::{JournalError, Piece, Position, Reach, Replica, Tail, Taken};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

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
    /// The other node had more than it has told since it was last reached.
    pub(crate) is_behind: bool,
}

/// What the thread tells.
#[derive(Debug)]
pub(crate) enum Told {
    /// It goes on.
    Copied(Copied),
    /// It has read everything that is to be had and let the folder go.
    CaughtUp(Copied),
    /// It stopped over a disk, and may be begun again.
    Failed(String),
    /// It stopped over what it read: a person has to look first.
    Broken(String),
}

/// A running copy. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Follower {
    /// Dropped, it ends the thread as it stands.
    finish: Option<Sender<()>>,
    told: Receiver<Told>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// How to build an engine that knows nothing yet: the copy begins anew when the journal goes back.
pub(crate) type Begin = Box<dyn Fn() -> Result<Engine<Monotonic>> + Send>;

/// What is copied, and where.
pub(crate) struct Following {
    pub(crate) journal: PathBuf,
    pub(crate) peer: Peer,
    pub(crate) hash_every: u64,
    pub(crate) begin: Begin,
    /// The copy was behind when it was last ended.
    pub(crate) is_behind: bool,
}

impl Follower {
    pub(crate) fn spawn(what: Following) -> Result<Follower> {
        let (finish, finished) = bounded(1);
        let (tell, told) = unbounded();
        let run = move || {
            let reach = Reach::new(what.is_behind);
            let mut copy = Copy { what, reach, finished, tell, is_last: false };
            if let Err(error) = copy.run() {
                let is_disk = |cause: &(dyn std::error::Error + 'static)| {
                    matches!(cause.downcast_ref(), Some(JournalError::Io { .. }))
                };
                let ended = if error.chain().any(is_disk) { Told::Failed } else { Told::Broken };
                // Nobody listens when the process is on its way out.
                let _ = copy.tell.send(ended(format!("{error:#}")));
            }
        };
        let thread = std::thread::Builder::new().name("follower".into()).spawn(run)?;
        Ok(Follower { finish: Some(finish), told, thread: Some(thread) })
    }

    /// Reads everything there is, tells [`Told::CaughtUp`], and ends.
    pub(crate) fn finish(&self) {
        if let Some(finish) = &self.finish {
            // A second wish changes nothing.
            let _ = finish.try_send(());
        }
    }

    pub(crate) fn told(&self) -> &Receiver<Told> {
        &self.told
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.finish = None;
        if let Some(thread) = self.thread.take() {
            // A panic there is a bug that was printed.
            let _ = thread.join();
        }
    }
}

struct Copy {
    what: Following,
    reach: Reach,
    finished: Receiver<()>,
    tell: Sender<Told>,
    /// The word to finish has come.
    is_last: bool,
}

/// How a copy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The journal went back: once more from the first record.
    Rewound,
    /// Told to finish, and nothing more is to be had.
    CaughtUp,
    /// Nobody wants it any more.
    Dropped,
}

/// Where the pieces come from.
enum Source {
    Nobody,
    Folder(Tail),
    Host(Link),
}

impl Source {
    fn open(peer: &Peer, position: Option<Position>) -> Source {
        match peer {
            Peer::Folder(folder) => Source::Folder(Tail::open(folder, position)),
            Peer::Host(address) => Source::Host(Link::to(address)),
            Peer::Nobody => Source::Nobody,
        }
    }

    fn poll(&mut self, position: Option<Position>, reach: &mut Reach) -> Result<Option<Piece>> {
        let piece = match self {
            Source::Host(link) => return link.poll(position, reach),
            Source::Nobody => None,
            Source::Folder(tail) => tail.poll()?,
        };
        match piece {
            Some(_) => reach.piece(),
            None => reach.end(),
        }
        Ok(piece)
    }

    /// Somebody may wait for what comes over a network.
    const fn nap(&self) -> Duration {
        match self {
            Source::Nobody | Source::Folder(_) => NAP,
            Source::Host(_) => Duration::from_millis(1),
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
                engine: (self.what.begin)()?,
                copied: Copied::default(),
                hash_every: self.what.hash_every,
                fault: None,
            };
            let mut replica = open(&self.what.journal, &mut state)?;
            match self.follow(&mut replica, &mut state)? {
                End::Rewound => {}
                End::Dropped => return Ok(replica.sync()?),
                End::CaughtUp => {
                    replica.sync()?;
                    state.mark();
                    drop(replica);
                    let _ = self.tell.send(Told::CaughtUp(state.copied));
                    return Ok(());
                }
            }
        }
    }

    fn follow(&mut self, replica: &mut Replica, state: &mut State) -> Result<End> {
        let mut source = Source::open(&self.what.peer, replica.position());
        self.reach = Reach::new(self.reach.is_behind());
        let mut synced = replica.last_seq().0;
        let mut beat_at = Instant::now();
        loop {
            while let Some(piece) = self.poll(&mut source, replica, state)? {
                let taken = replica.take(&piece, &mut |record| state.take(&record))?;
                state.check()?;
                match taken {
                    Taken::Rewound => return Ok(End::Rewound),
                    // It proves nothing: only its place was looked at.
                    Taken::Known => continue,
                    Taken::Continued => state.copied.epoch = piece.epoch(),
                }
                self.reach.proved();
                state.copied.is_at_end = false;
                if synced + SYNC_EVERY <= replica.last_seq().0 {
                    synced = replica.last_seq().0;
                    replica.sync()?;
                    self.tell(state);
                }
            }
            state.copied.is_at_end = self.reach.is_at_end();
            if let Source::Host(link) = &mut source {
                // The other side may act on what is durable here: that is what it waits for.
                replica.sync()?;
                let is_due = BEAT <= beat_at.elapsed();
                link.ack(replica.last_seq(), is_due, &mut self.reach);
                beat_at = if is_due { Instant::now() } else { beat_at };
            }
            self.tell(state);
            if self.is_last && self.reach.is_over() {
                return Ok(End::CaughtUp);
            }
            match self.finished.recv_timeout(source.nap()) {
                // One more look after the word came: what was written before it is all there.
                Ok(()) => {
                    self.is_last = true;
                    self.reach.look_again();
                    if let Source::Host(link) = &mut source {
                        link.hurry();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(End::Dropped),
            }
        }
    }

    /// The next piece. Told at once when it is the first of what is missing here.
    fn poll(
        &mut self,
        source: &mut Source,
        replica: &Replica,
        state: &mut State,
    ) -> Result<Option<Piece>> {
        let was_behind = self.reach.is_behind();
        let piece = source.poll(replica.position(), &mut self.reach)?;
        if self.reach.is_behind() && !was_behind {
            state.copied.is_at_end = false;
            self.tell(state);
        }
        Ok(piece)
    }

    fn tell(&self, state: &mut State) {
        state.copied.is_behind = self.reach.is_behind();
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use aurora_config::Flag;
    use aurora_engine::{Record, Stamped};
    use aurora_journal::{Journal, Options};
    use aurora_model::Nanos;
    use clap::Parser;

    use super::*;
    use crate::desk::{RunArgs, prepare};

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        run: RunArgs,
    }

    /// A leader by hand, and what copies its journal.
    struct Stage {
        folder: tempfile::TempDir,
        leader: TcpListener,
        follower: Follower,
    }

    impl Stage {
        fn new() -> Stage {
            let folder = tempfile::tempdir().unwrap();
            let leader = TcpListener::bind("127.0.0.1:0").unwrap();
            let venue = Flag { name: "--venue", path: "paper.venues", value: "okx".to_owned() };
            let config = crate::load_config(None, vec![venue]).unwrap();
            let data = folder.path().join("follower").display().to_string();
            let line = CommandLine::parse_from(["aurora", "--venue", "okx", "--data", &data]);
            let follower = Follower::spawn(Following {
                journal: folder.path().join("copy"),
                peer: Peer::Host(leader.local_addr().unwrap().to_string()),
                hash_every: 1_000,
                begin: prepare(&line.run, &config).unwrap().begin(),
                is_behind: false,
            });
            Stage { folder, leader, follower: follower.unwrap() }
        }

        /// A journal in that folder, made or opened again.
        fn journal(&self, name: &str) -> Journal {
            let dir = self.folder.path().join(name);
            Journal::open_with(&dir, Options::default(), &mut |_| {}).unwrap().0
        }

        /// The next connection, and what comes for the copy it is of.
        fn accept(&self, name: &str) -> (TcpStream, Tail) {
            let (mut stream, _) = self.leader.accept().unwrap();
            let mut hello = [0; 8 + Position::BYTES];
            stream.read_exact(&mut hello).unwrap();
            let position = hello[8..].first_chunk().and_then(Position::decode);
            (stream, Tail::open(&self.folder.path().join(name), position))
        }

        /// What the copy says next that is so.
        fn told(&self, what: &str, is_so: impl Fn(&Told) -> bool) -> Told {
            let until = Instant::now() + Duration::from_secs(30);
            loop {
                let told = self.follower.told().recv_deadline(until).expect(what);
                if is_so(&told) {
                    return told;
                }
            }
        }

        fn copied(&self, what: &str, is_so: impl Fn(&Copied) -> bool) {
            self.told(what, |told| matches!(told, Told::Copied(copied) if is_so(copied)));
        }
    }

    fn write(journal: &mut Journal, epoch: u32) {
        let record = Stamped { at: Nanos(1), record: Record::Epoch { epoch } };
        journal.append(1, &aurora_records::encode(&record)).unwrap();
        journal.commit().unwrap();
    }

    fn send(stream: &mut TcpStream, bytes: &[u8]) {
        stream.write_all(&u32::try_from(bytes.len()).unwrap().to_le_bytes()).unwrap();
        stream.write_all(bytes).unwrap();
    }

    fn ship(stream: &mut TcpStream, tail: &mut Tail) {
        while let Some(piece) = tail.poll().unwrap() {
            send(stream, &piece.encode());
        }
    }

    #[test]
    fn a_copy_is_behind_from_the_first_piece_until_it_was_told_the_end() {
        let stage = Stage::new();
        let mut journal = stage.journal("journal");
        write(&mut journal, 1);
        stage.copied("nobody was reached", |copied| !copied.is_behind && !copied.is_at_end);
        let (mut stream, mut tail) = stage.accept("journal");
        ship(&mut stream, &mut tail);
        stage.copied("there may be more", |copied| copied.seq == 1 && copied.is_behind);
        // The line breaks in between.
        drop(stream);
        let (mut stream, mut tail) = stage.accept("journal");
        write(&mut journal, 2);
        ship(&mut stream, &mut tail);
        stage.copied("there may be more", |copied| copied.seq == 2 && copied.is_behind);
        send(&mut stream, &[]);
        stage.copied("that was all", |copied| copied.is_at_end && !copied.is_behind);
        write(&mut journal, 3);
        ship(&mut stream, &mut tail);
        stage.copied("once at the end", |copied| copied.seq == 3 && !copied.is_behind);
    }

    #[test]
    fn a_copy_that_is_to_finish_waits_for_an_end_that_is_told_after_the_word() {
        let stage = Stage::new();
        let mut journal = stage.journal("journal");
        write(&mut journal, 1);
        let (mut stream, mut tail) = stage.accept("journal");
        ship(&mut stream, &mut tail);
        send(&mut stream, &[]);
        stage.copied("at the end", |copied| copied.is_at_end);
        stage.follower.finish();
        // Signs of life: it is still there a second later.
        stream.read_exact(&mut [0; 32]).unwrap();
        write(&mut journal, 2);
        ship(&mut stream, &mut tail);
        send(&mut stream, &[]);
        let told = stage.told("it ends", |told| !matches!(told, Told::Copied(_)));
        assert!(matches!(&told, Told::CaughtUp(copied) if copied.seq == 2), "{told:?}");
    }

    #[test]
    fn a_copy_that_is_to_finish_does_so_also_when_the_journal_goes_back() {
        let stage = Stage::new();
        let mut journal = stage.journal("journal");
        write(&mut journal, 1);
        let other = stage.folder.path().join("other");
        std::fs::create_dir(&other).unwrap();
        for file in std::fs::read_dir(stage.folder.path().join("journal")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), other.join(file.file_name())).unwrap();
        }
        write(&mut journal, 2);
        let (mut stream, mut tail) = stage.accept("journal");
        ship(&mut stream, &mut tail);
        send(&mut stream, &[]);
        stage.copied("at the end", |copied| copied.is_at_end && copied.seq == 2);
        // Another node went on from the first record.
        write(&mut stage.journal("other"), 3);
        stage.follower.finish();
        // Signs of life: the word has been heard.
        stream.read_exact(&mut [0; 32]).unwrap();
        drop(stream);
        let (mut stream, mut tail) = stage.accept("other");
        ship(&mut stream, &mut tail);
        let (mut stream, mut tail) = stage.accept("other");
        ship(&mut stream, &mut tail);
        send(&mut stream, &[]);
        let told = stage.told("it ends", |told| !matches!(told, Told::Copied(_)));
        assert!(matches!(&told, Told::CaughtUp(copied) if copied.seq == 2), "{told:?}");
    }

    #[test]
    fn a_disk_that_fails_may_be_tried_again_and_a_copy_that_differs_is_for_a_person() {
        let stage = Stage::new();
        let mut journal = stage.journal("journal");
        write(&mut journal, 1);
        // A folder where the copy's next file belongs.
        let in_the_way = stage.folder.path().join("copy/0000000001-0000000001.seg");
        std::fs::create_dir_all(in_the_way).unwrap();
        let (mut stream, mut tail) = stage.accept("journal");
        ship(&mut stream, &mut tail);
        let told = stage.told("it ends", |told| !matches!(told, Told::Copied(_)));
        assert!(matches!(told, Told::Failed(_)), "{told:?}");

        let stage = Stage::new();
        let mut journal = stage.journal("journal");
        journal.append(1, b"no record of ours").unwrap();
        journal.commit().unwrap();
        let (mut stream, mut tail) = stage.accept("journal");
        ship(&mut stream, &mut tail);
        let told = stage.told("it ends", |told| !matches!(told, Told::Copied(_)));
        assert!(matches!(told, Told::Broken(_)), "{told:?}");
    }
}
