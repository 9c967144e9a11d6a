//! All orders of one account in one epoch.

mod overdue;
mod report;
#[cfg(test)]
mod tests;

pub use overdue::{Chase, Deadlines};
pub use report::Change;

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderEvent, OrderIntent, OrderNo, OrderState, Side,
};
use aurora_planted::{Bug, active};

use crate::{ExecError, Order, Purpose};

/// How many ended orders are remembered for late reports.
const ENDED_KEPT: usize = 16_384;

/// How far off a clock nobody has measured may be; a desk with a worse one does not trade.
const UNMEASURED: Nanos = Nanos(250_000_000);

/// Every order of one account. Live ones are all kept; of the ended, the newest [`ENDED_KEPT`].
#[derive(Clone, Debug)]
pub struct Orders {
    pub(crate) account: u16,
    pub(crate) epoch: u32,
    pub(crate) next_no: u64,
    pub(crate) deadlines: Deadlines,
    /// How far off our measure of the venues' clocks may be.
    pub(crate) uncertainty: Nanos,
    pub(crate) all: BTreeMap<ClientOrderId, Order>,
    /// Ids that may still fill, in the order they were made.
    pub(crate) live: Vec<ClientOrderId>,
    pub(crate) ended: VecDeque<ClientOrderId>,
}

impl Orders {
    /// No orders yet; intents will be numbered from one in this epoch.
    pub fn new(account: u16, epoch: u32, deadlines: Deadlines) -> Orders {
        Orders {
            account,
            epoch,
            next_no: 1,
            deadlines,
            uncertainty: UNMEASURED,
            all: BTreeMap::new(),
            live: Vec::new(),
            ended: VecDeque::new(),
        }
    }

    /// Moves on to a new epoch, after a replay of the ones before. Whatever had no answer when the
    /// old epoch ended may or may not have left: it is in doubt until the venue is asked.
    ///
    /// The clock may have been set in between, so no moment of the old epoch is counted from any more: what is open
    /// is taken to have left now, and what was asked then was never asked.
    pub fn begin_epoch(&mut self, epoch: u32, at: Nanos) {
        self.epoch = epoch;
        self.next_no = 1;
        for id in &self.live {
            let order = self.all.get_mut(id).expect("live orders are kept");
            order.unsure = true;
            if active(Bug::OldClockTrusted) {
                order.sent_at.get_or_insert(at);
                if matches!(order.state, OrderState::Prepared | OrderState::Submitted) {
                    order.state = OrderState::InDoubt;
                }
                continue;
            }
            (order.sent_at, order.doubted_at) = (Some(at), Some(at));
            (order.queried_at, order.missed_at, order.cancel_asked_at) = (None, None, None);
            order.cancels_asked = 0;
            // Who was called about it may have been another: it is told of again.
            order.called = false;
            if matches!(order.state, OrderState::Prepared | OrderState::Submitted) {
                order.state = OrderState::InDoubt;
            }
        }
    }

    /// Makes an order out of an intent; it is written down before anything else happens to it.
    pub fn prepare(&mut self, at: Nanos, intent: OrderIntent, purpose: Purpose) -> ClientOrderId {
        let id = ClientOrderId::new(self.account, self.epoch, OrderNo(self.next_no));
        self.next_no += 1;
        if active(Bug::NumberReused) {
            self.next_no = 1 + self.live.len() as u64;
        }
        self.insert(Order::new(id, intent, purpose, at));
        id
    }

    /// Takes back an order whose intent was read from the journal.
    pub fn restore(&mut self, id: ClientOrderId, intent: OrderIntent, purpose: Purpose, at: Nanos) {
        if id.epoch() == self.epoch {
            self.next_no = self.next_no.max(id.order_no().0 + 1);
        }
        self.insert(Order::new(id, intent, purpose, at));
    }

    /// Takes back a doubt read from the journal.
    ///
    /// # Errors
    /// [`ExecError::Illegal`] when the order was not waiting for an answer.
    pub fn doubt(&mut self, id: ClientOrderId, at: Nanos) -> Result<(), ExecError> {
        self.step(id, OrderEvent::Timeout, at)?;
        self.get_mut(id)?.doubted_at = Some(at);
        Ok(())
    }

    /// How far off our measure of the venues' clocks may be, from now on.
    pub fn set_uncertainty(&mut self, span: Nanos) {
        self.uncertainty = span;
    }

    /// The same as it is now.
    pub fn uncertainty(&self) -> Nanos {
        self.uncertainty
    }

    /// A person was called about the order; read from the journal.
    pub fn called(&mut self, id: ClientOrderId) {
        if let Some(order) = self.all.get_mut(&id) {
            order.called = true;
        }
    }

    fn insert(&mut self, order: Order) {
        self.live.push(order.id);
        self.all.insert(order.id, order);
    }

    /// The order under that id.
    pub fn get(&self, id: ClientOrderId) -> Option<&Order> {
        self.all.get(&id)
    }

    /// Orders that may still fill, oldest first.
    pub fn live(&self) -> impl Iterator<Item = &Order> {
        self.live.iter().map(|id| &self.all[id])
    }

    /// How many orders may still fill.
    pub fn live_count(&self) -> usize {
        self.live.len()
    }

    /// How many live orders must be asked about: their answer is lost, or may no longer be so.
    pub fn in_doubt_count(&self) -> usize {
        self.live().filter(|order| order.is_in_doubt()).count()
    }

    /// What may still fill on one side of an instrument, in doubt included.
    pub fn pending(&self, instrument: InstrumentNo, side: Side) -> Lots {
        self.live()
            .filter(|o| o.intent.instrument == instrument && o.intent.side == side)
            .filter(|o| !(active(Bug::DoubtNotCounted) && o.is_in_doubt()))
            .fold(Lots::ZERO, |sum, order| sum + order.left())
    }

    /// The order left for the venue.
    ///
    /// # Errors
    /// [`ExecError::Illegal`] when it is not waiting to be sent.
    pub fn sent(&mut self, id: ClientOrderId, at: Nanos) -> Result<(), ExecError> {
        self.step(id, OrderEvent::Send, at)?;
        self.get_mut(id)?.sent_at = Some(at);
        Ok(())
    }

    /// The order is withdrawn before it left.
    ///
    /// # Errors
    /// [`ExecError::Illegal`] when it may already have left.
    pub fn withdraw(&mut self, id: ClientOrderId, at: Nanos) -> Result<(), ExecError> {
        self.step(id, OrderEvent::Withdraw, at)
    }

    /// Its cancel was asked for. False when it has ended or the question is still fresh.
    pub fn ask_cancel(&mut self, id: ClientOrderId, at: Nanos) -> bool {
        let deadline = self.deadlines.cancel;
        let Some(order) = self.all.get_mut(&id) else { return false };
        let sent = order.state.may_fill() && order.state != OrderState::Prepared;
        sent && order.ask_cancel(at, deadline)
    }

    fn step(&mut self, id: ClientOrderId, event: OrderEvent, at: Nanos) -> Result<(), ExecError> {
        let order = self.get_mut(id)?;
        let before = order.state;
        order.state = before.apply(event).map_err(|source| ExecError::Illegal { id, source })?;
        order.settled();
        if before.may_fill() && order.state.is_terminal() {
            order.ended_at = Some(at);
            self.live.retain(|live| *live != id);
            self.ended.push_back(id);
            if self.ended.len() > ENDED_KEPT
                && let Some(oldest) = self.ended.pop_front()
            {
                self.all.remove(&oldest);
            }
        }
        Ok(())
    }

    fn get_mut(&mut self, id: ClientOrderId) -> Result<&mut Order, ExecError> {
        self.all.get_mut(&id).ok_or(ExecError::NeverMade(id))
    }
}
