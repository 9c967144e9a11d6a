//! The second path for fills: by REST, every half minute, whatever the stream says.

use std::collections::BTreeSet;

use aurora_model::Nanos;
use aurora_wire::{Note, Output};

use super::owners::Owner;
use super::{AccountSession, Answered, Asked, convert};
use crate::answer;
use crate::answer::Trade;
use crate::encode;
use crate::line::NEVER;

const EVERY: Nanos = Nanos(30_000_000_000);
const LONGEST: Nanos = Nanos(6 * 86_400 * 1_000_000_000);

#[derive(Clone, Debug)]
pub(super) struct DropCopy {
    next_at: Nanos,
    /// Fills from here on are copied where no trade id is known yet.
    since: Nanos,
    /// By instrument, the newest trade id that was copied.
    newest: Vec<Option<u64>>,
    /// Fetched, waiting for their owners.
    waiting: Vec<(usize, Trade)>,
}

impl DropCopy {
    pub(super) fn new(count: usize) -> DropCopy {
        let newest = vec![None; count];
        DropCopy { next_at: NEVER, since: Nanos(0), newest, waiting: Vec::new() }
    }

    pub(super) fn start(&mut self, at: Nanos) {
        (self.since, self.next_at) = (at, at + EVERY);
    }

    pub(super) fn is_due(&self, at: Nanos) -> bool {
        self.next_at <= at
    }

    pub(super) const fn wake_at(&self) -> Nanos {
        self.next_at
    }

    /// From when on fills are asked for by time; the venue takes at most a week.
    fn since(&self, at: Nanos) -> Nanos {
        self.since.max(at - LONGEST)
    }
}

impl AccountSession {
    pub(super) fn copy_fills(&mut self, at: Nanos, out: &mut Output) {
        self.drop_copy.next_at = at + EVERY;
        let span = (self.venue_time(self.drop_copy.since(at)), self.venue_time(at));
        for place in 0..self.symbols.all().len() {
            let rules = &self.symbols.all()[place].rules;
            let call = match self.drop_copy.newest[place] {
                Some(id) => encode::user_trades(rules, Some(id + 1), None),
                None => encode::user_trades(rules, None, Some(span)),
            };
            self.call(call, Asked::DropCopy(place), out);
        }
    }

    pub(super) fn drop_copied(&mut self, place: usize, answered: Answered<'_>, out: &mut Output) {
        let told = answered
            .body()
            .and_then(|body| answer::user_trades(body).map_err(|error| error.to_string()));
        match told {
            Ok(trades) => {
                for trade in trades {
                    if self.drop_copy.newest[place] < Some(trade.id) {
                        self.drop_copy.newest[place] = Some(trade.id);
                        self.drop_copy.waiting.push((place, trade));
                    }
                }
                self.tell_copies(out);
            }
            Err(why) => out.notes.push(Note::Unreadable(format!("drop copy: {why}"))),
        }
    }

    /// Tells those whose owner is known, asks about the others.
    pub(super) fn tell_copies(&mut self, out: &mut Output) {
        let mut strange = BTreeSet::new();
        for (place, trade) in std::mem::take(&mut self.drop_copy.waiting) {
            match self.owners.get(trade.order_id) {
                Some(Owner::Ours(id)) => {
                    let fill = convert::fill(&self.symbols.all()[place], *id, &trade);
                    out.notes.extend(fill.map(Note::DropCopy));
                }
                // The stream tells foreign fills too; nothing to compare.
                Some(Owner::Foreign(_)) => {}
                None => {
                    strange.insert((trade.order_id, place));
                    self.drop_copy.waiting.push((place, trade));
                }
            }
        }
        self.find_owners(strange, out);
    }
}
