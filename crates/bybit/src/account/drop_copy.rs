//! A second path for fills: asked by REST every half minute, to be compared with what the stream told.

use std::collections::BTreeSet;

use aurora_model::Nanos;
use aurora_wire::{Note, Output};

use super::outcome::Outcome;
use super::{AccountSession, Pending};
use crate::encode;
use crate::rest::List;

const EVERY: Nanos = Nanos(30_000_000_000);
/// Fills may show up in the archive a little late.
const OVERLAP: Nanos = Nanos(10_000_000_000);
/// How many ids are remembered; more than the overlap can hold.
const KEPT: usize = 8_192;

/// Where the second path is.
#[derive(Clone, Debug)]
pub(super) struct DropCopy {
    /// When it is asked again.
    pub(super) next_at: Nanos,
    /// Fills from then on have not been told, by the venue's clock.
    since: Nanos,
    /// The end of the question under way, and its page.
    until: Nanos,
    cursor: Option<String>,
    is_asked: bool,
    told: BTreeSet<u128>,
}

impl Default for DropCopy {
    fn default() -> DropCopy {
        DropCopy {
            next_at: Nanos(i64::MAX),
            since: Nanos(0),
            until: Nanos(0),
            cursor: None,
            is_asked: false,
            told: BTreeSet::new(),
        }
    }
}

impl AccountSession {
    pub(super) fn start_drop_copy(&mut self, at: Nanos) {
        if self.drop_copy.next_at == Nanos(i64::MAX) {
            self.drop_copy.next_at = at + EVERY;
            self.drop_copy.since = self.venue_at(at);
        }
    }

    pub(super) fn wake_drop_copy(&mut self, at: Nanos, out: &mut Output) {
        if at < self.drop_copy.next_at {
            return;
        }
        self.drop_copy.next_at = at + EVERY;
        if !std::mem::replace(&mut self.drop_copy.is_asked, true) {
            self.drop_copy.until = self.venue_at(at);
            self.drop_copy.cursor = None;
            self.ask_drop_copy(out);
        }
    }

    fn ask_drop_copy(&mut self, out: &mut Output) {
        let from = self.drop_copy.since - OVERLAP;
        let (until, cursor) = (self.drop_copy.until.max(from), self.drop_copy.cursor.clone());
        let make = |no| encode::executions(no, from, until, cursor.as_deref());
        self.call(Pending::DropCopy, make, out);
    }

    pub(super) fn on_drop_copy(&mut self, outcome: &Outcome<'_>, out: &mut Output) {
        self.drop_copy.is_asked = false;
        let Outcome::Taken { result, .. } = outcome else { return };
        let mut fills = Vec::new();
        let read = List::read(result).and_then(|list| {
            self.decoder.executions(list.items.as_bytes(), |fill| fills.push(fill))?;
            Ok(list.next)
        });
        let next = match read {
            Ok(next) => next,
            Err(error) => {
                out.notes.push(Note::Unreadable(format!("drop copy: {error}")));
                return;
            }
        };
        fills.retain(|fill| fill.is_ours && self.is_ours(Some(fill.fill.order)).is_some());
        fills.sort_by_key(|fill| (fill.fill.at, fill.fill.trade_id));
        for fill in &fills {
            if self.drop_copy.told.insert(fill.fill.trade_id) {
                out.notes.push(Note::DropCopy(fill.fill));
            }
        }
        while KEPT < self.drop_copy.told.len() {
            self.drop_copy.told.pop_first(); // Ids grow with time.
        }
        match next {
            Some(next) if self.drop_copy.cursor.as_deref() != Some(next) => {
                self.drop_copy.cursor = Some(next.to_owned());
                self.drop_copy.is_asked = true;
                self.ask_drop_copy(out);
            }
            _ => self.drop_copy.since = self.drop_copy.until,
        }
    }
}
