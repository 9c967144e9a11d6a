//! Answers about clock, settings and balances.

use aurora_model::Nanos;
use aurora_wire::{AskNo, Fate, Note, Output};

use super::{AccountSession, Answered, CLOCK_AGAIN, CLOCK_EVERY};
use crate::answer;

impl AccountSession {
    /// The venue told its time somewhere between `sent` and now: the middle is the best guess.
    pub(super) fn clock(
        &mut self,
        at: Nanos,
        sent: Nanos,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let told = answered
            .body()
            .and_then(|body| answer::server_time(body).map_err(|error| error.to_string()));
        match told {
            Ok(millis) => {
                let round_trip = at - sent;
                let middle = sent + Nanos(round_trip.0 / 2);
                self.offset = Nanos::from_millis(millis) - middle;
                out.notes.push(Note::Clock { offset: self.offset, round_trip });
                self.clock_at = at + CLOCK_EVERY;
            }
            Err(why) => {
                out.notes.push(Note::Unreadable(format!("no venue time: {why}")));
                self.clock_at = at + CLOCK_AGAIN;
            }
        }
    }

    /// One call of an ask that takes several. "Nothing to change" is as good as done.
    pub(super) fn part(&mut self, ask: AskNo, answered: Answered<'_>, out: &mut Output) {
        let result = match answered {
            Answered::Refused(Fate::Done, _) => Ok(()),
            other => other.body().map(|_| ()),
        };
        self.groups.done(ask, result, out);
    }

    /// The position mode was set, or was so already.
    pub(super) fn hedged(
        &mut self,
        ask: AskNo,
        hedge: bool,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let result = match answered {
            Answered::Refused(Fate::Done, _) => Ok(()),
            other => other.body().map(|_| ()),
        };
        if result.is_ok() {
            self.hedge = hedge;
        }
        out.notes.push(Note::Answered(ask, result));
    }

    pub(super) fn balances(
        &mut self,
        ask: Option<AskNo>,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let told = answered
            .body()
            .and_then(|body| answer::balances(body).map_err(|error| error.to_string()));
        let result = told.map(|balances| {
            let note = |told: answer::Balance| {
                Note::Balance(told.asset, told.balance, told.available_balance)
            };
            out.notes.extend(balances.into_iter().map(note));
        });
        match (ask, result) {
            (Some(ask), result) => out.notes.push(Note::Answered(ask, result)),
            (None, Err(why)) => out.notes.push(Note::Unreadable(format!("no balances: {why}"))),
            (None, Ok(())) => {}
        }
    }
}
