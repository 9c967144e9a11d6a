//! Connections: opened, logged in, subscribed, lost.

use aurora_model::Nanos;
use aurora_wire::{Action, Answer, DecodeError, Link, Note, Output};

use super::outcome::Outcome;
use super::sweep::SweepFor;
use super::{AccountSession, PRIVATE, TRADE};
use crate::decode::{Control, Reply};
use crate::{encode, errors};

/// What the account cannot do without.
const TOPICS: [&str; 4] = ["order", "execution", "position", "wallet"];
/// The second path for fills.
const FAST: &str = "execution.fast";
/// What the dead-man switch watches.
pub(super) const DEAD_MAN: &str = "dcp.future";
/// The comparison after a silence begins a little before it.
const OVERLAP: Nanos = Nanos(10_000_000_000);
/// The comparison after a start looks back so far; what is older the desk asks for itself.
const LOOK_BACK: Nanos = Nanos(600_000_000_000);

impl AccountSession {
    pub(super) fn on_opened(&mut self, at: Nanos, link: Link, out: &mut Output) {
        match link {
            TRADE => self.trade.opened(at),
            _ => self.private.opened(at),
        }
        out.actions.push(Action::Login(link));
    }

    pub(super) fn on_closed(&mut self, at: Nanos, link: Link, why: &str, out: &mut Output) {
        if link == TRADE {
            self.trade.closed(why, out);
            let lost = Outcome::of(Answer::Lost(why));
            for (_, request) in std::mem::take(&mut self.on_socket) {
                self.resolve(at, request.pending, &lost, out);
            }
            return self.trade.open(out);
        }
        self.private.closed(why, out);
        if std::mem::take(&mut self.is_ready) {
            out.notes.push(Note::AccountLost);
        }
        self.abandon_verification();
        self.private.open(out);
    }

    fn topics(&mut self, topics: &[&str], out: &mut Output) -> u64 {
        let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
        let req = self.req();
        for frame in encode::subscribe(req, &topics) {
            self.private.send(frame, out);
        }
        req
    }

    /// Watches the topic of the dead-man switch, or no longer.
    pub(super) fn watch_dead_man(&mut self, on: bool, out: &mut Output) {
        if on {
            self.topics(&[DEAD_MAN], out);
        } else {
            let req = self.req();
            self.private.send(encode::unsubscribe(req, &[DEAD_MAN.to_owned()]), out);
        }
    }

    pub(super) fn on_control(
        &mut self,
        at: Nanos,
        link: Link,
        frame: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        match Control::read(frame)? {
            Control::Login(Ok(())) if link == TRADE => self.trade.works(out),
            Control::Login(Ok(())) => self.on_logged_in(out),
            Control::Login(Err((code, words))) => self.on_login_refused(at, link, code, words, out),
            Control::Subscribed(req, result) => self.on_subscribed(at, req, result, out),
            Control::Trade(reply) => self.on_reply(at, &reply, out),
            Control::Refused(words) => {
                out.notes.push(Note::Unreadable(format!("request refused: {words}")));
            }
            Control::Pong | Control::Other => {}
        }
        Ok(())
    }

    fn on_logged_in(&mut self, out: &mut Output) {
        self.main_req = self.topics(&TOPICS, out);
        self.topics(&[FAST], out);
        if self.dead_man_s.is_some() {
            self.watch_dead_man(true, out);
        }
    }

    /// A refused key stops trading; anything else (a clock that is off) is tried again after the back-off.
    fn on_login_refused(
        &mut self,
        at: Nanos,
        link: Link,
        code: i64,
        words: &str,
        out: &mut Output,
    ) {
        let said = format!("login: {code} {words}");
        let is_clock = code == 10_002 || words.to_ascii_lowercase().contains("expire");
        if is_clock {
            self.measure_clock(at, out);
        }
        if errors::fate(code).halts() || (code == 0 && !is_clock) {
            out.notes.push(Note::Refused(said));
        }
        match link {
            TRADE => self.trade.close(out),
            _ => self.private.close(out),
        }
    }

    fn on_subscribed(&mut self, at: Nanos, req: u64, result: Result<(), &str>, out: &mut Output) {
        let is_main = req == self.main_req || req == 0;
        match result {
            Ok(()) if is_main && !self.private.is_up() => {
                let is_first = self.heard_at.0 == 0 || !self.was_ready;
                let heard = self.venue_at(self.heard_at);
                let since = if is_first { heard - LOOK_BACK } else { heard - OVERLAP };
                self.private.works(out);
                self.start_sweep(at, SweepFor::Verify { since }, out);
            }
            Ok(()) => {}
            Err(words) => {
                out.notes.push(Note::Unreadable(format!("subscription refused: {words}")));
                if is_main {
                    self.private.close(out);
                }
            }
        }
    }

    fn on_reply(&mut self, at: Nanos, reply: &Reply<'_>, out: &mut Output) {
        if let Some(request) = self.on_socket.remove(&reply.req_id) {
            self.resolve(at, request.pending, &Outcome::of_reply(reply), out);
        }
    }

    pub(super) fn on_frame(&mut self, at: Nanos, link: Link, frame: &[u8], out: &mut Output) {
        let conn = if link == TRADE { &mut self.trade } else { &mut self.private };
        if !conn.is_open() {
            return;
        }
        conn.heard_at = at;
        let read = match link {
            PRIVATE => self.on_private(at, frame, out),
            link => self.on_control(at, link, frame, out),
        };
        if let Err(error) = read {
            out.notes.push(Note::Unreadable(format!("account frame: {error}")));
            // Whatever it said must be found out another way.
            if link == PRIVATE {
                let since = self.venue_at(at) - OVERLAP;
                self.start_sweep(at, SweepFor::Unproven { since }, out);
            }
        }
    }
}
