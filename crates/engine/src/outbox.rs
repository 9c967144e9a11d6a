//! How orders and cancels leave: an order only after its intent is on disk, and at most once.

use aurora_gate::Stopwatch;
use aurora_model::{ClientOrderId, InstrumentNo, Nanos, VenueRequest};
use aurora_planted::{Bug, active};

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
            if self.status.state.may_open() || active(Bug::StopLetsEntriesOut) {
                self.send(at, id, effects);
            } else {
                self.withdraw(at, id, effects);
            }
        }
    }

    fn send(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        if self.orders.sent(id, at).is_err() {
            return;
        }
        let intent = self.orders.get(id).expect("an order just sent is known").intent;
        self.record(at, Record::Sent { id }, effects);
        effects.requests.push(VenueRequest::Place { id, intent });
        effects.notices.push(Notice::Order(id));
        self.sent.push_back(at);
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
        if self.orders.ask_cancel(id, at) {
            // What a stop cancels is no loop.
            if self.status.state.may_open() {
                let breaker = &mut self.markets[instrument.index()].breaker;
                breaker.canceled(at, &self.settings.brakes);
            }
            self.record(at, Record::CancelAsked { id }, effects);
            effects.requests.push(VenueRequest::Cancel { id, instrument });
            effects.notices.push(Notice::Order(id));
        }
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
