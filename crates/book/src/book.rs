//! The book of one instrument: both sides, whether it can be trusted, and how old it is.

use aurora_model::{Level, Lots, MarketEvent, MarketKind, Nanos, Side, Ticks};

use crate::continuity::{Continuity, DiffIds};
use crate::ladder::Ladder;
use crate::pending::Pending;
use crate::touch::Touch;

/// How much of the venue's book we know to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Nothing has come yet.
    Empty,
    /// Diffs without a snapshot: every level shown is exact, but levels that have not changed are missing.
    Partial,
    /// Snapshot and an unbroken run of diffs: the whole book.
    Synced,
    /// A message is missing. Levels are kept for display and may be wrong; only a snapshot heals it.
    Desynced,
}

/// What an event did to the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Levels changed.
    Levels,
    /// The venue's own best bid and ask came; levels are as before.
    Quote,
    /// A public trade; levels are as before.
    Trade,
    /// Already contained in what we have: dropped.
    Repeat,
    /// A message is missing before this one: the book is [`Sync::Desynced`], ask for a snapshot.
    Gap {
        /// Where the book was.
        have: u64,
        /// What the message builds on.
        found: u64,
    },
    /// The snapshot is older than the first diff we hold: ask for a newer one.
    SnapshotTooOld,
}

/// The best bid and ask from the venue's own stream, which runs ahead of the diffs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Update id; on Binance it counts in the same sequence as the diffs.
    pub update_id: u64,
    /// The best bid and ask.
    pub touch: Touch,
    /// When it reached us.
    pub received_at: Nanos,
}

/// What is wrong with the book right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The best bid is above the best ask.
    pub crossed: bool,
    /// The best bid is the best ask.
    pub locked: bool,
    /// Nothing has come for longer than allowed, or nothing at all.
    pub stale: bool,
    /// It is not the whole book: see [`Sync`].
    pub unsynced: bool,
}

impl Flags {
    /// Nothing is wrong.
    pub fn is_clean(self) -> bool {
        self == Flags::default()
    }
}

/// The order book of one instrument, in ticks and lots.
///
/// Updates touch one array cell and a few bits; far levels cost a binary search. About 1 MB each.
#[derive(Clone, Debug)]
pub struct Book {
    continuity: Continuity,
    sync: Sync,
    bids: Ladder,
    asks: Ladder,
    /// The last update the levels contain.
    last_id: u64,
    /// The snapshot's diffs have not begun yet: the next one must bridge.
    awaits_bridge: bool,
    pending: Pending,
    quote: Option<Quote>,
    last_trade: Option<(Side, Ticks, Lots)>,
    updated_at: Option<Nanos>,
    exchange_at: Nanos,
}

impl Book {
    /// An empty book that follows the venue's rule.
    pub fn new(continuity: Continuity) -> Book {
        Book {
            continuity,
            sync: Sync::Empty,
            bids: Ladder::new(),
            asks: Ladder::new(),
            last_id: 0,
            awaits_bridge: false,
            pending: Pending::default(),
            quote: None,
            last_trade: None,
            updated_at: None,
            exchange_at: Nanos(0),
        }
    }

    /// Takes the event in. Quotes and trades are remembered and leave the levels alone: the diffs that
    /// follow carry their effect.
    pub fn apply(&mut self, event: &MarketEvent<'_>) -> Applied {
        match event.kind {
            MarketKind::Diff { first_id, last_id, prev_id, levels } => {
                self.note_time(event);
                self.diff(DiffIds { first: first_id, last: last_id, prev: prev_id }, levels)
            }
            MarketKind::Snapshot { last_id, levels } => {
                self.note_time(event);
                self.snapshot(last_id, levels)
            }
            MarketKind::Bbo { update_id, bid, ask } => {
                let touch = Touch { bid: bid.0, bid_qty: bid.1, ask: ask.0, ask_qty: ask.1 };
                self.quote = Some(Quote { update_id, touch, received_at: event.received_at });
                Applied::Quote
            }
            MarketKind::Trade { aggressor, price, qty, .. } => {
                self.last_trade = Some((aggressor, price, qty));
                Applied::Trade
            }
        }
    }

    /// Best bid and ask by the levels; `None` while a side is empty.
    pub fn touch(&self) -> Option<Touch> {
        let (bid, bid_qty) = self.best(Side::Buy)?;
        let (ask, ask_qty) = self.best(Side::Sell)?;
        Some(Touch { bid, bid_qty, ask, ask_qty })
    }

    /// The best price on a side and what rests there.
    pub fn best(&self, side: Side) -> Option<(Ticks, Lots)> {
        let (key, qty) = self.ladder(side).best()?;
        Some((Ticks(key * side.sign()), Lots(qty)))
    }

    /// The newest best bid and ask: the venue's own quote where it is ahead of the levels.
    pub fn newest_touch(&self) -> Option<Touch> {
        match self.quote {
            Some(quote) if self.last_id < quote.update_id => Some(quote.touch),
            _ => self.touch(),
        }
    }

    /// The last best bid and ask from the venue's own stream.
    pub fn quote(&self) -> Option<Quote> {
        self.quote
    }

    /// The last public trade: who took, its price and size.
    pub fn last_trade(&self) -> Option<(Side, Ticks, Lots)> {
        self.last_trade
    }

    /// What rests at a price; zero when nothing does.
    pub fn qty_at(&self, side: Side, price: Ticks) -> Lots {
        Lots(self.ladder(side).get(price.0 * side.sign()))
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = (Ticks, Lots)> + '_ {
        let sign = side.sign();
        self.ladder(side).iter().map(move |(key, qty)| (Ticks(key * sign), Lots(qty)))
    }

    /// Copies the best levels of a side into `out`, best first, and returns how many there were.
    pub fn top(&self, side: Side, out: &mut [(Ticks, Lots)]) -> usize {
        let places = out.iter_mut().zip(self.levels(side));
        places.map(|(place, level)| *place = level).count()
    }

    /// What rests within so many basis points of the side's best price, that one included.
    pub fn depth_within(&self, side: Side, bps: f64) -> Lots {
        let Some((best, _)) = self.ladder(side).best() else { return Lots::ZERO };
        let worst = best as f64 - (best.abs() as f64) * bps / 1e4;
        let near = self.ladder(side).iter().take_while(|level| worst <= level.0 as f64);
        Lots(near.map(|level| level.1).sum())
    }

    /// How much of the venue's book this is.
    pub fn sync(&self) -> Sync {
        self.sync
    }

    /// It is the whole book, no message missing.
    pub fn is_synced(&self) -> bool {
        self.sync == Sync::Synced
    }

    /// The last update id the levels contain.
    pub fn last_id(&self) -> u64 {
        self.last_id
    }

    /// When levels last came, on our time line.
    pub fn updated_at(&self) -> Option<Nanos> {
        self.updated_at
    }

    /// The venue's own time of the last levels; zero when it gives none.
    pub fn exchange_at(&self) -> Nanos {
        self.exchange_at
    }

    /// How long ago levels last came; `None` when they never did.
    pub fn age(&self, now: Nanos) -> Option<Nanos> {
        Some(now - self.updated_at?)
    }

    /// What is wrong with the book, where levels older than `max_age` are stale.
    pub fn flags(&self, now: Nanos, max_age: Nanos) -> Flags {
        let touch = self.touch();
        Flags {
            crossed: touch.is_some_and(|touch| touch.is_crossed()),
            locked: touch.is_some_and(|touch| touch.is_locked()),
            stale: self.age(now).is_none_or(|age| max_age < age),
            unsynced: !self.is_synced(),
        }
    }

    fn note_time(&mut self, event: &MarketEvent<'_>) {
        self.updated_at = Some(event.received_at);
        self.exchange_at = event.exchange_at;
    }

    fn diff(&mut self, ids: DiffIds, levels: &[Level]) -> Applied {
        match self.sync {
            Sync::Empty => self.sync = Sync::Partial,
            Sync::Synced if self.awaits_bridge => {
                if self.continuity.is_contained(self.last_id, ids) {
                    return Applied::Repeat;
                }
                if !self.continuity.bridges(self.last_id, ids) {
                    return self.gap(ids, levels);
                }
                self.awaits_bridge = false;
            }
            _ if self.continuity.is_repeat(self.last_id, ids) => return Applied::Repeat,
            _ if !self.continuity.follows(self.last_id, ids) => return self.gap(ids, levels),
            _ => {}
        }
        self.accept(ids, levels);
        Applied::Levels
    }

    /// Sets the levels; while the book is not whole the diff also waits for the snapshot.
    fn accept(&mut self, ids: DiffIds, levels: &[Level]) {
        if self.sync != Sync::Synced {
            self.pending.push(ids, levels);
        }
        self.set_levels(levels);
        if self.sync == Sync::Desynced {
            self.uncross(levels);
        }
        self.last_id = ids.last;
    }

    fn gap(&mut self, ids: DiffIds, levels: &[Level]) -> Applied {
        let have = self.last_id;
        self.sync = Sync::Desynced;
        self.awaits_bridge = false;
        self.pending.clear();
        self.accept(ids, levels);
        Applied::Gap { have, found: ids.prev.unwrap_or(ids.first.saturating_sub(1)) }
    }

    fn snapshot(&mut self, id: u64, levels: &[Level]) -> Applied {
        if self.sync == Sync::Synced && self.continuity != Continuity::None && id <= self.last_id {
            return Applied::Repeat;
        }
        let first = self.first_pending_after(id);
        if first.is_some_and(|first| !self.continuity.bridges(id, first)) {
            return Applied::SnapshotTooOld;
        }
        self.forget_what_it_covers(levels, first.is_some());
        self.set_levels(levels);
        self.last_id = id;
        self.awaits_bridge = true;
        self.sync = Sync::Synced;
        let pending = std::mem::take(&mut self.pending);
        for (ids, levels) in pending.iter() {
            self.diff(ids, levels);
        }
        self.pending = pending;
        self.pending.clear();
        Applied::Levels
    }

    fn first_pending_after(&self, snapshot: u64) -> Option<DiffIds> {
        let mut ids = self.pending.iter().map(|diff| diff.0);
        ids.find(|&diff| !self.continuity.is_contained(snapshot, diff))
    }

    /// A snapshot reaches only so far from the touch. Levels beyond it that came in a run of diffs
    /// that joins the snapshot are still exact and stay; in every other case all levels go.
    fn forget_what_it_covers(&mut self, levels: &[Level], diffs_join: bool) {
        for side in [Side::Buy, Side::Sell] {
            let keys = levels.iter().filter(|l| l.side == side).map(|l| l.price.0 * side.sign());
            let worst = keys.min();
            let keeps_beyond = diffs_join && self.sync == Sync::Partial;
            match worst.filter(|_| keeps_beyond) {
                Some(worst) => self.ladder_mut(side).remove_from(worst),
                None => self.ladder_mut(side).clear(),
            }
        }
    }

    fn set_levels(&mut self, levels: &[Level]) {
        for level in levels {
            self.ladder_mut(level.side).set(level.price.0 * level.side.sign(), level.qty.0);
        }
    }

    /// After a gap an old level may stand in the way of the price: what came last is right.
    fn uncross(&mut self, levels: &[Level]) {
        for level in levels.iter().filter(|level| level.qty != Lots::ZERO) {
            let other = level.side.opposite();
            let at_or_better = level.price.0 * other.sign();
            self.ladder_mut(other).remove_from(at_or_better);
        }
    }

    fn ladder(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn ladder_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}
