//! From the bytes of a connection to answers in the batch: HTTP requests and WebSocket messages.

use crate::gate::errors::Fault;
use crate::gate::{Audit, Call};

use super::batch::{Answer, Recipient};
use super::conn::Phase;
use super::front::{Front, PING_AFTER};
use super::head::{self, Fast, FastPath, Head};
use super::websocket::{self, Close, Frame};

impl Front {
    /// Understands what came, and keeps the rest.
    pub(super) fn take(&mut self, place: usize, bytes: &[u8]) {
        let Some(conn) = self.conns[place].as_mut() else { return };
        if conn.phase == Phase::Lingering {
            return;
        }
        if conn.inbox.is_empty() {
            let used = self.understand(place, bytes);
            if let Some(conn) = self.conns[place].as_mut() {
                conn.inbox.extend_from_slice(&bytes[used..]);
            }
            return;
        }
        let mut inbox = std::mem::take(&mut conn.inbox);
        inbox.extend_from_slice(bytes);
        // A head cannot end without a line end: dripped bytes are not parsed over and over.
        let used = if conn.phase == Phase::Head
            && !bytes.contains(&b'\n')
            && inbox.len() <= head::MAX_HEAD
        {
            0
        } else {
            self.understand(place, &inbox)
        };
        inbox.drain(..used);
        if let Some(conn) = self.conns[place].as_mut() {
            conn.inbox = inbox;
        }
    }

    /// Answers every whole request at the start of `bytes`; how many bytes that were.
    fn understand(&mut self, place: usize, bytes: &[u8]) -> usize {
        let mut at = 0;
        loop {
            let Some(conn) = self.conns[place].as_mut() else { return bytes.len() };
            let rest = &bytes[at..];
            let step = if conn.stream.is_some() {
                self.frame(place, rest)
            } else if rest.is_empty() {
                self.enter(place, Phase::Idle);
                None
            } else {
                self.request(place, rest)
            };
            match step {
                Some(used) => at += used,
                None => return at,
            }
        }
    }

    /// One request; how many bytes it took, or `None` when the connection has to wait.
    fn request(&mut self, place: usize, bytes: &[u8]) -> Option<usize> {
        match head::read(bytes) {
            Head::Partial => {
                self.enter(place, Phase::Head);
                None
            }
            Head::Fast(fast) => self.fast(place, bytes, &fast),
            Head::Stream { head_len, accept } => {
                let answer = format!(
                    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\
                     connection: Upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
                );
                self.raw(place, |out| out.extend_from_slice(answer.as_bytes()));
                self.conns[place].as_mut()?.stream = Some(websocket::Inbox::default());
                Some(head_len)
            }
            Head::HandOver => {
                self.enter(place, Phase::Moving);
                self.moving.push(place);
                None
            }
            Head::Refuse(fault) => {
                self.parts.service.count_malformed();
                self.refuse(place, fault);
                Some(bytes.len())
            }
        }
    }

    fn fast(&mut self, place: usize, bytes: &[u8], fast: &Fast) -> Option<usize> {
        let end = fast.head_len + fast.body_len;
        let Some(body) = bytes.get(fast.head_len..end) else {
            self.enter(place, Phase::Body);
            return None;
        };
        let call = match fast.path {
            FastPath::Check => Call::Check(body),
            FastPath::Posttrade => Call::Posttrade(body),
        };
        self.call(Recipient::Http { conn: place, close: fast.close }, &call);
        if fast.close {
            self.enter(place, Phase::Ending);
            return None;
        }
        Some(end)
    }

    fn frame(&mut self, place: usize, bytes: &[u8]) -> Option<usize> {
        let conn = self.conns[place].as_mut()?;
        let mut inbox = conn.stream.take()?;
        let frame = inbox.read(bytes);
        let step = match frame {
            Frame::Partial => None,
            Frame::Skip(used) => Some(used),
            Frame::Message(used) => {
                self.call(Recipient::Stream { conn: place }, &Call::Check(&inbox.message));
                Some(used)
            }
            Frame::Ping(used, payload) => {
                self.raw(place, |out| websocket::pong(out, &payload));
                Some(used)
            }
            Frame::Close(why) => {
                if why != Close::Normal {
                    self.parts.service.count_malformed();
                }
                self.raw(place, |out| websocket::close(out, why));
                self.enter(place, Phase::Ending);
                None
            }
        };
        let conn = self.conns[place].as_mut()?;
        conn.stream = Some(inbox);
        if conn.phase != Phase::Ending {
            conn.deadline = self.now + PING_AFTER;
            conn.was_pinged = false;
        }
        step
    }

    pub(super) fn enter(&mut self, place: usize, phase: Phase) {
        if let Some(conn) = self.conns[place].as_mut() {
            conn.enter(phase, self.now, &self.parts.limits.deadlines);
        }
    }

    pub(super) fn call(&mut self, to: Recipient, call: &Call<'_>) {
        let start = self.batch.bodies.len();
        let reply = self.parts.service.call(call, &mut self.batch.bodies);
        let body = start..self.batch.bodies.len();
        self.push(Answer { to, status: reply.status, audit: reply.audit, body });
    }

    pub(super) fn raw(&mut self, place: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.batch.bodies.len();
        write(&mut self.batch.bodies);
        let body = start..self.batch.bodies.len();
        let to = Recipient::Raw { conn: place };
        self.push(Answer { to, status: 0, audit: Audit::None, body });
    }

    pub(super) fn refuse(&mut self, place: usize, fault: Fault) {
        let start = self.batch.bodies.len();
        self.batch.bodies.extend_from_slice(&fault.body());
        let body = start..self.batch.bodies.len();
        let to = Recipient::Http { conn: place, close: true };
        self.push(Answer { to, status: fault.status(), audit: Audit::None, body });
        self.enter(place, Phase::Ending);
    }

    fn push(&mut self, answer: Answer) {
        if let Some(conn) = answer.to.conn().and_then(|place| self.conns[place].as_mut()) {
            conn.owed += 1;
        }
        self.batch.answers.push(answer);
    }
}
