//! The journal over TCP, for nodes on two hosts: one side ships what it writes, the other says what it has.
//!
//! The follower opens the connection and tells where its copy ends. Then frames of `length u32 · piece` come, an
//! empty one at least twice a second; back go the numbers of the last record that is durable there, `u64` each.
//! Nothing that comes is believed: `Replica` proves every record. The connection is not encrypted: it belongs on a
//! private network or in a tunnel.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aurora_journal::{Piece, Position, Tail};

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

/// What the other node has, as it said last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acks(Arc<AtomicU64>);

impl Acks {
    /// The last record that is durable on the other node too; zero while none is connected.
    pub(crate) fn last_seq(&self) -> u64 {
        self.0.load(Ordering::Acquire)
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
                acks.0.store(0, Ordering::Release);
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
    stream.set_nonblocking(true)?;
    let (mut said_at, mut heard_at, mut back) = (Instant::now(), Instant::now(), Vec::new());
    loop {
        let piece = tail.poll()?.map(|piece| piece.encode());
        if piece.is_some() || BEAT <= said_at.elapsed() {
            stream.set_nonblocking(false)?;
            send(stream, &piece.unwrap_or_default())?;
            stream.set_nonblocking(true)?;
            said_at = Instant::now();
        } else {
            std::thread::park_timeout(NAP);
        }
        if !hear(stream, &mut back)? {
            return Ok(());
        }
        let whole = back.len() / 8 * 8;
        if let Some(last) = back[..whole].last_chunk::<8>() {
            acks.0.store(u64::from_le_bytes(*last), Ordering::Release);
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

/// Takes what has come; `false` when the other side has closed.
fn hear(mut stream: &TcpStream, into: &mut Vec<u8>) -> io::Result<bool> {
    let mut bytes = [0; 64 << 10];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return Ok(false),
            Ok(read) => into.extend_from_slice(&bytes[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A follower's end; it connects again when the other is gone.
#[derive(Debug)]
pub(crate) struct Link {
    to: String,
    stream: Option<TcpStream>,
    bytes: Vec<u8>,
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
            heard_at: Instant::now(),
            try_at: Instant::now(),
            acked: 0,
        }
    }

    /// Whether the other side is there and has nothing more.
    pub(crate) fn is_up(&self) -> bool {
        self.stream.is_some()
    }

    /// The next piece for a copy that ends there; `None` when none has come.
    ///
    /// # Errors
    /// For bytes that are no pieces. That the other side is away is no error.
    pub(crate) fn poll(&mut self, position: Option<Position>) -> Result<Option<Piece>> {
        if self.stream.is_none() && self.try_at <= Instant::now() {
            self.try_at = Instant::now() + RETRY;
            // Away is as good as not there yet.
            self.stream = self.connect(position).ok();
        }
        let Some(stream) = &self.stream else { return Ok(None) };
        let before = self.bytes.len();
        let is_open = hear(stream, &mut self.bytes).unwrap_or(false);
        if before != self.bytes.len() {
            self.heard_at = Instant::now();
        }
        while let Some(frame) = self.frame()? {
            if !frame.is_empty() {
                return Ok(Some(Piece::decode(&frame)?));
            }
        }
        if !is_open || GONE < self.heard_at.elapsed() {
            (self.stream, self.acked) = (None, 0);
            self.bytes.clear();
        }
        Ok(None)
    }

    /// Everything up to that record is durable here. Said once, and again now and then as a sign of life.
    pub(crate) fn ack(&mut self, seq: u64, is_alive: bool) {
        let Some(stream) = &self.stream else { return };
        if self.acked == seq && !is_alive {
            return;
        }
        let mut stream = stream;
        // A full buffer means that the other side does not read: it will find out by itself.
        if stream.write_all(&seq.to_le_bytes()).is_ok() {
            self.acked = seq;
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

    fn frame(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(length) = self.bytes.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if MOST_BYTES < length {
            bail!("{} sent {length} bytes at once: that is no journal of ours", self.to);
        }
        if self.bytes.len() < 4 + length {
            return Ok(None);
        }
        let rest = self.bytes.split_off(4 + length);
        let frame = std::mem::replace(&mut self.bytes, rest);
        Ok(Some(frame[4..].to_vec()))
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
    fn copy(link: &mut Link, replica: &mut Replica) {
        while let Some(piece) = link.poll(replica.position()).unwrap() {
            assert_eq!(replica.take(&piece, &mut |_| {}).unwrap(), Taken::Continued);
        }
        replica.sync().unwrap();
        link.ack(replica.last_seq().0, false);
    }

    #[test]
    fn a_journal_arrives_over_tcp_and_the_leader_knows_what_did() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("a"), folder.path().join("b"));
        let (mut journal, _) = Journal::open_with(&here, Options::default(), &mut |_| {}).unwrap();
        let acks = Acks::default();
        let address = listen("127.0.0.1:0".parse().unwrap(), here.clone(), acks.clone()).unwrap();
        let mut replica = Replica::open(&there, &mut |_| {}).unwrap();
        let mut link = Link::to(&address.to_string());
        for round in 1..=50u64 {
            journal.append(1, format!("record {round}").as_bytes()).unwrap();
            journal.commit().unwrap();
            until("it is there, and the leader knows", || {
                copy(&mut link, &mut replica);
                acks.last_seq() == round
            });
            if round % 20 == 0 {
                // The line breaks; the next one goes on where the copy ends.
                link = Link::to(&address.to_string());
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
        assert!(link.poll(None).unwrap().is_none());
        let (mut stream, _) = liar.accept().unwrap();
        stream.write_all(&u32::MAX.to_le_bytes()).unwrap();
        until("it is refused", || link.poll(None).is_err());
    }
}
