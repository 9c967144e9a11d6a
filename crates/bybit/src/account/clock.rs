//! The venue's clock against ours.

use aurora_model::Nanos;
use aurora_wire::{Note, Output};

use super::outcome::Outcome;
use super::{AccountSession, Pending};
use crate::{encode, rest};

/// How often it is measured, and how soon again after a failure.
const EVERY: Nanos = Nanos(240_000_000_000);
const AGAIN: Nanos = Nanos(5_000_000_000);

/// What is known of the venue's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Venue minus ours.
    pub(crate) offset: Nanos,
    pub(crate) next_at: Nanos,
    is_asked: bool,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock { offset: Nanos(0), next_at: Nanos(i64::MAX), is_asked: false }
    }
}

impl AccountSession {
    /// The venue's time at that moment of ours.
    pub(super) fn venue_at(&self, at: Nanos) -> Nanos {
        at + self.clock.offset
    }

    pub(super) fn measure_clock(&mut self, at: Nanos, out: &mut Output) {
        self.clock.next_at = at + EVERY;
        if !std::mem::replace(&mut self.clock.is_asked, true) {
            self.call(Pending::Clock { sent_at: at }, encode::time, out);
        }
    }

    pub(super) fn wake_clock(&mut self, at: Nanos, out: &mut Output) {
        if self.clock.next_at <= at {
            self.measure_clock(at, out);
        }
    }

    pub(super) fn on_clock(
        &mut self,
        at: Nanos,
        sent_at: Nanos,
        outcome: &Outcome<'_>,
        out: &mut Output,
    ) {
        self.clock.is_asked = false;
        let time = match outcome {
            Outcome::Taken { result, .. } => rest::time_of(result),
            _ => return self.clock.next_at = at + AGAIN,
        };
        match time {
            Ok(venue) => {
                let round_trip = at - sent_at;
                let middle = sent_at + Nanos(round_trip.0 / 2);
                self.clock.offset = venue - middle;
                out.notes.push(Note::Clock { offset: self.clock.offset, round_trip });
            }
            Err(error) => {
                self.clock.next_at = at + AGAIN;
                out.notes.push(Note::Unreadable(format!("time: {error}")));
            }
        }
    }
}
