//! What the wallet holds, and what moved it besides trades.

use aurora_model::{Move, MoveKind, Nanos, Notional};
use aurora_wire::{AskNo, Output, move_id};

use super::outcome::Outcome;
use super::{AccountSession, Pending};
use crate::encode;
use crate::rest::{self, List, LogRow};

const FUNDING: &str = "SETTLEMENT";
const KINDS: [&str; 3] = [FUNDING, "TRANSFER_IN", "TRANSFER_OUT"];

/// A page of the transaction log that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogPage {
    no: AskNo,
    kind: &'static str,
    span: (Nanos, Nanos),
}

impl AccountSession {
    pub(super) fn statement(&mut self, at: Nanos, no: AskNo, since: Nanos, out: &mut Output) {
        let now = self.venue_at(at);
        self.statements.begin(no, now, KINDS.len() + 1);
        for kind in KINDS {
            self.ask_log(LogPage { no, kind, span: (since, now) }, None, out);
        }
        self.call(Pending::Wallet(no), encode::wallet_balance, out);
    }

    fn ask_log(&mut self, page: LogPage, cursor: Option<&str>, out: &mut Output) {
        let make = |call| encode::transaction_log(call, page.kind, page.span, cursor);
        self.call(Pending::Log(page), make, out);
    }

    pub(super) fn on_wallet(&mut self, no: AskNo, outcome: &Outcome<'_>, out: &mut Output) {
        let told = list(outcome).and_then(|list| {
            let told = rest::wallet(list.items).map_err(|error| error.to_string())?;
            Ok(told.into_iter().map(|one| (one.asset, one.total)).collect())
        });
        self.statements.wallets(no, told, out);
    }

    pub(super) fn on_log(&mut self, page: LogPage, outcome: &Outcome<'_>, out: &mut Output) {
        let list = list(outcome);
        // The last page may be told to have another: it has no rows.
        let is_empty = |list: &List<'_>| list.items.trim() == "[]";
        let next = list.as_ref().ok().filter(|list| !is_empty(list)).and_then(|list| list.next);
        let moves = list.and_then(|list| {
            let rows = rest::transaction_log(list.items).map_err(|error| error.to_string())?;
            Ok(rows.into_iter().map(|row| self.moved(row)).collect())
        });
        if self.statements.moves(page.no, moves, next.is_some(), out) {
            self.ask_log(page, next, out);
        }
    }

    fn moved(&self, row: LogRow) -> Move {
        let rules = self.config.rules.iter().find(|rules| rules.instrument.symbol == row.symbol);
        Move {
            id: move_id(&row.kind, &row.asset, &row.id, row.at),
            at: row.at,
            asset: row.asset,
            amount: Notional::new(row.change),
            kind: match row.kind.as_str() {
                FUNDING => MoveKind::Funding(rules.map(|rules| rules.no)),
                _ => MoveKind::Transfer,
            },
        }
    }
}

fn list<'a>(outcome: &Outcome<'a>) -> Result<List<'a>, String> {
    List::read(outcome.result()?).map_err(|error| error.to_string())
}
