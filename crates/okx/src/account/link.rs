//! A socket with a login: opened, logged in, subscribed; another one takes over when it is about to end.

use aurora_model::Nanos;
use aurora_wire::{Action, Link, Note, Output};

use super::{AccountSession, BUSINESS, PRIVATE};
use crate::encode::{self, Topic};
use crate::frame::Envelope;
use crate::pipe::{Pipe, Stage};
use crate::{errors, frame};

/// Login and subscriptions are answered by then, or the socket is closed.
const ANSWER_WITHIN: Nanos = Nanos(10_000_000_000);

/// How far one socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Closed,
    LoggingIn { since: Nanos },
    Subscribing { since: Nanos, left: usize },
    Ready,
}

/// Two sockets, one in use.
#[derive(Clone, Debug)]
pub(super) struct PrivateLink {
    links: [Link; 2],
    pipes: [Pipe; 2],
    progress: [Progress; 2],
    current: usize,
    renews: bool,
    topics: &'static [Topic<'static>],
}

const PRIVATE_TOPICS: &[Topic<'static>] =
    &[Topic::kind("orders", "ANY"), Topic::plain("account"), Topic::kind("positions", "ANY")];
const BUSINESS_TOPICS: &[Topic<'static>] = &[Topic::kind("orders-algo", "ANY")];

impl PrivateLink {
    pub(super) fn private(url: &str) -> PrivateLink {
        PrivateLink::new(PRIVATE, url, PRIVATE_TOPICS)
    }

    pub(super) fn business(url: &str) -> PrivateLink {
        PrivateLink::new(BUSINESS, url, BUSINESS_TOPICS)
    }

    fn new(links: [Link; 2], url: &str, topics: &'static [Topic<'static>]) -> PrivateLink {
        PrivateLink {
            pipes: links.map(|link| Pipe::new(link, url)),
            links,
            progress: [Progress::Closed; 2],
            current: 0,
            renews: false,
            topics,
        }
    }

    fn index(&self, link: Link) -> Option<usize> {
        self.links.iter().position(|own| *own == link)
    }

    /// Opens it, unless it is open or about to be.
    pub(super) fn open(&mut self, out: &mut Output) {
        if self.pipes[self.current].stage == Stage::Idle {
            self.pipes[self.current].open(out);
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.progress[self.current] == Progress::Ready
    }

    pub(super) fn send(&self, frame: String, out: &mut Output) {
        self.pipes[self.current].send(frame, out);
    }

    fn opened(&mut self, at: Nanos, index: usize, out: &mut Output) {
        self.pipes[index].opened(at);
        self.progress[index] = Progress::LoggingIn { since: at };
        out.actions.push(Action::Login(self.links[index]));
    }

    fn logged_in(&mut self, at: Nanos, index: usize, out: &mut Output) {
        if matches!(self.progress[index], Progress::LoggingIn { .. }) {
            self.progress[index] = Progress::Subscribing { since: at, left: self.topics.len() };
            self.pipes[index].operate(encode::subscribe(self.topics), out);
        }
    }

    /// One more subscription is confirmed. True when that was the last one.
    fn subscribed(&mut self, index: usize) -> bool {
        let Progress::Subscribing { left, .. } = &mut self.progress[index] else { return false };
        *left = left.saturating_sub(1);
        if 0 < *left {
            return false;
        }
        self.progress[index] = Progress::Ready;
        self.pipes[index].works();
        true
    }

    /// The venue is about to end the socket in use.
    fn renew(&mut self, out: &mut Output) {
        let next = 1 - self.current;
        if !self.renews && self.pipes[next].stage == Stage::Idle {
            self.renews = true;
            self.pipes[next].open(out);
        }
    }

    /// The new socket is in use from now on; the old one is closed once nothing can be missing.
    fn take_over(&mut self, index: usize) {
        if self.renews && index != self.current {
            self.current = index;
        }
    }

    /// Ends the old socket after the account was verified on the new one.
    pub(super) fn verified(&mut self, out: &mut Output) {
        if self.renews && self.is_ready() {
            self.renews = false;
            self.pipes[1 - self.current].close(out);
        }
    }

    /// Says whether the socket in use is gone.
    fn closed(&mut self, index: usize, out: &mut Output) -> bool {
        self.pipes[index].closed();
        self.progress[index] = Progress::Closed;
        if index == self.current && self.renews {
            self.renews = false;
            self.current = 1 - index;
            if self.pipes[self.current].stage == Stage::Idle {
                self.pipes[self.current].open(out);
            }
            return true;
        }
        if index == self.current || self.renews {
            self.pipes[index].open(out);
        }
        index == self.current
    }

    fn pulse(&mut self, at: Nanos, out: &mut Output) {
        for (pipe, progress) in self.pipes.iter_mut().zip(&self.progress) {
            pipe.pulse(at, out);
            match progress {
                Progress::LoggingIn { since } | Progress::Subscribing { since, .. }
                    if ANSWER_WITHIN <= at - *since =>
                {
                    pipe.close(out);
                }
                _ => {}
            }
        }
    }

    pub(super) fn wake_at(&self) -> Nanos {
        let waits = self.pipes.iter().zip(&self.progress).map(|(pipe, progress)| match progress {
            _ if !pipe.is_open() => Nanos(i64::MAX),
            Progress::LoggingIn { since } | Progress::Subscribing { since, .. } => {
                *since + ANSWER_WITHIN
            }
            _ => Nanos(i64::MAX),
        });
        waits.chain(self.pipes.iter().map(Pipe::wake_at)).min().unwrap_or(Nanos(i64::MAX))
    }
}

impl AccountSession {
    fn side(&mut self, link: Link) -> Option<(&mut PrivateLink, usize)> {
        let side = if PRIVATE.contains(&link) { &mut self.private } else { &mut self.business };
        let index = side.index(link)?;
        Some((side, index))
    }

    pub(super) fn opened(&mut self, at: Nanos, link: Link, out: &mut Output) {
        if let Some((side, index)) = self.side(link) {
            side.opened(at, index, out);
        }
    }

    pub(super) fn closed(&mut self, at: Nanos, link: Link, why: &str, out: &mut Output) {
        let Some((side, index)) = self.side(link) else { return };
        let before = side.progress[index];
        let is_gone = side.closed(index, out);
        if before != Progress::Closed {
            out.notes.push(Note::Down(link, why.to_owned()));
        }
        if is_gone && PRIVATE.contains(&link) {
            self.lose_operations(at, why, out);
            // What happens from now on is only known after the next verification.
            self.abandon_verification();
            if before == Progress::Ready {
                out.notes.push(Note::AccountLost);
            }
            if self.private.is_ready() {
                self.verify(at, out);
            }
        }
    }

    pub(super) fn pulse(&mut self, at: Nanos, out: &mut Output) {
        self.private.pulse(at, out);
        self.business.pulse(at, out);
    }

    /// Takes a frame of a private socket.
    pub(super) fn on_frame(&mut self, at: Nanos, link: Link, bytes: &[u8], out: &mut Output) {
        let Some((side, index)) = self.side(link) else { return };
        side.pipes[index].heard(at);
        match frame::read(bytes) {
            Ok(frame::Frame::Pong) => {}
            Ok(frame::Frame::Push(push)) => self.on_push(at, &push, out),
            Ok(frame::Frame::Envelope(envelope)) if !envelope.op.is_empty() => {
                self.on_operation(at, &envelope, bytes, out);
            }
            Ok(frame::Frame::Envelope(envelope)) => self.on_event(at, link, &envelope, out),
            Err(error) => {
                out.notes.push(Note::Unreadable(format!("private frame: {error}")));
                // It may have been a fill: only the venue knows.
                self.verify(at, out);
            }
        }
    }

    fn on_event(&mut self, at: Nanos, link: Link, event: &Envelope<'_>, out: &mut Output) {
        let Some((side, index)) = self.side(link) else { return };
        match event.event {
            b"login" if event.code.unwrap_or_default() == 0 => side.logged_in(at, index, out),
            b"subscribe" if side.subscribed(index) => {
                side.take_over(index);
                out.notes.push(Note::Up(link));
                self.subscribed(at, link, out);
            }
            b"notice" if event.code == Some(64008) => side.renew(out),
            b"login" | b"error" => self.refused(at, link, event, out),
            _ => {}
        }
    }

    /// The private socket works: the account is compared before it is called ready.
    fn subscribed(&mut self, at: Nanos, link: Link, out: &mut Output) {
        if PRIVATE.contains(&link) {
            self.verify(at, out);
        } else {
            self.business.verified(out);
        }
    }

    /// A login or a subscription was refused: close, and try again later and later.
    fn refused(&mut self, at: Nanos, link: Link, event: &Envelope<'_>, out: &mut Output) {
        let (code, words) = (event.code.unwrap_or_default(), event.words());
        self.on_refusal(at, code, &words, out);
        let Some((side, index)) = self.side(link) else { return };
        if side.progress[index] == Progress::Ready {
            out.notes.push(Note::Unreadable(format!("private socket: {words}")));
            return;
        }
        if !errors::fate(code).halts() {
            out.notes.push(Note::Unreadable(format!("private login: {words}")));
        }
        side.pipes[index].close(out);
    }
}
