//! What the desk asks, as calls.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueRefusal};
use aurora_wire::{Amendment, Ask, AskNo, Call, LostOrder, Note, Output, Placement, Stp};

use super::{AccountSession, Asked, lost};
use crate::encode;
use crate::encode::Order;
use crate::symbols::Symbol;

/// The most orders the venue takes in one placing or amending request.
const MOST: usize = 5;

impl AccountSession {
    pub(super) fn ask(&mut self, at: Nanos, no: AskNo, ask: &Ask, out: &mut Output) {
        match ask {
            Ask::Place(order) => self.place(at, order, out),
            Ask::PlaceMany(orders) => self.place_many(at, orders, out),
            Ask::Amend(order) => self.amend(order, out),
            Ask::AmendMany(orders) => self.amend_many(orders, out),
            Ask::Cancel(id, instrument) => self.cancel(*id, *instrument, out),
            Ask::CancelMany(orders) => self.cancel_many(orders, out),
            Ask::CancelAll(instrument) => self.cancel_all(no, *instrument, out),
            Ask::Query(id, instrument) => self.query(*id, *instrument, out),
            Ask::Sweep { since } => self.sweep(at, *since, no, out),
            Ask::DeadMan(span) => self.dead_man(at, no, *span, out),
            Ask::Leverage(instrument, times) => {
                self.setting(no, *instrument, |s| encode::leverage(&s.rules, *times), out);
            }
            Ask::Margin(instrument, mode) => {
                self.setting(no, *instrument, |s| encode::margin_type(&s.rules, *mode), out);
            }
            Ask::Hedge(hedge) => {
                self.call(encode::set_position_mode(*hedge), Asked::Hedge(no, *hedge), out);
            }
            Ask::Balances => self.call(encode::balance(), Asked::Balances(Some(no)), out),
            Ask::Statement { since } => self.statement(at, no, *since, out),
        }
    }

    /// With the account's self-trade mode where the order names none.
    fn with_stp(&self, order: &Placement) -> Placement {
        let stp = if order.stp == Stp::Default { self.stp } else { order.stp };
        Placement { stp, ..*order }
    }

    pub(super) fn place(&mut self, at: Nanos, order: &Placement, out: &mut Output) {
        let order = self.with_stp(order);
        let Some(symbol) = self.symbols.get(order.intent.instrument) else {
            return self.refuse(at, order.id, out);
        };
        let call = encode::place_algo(&symbol.rules, &order, self.hedge)
            .unwrap_or_else(|| encode::place(&symbol.rules, &order, self.hedge));
        self.call(call, Asked::Place(order), out);
    }

    fn refuse(&self, at: Nanos, id: ClientOrderId, out: &mut Output) {
        self.report(at, ReportKind::Reject { id, refusal: VenueRefusal::NotSent }, out);
    }

    /// Conditional orders and single ones go alone; a batch is never larger than the venue takes.
    fn place_many(&mut self, at: Nanos, orders: &[Placement], out: &mut Output) {
        let mut plain = Vec::new();
        for order in orders {
            match (order.trigger, self.symbols.get(order.intent.instrument)) {
                (None, Some(_)) => plain.push(self.with_stp(order)),
                _ => self.place(at, order, out),
            }
        }
        for orders in plain.chunks(MOST) {
            if let [order] = orders {
                self.place(at, order, out);
                continue;
            }
            let rules = orders.iter().filter_map(|order| {
                self.symbols.get(order.intent.instrument).map(|symbol| &symbol.rules)
            });
            let call = encode::place_many(&rules.collect::<Vec<_>>(), orders, self.hedge);
            self.call(call, Asked::PlaceMany(orders.to_vec()), out);
        }
    }

    pub(super) fn amend(&mut self, order: &Amendment, out: &mut Output) {
        let Some(symbol) = self.symbols.get(order.intent.instrument) else {
            let why = "this session does not trade the instrument".to_owned();
            return out.notes.push(Note::AmendRefused(order.id, why));
        };
        self.call(encode::amend(&symbol.rules, order), Asked::Amend(*order), out);
    }

    fn amend_many(&mut self, orders: &[Amendment], out: &mut Output) {
        let (known, strange): (Vec<Amendment>, Vec<Amendment>) =
            orders.iter().partition(|order| self.symbols.get(order.intent.instrument).is_some());
        strange.iter().for_each(|order| self.amend(order, out));
        for orders in known.chunks(MOST) {
            if let [order] = orders {
                self.amend(order, out);
                continue;
            }
            let rules = orders.iter().filter_map(|order| {
                self.symbols.get(order.intent.instrument).map(|symbol| &symbol.rules)
            });
            let call = encode::amend_many(&rules.collect::<Vec<_>>(), orders);
            self.call(call, Asked::AmendMany(orders.to_vec()), out);
        }
    }

    pub(super) fn cancel(&mut self, id: ClientOrderId, no: InstrumentNo, out: &mut Output) {
        let Some(symbol) = self.symbols.get(no) else {
            return lost(id, LostOrder::Cancel, "this session does not trade the instrument", out);
        };
        let call = match self.algos.contains_key(&id) {
            true => encode::cancel_algo(&symbol.rules, id),
            false => encode::cancel(&symbol.rules, Order::Ours(id)),
        };
        self.call(call, Asked::Cancel(id, no), out);
    }

    fn cancel_many(&mut self, orders: &[(ClientOrderId, InstrumentNo)], out: &mut Output) {
        let mut rest: Vec<(ClientOrderId, InstrumentNo)> = orders.to_vec();
        while let Some((_, no)) = rest.first().copied() {
            let (same, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|(_, other)| *other == no);
            rest = others;
            let (algos, plain): (Vec<_>, Vec<_>) =
                same.into_iter().partition(|(id, _)| self.algos.contains_key(id));
            algos.iter().for_each(|(id, no)| self.cancel(*id, *no, out));
            for orders in plain.chunks(10) {
                let (Some(symbol), false) = (self.symbols.get(no), orders.len() == 1) else {
                    orders.iter().for_each(|(id, no)| self.cancel(*id, *no, out));
                    continue;
                };
                let ids: Vec<ClientOrderId> = orders.iter().map(|(id, _)| *id).collect();
                let call = encode::cancel_many(&symbol.rules, &ids);
                self.call(call, Asked::CancelMany(orders.to_vec()), out);
            }
        }
    }

    fn cancel_all(&mut self, ask: AskNo, instrument: Option<InstrumentNo>, out: &mut Output) {
        let wanted = |symbol: &&Symbol| instrument.is_none_or(|no| symbol.rules.no == no);
        let symbols = self.symbols.all().iter().filter(wanted);
        let mut calls: Vec<Call> =
            symbols.clone().map(|symbol| encode::cancel_all(&symbol.rules)).collect();
        if !self.algos.is_empty() {
            calls.extend(symbols.map(|symbol| encode::cancel_all_algos(&symbol.rules)));
        }
        self.group(ask, calls, None, out);
    }

    pub(super) fn query(&mut self, id: ClientOrderId, no: InstrumentNo, out: &mut Output) {
        let Some(symbol) = self.symbols.get(no) else {
            let why = format!("{id} is in an instrument this session does not trade");
            return out.notes.push(Note::Unreadable(why));
        };
        let call = match self.algos.contains_key(&id) {
            true => encode::query_algo(&symbol.rules, id),
            false => encode::query(&symbol.rules, Order::Ours(id)),
        };
        self.call(call, Asked::Query(id, no), out);
    }

    fn dead_man(&mut self, at: Nanos, ask: AskNo, span: Option<Nanos>, out: &mut Output) {
        let countdown = span.unwrap_or(Nanos(0));
        let symbols = self.symbols.all().iter();
        let calls = symbols.map(|symbol| encode::countdown(&symbol.rules, countdown)).collect();
        self.group(ask, calls, Some(span.map(|span| at + span)), out);
    }

    fn setting(
        &mut self,
        ask: AskNo,
        instrument: InstrumentNo,
        call: impl FnOnce(&Symbol) -> Call,
        out: &mut Output,
    ) {
        let Some(symbol) = self.symbols.get(instrument) else {
            let why = "this session does not trade the instrument".to_owned();
            return out.notes.push(Note::Answered(ask, Err(why)));
        };
        let call = call(symbol);
        self.group(ask, vec![call], None, out);
    }

    fn group(
        &mut self,
        ask: AskNo,
        calls: Vec<Call>,
        dead_man: Option<Option<Nanos>>,
        out: &mut Output,
    ) {
        self.groups.begin(ask, calls.len(), dead_man, out);
        for call in calls {
            self.call(call, Asked::Part(ask), out);
        }
    }
}
