//! What one instrument's public book shows, and what of it we have already eaten.
//!
//! Three streams tell about one book: diffs, the touch, and snapshots. The touch runs ahead of the diffs, so a
//! diff older than the last touch may not say anything about prices at or inside it.
//!
//! Our own taking never shows in a replayed book. What we took is remembered as *eaten* and is not there a
//! second time: a level offers `displayed − eaten`; when the display shrinks, eaten lots leave first; when it
//! grows, only the growth is new. So no more is ever taken from a level than it showed at first plus what was
//! added since.

use std::collections::BTreeMap;

use aurora_model::{Lots, MarketKind, Side, Ticks};

use crate::ladder::Ladder;

/// How many book messages pass between looks at whether a ladder's window should move.
const RECENTRE_EVERY: u32 = 1024;

#[derive(Clone, Debug)]
pub(crate) struct Depth {
    bids: Ladder,
    asks: Ladder,
    /// Update id, best bid and best ask of the newest touch.
    touch: (u64, Ticks, Ticks),
    last_id: u64,
    /// What we took, by level.
    eaten: BTreeMap<(Side, Ticks), Eaten>,
    messages: u32,
}

#[derive(Clone, Copy, Debug)]
struct Eaten {
    qty: Lots,
    /// What the level displayed when last looked at.
    displayed: Lots,
}

impl Depth {
    pub(crate) fn new() -> Depth {
        Depth {
            bids: Ladder::new(Side::Buy),
            asks: Ladder::new(Side::Sell),
            touch: (0, Ticks(0), Ticks(0)),
            last_id: 0,
            eaten: BTreeMap::new(),
            messages: 0,
        }
    }

    /// Takes in a book message; a public trade changes nothing here.
    pub(crate) fn apply(&mut self, kind: &MarketKind<'_>) {
        match *kind {
            MarketKind::Trade { .. } => return,
            MarketKind::Snapshot { last_id, levels } => {
                self.bids.clear();
                self.asks.clear();
                self.touch.0 = 0;
                self.last_id = last_id;
                for level in levels {
                    self.side_mut(level.side).set(level.price, level.qty);
                }
            }
            MarketKind::Diff { last_id, levels, .. } => {
                self.last_id = last_id;
                let (touch_id, bid, ask) = self.touch;
                let is_older = last_id < touch_id;
                for level in levels {
                    let hidden = match level.side {
                        Side::Buy => bid <= level.price,
                        Side::Sell => level.price <= ask,
                    };
                    if !(is_older && hidden) {
                        self.side_mut(level.side).set(level.price, level.qty);
                    }
                }
            }
            MarketKind::Bbo { update_id, bid, ask } => {
                if update_id < self.last_id {
                    return;
                }
                self.touch = (update_id, bid.0, ask.0);
                for (side, (price, qty)) in [(Side::Buy, bid), (Side::Sell, ask)] {
                    let ladder = self.side_mut(side);
                    ladder.remove_better_than(price);
                    ladder.set(price, qty);
                }
            }
        }
        self.messages += 1;
        if self.messages.is_multiple_of(RECENTRE_EVERY) {
            self.bids.recentre();
            self.asks.recentre();
        }
        if !self.eaten.is_empty() {
            self.digest();
        }
    }

    /// What the public book shows at the price.
    pub(crate) fn displayed(&self, side: Side, price: Ticks) -> Lots {
        self.side(side).get(price)
    }

    /// What is still offered at the price: what is shown and not eaten.
    pub(crate) fn offered(&self, side: Side, price: Ticks) -> Lots {
        Lots((self.displayed(side, price) - self.eaten_at(side, price)).0.max(0))
    }

    /// The best price that still offers something, and how much.
    pub(crate) fn best(&self, side: Side) -> Option<(Ticks, Lots)> {
        self.offers(side).next()
    }

    /// What is still offered on that side, best first.
    pub(crate) fn offers(&self, side: Side) -> impl Iterator<Item = (Ticks, Lots)> + '_ {
        let ladder = self.side(side);
        let levels = std::iter::successors(ladder.best(), |(price, _)| ladder.worse_than(*price));
        levels
            .map(move |(price, qty)| (price, qty - self.eaten_at(side, price)))
            .filter(|(_, qty)| Lots::ZERO < *qty)
    }

    /// Marks so much of the level as eaten by us.
    pub(crate) fn eat(&mut self, side: Side, price: Ticks, qty: Lots) {
        let displayed = self.displayed(side, price);
        let fresh = Eaten { qty: Lots::ZERO, displayed };
        self.eaten.entry((side, price)).or_insert(fresh).qty += qty;
    }

    fn eaten_at(&self, side: Side, price: Ticks) -> Lots {
        self.eaten.get(&(side, price)).map_or(Lots::ZERO, |e| e.qty)
    }

    /// After the display changed: eaten lots leave first.
    fn digest(&mut self) {
        let mut eaten = std::mem::take(&mut self.eaten);
        eaten.retain(|(side, price), e| {
            let displayed = self.displayed(*side, *price);
            e.qty -= Lots((e.displayed - displayed).0.max(0));
            e.displayed = displayed;
            Lots::ZERO < e.qty
        });
        self.eaten = eaten;
    }

    fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}
