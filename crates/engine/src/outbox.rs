//! How orders and cancels leave: an order only after its intent is on disk, and at most once.

use aurora_gate::Stopwatch;
use aurora_model::{ClientOrderId, InstrumentNo, Nanos, VenueRequest};
use aurora_planted::{Bug, active};

use crate::brakes::forget_older;
use crate::effect::{Effects, Notice};
use crate::engine::Engine;
use crate::record::Record;

impl<W: Stopwatch> Engine<W> {
    /// Writes an intent down; it leaves when the record is durable.
    pub(crate) fn await_durable(&mut self, id: ClientOrderId) {
        self.waiting.push_back((self.records, id));
    }

    /// Lets out the orders whose intents are on disk by now; if the desk stopped in between, takes them back.
    pub(crate) fn on_durable(&mut self, at: Nanos, records: u64, effects: &mut Effects) {
        self.durable = self.durable.max(records);
        while let Some((record, id)) = self.waiting.front().copied()
            && record <= self.durable
        {
            self.waiting.pop_front();
            let may_leave = self.status.state.may_open() && !self.is_held(id);
            if may_leave || active(Bug::StopLetsEntriesOut) {
                self.send(at, id, effects);
            } else {
                self.withdraw(at, id, effects);
            }
        }
    }

    /// Its instrument was held since it was written down.
    fn is_held(&self, id: ClientOrderId) -> bool {
        let order = self.orders.get(id);
        order.is_some_and(|order| {
            let is_held = self.markets[order.intent.instrument.index()].held.is_some();
            is_held && !order.intent.reduce_only
        })
    }

    fn send(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        if self.orders.sent(id, at).is_err() {
            return;
        }
        let intent = self.orders.get(id).expect("an order just sent is known").intent;
        self.record(at, Record::Sent { id }, effects);
        effects.requests.push(VenueRequest::Place { id, intent });
        effects.notices.push(Notice::Order(id));
        self.has_left(at);
    }

    /// An order left: for a minute it counts against the rate of orders, over a restart too.
    pub(crate) fn has_left(&mut self, at: Nanos) {
        self.forget_sent(at);
        self.sent.push_back(at);
    }

    pub(crate) fn forget_sent(&mut self, at: Nanos) {
        forget_older(&mut self.sent, at);
    }

    fn withdraw(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        if self.orders.withdraw(id, at).is_ok() {
            self.record(at, Record::Withdrawn { id }, effects);
            effects.notices.push(Notice::Order(id));
        }
    }

    pub(crate) fn cancel(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        instrument: InstrumentNo,
        effects: &mut Effects,
    ) {
        if self.ask_cancel(at, id) {
            self.record(at, Record::CancelAsked { id }, effects);
            effects.requests.push(VenueRequest::Cancel { id, instrument });
            effects.notices.push(Notice::Order(id));
        }
    }

    /// The order's cancel is asked for; false when that would be too early. Its first one counts against the
    /// breaker: asking again is no loop, nor is what a stop cancels.
    pub(crate) fn ask_cancel(&mut self, at: Nanos, id: ClientOrderId) -> bool {
        let Some(order) = self.orders.get(id) else { return false };
        let (instrument, is_first) = (order.intent.instrument, order.cancel_asked_at.is_none());
        let is_asked = self.orders.ask_cancel(id, at);
        if is_asked && is_first && self.status.state.may_open() {
            let breaker = &mut self.markets[instrument.index()].breaker;
            breaker.canceled(at, &self.settings.brakes);
        }
        is_asked
    }

    /// Asks for the cancel of every order that may still fill, and withdraws what has not left.
    pub(crate) fn cancel_open(&mut self, at: Nanos, effects: &mut Effects) {
        while !active(Bug::StopLetsEntriesOut)
            && let Some((_, id)) = self.waiting.pop_front()
        {
            self.withdraw(at, id, effects);
        }
        if active(Bug::StopLeavesOrders) {
            return;
        }
        let open: Vec<_> = self.orders.live().map(|o| (o.id, o.intent.instrument)).collect();
        for (id, instrument) in open {
            self.cancel(at, id, instrument, effects);
        }
    }
}
