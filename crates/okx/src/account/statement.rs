//! What the wallet holds, and what moved it besides trades.

use aurora_model::{Move, MoveKind, Nanos, Notional};
use aurora_wire::{Answer, AskNo, Output, move_id};

use super::answers::read;
use super::{AccountSession, Purpose};
use crate::decode::rest::{Bill, Wallet};
use crate::encode;

const TRANSFERS: &str = "1";
const FUNDING: &str = "8";
/// A full page has more behind it.
const PAGE: usize = 100;

impl AccountSession {
    pub(super) fn statement(&mut self, at: Nanos, no: AskNo, since: Nanos, out: &mut Output) {
        self.statements.begin(no, at + self.offset, 3);
        for kind in [FUNDING, TRANSFERS] {
            let call = encode::bills(kind, since, None);
            self.call(Purpose::Bills(no, kind, since), call, out);
        }
        self.call(Purpose::Wallet(no), encode::balance(), out);
    }

    pub(super) fn on_wallet_told(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
        let wallets = read::<Wallet>(answer).map(|wallets| {
            let assets = wallets.into_iter().flat_map(|wallet| wallet.details);
            assets.map(|asset| (asset.asset.clone(), asset.total())).collect()
        });
        self.statements.wallets(no, wallets, out);
    }

    pub(super) fn on_bills(
        &mut self,
        (no, kind, since): (AskNo, &'static str, Nanos),
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let bills = read::<Bill>(answer);
        let more = bills.as_ref().ok().filter(|bills| bills.len() == PAGE);
        let after = more.and_then(|bills| bills.last()).map(|bill| bill.id.clone());
        let moves = bills.map(|bills| bills.into_iter().map(|bill| self.moved(bill)).collect());
        if self.statements.moves(no, moves, after.is_some(), out) {
            let call = encode::bills(kind, since, after.as_deref());
            self.call(Purpose::Bills(no, kind, since), call, out);
        }
    }

    fn moved(&self, bill: Bill) -> Move {
        let entry = self.catalog.by_symbol(bill.inst_id.as_bytes());
        Move {
            id: move_id(&bill.kind, &bill.asset, &bill.id, bill.at),
            at: bill.at,
            asset: bill.asset,
            amount: Notional::new(bill.change.unwrap_or_default()),
            kind: match bill.kind.as_str() {
                FUNDING => MoveKind::Funding(entry.map(|entry| entry.rules.no)),
                _ => MoveKind::Transfer,
            },
        }
    }
}
