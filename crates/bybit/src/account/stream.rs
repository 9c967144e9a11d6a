//! The private stream: orders, fills, positions, balances.

use aurora_model::{InstrumentNo, Lots, Nanos, Qty};
use aurora_wire::{DecodeError, Note, Output};
use rust_decimal::Decimal;

use super::{AccountSession, PRIVATE};
use crate::decode::{Execution, OrderStatus, OrderUpdate, Private};
use crate::rest::{self, Balance, Position};

impl AccountSession {
    pub(super) fn on_private(
        &mut self,
        at: Nanos,
        frame: &[u8],
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let (mut updates, mut fills) = (Vec::new(), Vec::new());
        let read =
            self.decoder.private(frame, |order| updates.push(order), |fill| fills.push(fill));
        for update in &updates {
            self.on_order(at, update, out);
        }
        let is_fast = matches!(read, Ok(Private::FastExecutions));
        for fill in &fills {
            if fill.is_ours {
                out.pushed.extend(self.is_ours(Some(fill.fill.order)));
            }
            if is_fast {
                self.on_fast_fill(fill, out);
            } else {
                self.on_execution(fill, out);
            }
        }
        match read? {
            Private::Positions => self.tell_positions(&rest::read_position_frame(frame)?, out),
            Private::Wallet => tell_balances(rest::read_wallet_frame(frame)?, out),
            Private::Control => self.on_control(at, PRIVATE, frame, out)?,
            _ => {}
        }
        if self.is_ready {
            self.heard_at = at;
        }
        Ok(())
    }

    fn on_order(&mut self, at: Nanos, update: &OrderUpdate<'_>, out: &mut Output) {
        match self.is_ours(update.id) {
            Some(id) => {
                out.pushed.push(id);
                self.orders.on_update(at, id, update, out);
            }
            None if update.status == OrderStatus::Open => foreign_order(update, out),
            None => {}
        }
    }

    /// A fill by the stream that tells fees; each is told once, whoever told it first.
    pub(super) fn on_execution(&mut self, execution: &Execution<'_>, out: &mut Output) {
        if let Some(currency) = execution.strange_fee {
            let id = execution.fill.trade_id;
            out.notes.push(Note::Unreadable(format!("fee of fill {id} is in {currency}")));
        }
        if execution.is_ours && self.is_ours(Some(execution.fill.order)).is_some() {
            self.orders.on_fill(&execution.fill, out);
        } else {
            self.orders.on_foreign_fill(execution.link_id, &execution.fill, out);
        }
    }

    fn on_fast_fill(&self, execution: &Execution<'_>, out: &mut Output) {
        if execution.is_ours && self.is_ours(Some(execution.fill.order)).is_some() {
            out.notes.push(Note::DropCopy(execution.fill));
        }
    }

    /// Notes of positions; the legs of a hedged account are added up.
    pub(super) fn tell_positions(&mut self, positions: &[Position], out: &mut Output) {
        for position in positions {
            let rules = &self.config.rules;
            let Some(rules) = rules.iter().find(|r| r.instrument.symbol == position.symbol) else {
                continue;
            };
            let (no, size) = (rules.no, Qty::new(position.size));
            let Some(lots) = rules.instrument.lots(size) else {
                let words = format!("position {} of {} is between lots", size, position.symbol);
                out.notes.push(Note::Unreadable(words));
                continue;
            };
            // An account speaks of index 0, or of 1 and 2.
            self.terms.hedge = position.idx != 0;
            self.legs.retain(|(leg, idx), _| *leg != no || (*idx == 0) == (position.idx == 0));
            self.legs.insert((no, position.idx), (lots, position.entry));
            let (net, entry) = self.net(no);
            out.notes.push(Note::Position(no, net, entry));
        }
    }

    /// The sum of an instrument's legs; an average entry only where there is one leg.
    pub(super) fn net(&self, no: InstrumentNo) -> (Lots, Option<Decimal>) {
        let legs = self.legs.range((no, 0)..=(no, u8::MAX)).map(|(_, leg)| *leg);
        let held: Vec<_> = legs.filter(|(lots, _)| *lots != Lots::ZERO).collect();
        let net = held.iter().fold(Lots::ZERO, |sum, (lots, _)| sum + *lots);
        match held[..] {
            [(_, entry)] => (net, entry),
            _ => (net, None),
        }
    }
}

pub(super) fn foreign_order(update: &OrderUpdate<'_>, out: &mut Output) {
    let (link_id, order_id) = (update.link_id.to_owned(), update.order_id.to_owned());
    out.notes.push(Note::ForeignOrder(link_id, order_id));
}

pub(super) fn tell_balances(balances: Vec<Balance>, out: &mut Output) {
    for balance in balances {
        out.notes.push(Note::Balance(balance.asset, balance.total, balance.free));
    }
}
