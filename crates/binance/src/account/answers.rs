//! Answers about single orders, as reports.
//!
//! The rule of the house: an answer that does not settle what became of an order is never a reject. It is
//! [`Note::Lost`], and the venue is asked.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueRefusal, VenueReport};
use aurora_wire::{Amendment, Fate, LostOrder, Note, Output, Placement};

use super::{AccountSession, Answered, Asked, convert, lost};
use crate::answer;
use crate::answer::Status;
use crate::encode;
use crate::errors::Refusal;

impl AccountSession {
    pub(super) fn placed(
        &mut self,
        at: Nanos,
        order: &Placement,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        match answered {
            Answered::Done(body) if order.trigger.is_some() => {
                self.algo_taken(at, order, body, out)
            }
            Answered::Done(body) => match answer::order(body) {
                Ok(told) => self.taken(at, order.id, &told, out),
                Err(error) => lost(order.id, LostOrder::Place, error, out),
            },
            Answered::Refused(fate, refusal) => self.not_taken(at, order, fate, &refusal, out),
            Answered::NotSent(_) => self.rejected(at, order.id, VenueRefusal::NotSent, out),
            Answered::Lost(why) => lost(order.id, LostOrder::Place, why, out),
        }
    }

    /// The venue took the order; one that ends at once may have ended already.
    pub(super) fn taken(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        told: &answer::Order,
        out: &mut Output,
    ) {
        if told.client_order_id != id.as_str() {
            let why = format!("the answer is about {:?}", told.client_order_id);
            return lost(id, LostOrder::Place, why, out);
        }
        self.owners.add(told.order_id, &told.client_order_id);
        let venue_at = self.told_at(at, told);
        let ack = ReportKind::Ack { id, venue_id: told.order_id };
        out.reports.push(VenueReport { venue_at, kind: ack });
        out.placed.push(id);
        let symbol = self.symbols.named(told.symbol.as_bytes());
        let filled = symbol.and_then(|(_, symbol)| symbol.lots(told.executed_qty));
        if let Some(kind) = filled.and_then(|filled| ended(id, told.status, filled)) {
            out.reports.push(VenueReport { venue_at, kind });
        }
    }

    fn algo_taken(&mut self, at: Nanos, order: &Placement, body: &[u8], out: &mut Output) {
        match answer::algo_ack(body) {
            Ok(ack) if ack.client_algo_id == order.id.as_str() => {
                self.algos.insert(order.id, ack.algo_id);
                self.report(at, ReportKind::Ack { id: order.id, venue_id: ack.algo_id }, out);
                out.placed.push(order.id);
            }
            Ok(ack) => {
                let why = format!("the answer is about {:?}", ack.client_algo_id);
                lost(order.id, LostOrder::Place, why, out);
            }
            Err(error) => lost(order.id, LostOrder::Place, error, out),
        }
    }

    pub(super) fn not_taken(
        &mut self,
        at: Nanos,
        order: &Placement,
        fate: Fate,
        refusal: &Refusal,
        out: &mut Output,
    ) {
        match fate {
            Fate::Rejected(why) | Fate::NotPlaced(why) => self.rejected(at, order.id, why, out),
            // An order with this id is open: whether it is this one only the venue can say.
            Fate::FirstStands => self.query(order.id, order.intent.instrument, out),
            _ => lost(order.id, LostOrder::Place, refusal, out),
        }
    }

    fn rejected(&self, at: Nanos, id: ClientOrderId, refusal: VenueRefusal, out: &mut Output) {
        self.report(at, ReportKind::Reject { id, refusal }, out);
    }

    pub(super) fn amended(
        &mut self,
        at: Nanos,
        order: &Amendment,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        match answered {
            Answered::Done(body) => match answer::order(body) {
                Ok(told) => self.new_terms(at, order, &told, out),
                Err(error) => lost(order.id, LostOrder::Amend, error, out),
            },
            Answered::Refused(fate, refusal) => self.not_amended(order, fate, &refusal, out),
            Answered::NotSent(why) => {
                out.notes.push(Note::AmendRefused(order.id, why.to_owned()));
            }
            Answered::Lost(why) => lost(order.id, LostOrder::Amend, why, out),
        }
    }

    /// The terms the venue says the order has now. A post-only order that would have taken is cancelled by it.
    pub(super) fn new_terms(
        &mut self,
        at: Nanos,
        order: &Amendment,
        told: &answer::Order,
        out: &mut Output,
    ) {
        let Some(symbol) = self.symbols.get(order.intent.instrument) else { return };
        let terms = (symbol.ticks(told.price), symbol.lots(told.orig_qty));
        let (Some(price), Some(qty)) = terms else {
            return lost(order.id, LostOrder::Amend, "the new terms are between two steps", out);
        };
        out.notes.push(Note::Amended(order.id, price, qty));
        let filled = symbol.lots(told.executed_qty);
        if let Some(kind) = filled.and_then(|filled| ended(order.id, told.status, filled)) {
            let venue_at = self.told_at(at, told);
            out.reports.push(VenueReport { venue_at, kind });
        }
    }

    pub(super) fn not_amended(
        &mut self,
        order: &Amendment,
        fate: Fate,
        refusal: &Refusal,
        out: &mut Output,
    ) {
        let (id, no) = (order.id, order.intent.instrument);
        match fate {
            Fate::Done => {
                out.notes.push(Note::Amended(id, order.intent.limit, order.intent.qty));
            }
            Fate::NotPlaced(_) | Fate::Unchanged => {
                out.notes.push(Note::AmendRefused(id, refusal.to_string()));
            }
            // Either the order is gone, or the refused amendment may have ended it: look.
            Fate::Rejected(_) | Fate::Gone | Fate::Absent => {
                out.notes.push(Note::AmendRefused(id, refusal.to_string()));
                self.query(id, no, out);
            }
            Fate::Unknown | Fate::Busy | Fate::FirstStands => {
                lost(id, LostOrder::Amend, refusal, out);
            }
        }
    }

    pub(super) fn canceled(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        match answered {
            Answered::Done(_) if self.algos.remove(&id).is_some() => {
                let filled = aurora_model::Lots::ZERO;
                self.report(at, ReportKind::Canceled { id, filled }, out);
            }
            Answered::Done(body) => match answer::order(body) {
                Ok(told) => self.ended_by_cancel(at, id, &told, out),
                Err(error) => lost(id, LostOrder::Cancel, error, out),
            },
            Answered::Refused(fate, refusal) => self.not_canceled(at, id, no, fate, &refusal, out),
            Answered::NotSent(why) | Answered::Lost(why) => lost(id, LostOrder::Cancel, why, out),
        }
    }

    pub(super) fn ended_by_cancel(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        told: &answer::Order,
        out: &mut Output,
    ) {
        let symbol = self.symbols.named(told.symbol.as_bytes());
        let filled = symbol.and_then(|(_, symbol)| symbol.lots(told.executed_qty));
        let is_same = told.client_order_id == id.as_str();
        match filled.filter(|_| is_same).and_then(|filled| ended(id, told.status, filled)) {
            Some(kind) => out.reports.push(VenueReport { venue_at: self.told_at(at, told), kind }),
            None => lost(id, LostOrder::Cancel, "the answer does not say that it ended", out),
        }
    }

    pub(super) fn not_canceled(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        fate: Fate,
        refusal: &Refusal,
        out: &mut Output,
    ) {
        match fate {
            // Filled, cancelled, or never there: only a query knows.
            Fate::Gone | Fate::Absent => {
                self.report(at, ReportKind::CancelRejected { id }, out);
                self.query(id, no, out);
            }
            _ => lost(id, LostOrder::Cancel, refusal, out),
        }
    }

    pub(super) fn queried(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let Some(symbol) = self.symbols.get(no) else { return };
        let found = match answered {
            Answered::Done(body) if self.algos.contains_key(&id) => {
                answer::algo(body).map(|told| convert::algo(symbol, id, &told))
            }
            Answered::Done(body) => answer::order(body).map(|told| {
                self.owners.add(told.order_id, &told.client_order_id);
                convert::order(symbol, id, &told).filter(|_| told.client_order_id == id.as_str())
            }),
            // An algo order has no other source that tells it by our id.
            Answered::Refused(Fate::Absent, _) if self.algos.contains_key(&id) => {
                return self.report(at, ReportKind::Order { id, found: None }, out);
            }
            // One source proves nothing.
            Answered::Refused(Fate::Absent, _) => {
                let call = encode::all_orders(&symbol.rules);
                return self.call(call, Asked::History(id, no), out);
            }
            other => {
                let why = other.body().err().unwrap_or_default();
                return out.notes.push(Note::Unreadable(format!("query of {id}: {why}")));
            }
        };
        match found {
            Ok(Some(order)) => {
                self.report(at, ReportKind::Order { id, found: Some(order) }, out);
            }
            Ok(None) => {
                let why = format!("query of {id}: another order, or numbers between two steps");
                out.notes.push(Note::Unreadable(why));
            }
            Err(error) => out.notes.push(Note::Unreadable(format!("query of {id}: {error}"))),
        }
    }

    /// The query did not know the order: what the history says is the answer.
    pub(super) fn in_history(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let Some(symbol) = self.symbols.get(no) else { return };
        let unusable = |why: String| Note::Unreadable(format!("history of {id}: {why}"));
        let orders = match answered
            .body()
            .and_then(|body| answer::orders(body).map_err(|error| error.to_string()))
        {
            Ok(orders) => orders,
            Err(why) => return out.notes.push(unusable(why)),
        };
        let told = orders.iter().find(|order| order.client_order_id == id.as_str());
        match told.map(|told| convert::order(symbol, id, told)) {
            Some(Some(order)) => self.report(at, ReportKind::Order { id, found: Some(order) }, out),
            Some(None) => out.notes.push(unusable("numbers between two steps".into())),
            // Ids count up: where an older one of ours is listed, this one would be.
            None if orders.len() < encode::MOST_ORDERS
                || orders.iter().any(|order| id.follows(&order.client_order_id)) =>
            {
                self.report(at, ReportKind::Order { id, found: None }, out);
            }
            None => out.notes.push(unusable("it does not reach back so far".into())),
        }
    }

    fn told_at(&self, at: Nanos, told: &answer::Order) -> Nanos {
        match told.update_time {
            0 => self.venue_time(at),
            millis => Nanos::from_millis(millis),
        }
    }
}

/// The report of an order that is no longer open and did not fill whole; fills have reports of their own.
pub(super) fn ended(
    id: ClientOrderId,
    status: Status,
    filled: aurora_model::Lots,
) -> Option<ReportKind> {
    match status {
        Status::Canceled => Some(ReportKind::Canceled { id, filled }),
        Status::Expired | Status::ExpiredInMatch => Some(ReportKind::Expired { id, filled }),
        _ => None,
    }
}
