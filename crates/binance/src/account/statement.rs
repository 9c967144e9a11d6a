//! What the wallets hold, and what moved them besides trades.

use aurora_model::{Move, MoveKind, Nanos, Notional};
use aurora_wire::{AskNo, Output, move_id};

use super::{AccountSession, Answered, Asked};
use crate::answer;
use crate::encode;

const FUNDING: &str = "FUNDING_FEE";
const TRANSFER: &str = "TRANSFER";
/// A full page has more behind it.
const PAGE: usize = 1000;

impl AccountSession {
    pub(super) fn statement(&mut self, at: Nanos, ask: AskNo, since: Nanos, out: &mut Output) {
        self.statements.begin(ask, self.venue_time(at), 3);
        for kind in [FUNDING, TRANSFER] {
            self.call(encode::income(kind, since), Asked::Moves(ask, kind), out);
        }
        self.call(encode::balance(), Asked::Wallets(ask), out);
    }

    pub(super) fn wallets(&mut self, ask: AskNo, answered: Answered<'_>, out: &mut Output) {
        let told = answered
            .body()
            .and_then(|body| answer::balances(body).map_err(|error| error.to_string()));
        let wallets = told.map(|told| told.into_iter().map(|one| (one.asset, one.balance)));
        self.statements.wallets(ask, wallets.map(Iterator::collect), out);
    }

    pub(super) fn moves(
        &mut self,
        ask: AskNo,
        kind: &'static str,
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        let told = answered
            .body()
            .and_then(|body| answer::income(body).map_err(|error| error.to_string()));
        // The next page begins where this one ends: a row told twice is one row.
        let more = told.as_ref().ok().filter(|rows| rows.len() == PAGE);
        let from = more.and_then(|rows| rows.last()).map(|row| Nanos::from_millis(row.time));
        let moves = told.map(|rows| rows.into_iter().map(|row| self.moved(row)).collect());
        if self.statements.moves(ask, moves, from.is_some(), out)
            && let Some(from) = from
        {
            self.call(encode::income(kind, from), Asked::Moves(ask, kind), out);
        }
    }

    fn moved(&self, row: answer::Income) -> Move {
        let at = Nanos::from_millis(row.time);
        let instrument = self.symbols.named(row.symbol.as_bytes());
        Move {
            id: move_id(&row.income_type, &row.asset, &row.tran_id.to_string(), at),
            at,
            asset: row.asset,
            amount: Notional::new(row.income),
            kind: match row.income_type.as_str() {
                FUNDING => MoveKind::Funding(instrument.map(|(_, symbol)| symbol.rules.no)),
                _ => MoveKind::Transfer,
            },
        }
    }
}
