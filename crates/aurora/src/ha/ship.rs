//! The journal over TCP, for nodes on two hosts: one side ships what it writes, the other says what it has.
//!
//! The follower opens the connection and tells where its copy ends. Then frames of `length u32 · piece` come, an
//! empty one whenever that is all there is, and at least twice a second; back go the numbers of the last record that
//! is durable there, `u64` each, zero before the first piece has proved that both have the same journal.
//! Nothing that comes is believed: `Replica` proves every record, and nobody has what was not shipped to him. The
//! connection is not encrypted: it belongs on a private network or in a tunnel.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aurora_journal::{Piece, Position, Reach, Seq, Shipped, Tail};

const MAGIC: &[u8; 8] = b"AURORAS1";
/// The pause after everything was shipped.
const NAP: Duration = Duration::from_millis(2);
/// The longest silence of one that ships.
const BEAT: Duration = Duration::from_millis(500);
/// Silent for longer is gone.
const GONE: Duration = Duration::from_secs(3);
/// How long a connection is waited for, and the next try after a failure.
const RETRY: Duration = Duration::from_millis(500);
/// Longer than any piece.
const MOST_BYTES: usize = 32 << 20;

/// The most that waits unread of what a follower says: some numbers.
const MOST_SAID: usize = 4 << 10;

/// What the other node has, as it said last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acks(Arc<Mutex<Shipped>>);

impl Acks {
    /// The last record that is durable on the other node too; zero while none is connected.
    pub(crate) fn last_seq(&self) -> u64 {
        self.lock().last_seq().0
    }

    fn lock(&self) -> MutexGuard<'_, Shipped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one connection says.
struct Word {
    acks: Acks,
    no: u64,
    shipped: Seq,
}

impl Word {
    fn begin(acks: &Acks) -> Word {
        let no = acks.lock().begin();
        Word { acks: acks.clone(), no, shipped: Seq(0) }
    }

    fn has(&self, seq: u64) {
        self.acks.lock().has(self.no, self.shipped, Seq(seq));
    }
}

impl Drop for Word {
    fn drop(&mut self) {
        self.has(0);
    }
}

/// Ships this node's journal to whoever asks, from now on.
pub(crate) fn listen(at: SocketAddr, journal: PathBuf, acks: Acks) -> Result<SocketAddr> {
    let listener = TcpListener::bind(at).with_context(|| format!("ha.listen {at}"))?;
    let address = listener.local_addr()?;
    std::thread::Builder::new().name("shipper".into()).spawn(move || {
        for stream in listener.incoming().flatten() {
            let (journal, acks) = (journal.clone(), acks.clone());
            let run = move || {
                if let Err(error) = serve(&stream, &journal, &acks) {
                    eprintln!("aurora ha: shipping ended: {error:#}");
                }
            };
            // Without a thread the other side tries again.
            let _ = std::thread::Builder::new().name("shipping".into()).spawn(run);
        }
    })?;
    Ok(address)
}

fn serve(mut stream: &TcpStream, journal: &Path, acks: &Acks) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(GONE))?;
    stream.set_write_timeout(Some(GONE))?;
    let mut hello = [0; MAGIC.len() + Position::BYTES];
    stream.read_exact(&mut hello)?;
    let Some((magic, position)) = hello.split_first_chunk::<8>() else { bail!("no greeting") };
    if magic != MAGIC {
        bail!("somebody else than a follower connected");
    }
    let position = position.first_chunk().and_then(Position::decode);
    let mut tail = Tail::open(journal, position);
    let mut word = Word::begin(acks);
    stream.set_nonblocking(true)?;
    let (mut said_at, mut heard_at, mut back) = (Instant::now(), Instant::now(), Vec::new());
    let mut has_told_end = false;
    loop {
        let piece = tail.poll()?;
        if piece.is_some() || !has_told_end || BEAT <= said_at.elapsed() {
            has_told_end = piece.is_none();
            word.shipped = piece.as_ref().map_or(word.shipped, |piece| piece.last_seq());
            stream.set_nonblocking(false)?;
            send(stream, &piece.map(|piece| piece.encode()).unwrap_or_default())?;
            stream.set_nonblocking(true)?;
            said_at = Instant::now();
        } else {
            std::thread::park_timeout(NAP);
        }
        if !hear(stream, &mut back, MOST_SAID)? {
            return Ok(());
        }
        let whole = back.len() / 8 * 8;
        if let Some(last) = back[..whole].last_chunk::<8>() {
            word.has(u64::from_le_bytes(*last));
            heard_at = Instant::now();
            back.drain(..whole);
        }
        if GONE < heard_at.elapsed() {
            bail!("the other node has said nothing for {GONE:?}");
        }
    }
}

fn send(mut stream: &TcpStream, bytes: &[u8]) -> Result<()> {
    let length = u32::try_from(bytes.len()).context("a piece too long")?;
    stream.write_all(&length.to_le_bytes())?;
    stream.write_all(bytes)?;
    Ok(())
}

/// Takes what has come, until so much is there; `false` when the other side has closed.
fn hear(mut stream: &TcpStream, into: &mut Vec<u8>, most: usize) -> io::Result<bool> {
    let mut bytes = [0; 64 << 10];
    while into.len() < most {
        let room = bytes.len().min(most - into.len());
        match stream.read(&mut bytes[..room]) {
            Ok(0) => return Ok(false),
            Ok(read) => into.extend_from_slice(&bytes[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// A follower's end; it connects again when the other is gone.
#[derive(Debug)]
pub(crate) struct Link {
    to: String,
    stream: Option<TcpStream>,
    bytes: Vec<u8>,
    /// How many of the bytes were taken as frames.
    used: usize,
    heard_at: Instant,
    try_at: Instant,
    acked: u64,
}

impl Link {
    pub(crate) fn to(address: &str) -> Link {
        Link {
            to: address.to_owned(),
            stream: None,
            bytes: Vec::new(),
            used: 0,
            heard_at: Instant::now(),
            try_at: Instant::now(),
            acked: 0,
        }
    }

    /// Tries again at once, however lately it tried.
    pub(crate) fn hurry(&mut self) {
        self.try_at = Instant::now();
    }

    /// The next piece for a copy that ends there; `None` when none has come.
    ///
    /// # Errors
    /// For bytes that are no pieces. That the other side is away is no error.
    pub(crate) fn poll(
        &mut self,
        position: Option<Position>,
        reach: &mut Reach,
    ) -> Result<Option<Piece>> {
        if self.stream.is_none() && self.try_at <= Instant::now() {
            self.try_at = Instant::now() + RETRY;
            // Away is as good as not there yet.
            self.stream = self.connect(position).ok();
            if self.stream.is_none() {
                reach.gone();
            }
        }
        if let Some(piece) = self.piece(reach)? {
            return Ok(Some(piece));
        }
        let Some(stream) = &self.stream else { return Ok(None) };
        self.bytes.drain(..std::mem::take(&mut self.used));
        let before = self.bytes.len();
        let is_open = hear(stream, &mut self.bytes, 4 + MOST_BYTES).unwrap_or(false);
        if before != self.bytes.len() {
            self.heard_at = Instant::now();
        }
        let piece = self.piece(reach)?;
        let is_silent = GONE < self.heard_at.elapsed();
        if piece.is_none() && (is_silent || !is_open) {
            if is_silent {
                reach.gone();
            }
            self.lose(reach);
        }
        Ok(piece)
    }

    /// Everything up to that record is durable here. Said once, and again now and then as a sign of life.
    pub(crate) fn ack(&mut self, durable: Seq, is_alive: bool, reach: &mut Reach) {
        let Some(mut stream) = self.stream.as_ref() else { return };
        let Seq(seq) = reach.has(durable);
        if self.acked == seq && !is_alive {
            return;
        }
        match stream.write_all(&seq.to_le_bytes()) {
            Ok(()) => self.acked = seq,
            // A part of the number may have left, so the next one would be read askew: begin anew.
            Err(_) => self.lose(reach),
        }
    }

    fn connect(&mut self, position: Option<Position>) -> Result<TcpStream> {
        let address = self.to.to_socket_addrs()?.next().context("no such host")?;
        let mut stream = TcpStream::connect_timeout(&address, RETRY)?;
        stream.set_nodelay(true)?;
        stream.write_all(MAGIC)?;
        stream.write_all(&position.map_or([0; Position::BYTES], |position| position.encode()))?;
        stream.set_nonblocking(true)?;
        self.heard_at = Instant::now();
        Ok(stream)
    }

    /// The connection is over; what was known by it is not known any more.
    fn lose(&mut self, reach: &mut Reach) {
        (self.stream, self.acked, self.used) = (None, 0, 0);
        reach.lost();
        self.bytes.clear();
    }

    /// The next piece of what has come.
    fn piece(&mut self, reach: &mut Reach) -> Result<Option<Piece>> {
        while let Some(frame) = self.frame()? {
            if !frame.is_empty() {
                reach.piece();
                return Ok(Some(Piece::decode(&frame)?));
            }
            reach.end();
        }
        Ok(None)
    }

    fn frame(&mut self) -> Result<Option<Vec<u8>>> {
        let bytes = &self.bytes[self.used..];
        let Some((length, bytes)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if MOST_BYTES < length {
            bail!("{} sent {length} bytes at once: that is no journal of ours", self.to);
        }
        let Some(frame) = bytes.get(..length).map(<[u8]>::to_vec) else { return Ok(None) };
        self.used += 4 + length;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use aurora_journal::{Journal, Options, Reader, Replica, Taken};

    use super::*;

    fn until(what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Takes what has come, and says so.
    fn copy(link: &mut Link, reach: &mut Reach, replica: &mut Replica) {
        while let Some(piece) = link.poll(replica.position(), reach).unwrap() {
            assert_eq!(replica.take(&piece, &mut |_| {}).unwrap(), Taken::Continued);
            reach.proved();
        }
        replica.sync().unwrap();
        link.ack(replica.last_seq(), false, reach);
    }

    #[test]
    fn a_journal_arrives_over_tcp_and_the_leader_knows_what_did() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("a"), folder.path().join("b"));
        let (mut journal, _) = Journal::open_with(&here, Options::default(), &mut |_| {}).unwrap();
        let acks = Acks::default();
        let address = listen("127.0.0.1:0".parse().unwrap(), here.clone(), acks.clone()).unwrap();
        let mut replica = Replica::open(&there, &mut |_| {}).unwrap();
        let (mut link, mut reach) = (Link::to(&address.to_string()), Reach::default());
        for round in 1..=50u64 {
            journal.append(1, format!("record {round}").as_bytes()).unwrap();
            journal.commit().unwrap();
            until("it is there, and the leader knows", || {
                copy(&mut link, &mut reach, &mut replica);
                acks.last_seq() == round
            });
            if round % 20 == 0 {
                // The line breaks; the next one goes on where the copy ends.
                (link, reach) = (Link::to(&address.to_string()), Reach::default());
                until("the leader knows that it is alone", || acks.last_seq() == 0);
            }
        }
        drop(replica);
        let read = |dir: &Path| Reader::open(dir).unwrap().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(read(&there), read(&here), "byte for byte the same records, numbers and hashes");
    }

    #[test]
    fn whoever_is_no_follower_gets_nothing_and_what_is_no_piece_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let address =
            listen("127.0.0.1:0".parse().unwrap(), folder.path().join("a"), Acks::default())
                .unwrap();
        let mut stranger = TcpStream::connect(address).unwrap();
        stranger.write_all(&[b'G'; 60]).unwrap();
        let mut answer = Vec::new();
        // Closed, or reset: either way without a byte.
        let _ = stranger.read_to_end(&mut answer);
        assert!(answer.is_empty());

        let liar = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut link = Link::to(&liar.local_addr().unwrap().to_string());
        let mut reach = Reach::default();
        assert!(link.poll(None, &mut reach).unwrap().is_none());
        let (mut stream, _) = liar.accept().unwrap();
        stream.write_all(&u32::MAX.to_le_bytes()).unwrap();
        until("it is refused", || link.poll(None, &mut reach).is_err());
    }

    /// A journal with so many records, shipped from its folder.
    fn shipped(folder: &Path, records: u8) -> (SocketAddr, Acks) {
        let journal = folder.join("journal");
        let (mut writer, _) =
            Journal::open_with(&journal, Options::default(), &mut |_| {}).unwrap();
        for no in 0..records {
            writer.append(1, &[no]).unwrap();
        }
        writer.commit().unwrap();
        let acks = Acks::default();
        (listen("127.0.0.1:0".parse().unwrap(), journal, acks.clone()).unwrap(), acks)
    }

    #[test]
    fn nobody_has_what_was_not_shipped_to_him() {
        let folder = tempfile::tempdir().unwrap();
        let (address, acks) = shipped(folder.path(), 3);
        let mut boaster = TcpStream::connect(address).unwrap();
        boaster.write_all(MAGIC).unwrap();
        boaster.write_all(&[0; Position::BYTES]).unwrap();
        boaster.write_all(&1_000u64.to_le_bytes()).unwrap();
        until("it is heard", || acks.last_seq() != 0);
        assert_eq!(acks.last_seq(), 3);
    }

    /// A leader by hand: its end of a connection that was just opened.
    fn connected(link: &mut Link, leader: &TcpListener) -> TcpStream {
        // At once, however lately it tried.
        link.hurry();
        assert!(link.poll(None, &mut Reach::default()).unwrap().is_none());
        let (mut stream, _) = leader.accept().unwrap();
        stream.read_exact(&mut [0; MAGIC.len() + Position::BYTES]).unwrap();
        stream
    }

    fn leader() -> (TcpListener, Link) {
        let leader = TcpListener::bind("127.0.0.1:0").unwrap();
        let link = Link::to(&leader.local_addr().unwrap().to_string());
        (leader, link)
    }

    #[test]
    fn what_is_here_is_told_only_after_a_piece_has_continued_it() {
        let (leader, mut link) = leader();
        let mut reach = Reach::default();
        let mut stream = connected(&mut link, &leader);
        let mut told = || {
            let mut number = [0; 8];
            stream.read_exact(&mut number).unwrap();
            u64::from_le_bytes(number)
        };
        link.ack(Seq(7), true, &mut reach);
        assert_eq!(told(), 0, "a sign of life, and nothing else");
        reach.proved();
        link.ack(Seq(7), false, &mut reach);
        assert_eq!(told(), 7);
        link.ack(Seq(8), false, &mut reach);
        assert_eq!(told(), 8);
        drop(stream);
        until("the line is broken", || {
            assert!(link.poll(None, &mut reach).unwrap().is_none());
            link.stream.is_none()
        });
        let mut stream = connected(&mut link, &leader);
        link.ack(Seq(8), true, &mut reach);
        stream.read_exact(&mut [0; 7]).unwrap();
        let mut last = [1];
        stream.read_exact(&mut last).unwrap();
        assert_eq!(last, [0], "the next one is to be proved anew");
    }

    #[test]
    fn a_number_that_does_not_leave_whole_ends_the_connection() {
        let (leader, mut link) = leader();
        let _stuck = connected(&mut link, &leader);
        until("nothing more fits", || {
            (0..10_000).for_each(|_| link.ack(Seq(0), true, &mut Reach::default()));
            link.stream.is_none()
        });
    }

    #[test]
    fn the_end_is_the_other_sides_word() {
        let (leader, mut link) = leader();
        let mut reach = Reach::default();
        let mut stream = connected(&mut link, &leader);
        assert!(!reach.is_at_end(), "connected is not at the end");
        let mut end = |link: &mut Link, reach: &mut Reach| {
            stream.write_all(&0u32.to_le_bytes()).unwrap();
            until("it says so", || {
                assert!(link.poll(None, reach).unwrap().is_none());
                reach.is_at_end()
            });
        };
        end(&mut link, &mut reach);
        reach.look_again();
        end(&mut link, &mut reach);
        assert!(reach.is_over());
        drop((stream, leader));
        reach.look_again();
        link.hurry();
        until("it is gone", || {
            assert!(link.poll(None, &mut reach).unwrap().is_none());
            reach.is_over()
        });
        assert!(!reach.is_at_end(), "gone is not at the end");
    }

    #[test]
    fn what_shouts_is_heard_in_pieces() {
        let (leader, mut link) = leader();
        let mut stream = connected(&mut link, &leader);
        stream.write_all(&[7; 100]).unwrap();
        let (listening, mut heard) = (link.stream.take().unwrap(), Vec::new());
        until("it has come", || {
            assert!(hear(&listening, &mut heard, 40).unwrap());
            heard.len() == 40
        });
        assert!(hear(&listening, &mut heard, 40).unwrap());
        assert_eq!(heard.len(), 40);
    }
}
