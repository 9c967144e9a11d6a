//! One stream kept alive over connections that come and go: back-off, silence, renewal with an overlap.
//!
//! A line has two links and uses one. Before the venue's 24 hours are over the other one is opened beside it, and
//! takes over when it has proved itself (the session says when).

use aurora_model::Nanos;
use aurora_wire::{Action, BackOff, Link, Note, Output};

/// A connection lives 24 h at most; half an hour is kept for the change.
pub(crate) const RENEW_AFTER: Nanos = Nanos(84_600 * 1_000_000_000);
/// Without an answer to a question asked in silence, the connection is dead.
const ANSWER_WITHIN: Nanos = Nanos(10_000_000_000);
/// A connection that lived so long was a good one: back-off begins anew.
const GOOD_AFTER: Nanos = Nanos(10_000_000_000);
/// Never.
pub(crate) const NEVER: Nanos = Nanos(i64::MAX);

/// What is asked in silence; the answer proves the connection lives.
const PROBE: &str = r#"{"method":"LIST_SUBSCRIPTIONS","id":9}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    Idle,
    Opening,
    Open { since: Nanos, heard: Nanos, probed: bool, ready: bool },
    Closing,
}

/// What a closed connection meant for the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The connection in use: nothing comes any more.
    Whole,
    /// The connection in use, and the other one, which is ready, takes over.
    Covered,
    /// Another one: nothing is lost.
    Spare,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    first: u8,
    sockets: [Socket; 2],
    /// Which of the two is in use.
    active: usize,
    failures: u32,
    /// How long it may be silent before it is asked.
    patience: Nanos,
}

impl Line {
    /// A line on links `first` and `first + 1`.
    pub(crate) const fn new(first: u8, patience: Nanos) -> Line {
        Line { first, sockets: [Socket::Idle; 2], active: 0, failures: 0, patience }
    }

    pub(crate) fn owns(&self, link: Link) -> bool {
        self.slot(link).is_some()
    }

    pub(crate) fn is_active(&self, link: Link) -> bool {
        self.slot(link) == Some(self.active)
    }

    /// Whether the connection in use is open and subscribed.
    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.sockets[self.active], Socket::Open { ready: true, .. })
    }

    /// Whether the other connection is ready to take over, and since when it is open.
    pub(crate) fn spare_since(&self) -> Option<Nanos> {
        match self.sockets[1 - self.active] {
            Socket::Open { since, ready: true, .. } => Some(since),
            _ => None,
        }
    }

    /// Whether frames of the link are to be read.
    pub(crate) fn is_open(&self, link: Link) -> bool {
        let open = |slot: usize| matches!(self.sockets[slot], Socket::Open { .. });
        self.slot(link).is_some_and(open)
    }

    /// Opens the connection in use, unless it is already.
    pub(crate) fn open(&mut self, url: String, out: &mut Output) {
        if self.sockets[self.active] != Socket::Idle {
            return;
        }
        self.sockets[self.active] = Socket::Opening;
        let link = self.link(self.active);
        out.actions.push(Action::Open(link, url, self.wait()));
    }

    /// Opens the other connection beside it when it is time to.
    pub(crate) fn renew(&mut self, at: Nanos, url: impl FnOnce() -> String, out: &mut Output) {
        let spare = 1 - self.active;
        let Socket::Open { since, ready: true, .. } = self.sockets[self.active] else { return };
        if at < since + RENEW_AFTER || self.sockets[spare] != Socket::Idle {
            return;
        }
        self.sockets[spare] = Socket::Opening;
        out.actions.push(Action::Open(self.link(spare), url(), self.wait()));
    }

    /// A connection is open; false when nobody asked for it.
    pub(crate) fn opened(&mut self, at: Nanos, link: Link) -> bool {
        let Some(slot) = self.slot(link) else { return false };
        let asked = self.sockets[slot] == Socket::Opening;
        if asked {
            self.sockets[slot] = Socket::Open { since: at, heard: at, probed: false, ready: false };
        }
        asked
    }

    /// A connection is subscribed; true the first time.
    pub(crate) fn ready(&mut self, link: Link, out: &mut Output) -> bool {
        let Some(slot) = self.slot(link) else { return false };
        let Socket::Open { ready, .. } = &mut self.sockets[slot] else { return false };
        let is_news = !*ready;
        *ready = true;
        if is_news {
            out.notes.push(Note::Up(link));
        }
        is_news
    }

    pub(crate) fn heard(&mut self, at: Nanos, link: Link) {
        let Some(slot) = self.slot(link) else { return };
        if let Socket::Open { heard, probed, .. } = &mut self.sockets[slot] {
            (*heard, *probed) = (at, false);
        }
    }

    pub(crate) fn closed(&mut self, at: Nanos, link: Link, why: &str, out: &mut Output) -> Loss {
        let Some(slot) = self.slot(link) else { return Loss::Spare };
        let was = std::mem::replace(&mut self.sockets[slot], Socket::Idle);
        match was {
            Socket::Open { since, .. } if since + GOOD_AFTER <= at => self.failures = 0,
            Socket::Idle | Socket::Closing => {}
            _ => self.failures = self.failures.saturating_add(1),
        }
        if matches!(was, Socket::Open { .. } | Socket::Closing) {
            out.notes.push(Note::Down(link, why.to_owned()));
        }
        if slot != self.active {
            return Loss::Spare;
        }
        if self.spare_since().is_none() {
            // Had the other one been opening, it is now the one waited for.
            if matches!(self.sockets[1 - slot], Socket::Opening | Socket::Open { .. }) {
                self.active = 1 - slot;
            }
            return Loss::Whole;
        }
        self.active = 1 - slot;
        Loss::Covered
    }

    /// The other connection takes over; the one in use is closed.
    pub(crate) fn switch(&mut self, out: &mut Output) {
        let old = self.active;
        self.active = 1 - old;
        self.sockets[old] = Socket::Closing;
        out.actions.push(Action::Close(self.link(old)));
    }

    /// Gives up whatever is open.
    pub(crate) fn drop_all(&mut self, out: &mut Output) {
        for slot in 0..2 {
            if let Socket::Open { .. } = self.sockets[slot] {
                self.sockets[slot] = Socket::Closing;
                out.actions.push(Action::Close(self.link(slot)));
            }
        }
    }

    /// Asks where it is too quiet, closes what did not answer.
    pub(crate) fn tick(&mut self, at: Nanos, out: &mut Output) {
        for slot in 0..2 {
            let link = self.link(slot);
            let Socket::Open { heard, probed, .. } = &mut self.sockets[slot] else { continue };
            if *probed && *heard + self.patience + ANSWER_WITHIN <= at {
                self.sockets[slot] = Socket::Closing;
                out.actions.push(Action::Close(link));
            } else if !*probed && *heard + self.patience <= at {
                *probed = true;
                out.actions.push(Action::Send(link, PROBE.to_owned()));
            }
        }
    }

    /// When [`Line::tick`] or [`Line::renew`] has something to do.
    pub(crate) fn wake_at(&self) -> Nanos {
        let spare_is_idle = self.sockets[1 - self.active] == Socket::Idle;
        let wake = |(slot, socket): (usize, &Socket)| match *socket {
            Socket::Open { since, heard, probed, ready } => {
                let silence = heard + self.patience;
                let silence = if probed { silence + ANSWER_WITHIN } else { silence };
                let renews = slot == self.active && ready && spare_is_idle;
                if renews { silence.min(since + RENEW_AFTER) } else { silence }
            }
            _ => NEVER,
        };
        self.sockets.iter().enumerate().map(wake).min().unwrap_or(NEVER)
    }

    fn wait(&self) -> Nanos {
        BackOff::CONNECT.after(self.failures)
    }

    fn link(&self, slot: usize) -> Link {
        Link(self.first + u8::from(slot == 1))
    }

    fn slot(&self, link: Link) -> Option<usize> {
        match link.0.checked_sub(self.first) {
            Some(0) => Some(0),
            Some(1) => Some(1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Nanos = Nanos(15_000_000_000);

    fn second(n: i64) -> Nanos {
        Nanos::SECOND * n
    }

    fn waits(line: &mut Line, closes: u32) -> Vec<i64> {
        (0..closes)
            .map(|_| {
                let mut out = Output::default();
                line.open("ws://x".into(), &mut out);
                line.closed(Nanos(0), Link(0), "refused", &mut out);
                match &out.actions[..] {
                    [Action::Open(_, _, wait)] => wait.millis(),
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    }

    #[test]
    fn waiting_doubles_up_to_half_a_minute() {
        let mut line = Line::new(0, PATIENCE);
        let want = [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
        assert_eq!(waits(&mut line, 10), want);
    }

    #[test]
    fn silence_is_asked_about_and_then_ended() {
        let mut line = Line::new(0, PATIENCE);
        let mut out = Output::default();
        line.open("ws://x".into(), &mut out);
        assert!(line.opened(second(0), Link(0)));
        out.clear();
        line.tick(second(14), &mut out);
        assert!(out.actions.is_empty());
        assert_eq!(line.wake_at(), second(15));
        line.tick(second(15), &mut out);
        assert_eq!(out.actions, [Action::Send(Link(0), PROBE.into())]);
        assert_eq!(line.wake_at(), second(25));
        out.clear();
        line.heard(second(16), Link(0));
        line.tick(second(25), &mut out);
        assert!(out.actions.is_empty());
        line.tick(second(31), &mut out);
        line.tick(second(41), &mut out);
        assert_eq!(out.actions.last(), Some(&Action::Close(Link(0))));
        assert!(!line.is_open(Link(0)));
    }

    #[test]
    fn the_spare_takes_over_when_the_one_in_use_dies() {
        let mut line = Line::new(0, PATIENCE);
        let mut out = Output::default();
        line.open("ws://x".into(), &mut out);
        line.opened(second(0), Link(0));
        line.ready(Link(0), &mut out);
        line.renew(RENEW_AFTER, || "ws://x".into(), &mut out);
        assert_eq!(out.actions.last(), Some(&Action::Open(Link(1), "ws://x".into(), Nanos(0))));
        line.opened(RENEW_AFTER, Link(1));
        assert_eq!(line.spare_since(), None);
        line.ready(Link(1), &mut out);
        assert_eq!(line.closed(RENEW_AFTER, Link(0), "reset", &mut out), Loss::Covered);
        assert!(line.is_active(Link(1)) && line.is_ready());
    }
}
