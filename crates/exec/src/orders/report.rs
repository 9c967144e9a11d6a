//! What the venue's reports do to our orders.

use aurora_model::{
    ClientOrderId, Fill, Lots, Nanos, OrderEvent, OrderState, ReportKind, VenueOrder, VenueReport,
};
use aurora_planted::{Bug, active};

use super::{Deadlines, Orders};
use crate::ExecError;

/// What a report did.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing new: a repeat, or a word about an order that ended.
    None,
    /// The order took this event.
    Order(ClientOrderId, OrderEvent),
    /// It was given up, refused or dead or gone, and is alive: an incident. It counts again from here on.
    Adopted(ClientOrderId),
    /// A fill of ours. (Booking it, and knowing it from a repeat, is the ledger's work.)
    Fill(Fill),
}

impl Orders {
    /// Takes a venue's report (all kinds but the account sweep, whose parts come one by one).
    ///
    /// # Errors
    /// [`ExecError`] when the report cannot be true of our orders: hold and reconcile.
    pub fn on_report(&mut self, at: Nanos, report: &VenueReport) -> Result<Change, ExecError> {
        match &report.kind {
            ReportKind::Ack { id, venue_id } => {
                self.get_mut(*id)?.venue_id = Some(*venue_id);
                match self.adopt_refused(*id)? {
                    true => Ok(Change::Adopted(*id)),
                    false => self.answer(*id, OrderEvent::Ack, at),
                }
            }
            ReportKind::Reject { id, refusal } => {
                self.get_mut(*id)?.refusal = Some(*refusal);
                self.answer(*id, OrderEvent::Reject, at)
            }
            ReportKind::Canceled { id, filled } => {
                self.over(*id, (OrderEvent::Cancel, *filled), at)
            }
            ReportKind::Expired { id, filled } => self.over(*id, (OrderEvent::Expire, *filled), at),
            ReportKind::CancelRejected { id } if active(Bug::NothingToCancelIsCanceled) => {
                self.answer(*id, OrderEvent::Cancel, at)
            }
            ReportKind::CancelRejected { id } => {
                // Nothing open under that id: if we still think so, ask what became of it.
                let order = self.get_mut(*id)?;
                if order.state.may_fill() {
                    order.unsure = true;
                    order.doubted_at.get_or_insert(at);
                }
                Ok(Change::None)
            }
            ReportKind::Fill(fill) => {
                let order = self.get_mut(fill.order)?;
                if active(Bug::LateFillDropped) && order.state.is_terminal() {
                    return Ok(Change::None);
                }
                Ok(Change::Fill(*fill))
            }
            ReportKind::Order { id, found: Some(found) } => self.found(*id, found, at),
            ReportKind::Order { id, found: None } => self.not_found(*id, at),
            ReportKind::Account { .. } => Ok(Change::None),
        }
    }

    /// A fill the ledger had not seen before moves its order; one that was refused or dead is taken back first.
    ///
    /// # Errors
    /// [`ExecError::Overfill`] and impossible transitions: the fill is real, so hold and reconcile.
    pub fn booked(&mut self, fill: &Fill, at: Nanos) -> Result<OrderEvent, ExecError> {
        self.adopt_refused(fill.order)?;
        let order = self.get_mut(fill.order)?;
        order.filled += fill.qty;
        order.filled_value += i128::from(fill.price.0) * i128::from(fill.qty.0);
        order.answered_at.get_or_insert(at);
        let (asked, filled) = (order.intent.qty, order.filled);
        let event = if filled < asked { OrderEvent::PartialFill } else { OrderEvent::Fill };
        if filled > asked && !active(Bug::OverfillUnnoticed) {
            // There is nothing left of it that could count for or against a limit.
            self.step(fill.order, event, at)?;
            return Err(ExecError::Overfill { id: fill.order, asked: asked.0, filled: filled.0 });
        }
        let over = order.ending.filter(|(_, told)| *told <= filled && event != OrderEvent::Fill);
        self.step(fill.order, event, at)?;
        if let Some((end, _)) = over {
            self.answer(fill.order, end, at)?;
        }
        Ok(event)
    }

    /// Takes an order back that was refused, or declared dead, and is spoken of as one that was live. False when it
    /// was neither. (One that rested and was gone may be spoken of late: that it ended or filled is no news.)
    fn adopt_refused(&mut self, id: ClientOrderId) -> Result<bool, ExecError> {
        let is_refused = self.get_mut(id)?.state == OrderState::Reject;
        if is_refused {
            self.adopt(id)?;
        }
        Ok(is_refused)
    }

    /// Takes an order back that was given up.
    fn adopt(&mut self, id: ClientOrderId) -> Result<(), ExecError> {
        let order = self.get_mut(id)?;
        order.state = order
            .state
            .apply(OrderEvent::Adopt)
            .map_err(|source| ExecError::Illegal { id, source })?;
        (order.absent, order.unsure, order.refusal) = (false, true, None);
        (order.ended_at, order.missed_at) = (None, None);
        self.ended.retain(|ended| *ended != id);
        self.live.push(id);
        Ok(())
    }

    /// The order is no longer open at the venue. With fills that have not come it still counts, and is asked
    /// about, until they have.
    fn over(
        &mut self,
        id: ClientOrderId,
        (event, filled): (OrderEvent, Lots),
        at: Nanos,
    ) -> Result<Change, ExecError> {
        // What was dead a moment ago has been alive. A refusal told twice, in other words, is none of this.
        let adopted = self.get_mut(id)?.is_dead() && self.adopt_refused(id)?;
        let order = self.get_mut(id)?;
        let is_early = order.filled < filled && !active(Bug::CancelEndsBeforeFills);
        let change = if order.state.may_fill() && is_early {
            order.ending = Some((event, filled));
            order.unsure = true;
            order.doubted_at.get_or_insert(at);
            Change::None
        } else {
            self.answer(id, event, at)?
        };
        Ok(if adopted { Change::Adopted(id) } else { change })
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
        if order.venue_id.is_none() {
            order.venue_id = Some(found.venue_id);
        }
        if order.is_given_up() && (found.is_open || order.filled < found.filled) {
            self.adopt(id)?;
            if !found.is_open {
                self.over(id, (OrderEvent::Cancel, found.filled), at)?;
            }
            return Ok(Change::Adopted(id));
        }
        // Fills it tells of and we have not seen come by themselves; until then it stays as it is.
        if found.filled != order.filled {
            return match order.filled < found.filled && !found.is_open {
                true => self.over(id, (OrderEvent::Cancel, found.filled), at),
                false => Ok(Change::None),
            };
        }
        order.unsure = false;
        order.settled();
        match (order.state, found.is_open) {
            (OrderState::Submitted | OrderState::InDoubt, true) => {
                self.answer(id, OrderEvent::Ack, at)
            }
            (state, false) if state.may_fill() => self.answer(id, OrderEvent::Cancel, at),
            _ => Ok(Change::None),
        }
    }

    /// The venue was asked about the order, and neither its order query nor its history knows it.
    ///
    /// It proves something only when it was asked once no request can arrive any more, when it is said twice, and
    /// after the longest time a venue may hide what it has. One that rested before and is gone from both is over;
    /// what it filled comes as fills.
    fn not_found(&mut self, id: ClientOrderId, at: Nanos) -> Result<Change, ExecError> {
        let Deadlines { lapse, settle, hidden, answer, .. } = self.deadlines;
        let mut lapsed = lapse + settle + self.uncertainty + answer;
        let mut hidden = hidden;
        if active(Bug::NotFoundTooEarly) {
            (lapsed, hidden) = (Nanos(0), Nanos(0));
        }
        if active(Bug::HiddenNotWaited) {
            // The time for the answer's way covers most of what a venue hides.
            (lapsed, hidden) = (lapsed - answer - settle, Nanos(0));
        }
        let order = self.get_mut(id)?;
        let sent = order.sent_at.unwrap_or(order.decided_at);
        // Fills that the venue has told of and nobody has seen are no reason to give up.
        let asked_about = order.is_in_doubt() && order.ending.is_none();
        if !asked_about || order.state == OrderState::Submitted || at - sent < lapsed {
            return Ok(Change::None);
        }
        let first = *order.missed_at.get_or_insert(at);
        if at - first < settle || at - sent < hidden {
            return Ok(Change::None);
        }
        let event = self.absent(id, at)?;
        Ok(Change::Order(id, event))
    }

    /// The venue knows no such order: one in doubt never arrived, one that rested is gone.
    ///
    /// # Errors
    /// [`ExecError::Illegal`] when it has ended already.
    pub fn absent(&mut self, id: ClientOrderId, at: Nanos) -> Result<OrderEvent, ExecError> {
        let order = self.get_mut(id)?;
        let event = match order.state {
            OrderState::InDoubt => OrderEvent::NeverArrived,
            _ => OrderEvent::Cancel,
        };
        order.absent = true;
        order.answered_at.get_or_insert(at);
        self.step(id, event, at)?;
        Ok(event)
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
}
