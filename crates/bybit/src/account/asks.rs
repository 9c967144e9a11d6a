//! What the desk asks: placing, amending, cancelling; and what becomes of it.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueRefusal, VenueReport};
use aurora_wire::{Amendment, Ask, AskNo, Fate, Note, Output, Placement, Rules};
use aurora_wire::{Call, CallNo, LostOrder, RESOLVE_PATIENCE};

use super::outcome::{Item, Outcome};
use super::settings::not_ours;
use super::sweep::SweepFor;
use super::{AccountSession, Again, OnSocket, Pending};
use crate::encode::{self, NewTerms, TradeOp};
use crate::protocol::MAX_BATCH;

/// A cancel the venue was too busy for is tried again so soon, and so often.
const BUSY_WAIT: Nanos = Nanos(300_000_000);
const BUSY_TRIES: u8 = 5;

/// A request for one order or several, written.
struct Written {
    op: TradeOp,
    body: String,
    orders: u32,
}

impl Written {
    fn call(self, no: CallNo) -> Call {
        match self.op {
            TradeOp::Create => encode::create(no, self.body),
            TradeOp::Amend => encode::amend(no, self.body),
            TradeOp::Cancel => encode::cancel(no, self.body),
            TradeOp::CreateBatch => encode::create_batch(no, self.body, self.orders),
            TradeOp::AmendBatch => encode::amend_batch(no, self.body, self.orders),
            TradeOp::CancelBatch => encode::cancel_batch(no, self.body, self.orders),
        }
    }
}

impl AccountSession {
    pub(super) fn on_ask(&mut self, at: Nanos, no: AskNo, ask: &Ask, out: &mut Output) {
        match ask {
            Ask::Place(order) => self.place(at, no, std::slice::from_ref(order), out),
            Ask::PlaceMany(orders) => {
                for part in orders.chunks(self.batch_size()) {
                    self.place(at, no, part, out);
                }
            }
            Ask::Amend(amendment) => self.amend(at, no, std::slice::from_ref(amendment), out),
            Ask::AmendMany(amendments) => {
                for part in amendments.chunks(self.batch_size()) {
                    self.amend(at, no, part, out);
                }
            }
            Ask::Cancel(id, instrument) => self.cancel(at, Some(no), &[(*id, *instrument)], 0, out),
            Ask::CancelMany(ids) => {
                for part in ids.chunks(self.batch_size()) {
                    self.cancel(at, Some(no), part, 0, out);
                }
            }
            Ask::CancelAll(instrument) => self.ask_cancel_all(no, *instrument, out),
            Ask::Query(id, instrument) => self.look_up(Some(no), *id, *instrument, out),
            Ask::Sweep { since } => {
                self.start_sweep(at, SweepFor::Ask { no, since: *since }, out);
            }
            Ask::DeadMan(window) => self.ask_dead_man(at, no, *window, out),
            Ask::Leverage(instrument, leverage) => {
                self.ask_leverage(no, *instrument, *leverage, out);
            }
            Ask::Margin(_, mode) => self.ask_margin(no, *mode, out),
            Ask::Hedge(hedge) => self.ask_hedge(no, *hedge, out),
            Ask::Balances => self.ask_balances(no, out),
            Ask::Statement { since } => self.statement(at, no, *since, out),
        }
    }

    fn batch_size(&self) -> usize {
        if self.no_batches { 1 } else { usize::from(MAX_BATCH) }
    }

    /// Over the trade socket while it is up and wanted, else by REST.
    fn send(&mut self, at: Nanos, written: Written, pending: Pending, out: &mut Output) {
        if !(self.config.use_trade_socket && self.trade.is_up()) {
            return self.call(pending, |no| written.call(no), out);
        }
        let req = self.req();
        let venue_at = self.venue_at(at);
        let frame = encode::trade_request(req, venue_at, written.op, &written.body);
        self.trade.send(frame, out);
        let until = at + RESOLVE_PATIENCE;
        self.on_socket.insert(req, OnSocket { pending, until });
    }

    /// One request for up to a batch of orders; each id goes out in this request or in none.
    fn place(&mut self, at: Nanos, no: AskNo, orders: &[Placement], out: &mut Output) {
        let mut sent: Vec<(Rules, Placement)> = Vec::new();
        for order in orders {
            let Some(rules) = self.rules(order.intent.instrument).cloned() else {
                self.orders.reject(at, order.id, VenueRefusal::NotSent, out);
                continue;
            };
            if self.orders.place(order.id, order.intent) {
                sent.push((rules, *order));
            } else {
                let words = format!("{} went out before and is not sent again", order.id);
                out.notes.push(Note::Answered(no, Err(words)));
            }
        }
        let ids: Vec<ClientOrderId> = sent.iter().map(|(_, order)| order.id).collect();
        let written = match &sent[..] {
            [] => return,
            [(rules, order)] => Written {
                op: TradeOp::Create,
                body: encode::create_body(rules, order, self.terms),
                orders: 1,
            },
            many => Written {
                op: TradeOp::CreateBatch,
                body: encode::create_batch_body(many.iter().map(|(r, o)| (r, o)), self.terms),
                orders: u32::from(MAX_BATCH).min(u32::try_from(many.len()).unwrap_or(1)),
            },
        };
        let is_batch = written.op == TradeOp::CreateBatch;
        self.send(at, written, Pending::Place { ids, is_batch }, out);
    }

    pub(super) fn on_placed(
        &mut self,
        at: Nanos,
        ids: &[ClientOrderId],
        is_batch: bool,
        outcome: &Outcome<'_>,
        out: &mut Output,
    ) {
        self.on_refusal(is_batch, outcome, out);
        for (id, item) in ids.iter().zip(outcome.items(ids, is_batch)) {
            match item {
                // Taken, not accepted: the stream says what becomes of it. Without a stream the venue is asked.
                Item::Taken if self.is_ready => out.placed.push(*id),
                Item::Taken | Item::Not(Fate::FirstStands, _) => {
                    if let Some(intent) = self.orders.intent(*id) {
                        self.look_up(None, *id, intent.instrument, out);
                    }
                }
                Item::Not(Fate::NotPlaced(refusal) | Fate::Rejected(refusal), _) => {
                    let venue_at = self.venue_at(at);
                    self.orders.reject(venue_at, *id, refusal, out);
                }
                Item::Not(_, words) => out.notes.push(Note::Lost(*id, LostOrder::Place, words)),
                Item::NotSent(_) => {
                    let venue_at = self.venue_at(at);
                    self.orders.reject(venue_at, *id, VenueRefusal::NotSent, out);
                }
            }
        }
    }

    /// A refused key stops trading; a refused batch, as such, stops batches.
    fn on_refusal(&mut self, is_batch: bool, outcome: &Outcome<'_>, out: &mut Output) {
        if let Some(words) = outcome.halts() {
            out.notes.push(Note::Refused(words.to_owned()));
        }
        self.no_batches |= is_batch && is_batch_refused(outcome);
    }

    /// Sends only what changes; what changes nothing is done already.
    fn amend(&mut self, at: Nanos, no: AskNo, amendments: &[Amendment], out: &mut Output) {
        let mut sent: Vec<(Rules, ClientOrderId, NewTerms)> = Vec::new();
        for Amendment { id, intent } in amendments {
            let Some(rules) = self.rules(intent.instrument).cloned() else {
                not_ours(no, out);
                continue;
            };
            // With terms on their way nobody knows what is changed against what: both are sent.
            let known = self.orders.intent(*id).filter(|_| !self.orders.is_amending(*id));
            let limit = known.is_none_or(|old| old.limit != intent.limit).then_some(intent.limit);
            let qty = known.is_none_or(|old| old.qty != intent.qty).then_some(intent.qty);
            if limit.is_none() && qty.is_none() {
                out.notes.push(Note::Amended(*id, intent.limit, intent.qty));
                continue;
            }
            self.orders.amend(at, *id, intent.limit, intent.qty);
            sent.push((rules, *id, NewTerms { limit, qty }));
        }
        let ids = sent.iter().map(|(rules, id, _)| (*id, rules.no)).collect();
        let written = match &sent[..] {
            [] => return,
            [(rules, id, terms)] => Written {
                op: TradeOp::Amend,
                body: encode::amend_body(rules, *id, *terms),
                orders: 1,
            },
            many => Written {
                op: TradeOp::AmendBatch,
                body: encode::amend_batch_body(many.iter().map(|(r, id, t)| (r, *id, *t))),
                orders: u32::try_from(many.len()).unwrap_or(1),
            },
        };
        let is_batch = written.op == TradeOp::AmendBatch;
        self.send(at, written, Pending::Amend { ids, is_batch }, out);
    }

    pub(super) fn on_amended(
        &mut self,
        at: Nanos,
        ids: &[(ClientOrderId, InstrumentNo)],
        is_batch: bool,
        outcome: &Outcome<'_>,
        out: &mut Output,
    ) {
        self.on_refusal(is_batch, outcome, out);
        if is_batch && is_batch_refused(outcome) {
            // Nothing was changed, and an amend may be repeated: one by one, then.
            for (id, _) in ids {
                if let Some(intent) = self.orders.amended_intent(*id) {
                    self.amend(at, AskNo::default(), &[Amendment { id: *id, intent }], out);
                }
            }
            return;
        }
        let names: Vec<ClientOrderId> = ids.iter().map(|(id, _)| *id).collect();
        for ((id, instrument), item) in ids.iter().zip(outcome.items(&names, is_batch)) {
            match item {
                Item::Taken => {} // The stream tells the new terms.
                Item::Not(Fate::Done, _) => {
                    if let Some(intent) = self.orders.intent(*id) {
                        out.notes.push(Note::Amended(*id, intent.limit, intent.qty));
                    }
                    self.orders.amend_over(*id);
                }
                Item::Not(Fate::Gone, words) => {
                    self.orders.amend_refused(*id, words, out);
                    self.look_up(None, *id, *instrument, out);
                }
                Item::Not(Fate::Unknown | Fate::FirstStands, words) => {
                    out.notes.push(Note::Lost(*id, LostOrder::Amend, words));
                }
                Item::Not(_, words) | Item::NotSent(words) => {
                    self.orders.amend_refused(*id, words, out);
                }
            }
        }
    }

    fn cancel(
        &mut self,
        at: Nanos,
        no: Option<AskNo>,
        ids: &[(ClientOrderId, InstrumentNo)],
        tries: u8,
        out: &mut Output,
    ) {
        let rules = |(id, instrument): &(ClientOrderId, InstrumentNo)| {
            Some((self.rules(*instrument)?, *id))
        };
        let known: Vec<(&Rules, ClientOrderId)> = ids.iter().filter_map(rules).collect();
        let sent: Vec<(ClientOrderId, InstrumentNo)> =
            known.iter().map(|(rules, id)| (*id, rules.no)).collect();
        let written = match &known[..] {
            [] => {
                if let Some(no) = no {
                    not_ours(no, out);
                }
                return;
            }
            [(rules, id)] => {
                Written { op: TradeOp::Cancel, body: encode::cancel_body(rules, *id), orders: 1 }
            }
            many => Written {
                op: TradeOp::CancelBatch,
                body: encode::cancel_batch_body(many.iter().copied()),
                orders: u32::try_from(many.len()).unwrap_or(1),
            },
        };
        let is_batch = written.op == TradeOp::CancelBatch;
        self.send(at, written, Pending::Cancel { no, ids: sent, is_batch, tries }, out);
    }

    pub(super) fn cancel_again(&mut self, at: Nanos, again: Again, out: &mut Output) {
        self.cancel(at, None, &[(again.id, again.instrument)], again.tries, out);
    }

    pub(super) fn on_canceled(
        &mut self,
        at: Nanos,
        (no, tries): (Option<AskNo>, u8),
        ids: &[(ClientOrderId, InstrumentNo)],
        is_batch: bool,
        outcome: &Outcome<'_>,
        out: &mut Output,
    ) {
        self.on_refusal(is_batch, outcome, out);
        if is_batch && is_batch_refused(outcome) {
            // A cancel may be repeated, so it is, one by one.
            for one in ids {
                self.cancel(at, no, std::slice::from_ref(one), 0, out);
            }
            return;
        }
        let names: Vec<ClientOrderId> = ids.iter().map(|(id, _)| *id).collect();
        for ((id, instrument), item) in ids.iter().zip(outcome.items(&names, is_batch)) {
            let (id, instrument) = (*id, *instrument);
            match item {
                Item::Taken => {} // The stream tells the end.
                Item::Not(Fate::Gone | Fate::Absent | Fate::Done | Fate::FirstStands, _) => {
                    let kind = ReportKind::CancelRejected { id };
                    out.reports.push(VenueReport { venue_at: self.venue_at(at), kind });
                    self.look_up(None, id, instrument, out);
                }
                Item::Not(Fate::Busy, _) if tries < BUSY_TRIES => {
                    let tries = tries + 1;
                    self.again.push(Again { at: at + BUSY_WAIT, id, instrument, tries });
                }
                Item::Not(Fate::Unknown | Fate::Busy, words) => {
                    out.notes.push(Note::Lost(id, LostOrder::Cancel, words));
                }
                Item::Not(_, words) | Item::NotSent(words) => {
                    if let Some(no) = no {
                        out.notes.push(Note::Answered(no, Err(words)));
                    }
                }
            }
        }
    }
}

/// The venue does not take this batch, whatever is in it: no such path, or malformed as a whole.
fn is_batch_refused(outcome: &Outcome<'_>) -> bool {
    matches!(outcome, Outcome::Not(Fate::Rejected(VenueRefusal::Malformed), _))
        || matches!(outcome, Outcome::Not(Fate::NotPlaced(VenueRefusal::Malformed), _))
}
