//! What the venue's reports do to our orders.

use aurora_model::{
    ClientOrderId, Fill, Nanos, OrderEvent, OrderState, ReportKind, VenueOrder, VenueReport,
};

use super::{Deadlines, Orders};
use crate::ExecError;

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

impl Orders {
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
}
