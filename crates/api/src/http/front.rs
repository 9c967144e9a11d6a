//! The gate thread: one epoll loop that owns the gate and every fast connection.
//!
//! Each turn reads what is ready, decides all of it, writes the log once, and only then lets the
//! answers go. Requests that are not of the fast path move, with their connection, to the other side.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use mio::net::{TcpListener, UnixListener};
use mio::{Events, Interest, Poll, Token, Waker};
use tokio::sync::mpsc::UnboundedSender;

use crate::gate::errors::Fault;
use crate::gate::{Audit, GateService};

use super::batch::{Answered, Batch, DateLine, Recipient, http_head};
use super::conn::{Conn, Deadlines, Permit, Phase, Socket};
use super::handle::Command;
use super::handover::Moved;
use super::websocket;

const TCP: Token = Token(0);
const UNIX: Token = Token(1);
const WAKE: Token = Token(2);
const FIRST_CONN: usize = 3;
/// How often deadlines, expired orders and a failing log are looked at.
const TICK: Duration = Duration::from_millis(200);
/// A client that does not read its answers is not read from either.
const OUTBOX_LIMIT: usize = 256 << 10;
/// A WebSocket that was silent so long is pinged; twice as long again, and it is gone.
pub(super) const PING_AFTER: Duration = Duration::from_secs(30);

/// Limits of the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrontLimits {
    /// Open connections; one more is answered 503.
    pub connections: usize,
    /// How long a client may take.
    pub deadlines: Deadlines,
}

impl Default for FrontLimits {
    fn default() -> FrontLimits {
        FrontLimits { connections: 1024, deadlines: Deadlines::default() }
    }
}

/// What the gate thread is made of.
#[derive(Debug)]
pub(super) struct FrontParts {
    pub(super) poll: Poll,
    pub(super) tcp: Option<TcpListener>,
    pub(super) unix: Option<UnixListener>,
    pub(super) service: GateService,
    pub(super) limits: FrontLimits,
    pub(super) commands: Receiver<Command>,
    pub(super) moved: UnboundedSender<Moved>,
    pub(super) stop: Arc<AtomicBool>,
}

/// The gate thread.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) parts: FrontParts,
    pub(super) conns: Vec<Option<Conn>>,
    free: Vec<usize>,
    /// Closed in this turn: their places may be reused in the next one.
    closed: Vec<usize>,
    /// Connections that have more to read than one turn takes.
    unread: Vec<usize>,
    /// Connections that go to the other side once their answers have left.
    pub(super) moving: Vec<usize>,
    open: Arc<AtomicUsize>,
    pub(super) batch: Batch,
    scratch: Vec<u8>,
    date: DateLine,
    pub(super) now: Instant,
}

/// The token a waker of the poll must use.
pub(super) fn waker(poll: &Poll) -> io::Result<Waker> {
    Waker::new(poll.registry(), WAKE)
}

impl Front {
    pub(super) fn new(mut parts: FrontParts) -> io::Result<Front> {
        let registry = parts.poll.registry();
        if let Some(tcp) = &mut parts.tcp {
            registry.register(tcp, TCP, Interest::READABLE)?;
        }
        if let Some(unix) = &mut parts.unix {
            registry.register(unix, UNIX, Interest::READABLE)?;
        }
        Ok(Front {
            parts,
            conns: Vec::new(),
            free: Vec::new(),
            closed: Vec::new(),
            unread: Vec::new(),
            moving: Vec::new(),
            open: Arc::default(),
            batch: Batch::default(),
            scratch: vec![0; 64 << 10],
            date: DateLine::new(),
            now: Instant::now(),
        })
    }

    /// Runs until told to stop; what was asked by then is answered.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut tick_at = Instant::now() + TICK;
        while !self.parts.stop.load(Ordering::Relaxed) {
            let wait = if self.unread.is_empty() { TICK } else { Duration::ZERO };
            match self.parts.poll.poll(&mut events, Some(wait)) {
                Err(e) if e.kind() != io::ErrorKind::Interrupted => return Err(e),
                _ => {}
            }
            self.now = Instant::now();
            for conn in std::mem::take(&mut self.unread) {
                self.readable(conn, false);
            }
            for event in &events {
                match event.token() {
                    TCP | UNIX => self.accept(),
                    WAKE => {}
                    Token(token) => {
                        let conn = token - FIRST_CONN;
                        if event.is_writable() {
                            self.flush(conn);
                        }
                        if event.is_readable() || event.is_read_closed() {
                            self.readable(conn, event.is_read_closed());
                        }
                    }
                }
            }
            self.commands();
            if tick_at <= self.now {
                tick_at = self.now + TICK;
                self.tick();
            }
            self.release();
        }
        self.commands();
        self.release();
        Ok(())
    }

    fn accept(&mut self) {
        loop {
            let parts = &mut self.parts;
            let next = match (&parts.tcp, &parts.unix) {
                (Some(tcp), unix) => match tcp.accept() {
                    Ok((stream, _)) => {
                        // Answers are small and must not wait for company.
                        drop(stream.set_nodelay(true));
                        Some(Socket::Tcp(stream))
                    }
                    Err(_) => unix.as_ref().and_then(accept_unix),
                },
                (None, Some(unix)) => accept_unix(unix),
                (None, None) => None,
            };
            // Out of file descriptors looks like nobody there; the next tick tries again.
            let Some(socket) = next else { return };
            self.welcome(socket);
        }
    }

    fn welcome(&mut self, mut socket: Socket) {
        let limits = &self.parts.limits;
        let Some(permit) = Permit::take(&self.open, limits.connections) else {
            let mut answer = Vec::new();
            let body = Fault::Busy.body();
            http_head(&mut answer, 503, body.len(), self.date.at(unix_second()), true);
            answer.extend_from_slice(&body);
            // One try: a client that cannot take it is the one too many.
            drop(socket.write(&answer));
            return;
        };
        let place = self.free.pop().unwrap_or(self.conns.len());
        let registry = self.parts.poll.registry();
        let token = Token(place + FIRST_CONN);
        if registry.register(socket.source(), token, Interest::READABLE).is_err() {
            self.free.push(place);
            return;
        }
        let conn = Conn::new(socket, permit, self.now + limits.deadlines.idle);
        if place == self.conns.len() {
            self.conns.push(Some(conn));
        } else {
            self.conns[place] = Some(conn);
        }
    }

    fn readable(&mut self, place: usize, has_ended: bool) {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.read(place, has_ended, &mut scratch);
        self.scratch = scratch;
    }

    fn read(&mut self, place: usize, has_ended: bool, scratch: &mut [u8]) {
        loop {
            let Some(conn) = self.conns.get_mut(place).and_then(Option::as_mut) else { return };
            let is_deaf = matches!(conn.phase, Phase::Moving | Phase::Ending);
            if is_deaf || OUTBOX_LIMIT < conn.outbox.len() - conn.sent {
                return;
            }
            match conn.socket.read(scratch) {
                Ok(0) => return self.ended(place),
                Ok(n) => {
                    self.take(place, &scratch[..n]);
                    if n == scratch.len() {
                        // The others are heard before this one goes on.
                        self.unread.push(place);
                        return;
                    }
                    if !has_ended {
                        return;
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => return self.close(place),
            }
        }
    }

    /// The client will send no more; it may still wait for answers.
    fn ended(&mut self, place: usize) {
        let Some(conn) = self.conns[place].as_mut() else { return };
        if conn.is_flushed() {
            self.close(place);
        } else {
            conn.enter(Phase::Ending, self.now, &self.parts.limits.deadlines);
        }
    }

    fn commands(&mut self) {
        // As many as there are now: newcomers wait for the next turn.
        for _ in 0..self.parts.commands.len() {
            let Ok(Command { call, reply }) = self.parts.commands.try_recv() else { return };
            self.call(Recipient::Task(reply), &call.borrowed());
        }
    }

    /// Writes the log, then lets the answers go.
    fn release(&mut self) {
        let is_logged = self.parts.service.commit();
        let mut batch = std::mem::take(&mut self.batch);
        let date = unix_second();
        for answer in batch.answers.drain(..) {
            let body = &batch.bodies[answer.body.clone()];
            let place = answer.to.conn();
            match (is_logged, answer.audit) {
                (false, Audit::Allow) => {
                    let denial = self.parts.service.denial(body);
                    self.deliver(answer.to, answer.status, &denial, date);
                }
                (false, Audit::Record) => {
                    let fault = Fault::AuditUnavailable;
                    self.deliver(answer.to, fault.status(), &fault.body(), date);
                }
                _ => self.deliver(answer.to, answer.status, body, date),
            }
            if let Some(place) = place
                && self.conns[place].as_ref().is_some_and(|conn| conn.owed == 0)
            {
                self.flush(place);
            }
        }
        batch.bodies.clear();
        batch.bodies.shrink_to(4 << 20);
        self.batch = batch;
        for place in std::mem::take(&mut self.moving) {
            self.flush(place);
        }
        self.free.append(&mut self.closed);
    }

    fn deliver(&mut self, to: Recipient, status: u16, body: &[u8], second: i64) {
        if let Recipient::Task(task) = to {
            // A task that went away needs no answer.
            drop(task.send(Answered { status, body: body.to_vec() }));
            return;
        }
        let place = to.conn();
        let Some(conn) = place.and_then(|place| self.conns[place].as_mut()) else { return };
        conn.owed -= 1;
        let out = &mut conn.outbox;
        match to {
            Recipient::Http { close, .. } => {
                http_head(out, status, body.len(), self.date.at(second), close);
                out.extend_from_slice(body);
            }
            Recipient::Stream { .. } => websocket::text(out, body),
            Recipient::Raw { .. } | Recipient::Task(_) => out.extend_from_slice(body),
        }
    }

    /// Sends what a connection has; then whatever its phase asks for.
    fn flush(&mut self, place: usize) {
        let Some(conn) = self.conns.get_mut(place).and_then(Option::as_mut) else { return };
        let was_full = OUTBOX_LIMIT < conn.outbox.len() - conn.sent;
        if conn.flush(self.parts.poll.registry(), Token(place + FIRST_CONN)).is_err() {
            return self.close(place);
        }
        if !conn.is_flushed() {
            if conn.phase == Phase::Idle {
                // Answers not taken are a deadline too.
                conn.deadline = self.now + self.parts.limits.deadlines.body;
            }
            return;
        }
        match conn.phase {
            Phase::Ending => conn.linger(self.now, &self.parts.limits.deadlines),
            Phase::Moving => self.hand_over(place),
            _ if was_full => self.unread.push(place),
            _ => {}
        }
    }

    fn hand_over(&mut self, place: usize) {
        let Some(mut conn) = self.conns[place].take() else { return };
        self.closed.push(place);
        if self.parts.poll.registry().deregister(conn.socket.source()).is_err() {
            return;
        }
        // The other side is gone only when everything stops.
        drop(self.parts.moved.send(Moved::new(conn)));
    }

    fn close(&mut self, place: usize) {
        if self.conns[place].take().is_some() {
            self.closed.push(place);
        }
    }

    fn tick(&mut self) {
        self.accept();
        self.parts.service.set_connections(self.open.load(Ordering::Relaxed));
        self.parts.service.tick();
        for place in 0..self.conns.len() {
            let Some(conn) = self.conns[place].as_mut() else { continue };
            if self.now < conn.deadline {
                continue;
            }
            let is_stream = conn.stream.is_some() && conn.phase != Phase::Lingering;
            match conn.phase {
                _ if is_stream && !conn.was_pinged && conn.is_flushed() => {
                    conn.was_pinged = true;
                    conn.deadline = self.now + 2 * PING_AFTER;
                    self.raw(place, websocket::ping);
                }
                Phase::Head | Phase::Body if !is_stream => self.refuse(place, Fault::Timeout),
                _ => self.close(place),
            }
        }
    }
}

fn accept_unix(unix: &UnixListener) -> Option<Socket> {
    unix.accept().ok().map(|(stream, _)| Socket::Unix(stream))
}

fn unix_second() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(0)
}
