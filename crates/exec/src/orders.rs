//! All orders of one account in one epoch, and what the venue's reports do to them.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Lots, Nanos, OrderEvent, OrderIntent, OrderNo, OrderState,
    ReportKind, Side, VenueOrder, VenueReport,
};

use crate::{ExecError, Order, Purpose};

/// How long we wait before doubting.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// From sending an order to doubting it.
    pub place: Nanos,
    /// From asking for a cancel to asking again.
    pub cancel: Nanos,
    /// After the place deadline, how long a "not found" still counts for nothing; also the least
    /// time between the two that are needed.
    pub settle: Nanos,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            place: Nanos::from_millis(400),
            cancel: Nanos::from_millis(300),
            settle: Nanos::SECOND,
        }
    }
}

/// Something the order manager wants asked at the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chase {
    /// The answer is overdue: the order is now in doubt.
    Doubt(ClientOrderId, InstrumentNo),
    /// Ask what became of it.
    Query(ClientOrderId, InstrumentNo),
    /// The cancel is unanswered: ask for it again.
    Cancel(ClientOrderId, InstrumentNo),
}

/// What a report did.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing new: a repeat, or a word about an order that ended.
    None,
    /// The order took this event.
    Order(ClientOrderId, OrderEvent),
    /// A fill of ours. (Booking it, and knowing it from a repeat, is the ledger's work.)
    Fill(Fill),
}

/// How many ended orders are remembered for late reports.
const ENDED_KEPT: usize = 16_384;

/// Every order of one account. Live ones are all kept; of the ended, the newest [`ENDED_KEPT`].
#[derive(Clone, Debug)]
pub struct Orders {
    account: u16,
    epoch: u32,
    next_no: u64,
    deadlines: Deadlines,
    all: BTreeMap<ClientOrderId, Order>,
    /// Ids that may still fill, in the order they were made.
    live: Vec<ClientOrderId>,
    ended: VecDeque<ClientOrderId>,
}

impl Orders {
    /// No orders yet; intents will be numbered from one in this epoch.
    pub fn new(account: u16, epoch: u32, deadlines: Deadlines) -> Orders {
        Orders {
            account,
            epoch,
            next_no: 1,
            deadlines,
            all: BTreeMap::new(),
            live: Vec::new(),
            ended: VecDeque::new(),
        }
    }

    /// Moves on to a new epoch, after a replay of the ones before. Whatever had no answer when the
    /// old epoch ended may or may not have left: it is in doubt until the venue is asked.
    pub fn begin_epoch(&mut self, epoch: u32, at: Nanos) {
        self.epoch = epoch;
        self.next_no = 1;
        for id in &self.live {
            let order = self.all.get_mut(id).expect("live orders are kept");
            order.unsure = true;
            if matches!(order.state, OrderState::Prepared | OrderState::Submitted) {
                order.state = OrderState::InDoubt;
                order.sent_at.get_or_insert(at);
            }
        }
    }

    /// Makes an order out of an intent; it is written down before anything else happens to it.
    pub fn prepare(&mut self, at: Nanos, intent: OrderIntent, purpose: Purpose) -> ClientOrderId {
        let id = ClientOrderId::new(self.account, self.epoch, OrderNo(self.next_no));
        self.next_no += 1;
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
        self.step(id, OrderEvent::Timeout, at)
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
        self.live().filter(|o| o.unsure || o.state == OrderState::InDoubt).count()
    }

    /// What may still fill on one side of an instrument, in doubt included.
    pub fn pending(&self, instrument: InstrumentNo, side: Side) -> Lots {
        self.live()
            .filter(|o| o.intent.instrument == instrument && o.intent.side == side)
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
        let fresh = order.cancel_asked_at.is_some_and(|asked| at - asked < deadline);
        if !sent || fresh {
            return false;
        }
        order.cancel_asked_at = Some(at);
        true
    }

    /// What is overdue at that time, and what to do about it.
    pub fn overdue(&mut self, at: Nanos, chases: &mut Vec<Chase>) {
        let deadlines = self.deadlines;
        for id in &self.live {
            let order = self.all.get_mut(id).expect("live orders are kept");
            let instrument = order.intent.instrument;
            match order.state {
                OrderState::Submitted => {
                    let sent = order.sent_at.unwrap_or(order.decided_at);
                    if at - sent >= deadlines.place {
                        order.state =
                            order.state.apply(OrderEvent::Timeout).expect("Submitted times out");
                        chases.push(Chase::Doubt(*id, instrument));
                    }
                }
                _ if order.unsure || order.state == OrderState::InDoubt => {
                    if order.queried_at.is_none_or(|asked| at - asked >= deadlines.settle) {
                        order.queried_at = Some(at);
                        chases.push(Chase::Query(*id, instrument));
                    }
                }
                _ => {
                    let overdue =
                        order.cancel_asked_at.is_some_and(|asked| at - asked >= deadlines.cancel);
                    if overdue {
                        order.cancel_asked_at = Some(at);
                        chases.push(Chase::Cancel(*id, instrument));
                    }
                }
            }
        }
    }

    /// Takes a venue's report (all kinds but the account sweep, whose parts come one by one).
    ///
    /// # Errors
    /// [`ExecError`] when the report cannot be true of our orders: hold and reconcile.
    pub fn on_report(&mut self, at: Nanos, report: &VenueReport) -> Result<Change, ExecError> {
        match &report.kind {
            ReportKind::Ack { id, venue_id } => {
                self.get_mut(*id)?.venue_id = Some(*venue_id);
                self.answer(*id, OrderEvent::Ack, at)
            }
            ReportKind::Reject { id, refusal } => {
                self.get_mut(*id)?.refusal = Some(*refusal);
                self.answer(*id, OrderEvent::Reject, at)
            }
            ReportKind::Canceled { id, .. } => self.answer(*id, OrderEvent::Cancel, at),
            ReportKind::Expired { id, .. } => self.answer(*id, OrderEvent::Expire, at),
            ReportKind::CancelRejected { id } => {
                // Nothing open under that id: if we still think so, ask what became of it.
                let order = self.get_mut(*id)?;
                order.unsure = order.state.may_fill();
                Ok(Change::None)
            }
            ReportKind::Fill(fill) => {
                self.get_mut(fill.order)?;
                Ok(Change::Fill(*fill))
            }
            ReportKind::Order { id, found: Some(found) } => self.found(*id, found, at),
            ReportKind::Order { id, found: None } => self.not_found(*id, at),
            ReportKind::Account { .. } => Ok(Change::None),
        }
    }

    /// A fill the ledger had not seen before moves its order.
    ///
    /// # Errors
    /// [`ExecError::Overfill`] and impossible transitions: the fill is real, so hold and reconcile.
    pub fn booked(&mut self, fill: &Fill, at: Nanos) -> Result<OrderEvent, ExecError> {
        let order = self.get_mut(fill.order)?;
        order.filled += fill.qty;
        order.filled_value += i128::from(fill.price.0) * i128::from(fill.qty.0);
        order.answered_at.get_or_insert(at);
        let (asked, filled) = (order.intent.qty, order.filled);
        let event = if filled < asked { OrderEvent::PartialFill } else { OrderEvent::Fill };
        if filled > asked {
            return Err(ExecError::Overfill { id: fill.order, asked: asked.0, filled: filled.0 });
        }
        self.step(fill.order, event, at)?;
        Ok(event)
    }

    /// The venue was asked about the order and knows it.
    fn found(
        &mut self,
        id: ClientOrderId,
        found: &VenueOrder,
        at: Nanos,
    ) -> Result<Change, ExecError> {
        let order = self.get_mut(id)?;
        order.missed_at = None;
        if found.filled == order.filled {
            order.unsure = false;
        }
        if order.venue_id.is_none() {
            order.venue_id = Some(found.venue_id);
        }
        // Fills it tells of and we have not seen come by the sweep; until then it stays as it is.
        if found.filled != order.filled {
            return Ok(Change::None);
        }
        match (order.state, found.is_open) {
            (OrderState::Submitted | OrderState::InDoubt, true) => {
                self.answer(id, OrderEvent::Ack, at)
            }
            (state, false) if state.may_fill() => self.answer(id, OrderEvent::Cancel, at),
            _ => Ok(Change::None),
        }
    }

    /// The venue was asked about the order and does not know it. One such answer proves nothing.
    fn not_found(&mut self, id: ClientOrderId, at: Nanos) -> Result<Change, ExecError> {
        let Deadlines { place, settle, .. } = self.deadlines;
        let order = self.get_mut(id)?;
        let sent = order.sent_at.unwrap_or(order.decided_at);
        if order.state != OrderState::InDoubt || at - sent < place + settle {
            return Ok(Change::None);
        }
        match order.missed_at {
            Some(first) if at - first >= settle => self.answer(id, OrderEvent::NeverArrived, at),
            Some(_) => Ok(Change::None),
            None => {
                order.missed_at = Some(at);
                Ok(Change::None)
            }
        }
    }

    /// The venue's word about an order; a repeat of what is known changes nothing.
    fn answer(
        &mut self,
        id: ClientOrderId,
        event: OrderEvent,
        at: Nanos,
    ) -> Result<Change, ExecError> {
        let order = self.get_mut(id)?;
        order.answered_at.get_or_insert(at);
        let repeat = match event {
            OrderEvent::Ack => order.state == OrderState::Ack,
            OrderEvent::Cancel | OrderEvent::Expire => order.state.is_terminal(),
            OrderEvent::Reject => order.state == OrderState::Reject,
            _ => false,
        };
        if repeat {
            return Ok(Change::None);
        }
        self.step(id, event, at)?;
        Ok(Change::Order(id, event))
    }

    fn step(&mut self, id: ClientOrderId, event: OrderEvent, at: Nanos) -> Result<(), ExecError> {
        let order = self.get_mut(id)?;
        let before = order.state;
        order.state = before.apply(event).map_err(|source| ExecError::Illegal { id, source })?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::{Liquidity, Notional, Ticks, TimeInForce, VenueRefusal};

    const T0: Nanos = Nanos(1_000_000_000_000);

    fn intent() -> OrderIntent {
        OrderIntent {
            instrument: InstrumentNo(0),
            side: Side::Buy,
            limit: Ticks(100),
            qty: Lots(10),
            time_in_force: TimeInForce::PostOnly,
            reduce_only: false,
        }
    }

    fn sent_order() -> (Orders, ClientOrderId) {
        let mut orders = Orders::new(0, 1, Deadlines::default());
        let id = orders.prepare(T0, intent(), Purpose::Entry);
        orders.sent(id, T0).unwrap();
        (orders, id)
    }

    fn report(kind: ReportKind) -> VenueReport {
        VenueReport { venue_at: T0, kind }
    }

    fn fill(id: ClientOrderId, trade_id: u128, qty: i64) -> Fill {
        Fill {
            trade_id,
            instrument: InstrumentNo(0),
            order: id,
            side: Side::Buy,
            price: Ticks(100),
            qty: Lots(qty),
            fee: Notional::ZERO,
            liquidity: Liquidity::Maker,
            at: T0,
        }
    }

    fn after(millis: i64) -> Nanos {
        T0 + Nanos::from_millis(millis)
    }

    #[test]
    fn an_unanswered_order_is_doubted_then_asked_about_and_still_counts() {
        let (mut orders, id) = sent_order();
        let mut chases = Vec::new();
        orders.overdue(after(399), &mut chases);
        assert_eq!(chases, []);
        orders.overdue(after(400), &mut chases);
        orders.overdue(after(401), &mut chases);
        assert_eq!(chases, [Chase::Doubt(id, InstrumentNo(0)), Chase::Query(id, InstrumentNo(0))]);
        assert_eq!(orders.pending(InstrumentNo(0), Side::Buy), Lots(10));
    }

    #[test]
    fn two_settled_not_founds_a_second_apart_are_needed_to_declare_it_dead() {
        let (mut orders, id) = sent_order();
        orders.overdue(after(400), &mut Vec::new());
        let none = report(ReportKind::Order { id, found: None });
        for (millis, state) in [
            (600, OrderState::InDoubt),   // too early to count
            (1_400, OrderState::InDoubt), // the first that counts
            (1_500, OrderState::InDoubt), // too soon after it
            (2_400, OrderState::Reject),
        ] {
            orders.on_report(after(millis), &none).unwrap();
            assert_eq!(orders.get(id).unwrap().state, state, "after {millis} ms");
        }
        assert_eq!(orders.live_count(), 0);
    }

    #[test]
    fn a_fill_after_the_cancel_still_counts() {
        let (mut orders, id) = sent_order();
        orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
        assert!(orders.ask_cancel(id, T0));
        assert!(!orders.ask_cancel(id, after(10)), "a cancel just asked for is not asked again");
        orders.on_report(T0, &report(ReportKind::Canceled { id, filled: Lots(4) })).unwrap();
        assert_eq!(orders.booked(&fill(id, 1, 4), T0), Ok(OrderEvent::PartialFill));
        let order = orders.get(id).unwrap();
        assert_eq!((order.state, order.filled), (OrderState::Cancel, Lots(4)));
    }

    #[test]
    fn repeats_change_nothing() {
        let (mut orders, id) = sent_order();
        let ack = report(ReportKind::Ack { id, venue_id: 5 });
        assert_eq!(orders.on_report(T0, &ack), Ok(Change::Order(id, OrderEvent::Ack)));
        assert_eq!(orders.on_report(T0, &ack), Ok(Change::None));
        let canceled = report(ReportKind::Canceled { id, filled: Lots::ZERO });
        assert_eq!(orders.on_report(T0, &canceled), Ok(Change::Order(id, OrderEvent::Cancel)));
        assert_eq!(orders.on_report(T0, &canceled), Ok(Change::None));
    }

    #[test]
    fn an_overfill_is_refused_loudly() {
        let (mut orders, id) = sent_order();
        orders.booked(&fill(id, 1, 6), T0).unwrap();
        let refused = orders.booked(&fill(id, 2, 6), T0).unwrap_err();
        assert_eq!(refused, ExecError::Overfill { id, asked: 10, filled: 12 });
    }

    #[test]
    fn an_order_read_from_the_journal_is_in_doubt_once_its_epoch_ended() {
        let (orders, id) = sent_order();
        let mut restored = Orders::new(0, 1, Deadlines::default());
        restored.restore(id, orders.get(id).unwrap().intent, Purpose::Entry, T0);
        let next = restored.prepare(T0, intent(), Purpose::Entry);
        assert_eq!(next.order_no(), OrderNo(2), "numbers are never used twice");
        restored.begin_epoch(2, T0);
        assert_eq!(restored.get(id).unwrap().state, OrderState::InDoubt);
        assert_eq!(restored.prepare(T0, intent(), Purpose::Entry).epoch(), 2);
    }

    #[test]
    fn an_order_that_rested_when_the_process_died_is_asked_about_and_closed() {
        let (mut orders, id) = sent_order();
        orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
        orders.begin_epoch(2, after(500));
        let mut chases = Vec::new();
        orders.overdue(after(500), &mut chases);
        assert_eq!(chases, [Chase::Query(id, InstrumentNo(0))]);
        assert_eq!(orders.in_doubt_count(), 1);
        let gone =
            VenueOrder { id, venue_id: 5, intent: intent(), filled: Lots::ZERO, is_open: false };
        let answer = report(ReportKind::Order { id, found: Some(gone) });
        orders.on_report(after(510), &answer).unwrap();
        assert_eq!((orders.in_doubt_count(), orders.live_count()), (0, 0));
    }

    #[test]
    fn a_cancel_that_finds_nothing_makes_us_ask_not_repeat() {
        let (mut orders, id) = sent_order();
        orders.on_report(T0, &report(ReportKind::Ack { id, venue_id: 5 })).unwrap();
        orders.ask_cancel(id, T0);
        orders.on_report(after(10), &report(ReportKind::CancelRejected { id })).unwrap();
        let mut chases = Vec::new();
        orders.overdue(after(20), &mut chases);
        assert_eq!(chases, [Chase::Query(id, InstrumentNo(0))]);
    }

    #[test]
    fn a_refusal_keeps_the_venues_reason() {
        let (mut orders, id) = sent_order();
        let reject = ReportKind::Reject { id, refusal: VenueRefusal::WouldTake };
        orders.on_report(T0, &report(reject)).unwrap();
        let order = orders.get(id).unwrap();
        assert_eq!(
            (order.state, order.refusal),
            (OrderState::Reject, Some(VenueRefusal::WouldTake))
        );
    }
}
