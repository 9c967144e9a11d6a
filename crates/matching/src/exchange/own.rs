//! One side of one instrument: the accounts' resting orders, best price first, then by time.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{Lots, Side, Ticks};

use super::command::OrderId;
use crate::config::QueueModel;
use crate::venue::resting::Resting;

/// An order's place: a number that grows with time of arrival in the queue, and the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) seq: u64,
    pub(super) order: OrderId,
}

/// The resting orders of one side.
#[derive(Clone, Debug)]
pub(super) struct OwnSide {
    side: Side,
    /// By distance from the touch: the best level is the first.
    levels: BTreeMap<i64, OwnLevel>,
}

/// The resting orders of one price.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnLevel {
    pub(super) orders: VecDeque<Resting<Ticket>>,
    /// What is left of them.
    pub(super) total: Lots,
}

impl OwnSide {
    pub(super) fn new(side: Side) -> OwnSide {
        OwnSide { side, levels: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// The order that trades first: its price, what of the public is ahead of it, and which it is.
    pub(super) fn front(&self) -> Option<(Ticks, Lots, OrderId)> {
        let level = self.levels.first_key_value()?.1;
        let front = level.orders.front().expect("a level without orders is removed");
        Some((front.price, front.ahead, front.id.order))
    }

    pub(super) fn level_mut(&mut self, price: Ticks) -> Option<&mut OwnLevel> {
        self.levels.get_mut(&self.key(price))
    }

    /// What is left of the orders at the price.
    pub(super) fn total(&self, price: Ticks) -> Lots {
        self.levels.get(&self.key(price)).map_or(Lots::ZERO, |level| level.total)
    }

    /// Prices and what is left of the orders there, best first.
    pub(super) fn totals(&self) -> impl Iterator<Item = (Ticks, Lots)> + '_ {
        self.levels.iter().map(|(key, level)| (self.price(*key), level.total))
    }

    /// The orders, best price first, then by time.
    pub(super) fn orders(&self) -> impl Iterator<Item = &Resting<Ticket>> {
        self.levels.values().flat_map(|level| &level.orders)
    }

    /// Prices from the best one to that one, with it.
    pub(super) fn prices_to(&self, price: Ticks) -> Vec<Ticks> {
        self.levels.range(..=self.key(price)).map(|(key, _)| self.price(*key)).collect()
    }

    pub(super) fn push(&mut self, ticket: Ticket, price: Ticks, qty: Lots, displayed: Lots) {
        let resting = Resting::at_the_back(ticket, self.side, price, displayed);
        let level = self.levels.entry(self.key(price)).or_default();
        level.total += qty;
        level.orders.push_back(resting);
    }

    /// Takes the order out of its level; `left` is what it counted for there.
    pub(super) fn remove(&mut self, seq: u64, price: Ticks, left: Lots) {
        let key = self.key(price);
        let Some(level) = self.levels.get_mut(&key) else { return };
        if let Ok(place) = level.orders.binary_search_by_key(&seq, |resting| resting.id.seq) {
            level.orders.remove(place);
            level.total -= left;
        }
        if level.orders.is_empty() {
            self.levels.remove(&key);
        }
    }

    /// The place of an order at that price.
    pub(super) fn place(&self, seq: u64, price: Ticks) -> Option<Resting<Ticket>> {
        let level = self.levels.get(&self.key(price))?;
        let place = level.orders.binary_search_by_key(&seq, |resting| resting.id.seq).ok()?;
        level.orders.get(place).copied()
    }

    /// The public level now offers so much.
    pub(super) fn see(&mut self, price: Ticks, offered: Lots, model: QueueModel) {
        let Some(level) = self.level_mut(price) else { return };
        for resting in &mut level.orders {
            if resting.displayed != offered {
                resting.see(offered, model);
            }
        }
    }

    /// Puts every order behind what its level now offers: nothing was known of the book before.
    pub(super) fn send_back(&mut self, offered: impl Fn(Ticks) -> Lots) {
        for resting in self.levels.values_mut().flat_map(|level| &mut level.orders) {
            let shown = offered(resting.price);
            *resting = Resting::at_the_back(resting.id, resting.side, resting.price, shown);
        }
    }

    fn key(&self, price: Ticks) -> i64 {
        -self.side.sign() * price.0
    }

    fn price(&self, key: i64) -> Ticks {
        Ticks(-self.side.sign() * key)
    }
}
