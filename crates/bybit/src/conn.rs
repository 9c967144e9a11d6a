//! One connection of a session: opening, keeping alive, noticing that it died, backing off.

use aurora_model::Nanos;
use aurora_wire::{Action, BackOff, Link, Note, Output};

use crate::encode;

/// When to ask whether anybody is there, and when to believe that nobody is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pulse {
    /// A ping goes out at least so often; the venue asks for one every twenty seconds.
    pub(crate) ping_every: Nanos,
    /// After so long a silence one goes out early.
    pub(crate) ping_after: Nanos,
    /// After so long a silence the connection is dead.
    pub(crate) dead_after: Nanos,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Opening,
    Open,
    Closing,
}

/// A connection as the session knows it.
#[derive(Clone, Debug)]
pub(crate) struct Conn {
    link: Link,
    url: String,
    pulse: Pulse,
    state: State,
    pub(crate) opened_at: Nanos,
    pub(crate) heard_at: Nanos,
    pinged_at: Nanos,
    /// Failures since it last worked.
    pub(crate) failures: u32,
    /// It worked since it was opened.
    is_up: bool,
}

impl Conn {
    pub(crate) fn link(&self) -> Link {
        self.link
    }

    pub(crate) fn new(link: Link, url: &str, pulse: Pulse) -> Conn {
        let (opened_at, heard_at, pinged_at) = (Nanos(0), Nanos(0), Nanos(0));
        let (url, state, failures) = (url.to_owned(), State::Idle, 0);
        Conn { link, url, pulse, state, opened_at, heard_at, pinged_at, failures, is_up: false }
    }

    /// Asks for it to be opened: at once the first time, later after failures.
    pub(crate) fn open(&mut self, out: &mut Output) {
        let wait = BackOff::CONNECT.after(self.failures);
        self.state = State::Opening;
        out.actions.push(Action::Open(self.link, self.url.clone(), wait));
    }

    pub(crate) fn opened(&mut self, at: Nanos) {
        self.state = State::Open;
        self.is_up = false;
        (self.opened_at, self.heard_at, self.pinged_at) = (at, at, at);
    }

    /// It ended, or could not be opened.
    pub(crate) fn closed(&mut self, why: &str, out: &mut Output) {
        out.notes.push(Note::Down(self.link, why.to_owned()));
        self.state = State::Idle;
        self.failures = self.failures.saturating_add(1);
    }

    pub(crate) fn close(&mut self, out: &mut Output) {
        if matches!(self.state, State::Open | State::Opening) {
            self.state = State::Closing;
            out.actions.push(Action::Close(self.link));
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// It does what it is there for; said once after each opening.
    pub(crate) fn works(&mut self, out: &mut Output) {
        self.failures = 0;
        if !std::mem::replace(&mut self.is_up, true) {
            out.notes.push(Note::Up(self.link));
        }
    }

    /// Whether it does what it is there for.
    pub(crate) fn is_up(&self) -> bool {
        self.is_open() && self.is_up
    }

    pub(crate) fn set_pulse(&mut self, pulse: Pulse) {
        self.pulse = pulse;
    }

    pub(crate) fn send(&self, frame: String, out: &mut Output) {
        if self.is_open() {
            out.actions.push(Action::Send(self.link, frame));
        }
    }

    fn is_ping_due(&self, at: Nanos) -> bool {
        let early = self.heard_at + self.pulse.ping_after;
        self.pinged_at + self.pulse.ping_every <= at || (early <= at && self.pinged_at < early)
    }

    /// Pings, or gives up; says whether it gave up.
    pub(crate) fn tick(&mut self, at: Nanos, out: &mut Output) -> bool {
        if !self.is_open() {
            return false;
        }
        if self.heard_at + self.pulse.dead_after <= at {
            self.close(out);
            return true;
        }
        if self.is_ping_due(at) {
            self.pinged_at = at;
            self.send(encode::ping(), out);
        }
        false
    }

    pub(crate) fn wake_at(&self) -> Nanos {
        if !self.is_open() {
            return Nanos(i64::MAX);
        }
        let mut wake = self.pinged_at + self.pulse.ping_every;
        let early = self.heard_at + self.pulse.ping_after;
        if self.pinged_at < early {
            wake = wake.min(early);
        }
        wake.min(self.heard_at + self.pulse.dead_after)
    }
}
