//! Pushes of the private sockets: orders, wallet, positions.

use aurora_model::{ClientOrderId, Nanos, ReportKind, VenueOrder};
use aurora_wire::{DecodeError, Note, Output};
use rust_decimal::Decimal;

use super::AccountSession;
use super::catalog::{Entry, ended_by_its_terms, nobody, or, own_order};
use crate::decode::rest::{self, AlgoOrder, Position, Wallet};
use crate::decode::{self, NewestFill, OrderUpdate};
use crate::frame::Push;
use crate::rules::whole_lots;
use crate::wire::{Channel, State};

impl AccountSession {
    pub(super) fn on_push(&mut self, at: Nanos, push: &Push<'_>, out: &mut Output) {
        let read = match push.channel {
            Channel::Orders => self.on_orders(at, push, out),
            Channel::Account => self.on_wallet(push, out),
            Channel::Positions => self.on_positions(push, out),
            Channel::AlgoOrders => self.on_algo_orders(at, push, out),
            _ => Ok(()),
        };
        if let Err(why) = read {
            let channel = String::from_utf8_lossy(push.arg.channel);
            out.notes.push(Note::Unreadable(format!("{channel}: {why}")));
            if push.channel == Channel::Orders {
                // It may have been a fill: only the venue knows.
                self.verify(at, out);
            }
        }
    }

    fn on_orders(&mut self, at: Nanos, push: &Push<'_>, out: &mut Output) -> Result<(), String> {
        let mut updates = Vec::with_capacity(1);
        push.each(|scanner| {
            updates.push(decode::order(scanner)?);
            Ok(())
        })
        .map_err(|error| error.to_string())?;
        for update in &updates {
            out.pushed.extend(own_order(update, self.account));
            self.on_order(at, update, None, out);
        }
        Ok(())
    }

    /// Takes what the venue says about an order. `asked` is the id a query was about: it is answered then.
    pub(super) fn on_order(
        &mut self,
        at: Nanos,
        update: &OrderUpdate<'_>,
        asked: Option<ClientOrderId>,
        out: &mut Output,
    ) {
        let Some(entry) = self.catalog.by_symbol(update.inst_id) else { return };
        let entry = entry.clone();
        let id = asked.or_else(|| own_order(update, self.account));
        let read = match id {
            Some(id) => self.on_own_order(at, &entry, id, update, asked.is_some(), out),
            None => self.on_foreign_order(&entry, update, out),
        };
        if let Err(error) = read {
            let name = String::from_utf8_lossy(update.client_id()).into_owned();
            out.notes.push(Note::Unreadable(format!("order {name}: {error}")));
        }
    }

    fn on_own_order(
        &mut self,
        at: Nanos,
        entry: &Entry,
        id: ClientOrderId,
        update: &OrderUpdate<'_>,
        is_asked: bool,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let order = entry.order(id, update)?;
        let newest = update.newest_fill(&entry.steps)?;
        let when = or(update.updated_at, at + self.offset);
        self.ack(when, id, order.venue_id, out);
        if let Some(newest) = &newest {
            self.on_newest_fill(entry, &order, update, newest, out)?;
        }
        self.on_terms(&order, update, out);
        let is_behind = self.orders.get(id).filled < order.filled;
        if is_behind {
            self.fetch_fills(order, is_asked, out);
        }
        match update.state {
            State::Canceled => self.on_end(when, &order, ended_by_its_terms(update), out),
            State::Filled => drop(self.orders.end(id)),
            _ => {}
        }
        if is_asked && !is_behind {
            let kind = ReportKind::Order { id, found: Some(order) };
            self.report(when, kind, out);
        }
        Ok(())
    }

    /// The newest fill, once. Without its own fee it is told only if it is the next one after those we know;
    /// otherwise the list tells it.
    fn on_newest_fill(
        &mut self,
        entry: &Entry,
        order: &VenueOrder,
        update: &OrderUpdate<'_>,
        newest: &NewestFill,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let (id, no) = (order.id, order.intent.instrument);
        if self.orders.has_fill(no, newest.trade_id) {
            return Ok(());
        }
        let total = update.fee.decimal()?;
        let known = self.orders.get(id);
        let fee = match newest.fee {
            Some(fee) => fee,
            None if known.filled + newest.qty == order.filled => total - known.fees,
            None => return Ok(()),
        };
        self.orders.fill(id, no, newest.trade_id, newest.qty);
        self.orders.get(id).fees += fee;
        let fill = entry.fill(id, update, newest, fee);
        self.report(fill.at, ReportKind::Fill(fill), out);
        Ok(())
    }

    /// Whether an amend is done, or refused after all.
    fn on_terms(&mut self, order: &VenueOrder, update: &OrderUpdate<'_>, out: &mut Output) {
        let known = self.orders.get(order.id);
        let Some(wanted) = known.amend else { return };
        if update.amend_result == b"-1" {
            known.amend = None;
            let code = String::from_utf8_lossy(update.code.text()).into_owned();
            out.notes.push(Note::AmendRefused(order.id, code));
        } else if (order.intent.limit, order.intent.qty) == (wanted.limit, wanted.qty) {
            known.amend = None;
            out.notes.push(Note::Amended(order.id, wanted.limit, wanted.qty));
        } else if !order.is_open {
            known.amend = None;
            out.notes.push(Note::AmendRefused(order.id, "the order ended".into()));
        }
    }

    fn on_end(&mut self, when: Nanos, order: &VenueOrder, by_terms: bool, out: &mut Output) {
        let (id, filled) = (order.id, order.filled);
        if self.orders.end(id) {
            let kind = match by_terms {
                true => ReportKind::Expired { id, filled },
                false => ReportKind::Canceled { id, filled },
            };
            self.report(when, kind, out);
        }
    }

    /// An order of somebody else on our account: a hand, a liquidation, auto-deleveraging.
    fn on_foreign_order(
        &mut self,
        entry: &Entry,
        update: &OrderUpdate<'_>,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let name = String::from_utf8_lossy(update.client_id()).into_owned();
        if let Some(newest) = update.newest_fill(&entry.steps)? {
            let is_new = self.orders.fill(nobody(), entry.rules.no, newest.trade_id, newest.qty);
            if is_new {
                let fee = newest.fee.map_or_else(|| update.fee.decimal(), Ok::<Decimal, _>)?;
                let fill = entry.fill(nobody(), update, &newest, fee);
                out.notes.push(Note::ForeignFill(name, fill));
            }
        } else if matches!(update.state, State::Live) {
            out.notes.push(Note::ForeignOrder(name, update.ord_id.to_string()));
        }
        Ok(())
    }

    fn on_wallet(&mut self, push: &Push<'_>, out: &mut Output) -> Result<(), String> {
        let data = push.data().map_err(|error| error.to_string())?;
        let wallets: Vec<Wallet> = rest::items(data).map_err(|error| error.to_string())?;
        for asset in wallets.iter().flat_map(|wallet| &wallet.details) {
            out.notes.push(Note::Balance(asset.asset.clone(), asset.total(), asset.free()));
        }
        Ok(())
    }

    fn on_positions(&mut self, push: &Push<'_>, out: &mut Output) -> Result<(), String> {
        let data = push.data().map_err(|error| error.to_string())?;
        let positions: Vec<Position> = rest::items(data).map_err(|error| error.to_string())?;
        for position in &positions {
            let Some(entry) = self.catalog.by_symbol(position.inst_id.as_bytes()) else { continue };
            let lots = whole_lots(position.signed(), entry.rules.wire_lot).ok_or_else(|| {
                format!("{} of {} is no whole number of lots", position.signed(), position.inst_id)
            })?;
            out.notes.push(Note::Position(entry.rules.no, lots, position.entry));
        }
        Ok(())
    }

    fn on_algo_orders(
        &mut self,
        at: Nanos,
        push: &Push<'_>,
        out: &mut Output,
    ) -> Result<(), String> {
        let data = push.data().map_err(|error| error.to_string())?;
        let orders: Vec<AlgoOrder> = rest::items(data).map_err(|error| error.to_string())?;
        for order in &orders {
            self.on_algo_order(at, order, out);
        }
        Ok(())
    }
}
