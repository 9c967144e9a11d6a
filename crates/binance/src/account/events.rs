//! Events of the private stream, as reports.

use aurora_model::{ClientOrderId, Lots, Nanos, ReportKind, VenueRefusal, VenueReport};
use aurora_wire::{DecodeError, Note, Output};

use super::answers::ended;
use super::owners::Owner;
use super::{AccountSession, BALANCES_AFTER, convert};
use crate::stream::{
    AccountUpdate, AlgoUpdate, Execution, OrderUpdate, TriggerReject, UserEvent, user,
};
use crate::symbols::Symbol;

/// Trade ids remembered by instrument, so that a repeated frame does not tell a fill twice.
const MOST_TOLD: usize = 8192;

impl AccountSession {
    pub(super) fn frame(&mut self, at: Nanos, frame: &[u8], out: &mut Output) {
        let told = match user(frame) {
            Ok(UserEvent::Order(update)) => self.order_update(&update, out),
            Ok(UserEvent::TradeLite(update)) => self.trade_lite(&update, out),
            Ok(UserEvent::Account(update)) => {
                self.account_update(at, &update, out);
                Ok(())
            }
            Ok(UserEvent::Algo(update)) => {
                self.algo_update(&update, out);
                Ok(())
            }
            Ok(UserEvent::TriggerReject(reject)) => {
                self.trigger_reject(at, &reject, out);
                Ok(())
            }
            Ok(UserEvent::MarginCall(call)) => {
                // The next thing that happens by itself is a liquidation: a person has to look.
                let symbols = call.symbols.join(", ");
                out.notes.push(Note::Refused(format!("margin call: {symbols}")));
                Ok(())
            }
            Ok(UserEvent::KeyExpired) => {
                self.key_expired(out);
                Ok(())
            }
            Ok(UserEvent::Config | UserEvent::Other) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            // It may have been a fill: the account is looked at as after a reconnect.
            out.notes.push(Note::Unreadable(format!("private stream: {error}")));
            self.verify(at, out);
        }
    }

    fn order_update(
        &mut self,
        update: &OrderUpdate<'_>,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let Some((place, symbol)) = self.symbols.named(update.symbol) else { return Ok(()) };
        let id = match self.owners.get(update.order_id) {
            Some(Owner::Ours(id)) => Some(*id),
            _ => update.id(),
        };
        let filled = symbol.lots_of(update.filled)?;
        let fill = update.fill(symbol, id.unwrap_or_else(convert::nobody))?;
        let is_news = update.trade_id == 0 || !self.told[place].contains(&update.trade_id);
        match (id, fill) {
            (None, Some(fill)) if is_news => {
                out.notes.push(Note::ForeignFill(text(update.client_id), fill));
            }
            (Some(_), Some(fill)) if is_news => {
                if update.has_foreign_fee(symbol) {
                    out.notes.push(foreign_fee(symbol, update));
                }
                let kind = ReportKind::Fill(fill);
                out.reports.push(VenueReport { venue_at: update.at, kind });
            }
            _ => {}
        }
        if let Some(id) = id {
            out.pushed.push(id);
            order_news(symbol, id, update, filled, out)?;
        } else if update.execution == Execution::New {
            let venues = update.order_id.to_string();
            out.notes.push(Note::ForeignOrder(text(update.client_id), venues));
        }
        if fill.is_some() {
            let told = &mut self.told[place];
            told.insert(update.trade_id);
            if MOST_TOLD < told.len() {
                told.pop_first();
            }
        }
        if self.owners.get(update.order_id).is_none() {
            self.owners.add(update.order_id, &text(update.client_id));
        }
        Ok(())
    }

    fn trade_lite(
        &mut self,
        update: &OrderUpdate<'_>,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let Some((_, symbol)) = self.symbols.named(update.symbol) else { return Ok(()) };
        if let Some(id) = update.id()
            && let Some(fill) = update.fill(symbol, id)?
        {
            out.pushed.push(id);
            out.notes.push(Note::DropCopy(fill));
        }
        Ok(())
    }

    fn account_update(&mut self, at: Nanos, update: &AccountUpdate, out: &mut Output) {
        for position in &update.positions {
            let Some((_, symbol)) = self.symbols.named(position.symbol.as_bytes()) else {
                continue;
            };
            // In hedge mode each side is told apart; only the net is ours to tell, and a sweep does.
            if position.side != "BOTH" {
                continue;
            }
            if let Some(lots) = symbol.lots(position.amount) {
                out.notes.push(Note::Position(symbol.rules.no, lots, position.entry));
            }
        }
        if !update.balances.is_empty() {
            // What is free is not told here.
            self.balances_at = self.balances_at.min(at + BALANCES_AFTER);
        }
    }

    fn algo_update(&mut self, update: &AlgoUpdate, out: &mut Output) {
        let Ok(id) = update.client_id.parse::<ClientOrderId>() else { return };
        out.pushed.push(id);
        if let Ok(order) = update.order_id.parse() {
            // What it became goes by another name on the wire.
            self.owners.add(order, id.as_str());
        }
        let kind = match update.status.as_str() {
            "NEW" => {
                self.algos.insert(id, update.id);
                ReportKind::Ack { id, venue_id: update.id }
            }
            "TRIGGERING" => return,
            status => {
                self.algos.remove(&id);
                match status {
                    "CANCELED" => ReportKind::Canceled { id, filled: Lots::ZERO },
                    "EXPIRED" => ReportKind::Expired { id, filled: Lots::ZERO },
                    "REJECTED" => ReportKind::Reject { id, refusal: VenueRefusal::Malformed },
                    _ => return,
                }
            }
        };
        let venue_at = Nanos::from_millis(update.sent_ms);
        out.reports.push(VenueReport { venue_at, kind });
    }

    fn trigger_reject(&mut self, at: Nanos, reject: &TriggerReject, out: &mut Output) {
        let id = self.algos.iter().find(|(_, algo)| **algo == reject.id).map(|(id, _)| *id);
        if let Some(id) = id {
            self.algos.remove(&id);
            let refusal = VenueRefusal::Malformed;
            let why = format!("conditional order {id} fired and was refused: {}", reject.reason);
            out.notes.push(Note::Unreadable(why));
            self.report(at, ReportKind::Reject { id, refusal }, out);
        }
    }
}

/// What happened to an order of ours besides filling.
fn order_news(
    symbol: &Symbol,
    id: ClientOrderId,
    update: &OrderUpdate<'_>,
    filled: Lots,
    out: &mut Output,
) -> Result<(), DecodeError> {
    let kind = match update.execution {
        Execution::New => Some(ReportKind::Ack { id, venue_id: update.order_id }),
        Execution::Rejected => Some(ReportKind::Reject { id, refusal: VenueRefusal::Malformed }),
        Execution::Amendment => {
            let (price, qty) = (symbol.ticks_of(update.price)?, symbol.lots_of(update.qty)?);
            out.notes.push(Note::Amended(id, price, qty));
            None
        }
        Execution::Canceled => Some(ReportKind::Canceled { id, filled }),
        Execution::Expired => Some(ReportKind::Expired { id, filled }),
        Execution::Trade | Execution::Calculated | Execution::Other => {
            ended(id, update.status, filled)
        }
    };
    out.reports.extend(kind.map(|kind| VenueReport { venue_at: update.at, kind }));
    Ok(())
}

fn foreign_fee(symbol: &Symbol, update: &OrderUpdate<'_>) -> Note {
    Note::Unreadable(format!(
        "fee of trade {} is {} {}, booked as zero: pay fees in {}",
        update.trade_id,
        text(update.fee),
        text(update.fee_asset),
        symbol.rules.instrument.settle_currency()
    ))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
