//! One instrument's book: joining snapshot and diffs, and proving that nothing is missing between them.

use aurora_book::{Continuity, DiffIds};
use aurora_model::{InstrumentNo, Level, MarketEvent, MarketKind, Nanos};
use aurora_wire::{BackOff, Note, Output};

use crate::line::NEVER;

const RULE: Continuity = Continuity::BinanceFutures;
/// Diffs kept while a snapshot is on its way; at ten a second, minutes of them.
const MOST_HELD: usize = 4096;
const RETRY: BackOff =
    BackOff { first: Nanos::from_millis(250), longest: Nanos::from_millis(16_000) };
/// A book that was whole so long is not the one that failed before.
const SETTLED_AFTER: Nanos = Nanos(10_000_000_000);

/// A diff waiting for its snapshot.
#[derive(Clone, Debug)]
struct Held {
    ids: DiffIds,
    exchange_at: Nanos,
    levels: Vec<Level>,
}

#[derive(Clone, Debug)]
enum State {
    /// No stream.
    Off,
    /// Diffs are kept until a snapshot joins them.
    Joining { held: Vec<Held> },
    /// Every diff follows the one before. Until the first, `last` is the snapshot's.
    Live { last: u64, is_joined: bool, since: Nanos },
}

/// A diff as decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Diff<'a> {
    pub(super) ids: DiffIds,
    pub(super) exchange_at: Nanos,
    pub(super) levels: &'a [Level],
}

#[derive(Clone, Debug)]
pub(super) struct Book {
    no: InstrumentNo,
    state: State,
    /// Since when it is not whole; what [`Note::Synced`] is counted from.
    broken_at: Option<Nanos>,
    /// When a snapshot is to be asked for; [`NEVER`] when none is wanted or one is on its way.
    ask_at: Nanos,
    retries: u32,
}

impl Book {
    pub(super) const fn new(no: InstrumentNo) -> Book {
        Book { no, state: State::Off, broken_at: None, ask_at: NEVER, retries: 0 }
    }

    /// When a snapshot is to be asked for.
    pub(super) const fn ask_at(&self) -> Nanos {
        self.ask_at
    }

    /// It has been asked for.
    pub(super) const fn asked(&mut self) {
        self.ask_at = NEVER;
    }

    /// The last update id that was passed on.
    pub(super) const fn last_id(&self) -> Option<u64> {
        match self.state {
            State::Live { last, .. } => Some(last),
            _ => None,
        }
    }

    /// The stream is subscribed: every diff from now on will come.
    pub(super) fn stream_is_up(&mut self, at: Nanos) {
        self.state = State::Joining { held: Vec::new() };
        self.broken_at.get_or_insert(at);
        self.ask_at = at;
    }

    /// The stream is gone.
    pub(super) fn stream_is_down(&mut self, at: Nanos, why: &str, out: &mut Output) {
        if let State::Live { .. } = self.state {
            out.notes.push(Note::Gap(self.no, why.to_owned()));
            self.broken_at = Some(at);
        }
        self.state = State::Off;
        self.ask_at = NEVER;
    }

    /// No snapshot came, or it could not be used: ask again, less and less often.
    pub(super) fn ask_again(&mut self, at: Nanos) {
        if let State::Joining { .. } = self.state {
            self.ask_at = at + RETRY.after(self.retries);
            self.retries = self.retries.saturating_add(1);
        }
    }

    /// A diff of the stream.
    pub(super) fn diff(&mut self, at: Nanos, diff: Diff<'_>, out: &mut Output) {
        match &mut self.state {
            State::Off => {}
            State::Joining { held } => {
                if held.len() == MOST_HELD {
                    held.remove(0);
                }
                held.push(diff.hold());
            }
            State::Live { last, is_joined, since } => {
                let (before, follows) = if *is_joined {
                    (RULE.is_repeat(*last, diff.ids), RULE.follows(*last, diff.ids))
                } else {
                    (RULE.is_contained(*last, diff.ids), RULE.bridges(*last, diff.ids))
                };
                if before {
                    return;
                }
                if follows {
                    (*last, *is_joined) = (diff.ids.last, true);
                    diff.emit(self.no, at, out);
                    return;
                }
                if *since + SETTLED_AFTER <= at {
                    self.retries = 0;
                }
                let seen = format!(
                    "after update {last} came {}..={} following {:?}",
                    diff.ids.first, diff.ids.last, diff.ids.prev
                );
                out.notes.push(Note::Gap(self.no, seen));
                self.broken_at = Some(at);
                self.state = State::Joining { held: vec![diff.hold()] };
                self.ask_again(at);
            }
        }
    }

    /// The whole book as of update `last_id`, asked for after the stream was up.
    pub(super) fn snapshot(&mut self, at: Nanos, snapshot: Snapshot<'_>, out: &mut Output) {
        let State::Joining { held } = &mut self.state else { return };
        if !snapshot.is_sound() {
            out.notes.push(Note::Unreadable("a snapshot whose sides are unsorted or cross".into()));
            return self.ask_again(at);
        }
        held.retain(|held| !RULE.is_contained(snapshot.last_id, held.ids));
        let mut last = snapshot.last_id;
        for (place, diff) in held.iter().enumerate() {
            let follows = match place {
                0 => RULE.bridges(last, diff.ids),
                _ => RULE.follows(last, diff.ids),
            };
            if !follows {
                // The snapshot is older than the stream, or the stream itself broke here.
                held.drain(..place);
                return self.ask_again(at);
            }
            last = diff.ids.last;
        }
        let State::Joining { held } = std::mem::replace(
            &mut self.state,
            State::Live { last, is_joined: last != snapshot.last_id, since: at },
        ) else {
            return;
        };
        snapshot.emit(self.no, at, out);
        for diff in &held {
            // They came before the snapshot did, but nobody could have used them before now.
            let Held { ids, exchange_at, ref levels } = *diff;
            Diff { ids, exchange_at, levels }.emit(self.no, at, out);
        }
        let took = self.broken_at.take().map_or(Nanos(0), |broken_at| at - broken_at);
        out.notes.push(Note::Synced(self.no, took));
        self.ask_at = NEVER;
    }
}

impl Diff<'_> {
    fn hold(&self) -> Held {
        let (ids, exchange_at) = (self.ids, self.exchange_at);
        Held { ids, exchange_at, levels: self.levels.to_vec() }
    }

    fn emit(&self, no: InstrumentNo, at: Nanos, out: &mut Output) {
        let DiffIds { first, last, prev } = self.ids;
        let kind =
            MarketKind::Diff { first_id: first, last_id: last, prev_id: prev, levels: self.levels };
        let exchange_at = self.exchange_at;
        out.market(&MarketEvent { instrument: no, exchange_at, received_at: at, kind });
    }
}

/// The whole book by REST.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot<'a> {
    pub(super) last_id: u64,
    pub(super) exchange_at: Nanos,
    pub(super) levels: &'a [Level],
}

impl Snapshot<'_> {
    /// Best first on both sides, bid below ask.
    pub(super) fn is_sound(&self) -> bool {
        let asks = self.levels.partition_point(|level| level.side == aurora_model::Side::Buy);
        let (bids, asks) = self.levels.split_at(asks);
        bids.is_sorted_by(|a, b| a.price > b.price)
            && asks.is_sorted_by(|a, b| a.price < b.price)
            && bids.first().zip(asks.first()).is_none_or(|(bid, ask)| bid.price < ask.price)
    }

    pub(super) fn emit(&self, no: InstrumentNo, at: Nanos, out: &mut Output) {
        let kind = MarketKind::Snapshot { last_id: self.last_id, levels: self.levels };
        let exchange_at = self.exchange_at;
        out.market(&MarketEvent { instrument: no, exchange_at, received_at: at, kind });
    }
}
