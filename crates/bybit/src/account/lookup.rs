//! What became of an order: among the open ones and the recently ended, then in the archive, then its fills.
//!
//! The recently ended are forgotten when the venue's service restarts, so an order is absent only when the archive
//! does not know it either.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueReport};
use aurora_wire::{AskNo, Call, DecodeError, Note, Output};

use super::outcome::Outcome;
use super::{AccountSession, Pending};
use crate::decode::{OrderStatus, OrderUpdate};
use crate::encode;
use crate::rest::List;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Realtime,
    History,
}

/// A question about one order.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    /// Who asked; nobody when we ask ourselves.
    no: Option<AskNo>,
    id: ClientOrderId,
    instrument: InstrumentNo,
    stage: Stage,
}

impl Lookup {
    /// The same question, a step further.
    const fn then(&self, stage: Stage) -> Lookup {
        Lookup { no: self.no, id: self.id, instrument: self.instrument, stage }
    }
}

#[derive(Clone, Debug)]
enum Stage {
    /// Where it is.
    Where(Step),
    /// Its fills; then the answer that came before (as it stood in the list), if there is one to give.
    Fills { found: Option<String>, cursor: Option<String> },
}

impl AccountSession {
    pub(super) fn look_up(
        &mut self,
        no: Option<AskNo>,
        id: ClientOrderId,
        instrument: InstrumentNo,
        out: &mut Output,
    ) {
        let stage = Stage::Where(Step::Realtime);
        self.ask_about(Lookup { no, id, instrument, stage }, out);
    }

    /// Only the fills: the order itself is known.
    pub(super) fn look_up_fills(
        &mut self,
        id: ClientOrderId,
        instrument: InstrumentNo,
        out: &mut Output,
    ) {
        let stage = Stage::Fills { found: None, cursor: None };
        self.ask_about(Lookup { no: None, id, instrument, stage }, out);
    }

    fn ask_about(&mut self, lookup: Lookup, out: &mut Output) {
        let Some(rules) = self.rules(lookup.instrument) else {
            if let Some(no) = lookup.no {
                out.notes.push(Note::Answered(no, Err("the instrument is not ours".to_owned())));
            }
            return;
        };
        let (symbol, id) = (rules.instrument.symbol.clone(), lookup.id);
        let no = aurora_wire::CallNo(0);
        let call = match &lookup.stage {
            Stage::Where(Step::Realtime) => encode::order_realtime(no, &symbol, id),
            Stage::Where(Step::History) => encode::order_history(no, &symbol, id),
            Stage::Fills { cursor, .. } => {
                encode::executions_of(no, &symbol, id, cursor.as_deref())
            }
        };
        self.call(Pending::Lookup(lookup), |no| Call { no, ..call }, out);
    }

    pub(super) fn on_looked_up(
        &mut self,
        at: Nanos,
        lookup: &Lookup,
        outcome: &Outcome<'_>,
        out: &mut Output,
    ) {
        let no = lookup.no;
        let read = match outcome {
            Outcome::Taken { result, .. } => List::read(result),
            Outcome::Not(_, words) | Outcome::NotSent(words) => {
                return gave_up(no, words.clone(), out);
            }
        };
        let done = read.and_then(|list| match lookup.stage.clone() {
            Stage::Where(step) => self.on_where(at, lookup, step, &list, out),
            Stage::Fills { found, .. } => self.on_fills(at, lookup, found, &list, out),
        });
        if let Err(error) = done {
            gave_up(no, format!("unreadable answer: {error}"), out);
        }
    }

    fn on_where(
        &mut self,
        at: Nanos,
        lookup: &Lookup,
        step: Step,
        list: &List<'_>,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let (id, mut found) = (lookup.id, None);
        self.decoder.orders(list.items.as_bytes(), |update| {
            if update.id == Some(id) && found.is_none() {
                found = Some(update);
            }
        })?;
        match (found, step) {
            (Some(update), _) if self.orders.lacks_fills(id, update.filled) => {
                let found = Some(list.items.to_owned());
                let stage = Stage::Fills { found, cursor: None };
                self.ask_about(lookup.then(stage), out);
            }
            (Some(update), _) => self.answer(at, lookup, &update, out),
            (None, Step::Realtime) => {
                self.ask_about(lookup.then(Stage::Where(Step::History)), out);
            }
            (None, Step::History) => {
                let kind = ReportKind::Order { id, found: None };
                out.reports.push(VenueReport { venue_at: self.venue_at(at), kind });
            }
        }
        Ok(())
    }

    fn on_fills(
        &mut self,
        at: Nanos,
        lookup: &Lookup,
        found: Option<String>,
        list: &List<'_>,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let (id, mut fills) = (lookup.id, Vec::new());
        self.decoder.executions(list.items.as_bytes(), |fill| fills.push(fill))?;
        fills.retain(|fill| fill.is_ours && fill.fill.order == id);
        fills.sort_by_key(|fill| (fill.fill.at, fill.fill.trade_id));
        for fill in &fills {
            self.on_execution(fill, out);
        }
        if let Some(next) = list.next {
            let cursor = Some(next.to_owned());
            let Stage::Fills { cursor: before, .. } = &lookup.stage else { return Ok(()) };
            if *before != cursor {
                self.ask_about(lookup.then(Stage::Fills { found, cursor }), out);
                return Ok(());
            }
        }
        let Some(found) = found else { return Ok(()) };
        let mut answer = None;
        let decoder = self.decoder.clone();
        decoder.orders(found.as_bytes(), |update| {
            if update.id == Some(id) && answer.is_none() {
                answer = Some(update);
            }
        })?;
        if let Some(update) = answer {
            self.answer(at, lookup, &update, out);
        }
        Ok(())
    }

    fn answer(&mut self, at: Nanos, lookup: &Lookup, update: &OrderUpdate<'_>, out: &mut Output) {
        if update.status == OrderStatus::Unknown {
            return gave_up(lookup.no, "the order's status is a word we do not know".into(), out);
        }
        self.orders.on_answer(at, lookup.id, update, out);
    }
}

/// A question that found nothing out settles nothing.
fn gave_up(no: Option<AskNo>, why: String, out: &mut Output) {
    if let Some(no) = no {
        out.notes.push(Note::Answered(no, Err(why)));
    }
}
