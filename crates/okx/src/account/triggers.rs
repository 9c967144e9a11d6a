//! Conditional orders: other calls, another socket, another id until they fire.

use aurora_model::{ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, ReportKind, Ticks};
use aurora_model::{TimeInForce, VenueOrder};
use aurora_wire::{Answer, Fate, LostOrder, Note, Output, Placement, PriceTrigger};

use super::answers::read;
use super::catalog::{or, our_id};
use super::{AccountSession, Later, Purpose, RETRY_AFTER};
use crate::decode::rest::AlgoOrder;
use crate::encode::{self, Which};
use crate::rules::whole_lots;
use crate::wire;

impl AccountSession {
    pub(super) fn place_trigger(
        &mut self,
        placement: &Placement,
        trigger: &PriceTrigger,
        out: &mut Output,
    ) {
        let no = placement.intent.instrument;
        let Some(entry) = self.catalog.by_no(no) else { return };
        let call = encode::trigger(&entry.rules, self.terms(no), placement, trigger);
        // What becomes of it is told on a socket of its own.
        self.business.open(out);
        let known = self.orders.get(placement.id);
        (known.algo, known.instrument) = (Some(0), no);
        self.call(Purpose::Trigger(*placement), call, out);
    }

    pub(super) fn on_trigger_placed(
        &mut self,
        at: Nanos,
        placement: &Placement,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let items = self.items(at, answer, &[placement.id.as_str()], out);
        for item in items {
            if item.fate == Fate::Done {
                let venue_id = u64::try_from(item.done.algo_id).unwrap_or_default();
                self.orders.get(placement.id).algo = Some(venue_id);
                self.ack(or(item.done.ts, at + self.offset), placement.id, venue_id, out);
            } else {
                self.place_fate(at, placement, &item, out);
            }
        }
    }

    pub(super) fn cancel_trigger(&mut self, id: ClientOrderId, no: InstrumentNo, out: &mut Output) {
        let Some(entry) = self.catalog.by_no(no) else { return };
        let name = match self.orders.known(id).and_then(|known| known.algo) {
            Some(algo) if algo != 0 => Which::Theirs(algo),
            _ => Which::Ours(id.as_str()),
        };
        let call = encode::trigger_cancel(&entry.rules, name);
        self.call(Purpose::TriggerCancel(id, no), call, out);
    }

    /// Those of ours that have not ended; the venue's list of open orders does not have them.
    pub(super) fn cancel_triggers(&mut self, of: Option<InstrumentNo>, out: &mut Output) {
        for (id, no) in self.orders.open_triggers() {
            if of.is_none_or(|wanted| wanted == no) {
                self.cancel_trigger(id, no, out);
            }
        }
    }

    pub(super) fn on_trigger_canceled(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        for item in self.items(at, answer, &[id.as_str()], out) {
            match item.fate {
                Fate::Done => {}
                Fate::Unknown | Fate::NotPlaced(_) => {
                    out.notes.push(Note::Lost(id, LostOrder::Cancel, item.words));
                }
                _ => self.query_trigger(id, no, out),
            }
        }
    }

    pub(super) fn query_trigger(&mut self, id: ClientOrderId, no: InstrumentNo, out: &mut Output) {
        self.call(
            Purpose::TriggerQuery(id, no),
            encode::pending_triggers("trigger,conditional"),
            out,
        );
    }

    /// Among the open ones, or fired, or not there.
    pub(super) fn on_trigger_query(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let orders: Vec<AlgoOrder> = match read(answer) {
            Ok(orders) => orders,
            Err(words) => {
                out.notes.push(Note::Unreadable(format!("query of {id}: {words}")));
                return;
            }
        };
        if let Some(order) = orders.iter().find(|order| order.algo_cl_ord_id == id.as_str()) {
            let found = self.waiting(id, no, order);
            self.report(at + self.offset, ReportKind::Order { id, found }, out);
            return;
        }
        let fired = self.orders.known(id).map(|known| known.fired).filter(|fired| *fired != 0);
        let entry = self.catalog.by_no(no);
        if let (Some(ord_id), Some(entry)) = (fired, entry) {
            let call = encode::query_by_venue_id(&entry.rules, ord_id);
            self.call(Purpose::Query(id, no), call, out);
        } else {
            self.report(at + self.offset, ReportKind::Order { id, found: None }, out);
        }
    }

    /// A conditional order that has not fired, as we know orders.
    fn waiting(
        &self,
        id: ClientOrderId,
        no: InstrumentNo,
        order: &AlgoOrder,
    ) -> Option<VenueOrder> {
        let rules = &self.catalog.by_no(no)?.rules;
        let price = order.ord_px.or(order.trigger_px).or(order.sl_trigger_px)?;
        let limit = whole_lots(price, rules.instrument.tick).filter(|ticks| 0 < ticks.0);
        Some(VenueOrder {
            id,
            venue_id: u64::try_from(order.algo_id).unwrap_or_default(),
            intent: OrderIntent {
                instrument: no,
                side: wire::side(order.side.as_bytes())?,
                limit: Ticks(limit.map_or(0, |ticks| ticks.0)),
                qty: whole_lots(order.sz.unwrap_or_default(), rules.wire_lot)?,
                time_in_force: TimeInForce::Gtc,
                reduce_only: order.reduce_only,
            },
            filled: Lots::ZERO,
            is_open: true,
        })
    }

    pub(super) fn on_algo_order(&mut self, at: Nanos, order: &AlgoOrder, out: &mut Output) {
        let Some(id) = our_id(order.algo_cl_ord_id.as_bytes(), self.account) else { return };
        let Some(entry) = self.catalog.by_symbol(order.inst_id.as_bytes()) else { return };
        let no = entry.rules.no;
        let venue_id = u64::try_from(order.algo_id).unwrap_or_default();
        let when = or(order.updated_at, at + self.offset);
        let known = self.orders.get(id);
        known.algo = Some(venue_id);
        known.instrument = no;
        if order.ord_id != 0 {
            known.fired = u64::try_from(order.ord_id).unwrap_or_default();
        }
        match order.state.as_str() {
            "live" | "pause" => self.ack(when, id, venue_id, out),
            "canceled" | "order_failed" => {
                self.ack(when, id, venue_id, out);
                if self.orders.end(id) {
                    let kind = ReportKind::Canceled { id, filled: Lots::ZERO };
                    self.report(when, kind, out);
                }
            }
            // It fired: the order it placed speaks for itself, and is asked about once.
            _ if known.fired != 0 => self.later.put(at + RETRY_AFTER, Later::Query(id, no)),
            _ => {}
        }
    }

    /// The conditional order of ours that placed that order.
    pub(super) fn triggered(&self, ord_id: u64) -> Option<ClientOrderId> {
        self.orders.fired_by(ord_id)
    }
}
