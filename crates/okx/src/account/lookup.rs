//! What became of an order, and the fills the stream did not tell.
//!
//! An order is absent only when neither the query nor the lists of open and ended orders know it.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueOrder};
use aurora_wire::{Answer, Fate, Note, Output};

use super::answers::{list, read};
use super::{AccountSession, Later, Outcome, Purpose, RETRY_AFTER, outcome};
use crate::decode::rest::FillRow;
use crate::decode::{self, OrderUpdate};
use crate::encode;

/// As many orders as one list tells.
const PAGE: usize = 100;

impl AccountSession {
    pub(super) fn on_query(
        &mut self,
        at: Nanos,
        (id, no): (ClientOrderId, InstrumentNo),
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let words = match outcome(answer) {
            (_, Outcome::Items(data)) => match decode::orders(data) {
                Ok(orders) if !orders.is_empty() => {
                    self.on_order(at, &orders[0], Some(id), out);
                    return;
                }
                Ok(_) => "no order in the answer".to_owned(),
                Err(error) => error.to_string(),
            },
            // One source proves nothing: the lists are asked too.
            (_, Outcome::All(Fate::Absent, _)) => {
                let Some(entry) = self.catalog.by_no(no) else { return };
                let call = encode::pending(Some(&entry.rules.instrument.symbol), None);
                return self.call(Purpose::Open(id, no), call, out);
            }
            (code, Outcome::All(_, words)) => {
                self.on_refusal(at, code, &words, out);
                words
            }
        };
        out.notes.push(Note::Unreadable(format!("query of {id}: {words}")));
    }

    /// The query did not know the order. Absent is what neither the open nor the ended orders show, where they
    /// reach back far enough to show it.
    pub(super) fn on_listed(
        &mut self,
        at: Nanos,
        (id, no): (ClientOrderId, InstrumentNo),
        all_asked: bool,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let unusable = |words: &str| Note::Unreadable(format!("lists of {id}: {words}"));
        let listed =
            list(answer).and_then(|data| decode::orders(data).map_err(|error| error.to_string()));
        let orders = match listed {
            Ok(orders) => orders,
            Err(words) => return out.notes.push(unusable(&words)),
        };
        let is_it = |order: &&OrderUpdate<'_>| order.client_id() == id.as_str().as_bytes();
        if let Some(order) = orders.iter().find(is_it) {
            return self.on_order(at, order, Some(id), out);
        }
        let is_earlier = |order: &OrderUpdate<'_>| {
            std::str::from_utf8(order.client_id()).is_ok_and(|earlier| id.follows(earlier))
        };
        if PAGE <= orders.len() && !orders.iter().any(is_earlier) {
            return out.notes.push(unusable("they do not reach back so far"));
        }
        match self.catalog.by_no(no) {
            Some(entry) if !all_asked => {
                let call = encode::history(&entry.rules);
                self.call(Purpose::Ended(id, no), call, out);
            }
            _ => self.report(at + self.offset, ReportKind::Order { id, found: None }, out),
        }
    }

    /// Asks for the fills of an order that the stream did not tell.
    pub(super) fn fetch_fills(&mut self, found: VenueOrder, report: bool, out: &mut Output) {
        let known = self.orders.get(found.id);
        if known.fetching && !report {
            return;
        }
        known.fetching = true;
        let Some(entry) = self.catalog.by_no(found.intent.instrument) else { return };
        let call = encode::fills_of(&entry.rules, found.venue_id);
        self.call(Purpose::FillsOf(found, report), call, out);
    }

    pub(super) fn on_fills_of(
        &mut self,
        at: Nanos,
        found: VenueOrder,
        report: bool,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let (id, no) = (found.id, found.intent.instrument);
        self.orders.get(id).fetching = false;
        match read::<FillRow>(answer) {
            Ok(rows) => rows.iter().rev().for_each(|row| self.on_fill_row(id, row, out)),
            Err(words) => out.notes.push(Note::Unreadable(format!("fills of {id}: {words}"))),
        }
        if self.orders.get(id).filled < found.filled {
            // The list is behind the order.
            self.later.put(at + RETRY_AFTER, Later::Query(id, no));
        }
        if report {
            let kind = ReportKind::Order { id, found: Some(found) };
            self.report(at + self.offset, kind, out);
        }
    }

    fn on_fill_row(&mut self, id: ClientOrderId, row: &FillRow, out: &mut Output) {
        let Some(entry) = self.catalog.by_symbol(row.inst_id.as_bytes()) else { return };
        match entry.fill_of_row(id, row) {
            Ok(fill) => {
                if self.orders.fill(id, fill.instrument, fill.trade_id, fill.qty) {
                    self.orders.get(id).fees += row.fee.unwrap_or_default();
                    self.report(fill.at, ReportKind::Fill(fill), out);
                }
            }
            Err(error) => out.notes.push(Note::Unreadable(format!("fill of {id}: {error}"))),
        }
    }
}
