//! One account: money, positions, settings, and which orders and fills are its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aurora_model::{InstrumentNo, Lots, Nanos};
use rust_decimal::Decimal;

use super::command::{AccountNo, MarginMode, OrderId, PositionMode, PositionSide};
use super::config::ExchangeConfig;
use super::event::{ExchangeFill, FundingPayment};
use super::order::OrderSnapshot;
use super::position::Position;
use super::text::{Asset, ClientId};

/// One currency of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wallet {
    pub(super) amount: Decimal,
    /// What open spot orders hold of it.
    pub(super) locked: Decimal,
    /// What is shown on top: an error of the venue.
    pub(super) shown_extra: Decimal,
    pub(super) updated_at: Nanos,
}

/// Leverage and margin mode of one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) leverage: u32,
    pub(super) mode: MarginMode,
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) no: AccountNo,
    pub(super) wallets: BTreeMap<Asset, Wallet>,
    pub(super) positions: BTreeMap<(InstrumentNo, PositionSide), Position>,
    pub(super) terms: BTreeMap<InstrumentNo, Terms>,
    pub(super) position_mode: PositionMode,
    pub(super) fee_tier: usize,
    pub(super) open: BTreeSet<(InstrumentNo, OrderId)>,
    open_counts: BTreeMap<InstrumentNo, usize>,
    /// The newest order of each client id, open or remembered.
    pub(super) clients: BTreeMap<ClientId, OrderId>,
    pub(super) closed: BTreeMap<OrderId, OrderSnapshot>,
    /// In the order they closed.
    pub(super) closed_in_order: VecDeque<OrderId>,
    pub(super) fills: VecDeque<ExchangeFill>,
    pub(super) funding: VecDeque<FundingPayment>,
    pub(super) dead_men: BTreeMap<Vec<InstrumentNo>, Nanos>,
}

impl Account {
    pub(super) fn new(no: AccountNo) -> Account {
        Account {
            no,
            wallets: BTreeMap::new(),
            positions: BTreeMap::new(),
            terms: BTreeMap::new(),
            position_mode: PositionMode::OneWay,
            fee_tier: 0,
            open: BTreeSet::new(),
            open_counts: BTreeMap::new(),
            clients: BTreeMap::new(),
            closed: BTreeMap::new(),
            closed_in_order: VecDeque::new(),
            fills: VecDeque::new(),
            funding: VecDeque::new(),
            dead_men: BTreeMap::new(),
        }
    }

    pub(super) fn position(&self, no: InstrumentNo, side: PositionSide) -> Position {
        self.positions.get(&(no, side)).copied().unwrap_or_default()
    }

    pub(super) fn position_mut(&mut self, no: InstrumentNo, side: PositionSide) -> &mut Position {
        self.positions.entry((no, side)).or_default()
    }

    /// The positions of one instrument: one, or a long and a short one.
    pub(super) fn positions_in(
        &self,
        no: InstrumentNo,
    ) -> impl Iterator<Item = (PositionSide, &Position)> {
        self.positions
            .range((no, PositionSide::Net)..=(no, PositionSide::Short))
            .map(|((_, side), position)| (*side, position))
    }

    /// What is held in one instrument: below zero is short, and no position is flat.
    pub(super) fn held_in(&self, no: InstrumentNo) -> Vec<(PositionSide, Lots)> {
        let held = self.positions_in(no).filter(|(_, position)| !position.is_flat());
        held.map(|(side, position)| (side, position.lots)).collect()
    }

    pub(super) fn open_count(&self, no: InstrumentNo) -> usize {
        self.open_counts.get(&no).copied().unwrap_or(0)
    }

    /// Its open orders, of one instrument or of all, by instrument and id.
    pub(super) fn open_ids(&self, no: Option<InstrumentNo>) -> Vec<OrderId> {
        match no {
            Some(no) => {
                let range = (no, OrderId(0))..=(no, OrderId(u64::MAX));
                self.open.range(range).map(|(_, id)| *id).collect()
            }
            None => self.open.iter().map(|(_, id)| *id).collect(),
        }
    }

    pub(super) fn opened(&mut self, order: &OrderSnapshot) {
        if self.open.insert((order.instrument, order.id)) {
            *self.open_counts.entry(order.instrument).or_default() += 1;
        }
        if !order.client_id.is_empty() {
            self.clients.insert(order.client_id, order.id);
        }
    }

    /// Remembers a closed order, and forgets the one that closed longest ago when there are too many.
    pub(super) fn closed(&mut self, order: &OrderSnapshot, keep: usize) {
        if self.open.remove(&(order.instrument, order.id))
            && let Some(count) = self.open_counts.get_mut(&order.instrument)
        {
            *count -= 1;
        }
        if self.closed.insert(order.id, *order).is_none() {
            self.closed_in_order.push_back(order.id);
        }
        if !order.client_id.is_empty() {
            let newest = self.clients.entry(order.client_id).or_insert(order.id);
            *newest = order.id.max(*newest);
        }
        while keep < self.closed_in_order.len() {
            let oldest = self.closed_in_order.pop_front().expect("it is not empty");
            let Some(gone) = self.closed.remove(&oldest) else { continue };
            if self.clients.get(&gone.client_id) == Some(&oldest) {
                self.clients.remove(&gone.client_id);
            }
        }
    }

    pub(super) fn remember_fill(&mut self, fill: ExchangeFill, config: &ExchangeConfig) {
        self.fills.push_back(fill);
        if config.fills < self.fills.len() {
            self.fills.pop_front();
        }
    }

    pub(super) fn remember_funding(&mut self, payment: FundingPayment, config: &ExchangeConfig) {
        self.funding.push_back(payment);
        if config.fills < self.funding.len() {
            self.funding.pop_front();
        }
    }
}
