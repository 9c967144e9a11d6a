//! What became of an order, and the fills the stream did not tell.

use aurora_model::{ClientOrderId, Nanos, ReportKind, VenueOrder};
use aurora_wire::{Answer, Fate, Note, Output};

use super::answers::read;
use super::{AccountSession, Later, Outcome, Purpose, RETRY_AFTER, outcome};
use crate::decode;
use crate::decode::rest::FillRow;
use crate::encode;

impl AccountSession {
    pub(super) fn on_query(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
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
            (_, Outcome::All(Fate::Absent, _)) => {
                let kind = ReportKind::Order { id, found: None };
                self.report(at + self.offset, kind, out);
                return;
            }
            (code, Outcome::All(_, words)) => {
                self.on_refusal(at, code, &words, out);
                words
            }
        };
        out.notes.push(Note::Unreadable(format!("query of {id}: {words}")));
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
