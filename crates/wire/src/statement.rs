//! The calls that together answer [`Ask::Statement`](crate::Ask).

use std::collections::BTreeMap;

use aurora_model::{Move, Nanos, Notional, Statement};
use rust_decimal::Decimal;

use crate::ask::AskNo;
use crate::note::Note;
use crate::session::Output;
use crate::trade_id::trade_id;

/// More pages than that are not asked for: a statement so long is answered with an error.
const PAGES: usize = 40;

/// Statements on their way.
#[derive(Clone, Debug, Default)]
pub struct Statements(BTreeMap<AskNo, Gathered>);

#[derive(Clone, Debug)]
struct Gathered {
    left: usize,
    pages: usize,
    told: Result<Statement, String>,
}

impl Statements {
    /// So many calls are on their way; `at` is now by the venue's clock.
    pub fn begin(&mut self, no: AskNo, at: Nanos, calls: usize) {
        let told = Ok(Statement { at, ..Statement::default() });
        self.0.insert(no, Gathered { left: calls, pages: 0, told });
    }

    /// One call brought the wallets: asset and all of it.
    pub fn wallets(
        &mut self,
        no: AskNo,
        wallets: Result<Vec<(String, Decimal)>, String>,
        out: &mut Output,
    ) {
        let wallets = wallets.map(|wallets| {
            wallets.into_iter().map(|(asset, total)| (asset, Notional::new(total))).collect()
        });
        self.take(no, wallets, |statement, wallets| statement.wallets = wallets);
        self.done(no, out);
    }

    /// One call brought a page of moves. True when the next page is to be asked for: there is one, and the statement
    /// is still wanted.
    pub fn moves(
        &mut self,
        no: AskNo,
        moves: Result<Vec<Move>, String>,
        has_more: bool,
        out: &mut Output,
    ) -> bool {
        self.take(no, moves, |statement, moves| statement.moves.extend(moves));
        let goes_on = has_more
            && self.0.get_mut(&no).is_some_and(|gathered| {
                gathered.pages += 1;
                if gathered.pages == PAGES {
                    gathered.told = Err(format!("the statement has more than {PAGES} pages"));
                }
                gathered.told.is_ok()
            });
        if !goes_on {
            self.done(no, out);
        }
        goes_on
    }

    fn take<T>(
        &mut self,
        no: AskNo,
        told: Result<T, String>,
        into: impl FnOnce(&mut Statement, T),
    ) {
        let Some(gathered) = self.0.get_mut(&no) else { return };
        match (told, &mut gathered.told) {
            (Ok(told), Ok(statement)) => into(statement, told),
            (Err(why), told @ Ok(_)) => *told = Err(why),
            (_, Err(_)) => {}
        }
    }

    fn done(&mut self, no: AskNo, out: &mut Output) {
        let Some(gathered) = self.0.get_mut(&no) else { return };
        gathered.left -= 1;
        if gathered.left != 0 {
            return;
        }
        let Some(Gathered { told, .. }) = self.0.remove(&no) else { return };
        let told = told.map(|mut statement| {
            statement.moves.sort_by_key(|row| (row.at, row.id));
            out.notes.push(Note::Statement(Box::new(statement)));
        });
        out.notes.push(Note::Answered(no, told));
    }
}

/// The id of a statement's row: `kind` is the venue's own word, for ids may repeat over kinds.
pub fn move_id(kind: &str, asset: &str, id: &str, at: Nanos) -> u128 {
    let text = format!("{kind}/{asset}/{id}");
    trade_id(text.as_bytes(), u64::try_from(at.millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use aurora_model::MoveKind;

    use super::*;

    fn row(at: i64) -> Move {
        let (asset, amount) = ("USDT".to_owned(), Notional::ZERO);
        let id = move_id("FUNDING_FEE", &asset, "7", Nanos(at));
        Move { id, at: Nanos(at), asset, amount, kind: MoveKind::Transfer }
    }

    #[test]
    fn it_is_told_once_every_call_has_its_answer() {
        let (mut statements, mut out) = (Statements::default(), Output::default());
        let no = AskNo(3);
        statements.begin(no, Nanos(50), 2);
        assert!(statements.moves(no, Ok(vec![row(9)]), true, &mut out));
        statements.wallets(no, Ok(vec![("USDT".to_owned(), Decimal::TEN)]), &mut out);
        assert!(out.notes.is_empty());
        assert!(!statements.moves(no, Ok(vec![row(4)]), false, &mut out));
        let statement = Statement {
            at: Nanos(50),
            wallets: vec![("USDT".to_owned(), Notional::new(Decimal::TEN))],
            moves: vec![row(4), row(9)],
        };
        let told = Note::Statement(Box::new(statement));
        assert_eq!(out.notes, [told, Note::Answered(no, Ok(()))]);
    }

    #[test]
    fn half_a_statement_is_none_and_a_venue_that_never_ends_is_left() {
        let (mut statements, mut out) = (Statements::default(), Output::default());
        statements.begin(AskNo(1), Nanos(0), 2);
        statements.wallets(AskNo(1), Err("busy".to_owned()), &mut out);
        assert!(!statements.moves(AskNo(1), Ok(vec![row(1)]), true, &mut out));
        assert_eq!(out.notes, [Note::Answered(AskNo(1), Err("busy".to_owned()))]);
        out.notes.clear();
        statements.begin(AskNo(2), Nanos(0), 1);
        let asked = (0..).take_while(|_| statements.moves(AskNo(2), Ok(vec![]), true, &mut out));
        assert_eq!(asked.count(), PAGES - 1);
        assert!(matches!(&out.notes[..], [Note::Answered(AskNo(2), Err(_))]));
    }
}
