//! One connection of the gate thread.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mio::event::Source;
use mio::net::{TcpStream, UnixStream};
use mio::{Interest, Registry, Token};

use super::websocket::Inbox;

/// A client's socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    pub(super) fn source(&mut self) -> &mut dyn Source {
        match self {
            Socket::Tcp(stream) => stream,
            Socket::Unix(stream) => stream,
        }
    }

    pub(super) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.read(into),
            Socket::Unix(stream) => stream.read(into),
        }
    }

    pub(super) fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.write(from),
            Socket::Unix(stream) => stream.write(from),
        }
    }

    fn end(&self) {
        // A socket the peer closed already cannot be shut down, and need not be.
        drop(match self {
            Socket::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Socket::Unix(stream) => stream.shutdown(Shutdown::Write),
        });
    }
}

/// One place under the connection cap; given back when dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<AtomicUsize>);

impl Permit {
    /// `None` when `cap` connections are open.
    pub(super) fn take(open: &Arc<AtomicUsize>, cap: usize) -> Option<Permit> {
        let permit = Permit(Arc::clone(open));
        // Dropping the permit gives the place back, taken in vain or not.
        (open.fetch_add(1, Ordering::Relaxed) < cap).then_some(permit)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a connection is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between requests.
    Idle,
    /// Part of a head is here.
    Head,
    /// A head is here, its body is not.
    Body,
    /// Waits for its answers to leave, then moves to the other side.
    Moving,
    /// Waits for its answers to leave, then ends.
    Ending,
    /// Everything is sent; what still comes is thrown away until the client closes too.
    Lingering,
}

/// How long each phase may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From the first byte of a head to its last.
    pub head: Duration,
    /// From the head to the end of the body, and for an answer to be taken.
    pub body: Duration,
    /// Between two requests.
    pub idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        let secs = Duration::from_secs;
        Deadlines { head: secs(5), body: secs(10), idle: secs(300) }
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Conn {
    pub(super) socket: Socket,
    /// Read and not yet understood.
    pub(super) inbox: Vec<u8>,
    /// To be sent, from `sent` on.
    pub(super) outbox: Vec<u8>,
    pub(super) sent: usize,
    pub(super) phase: Phase,
    /// Set once the connection has become a WebSocket.
    pub(super) stream: Option<Inbox>,
    /// Answers of the current batch that have not been put into the outbox.
    pub(super) owed: usize,
    pub(super) permit: Permit,
    pub(super) deadline: Instant,
    pub(super) was_pinged: bool,
    wants_write: bool,
}

impl Conn {
    pub(super) fn new(socket: Socket, permit: Permit, deadline: Instant) -> Conn {
        Conn {
            socket,
            inbox: Vec::new(),
            outbox: Vec::new(),
            sent: 0,
            phase: Phase::Idle,
            stream: None,
            owed: 0,
            permit,
            deadline,
            was_pinged: false,
            wants_write: false,
        }
    }

    /// Enters a phase; the deadline moves only when the phase does, so dripping bytes win no time.
    pub(super) fn enter(&mut self, phase: Phase, now: Instant, limits: &Deadlines) {
        if self.phase == phase && phase != Phase::Idle {
            return;
        }
        self.phase = phase;
        self.deadline = now
            + match phase {
                Phase::Idle => limits.idle,
                Phase::Head => limits.head,
                Phase::Body | Phase::Moving | Phase::Ending => limits.body,
                Phase::Lingering => Duration::from_secs(2),
            };
    }

    /// Whether everything owed has been sent.
    pub(super) fn is_flushed(&self) -> bool {
        self.owed == 0 && self.sent == self.outbox.len()
    }

    /// Sends what the socket takes; asks to be told when it takes more.
    pub(super) fn flush(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        while self.sent < self.outbox.len() {
            match self.socket.write(&self.outbox[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => self.sent += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    return self.watch(registry, token, true);
                }
                Err(e) => return Err(e),
            }
        }
        self.outbox.clear();
        self.sent = 0;
        // One large answer must not hold its room for the life of the connection.
        self.outbox.shrink_to(64 << 10);
        if self.wants_write { self.watch(registry, token, false) } else { Ok(()) }
    }

    fn watch(&mut self, registry: &Registry, token: Token, write: bool) -> io::Result<()> {
        if self.wants_write == write {
            return Ok(());
        }
        self.wants_write = write;
        let interest =
            if write { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        registry.reregister(self.socket.source(), token, interest)
    }

    /// Sends the end and waits for the client's, so that it reads the last answer before a reset.
    pub(super) fn linger(&mut self, now: Instant, limits: &Deadlines) {
        self.socket.end();
        self.enter(Phase::Lingering, now, limits);
    }
}
