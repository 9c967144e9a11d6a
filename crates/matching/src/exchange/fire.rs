//! Parked orders whose price has come.

use super::Exchange;
use super::command::{OrderId, TriggerBy};
use super::event::{EventKind, ExchangeEvent};
use super::order::{CloseCause, OrderCause, OrderStatus};
use aurora_model::{InstrumentNo, Ticks};

impl Exchange {
    /// Sets off what waits for a price that has come, one after the other.
    pub(super) fn fire(&mut self, no: InstrumentNo, out: &mut Vec<ExchangeEvent>) {
        if !self.listings[no.index()].status.is_open() {
            return;
        }
        while !self.markets[no.index()].triggers.is_empty() {
            let market = &self.markets[no.index()];
            let last = market.tape.last().map(|trade| (trade.price, trade.price));
            let known = market.pricing.is_known();
            let [mark, index] = market.pricing.in_ticks().map(|price| known.then_some(price));
            let prices =
                [(TriggerBy::Last, last), (TriggerBy::Mark, mark), (TriggerBy::Index, index)];
            let due = |(by, price): (TriggerBy, Option<(Ticks, Ticks)>)| {
                price.and_then(|(below, above)| market.triggers.due(by, below, above))
            };
            let Some(id) = prices.into_iter().find_map(due) else { return };
            self.trigger(id, out);
        }
    }

    fn trigger(&mut self, id: OrderId, out: &mut Vec<ExchangeEvent>) {
        self.unpark(id);
        let at = self.now;
        let Some(order) = self.orders.get_mut(&id) else { return };
        order.snap.status = OrderStatus::New;
        order.snap.cause = OrderCause::Triggered;
        order.snap.triggered_at = Some(at);
        order.snap.updated_at = at;
        let snap = order.snap;
        match self.admit(&snap) {
            Err(refusal) => {
                self.emit(EventKind::Order(snap), out);
                self.close(id, CloseCause::TriggerRefused(refusal), out);
            }
            Ok(qty) => {
                let order = self.orders.get_mut(&id).expect("it was there a moment ago");
                order.snap.qty = qty;
                let snap = order.snap;
                self.emit(EventKind::Order(snap), out);
                self.start(id, out);
            }
        }
    }
}
