//! One instrument: the public book, the accounts' orders in it, its prices and its tape.

use std::collections::BTreeSet;

use aurora_model::{Level, Lots, MarketKind, Nanos, Side, Ticks};

use super::account::Terms;
use super::command::{AccountNo, OrderId};
use super::config::ExchangeConfig;
use super::listing::Listing;
use super::own::{OwnSide, Ticket};
use super::pricing::Pricing;
use super::scale::Scale;
use super::tape::Tape;
use super::text::Asset;
use super::triggers::Triggers;
use super::view::{BookChanges, BookView};
use crate::config::QueueModel;
use crate::venue::depth::Depth;

#[derive(Clone, Debug)]
pub(super) struct Market {
    pub(super) is_spot: bool,
    pub(super) scale: Scale,
    pub(super) base: Asset,
    pub(super) quote: Asset,
    pub(super) settle: Asset,
    /// What an account that set nothing has.
    pub(super) terms: Terms,
    pub(super) depth: Depth,
    bids: OwnSide,
    asks: OwnSide,
    next_seq: u64,
    has_book: bool,
    changed: BTreeSet<(Side, Ticks)>,
    pub(super) update_id: u64,
    drained_id: u64,
    book_at: Nanos,
    pub(super) tape: Tape,
    pub(super) pricing: Pricing,
    pub(super) triggers: Triggers,
    /// Accounts that may have a position.
    pub(super) holders: BTreeSet<AccountNo>,
    pub(super) tick_multiple: i64,
    /// What the street holds and paid: minus everything the accounts did.
    pub(super) street_lots: i64,
    pub(super) street_flow: i128,
}

/// Whom a taking order meets next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meet {
    /// The public, with at most so much.
    Street(Ticks, Lots),
    /// An account's order.
    Own(Ticks, OrderId),
}

impl Market {
    pub(super) fn new(listing: &Listing, config: &ExchangeConfig, at: Nanos) -> Market {
        // Ids grow with time, so that they never come back after a restart.
        let first_id = u64::try_from(at.0 / 1_000).unwrap_or(0) + 1;
        let asset = |name: &str| Asset::new(name).unwrap_or_default();
        let id = &listing.instrument.id;
        let next_funding = listing.funding_interval.map(|every| next_multiple(at, every));
        let leverage = config.default_leverage.clamp(1, listing.max_leverage.max(1));
        Market {
            is_spot: listing.is_spot(),
            scale: Scale::new(&listing.instrument),
            base: asset(&id.base),
            quote: asset(&id.quote),
            settle: asset(listing.instrument.settle_currency()),
            terms: Terms { leverage, mode: config.default_margin },
            depth: Depth::new(),
            bids: OwnSide::new(Side::Buy),
            asks: OwnSide::new(Side::Sell),
            next_seq: 0,
            has_book: false,
            changed: BTreeSet::new(),
            update_id: first_id,
            drained_id: first_id,
            book_at: at,
            tape: Tape::new(first_id, config.trades, config.candles),
            pricing: Pricing::new(next_funding),
            triggers: Triggers::default(),
            holders: BTreeSet::new(),
            tick_multiple: 1,
            street_lots: 0,
            street_flow: 0,
        }
    }

    pub(super) fn own(&self, side: Side) -> &OwnSide {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    pub(super) fn own_mut(&mut self, side: Side) -> &mut OwnSide {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    /// Notes that a level looks different now.
    pub(super) fn touch_level(&mut self, side: Side, price: Ticks, at: Nanos) {
        self.changed.insert((side, price));
        self.update_id += 1;
        self.book_at = at;
    }

    /// Takes in a book message: the levels, and the places of orders at them.
    pub(super) fn take_book(&mut self, kind: &MarketKind<'_>, model: QueueModel, at: Nanos) {
        let mut seen: Vec<(Side, Ticks)> = Vec::new();
        match *kind {
            MarketKind::Trade { .. } => return,
            MarketKind::Diff { levels, .. } => {
                seen.extend(levels.iter().map(|level| (level.side, level.price)));
            }
            MarketKind::Snapshot { levels, .. } => {
                seen.extend(levels.iter().map(|level| (level.side, level.price)));
                for side in [Side::Buy, Side::Sell] {
                    seen.extend(self.depth.offers(side).map(|(price, _)| (side, price)));
                    seen.extend(self.own(side).totals().map(|(price, _)| (side, price)));
                }
            }
            MarketKind::Bbo { bid, ask, .. } => {
                for (side, touch) in [(Side::Buy, bid.0), (Side::Sell, ask.0)] {
                    let better = |(price, _): &(Ticks, Lots)| is_better(side, *price, touch);
                    let gone = self.depth.offers(side).take_while(better);
                    seen.extend(gone.map(|(price, _)| (side, price)));
                    seen.push((side, touch));
                    let own = self.own(side).prices_to(touch);
                    seen.extend(own.into_iter().map(|price| (side, price)));
                }
            }
        }
        self.depth.apply(kind);
        if matches!(kind, MarketKind::Snapshot { .. }) && !self.has_book {
            self.has_book = true;
            let (depth, bids, asks) = (&self.depth, &mut self.bids, &mut self.asks);
            bids.send_back(|price| depth.offered(Side::Buy, price));
            asks.send_back(|price| depth.offered(Side::Sell, price));
        }
        for (side, price) in seen {
            if !self.own(side).is_empty() {
                let offered = self.depth.offered(side, price);
                self.own_mut(side).see(price, offered, model);
            }
            self.touch_level(side, price, at);
        }
    }

    /// What the book shows at a price: the public and the accounts.
    pub(super) fn shown(&self, side: Side, price: Ticks) -> Lots {
        self.depth.offered(side, price) + self.own(side).total(price)
    }

    /// The levels of one side, the public's and the accounts' together, best first.
    pub(super) fn levels(&self, side: Side) -> impl Iterator<Item = (Ticks, Lots)> + '_ {
        let mut public = self.depth.offers(side).peekable();
        let mut own = self.own(side).totals().peekable();
        std::iter::from_fn(move || {
            let first = match (public.peek(), own.peek()) {
                (None, None) => return None,
                (Some((price, _)), None) | (None, Some((price, _))) => *price,
                (Some((a, _)), Some((b, _))) => {
                    if is_better(side, *b, *a) {
                        *b
                    } else {
                        *a
                    }
                }
            };
            let of_public = public.next_if(|(price, _)| *price == first);
            let of_own = own.next_if(|(price, _)| *price == first);
            let sum = [of_public, of_own].into_iter().flatten().map(|(_, qty)| qty.0).sum();
            Some((first, Lots(sum)))
        })
    }

    /// The best price of one side and what is there.
    pub(super) fn best(&self, side: Side) -> Option<(Ticks, Lots)> {
        self.levels(side).next()
    }

    /// Whom an order that takes from that side meets next, at the limit or better.
    pub(super) fn meet(&self, against: Side, limit: Ticks) -> Option<Meet> {
        let public = self.depth.best(against);
        let own = self.own(against).front();
        let meet = match (public, own) {
            (None, None) => return None,
            (Some((price, qty)), None) => Meet::Street(price, qty),
            (None, Some((price, _, id))) => Meet::Own(price, id),
            (Some((price, qty)), Some((own, ahead, id))) => {
                if is_better(against, own, price) || (own == price && ahead == Lots::ZERO) {
                    Meet::Own(own, id)
                } else if own == price {
                    Meet::Street(price, qty.min(ahead))
                } else {
                    Meet::Street(price, qty)
                }
            }
        };
        let (Meet::Street(price, _) | Meet::Own(price, _)) = meet;
        (!is_better(against, limit, price)).then_some(meet)
    }

    /// Takes so much from the public at a price.
    pub(super) fn eat(&mut self, side: Side, price: Ticks, qty: Lots, at: Nanos) {
        self.depth.eat(side, price, qty);
        if let Some(level) = self.own_mut(side).level_mut(price) {
            for resting in &mut level.orders {
                resting.eaten(qty);
            }
        }
        self.touch_level(side, price, at);
    }

    /// Puts an order at the back of its level; says its place.
    pub(super) fn rest(
        &mut self,
        order: OrderId,
        side: Side,
        price: Ticks,
        left: Lots,
        at: Nanos,
    ) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        let offered = self.depth.offered(side, price);
        self.own_mut(side).push(Ticket { seq, order }, price, left, offered);
        self.touch_level(side, price, at);
        seq
    }

    /// Takes a resting order out.
    pub(super) fn unrest(&mut self, seq: u64, side: Side, price: Ticks, left: Lots, at: Nanos) {
        self.own_mut(side).remove(seq, price, left);
        self.touch_level(side, price, at);
    }

    /// A resting order lost so much of what is left of it.
    pub(super) fn shrink(&mut self, side: Side, price: Ticks, by: Lots, at: Nanos) {
        if let Some(level) = self.own_mut(side).level_mut(price) {
            level.total -= by;
        }
        self.touch_level(side, price, at);
    }

    pub(super) fn view(&self, levels: usize) -> BookView {
        BookView {
            last_id: self.update_id,
            bids: self.levels(Side::Buy).take(levels).collect(),
            asks: self.levels(Side::Sell).take(levels).collect(),
            at: self.book_at,
        }
    }

    pub(super) fn drain(&mut self) -> Option<BookChanges> {
        if self.changed.is_empty() {
            return None;
        }
        let changed = std::mem::take(&mut self.changed);
        let levels = changed.into_iter().map(|(side, price)| Level {
            side,
            price,
            qty: self.shown(side, price),
        });
        let levels = levels.collect();
        let prev_id = std::mem::replace(&mut self.drained_id, self.update_id);
        Some(BookChanges {
            first_id: prev_id + 1,
            last_id: self.update_id,
            prev_id,
            levels,
            at: self.book_at,
        })
    }
}

/// Whether a price of that side comes before another.
pub(super) fn is_better(side: Side, price: Ticks, than: Ticks) -> bool {
    match side {
        Side::Buy => than < price,
        Side::Sell => price < than,
    }
}

/// The first whole number of spans after the moment.
pub(super) fn next_multiple(after: Nanos, every: Nanos) -> Nanos {
    let every = every.0.max(1);
    Nanos((after.0.div_euclid(every) + 1).saturating_mul(every))
}
