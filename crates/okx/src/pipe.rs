//! One connection's life: opened, heard, pinged, silent, opened again.

use aurora_model::Nanos;
use aurora_wire::{Action, BackOff, Link, Output};

/// The venue cuts a connection that carried nothing for 30 s; we ask after half of that.
const PING_AFTER: Nanos = Nanos(15_000_000_000);
/// Without an answer by then it is dead.
const DEAD_AFTER: Nanos = Nanos(25_000_000_000);
/// The venue takes 480 subscriptions, unsubscriptions and logins an hour on a connection.
const MOST_OPERATIONS: u32 = 400;

/// Where it is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not wanted.
    Idle,
    /// Asked for.
    Opening,
    /// Open.
    Open,
    /// We closed it and wait for its end.
    Closing,
}

/// One connection.
#[derive(Clone, Debug)]
pub(crate) struct Pipe {
    link: Link,
    url: String,
    pub(crate) stage: Stage,
    heard_at: Nanos,
    pinged_at: Nanos,
    /// How often it failed in a row.
    pub(crate) failures: u32,
    operations: u32,
}

impl Pipe {
    pub(crate) fn new(link: Link, url: &str) -> Pipe {
        Pipe {
            link,
            url: url.to_owned(),
            stage: Stage::Idle,
            heard_at: Nanos(0),
            pinged_at: Nanos(0),
            failures: 0,
            operations: 0,
        }
    }

    pub(crate) const fn link(&self) -> Link {
        self.link
    }

    /// Asks for it, later the more often it failed.
    pub(crate) fn open(&mut self, out: &mut Output) {
        self.stage = Stage::Opening;
        let wait = BackOff::CONNECT.after(self.failures);
        out.actions.push(Action::Open(self.link, self.url.clone(), wait));
    }

    /// It is open.
    pub(crate) fn opened(&mut self, at: Nanos) {
        self.stage = Stage::Open;
        self.heard_at = at;
        self.pinged_at = at;
        self.operations = 0;
    }

    /// It does what it is for: the next failure is the first again.
    pub(crate) fn works(&mut self) {
        self.failures = 0;
    }

    /// It ended, or could not be opened.
    pub(crate) fn closed(&mut self) {
        self.stage = Stage::Idle;
        self.failures += 1;
    }

    /// Something came.
    pub(crate) fn heard(&mut self, at: Nanos) {
        self.heard_at = at;
    }

    pub(crate) fn send(&self, frame: String, out: &mut Output) {
        out.actions.push(Action::Send(self.link, frame));
    }

    /// Sends a subscription or the like; one too many for the hour closes the connection instead.
    pub(crate) fn operate(&mut self, frame: String, out: &mut Output) {
        self.operations += 1;
        if MOST_OPERATIONS < self.operations {
            self.close(out);
        } else {
            self.send(frame, out);
        }
    }

    pub(crate) fn close(&mut self, out: &mut Output) {
        if matches!(self.stage, Stage::Open | Stage::Opening) {
            self.stage = Stage::Closing;
            out.actions.push(Action::Close(self.link));
        }
    }

    /// Pings when it is silent, closes it when it stays so.
    pub(crate) fn pulse(&mut self, at: Nanos, out: &mut Output) {
        if self.stage != Stage::Open {
            return;
        }
        if DEAD_AFTER <= at - self.heard_at {
            self.close(out);
        } else if PING_AFTER <= at - self.heard_at && self.pinged_at <= self.heard_at {
            self.pinged_at = at;
            self.send("ping".into(), out);
        }
    }

    /// When [`Pipe::pulse`] has something to do.
    pub(crate) fn wake_at(&self) -> Nanos {
        match self.stage {
            Stage::Open if self.pinged_at <= self.heard_at => self.heard_at + PING_AFTER,
            Stage::Open => self.heard_at + DEAD_AFTER,
            _ => Nanos(i64::MAX),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }
}
