//! An order's way through the exchange: to work, at rest, closed; and what it holds meanwhile.

use aurora_model::{InstrumentNo, Lots, Side, Ticks};
use rust_decimal::Decimal;

use super::Exchange;
use super::command::{Life, OrderId, OrderKind};
use super::event::{ChangeReason, EventKind, ExchangeEvent};
use super::order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
use super::position::closes;
use super::timers::Timer;
use super::trade::Party;

/// An open order with what only the exchange needs.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) snap: OrderSnapshot,
    /// Its place in the queue, while it rests.
    pub(super) seq: Option<u64>,
    /// What it adds to the opening orders of its position, in quanta.
    pub(super) held: i128,
    /// What it locks of a spot wallet.
    pub(super) locked: Decimal,
    /// Ticks times lots of its fills.
    pub(super) paid: i128,
}

impl Order {
    pub(super) fn new(snap: OrderSnapshot) -> Order {
        Order { snap, seq: None, held: 0, locked: Decimal::ZERO, paid: 0 }
    }
}

/// Whether the order can only make its position smaller.
pub(super) fn is_reducing(order: &OrderSnapshot) -> bool {
    order.reduce_only || order.close_position || closes(order.position_side, order.side)
}

impl Exchange {
    /// How much of the order may fill now.
    pub(super) fn fillable(&self, order: &OrderSnapshot) -> Lots {
        if !is_reducing(order) {
            return order.left();
        }
        let account = &self.accounts[&order.account];
        let position = account.position(order.instrument, order.position_side);
        order.left().min(position.closable(order.side))
    }

    /// Puts what is left of an order into the book and holds what it needs.
    pub(super) fn rest(&mut self, id: OrderId, price: Ticks, out: &mut Vec<ExchangeEvent>) {
        let at = self.now;
        let Some(order) = self.orders.get_mut(&id) else { return };
        let s = order.snap;
        let market = &mut self.markets[s.instrument.index()];
        order.seq = Some(market.rest(id, s.side, price, s.left(), at));
        self.hold(id, price, out);
    }

    /// Holds what an order at work needs: money on spot, a place in its position's exposure elsewhere.
    pub(super) fn hold(&mut self, id: OrderId, price: Ticks, out: &mut Vec<ExchangeEvent>) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        let s = order.snap;
        let market = &self.markets[s.instrument.index()];
        let account = self.accounts.get_mut(&s.account).expect("an order has an account");
        if market.is_spot {
            let (asset, locked) = match s.side {
                Side::Buy => {
                    (market.quote, market.scale.money(market.scale.worth(price, s.left())))
                }
                Side::Sell => (market.base, market.scale.lot * Decimal::from(s.left().0)),
            };
            order.locked = locked;
            account.wallets.entry(asset).or_default().locked += locked;
            self.tell_balance(s.account, asset, Decimal::ZERO, ChangeReason::Order, out);
            return;
        }
        let position = account.position_mut(s.instrument, s.position_side);
        if is_reducing(&s) {
            position.reducers += 1;
            return;
        }
        order.held = market.scale.worth(price, s.left());
        match s.side {
            Side::Buy => position.buys += order.held,
            Side::Sell => position.sells += order.held,
        }
    }

    /// Takes a resting order out of the book and gives back all it holds.
    pub(super) fn unrest(&mut self, id: OrderId, out: &mut Vec<ExchangeEvent>) {
        let at = self.now;
        let Some(order) = self.orders.get_mut(&id) else { return };
        let s = order.snap;
        let (Some(seq), OrderKind::Limit(price)) = (order.seq.take(), s.kind) else { return };
        let (held, locked) = (std::mem::take(&mut order.held), std::mem::take(&mut order.locked));
        let market = &mut self.markets[s.instrument.index()];
        market.unrest(seq, s.side, price, s.left(), at);
        let account = self.accounts.get_mut(&s.account).expect("an order has an account");
        if market.is_spot {
            let asset = if s.side == Side::Buy { market.quote } else { market.base };
            account.wallets.entry(asset).or_default().locked -= locked;
            self.tell_balance(s.account, asset, Decimal::ZERO, ChangeReason::Order, out);
            return;
        }
        let position = account.position_mut(s.instrument, s.position_side);
        if is_reducing(&s) {
            position.reducers -= 1;
            return;
        }
        match s.side {
            Side::Buy => position.buys -= held,
            Side::Sell => position.sells -= held,
        }
    }

    /// A resting order is about to fill so much: its level and what it holds shrink.
    pub(super) fn unhold_filled(&mut self, id: OrderId, qty: Lots, out: &mut Vec<ExchangeEvent>) {
        let at = self.now;
        let Some(order) = self.orders.get_mut(&id) else { return };
        let s = order.snap;
        let (Some(_), OrderKind::Limit(price)) = (order.seq, s.kind) else { return };
        if s.left() == qty {
            return self.unrest(id, out);
        }
        let market = &mut self.markets[s.instrument.index()];
        market.shrink(s.side, price, qty, at);
        let account = self.accounts.get_mut(&s.account).expect("an order has an account");
        if market.is_spot {
            let (asset, freed) = match s.side {
                Side::Buy => (market.quote, market.scale.money(market.scale.worth(price, qty))),
                Side::Sell => (market.base, market.scale.lot * Decimal::from(qty.0)),
            };
            order.locked -= freed;
            account.wallets.entry(asset).or_default().locked -= freed;
        } else if !is_reducing(&s) {
            let held = market.scale.worth(price, s.left() - qty);
            let freed = std::mem::replace(&mut order.held, held) - held;
            let position = account.position_mut(s.instrument, s.position_side);
            match s.side {
                Side::Buy => position.buys -= freed,
                Side::Sell => position.sells -= freed,
            }
        }
    }

    /// Closes an open order that has not filled whole, and tells it.
    pub(super) fn close(&mut self, id: OrderId, cause: CloseCause, out: &mut Vec<ExchangeEvent>) {
        self.unpark(id);
        self.unrest(id, out);
        let Some(order) = self.orders.get(&id) else { return };
        let mut snap = order.snap;
        snap.status = status_of(cause);
        snap.cause = OrderCause::Closed(cause);
        snap.updated_at = self.now;
        self.emit(EventKind::Order(snap), out);
        self.finish(id, snap);
    }

    /// Moves an order that holds nothing any more from the open to the remembered.
    pub(super) fn finish(&mut self, id: OrderId, snap: OrderSnapshot) {
        if let Life::Gtd(until) = snap.life {
            self.timers.remove(&(until, Timer::Gtd(id)));
        }
        self.orders.remove(&id);
        let keep = self.config.closed_orders.max(1);
        let account = self.accounts.get_mut(&snap.account).expect("an order has an account");
        account.closed(&snap, keep);
    }

    /// Takes a parked order out of the triggers.
    pub(super) fn unpark(&mut self, id: OrderId) {
        let Some(order) = self.orders.get(&id) else { return };
        if let (OrderStatus::Parked, Some(trigger)) = (order.snap.status, order.snap.trigger) {
            self.markets[order.snap.instrument.index()].triggers.remove(id, &trigger);
        }
    }

    /// After a trade: resting orders that had something to reduce and have nothing now are closed.
    pub(super) fn settle_reducers(&mut self, party: &Party, out: &mut Vec<ExchangeEvent>) {
        let account = &self.accounts[&party.account];
        let position = account.position(party.instrument, party.position_side);
        if position.reducers == 0 {
            return;
        }
        let spent = |id: &OrderId| {
            let order = &self.orders[id];
            order.seq.is_some()
                && order.snap.position_side == party.position_side
                && is_reducing(&order.snap)
                && position.closable(order.snap.side) == Lots::ZERO
        };
        let spent: Vec<OrderId> =
            account.open_ids(Some(party.instrument)).into_iter().filter(spent).collect();
        for id in spent {
            self.close(id, CloseCause::NothingToReduce, out);
        }
    }

    /// Closes every open order of an account in the instrument, or in all, that the test wants closed.
    pub(super) fn close_all(
        &mut self,
        account: super::AccountNo,
        instrument: Option<InstrumentNo>,
        wanted: impl Fn(&OrderSnapshot) -> bool,
        cause: CloseCause,
        out: &mut Vec<ExchangeEvent>,
    ) -> Vec<OrderId> {
        let Some(of) = self.accounts.get(&account) else { return Vec::new() };
        let mut ids = of.open_ids(instrument);
        ids.retain(|id| wanted(&self.orders[id].snap));
        for id in &ids {
            self.close(*id, cause, out);
        }
        ids
    }
}

/// How an order ends, by why.
fn status_of(cause: CloseCause) -> OrderStatus {
    match cause {
        CloseCause::SelfTrade => OrderStatus::ExpiredInMatch,
        CloseCause::WouldTake
        | CloseCause::IocRest
        | CloseCause::FokUnfillable
        | CloseCause::MarketRest
        | CloseCause::GtdExpired
        | CloseCause::NothingToReduce
        | CloseCause::TriggerRefused(_) => OrderStatus::Expired,
        CloseCause::ByRequest
        | CloseCause::CancelAll
        | CloseCause::DeadMan
        | CloseCause::AmendRefused
        | CloseCause::Liquidation
        | CloseCause::Adl
        | CloseCause::Halted
        | CloseCause::TickChanged
        | CloseCause::Restart => OrderStatus::Canceled,
    }
}
