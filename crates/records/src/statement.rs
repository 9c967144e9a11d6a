//! A venue's statement in the words of the journal.

use aurora_model::{InstrumentNo, Move, MoveKind, Nanos, Notional, Statement};
use serde::{Deserialize, Serialize};

use crate::{RecordError, Result, read, unknown};

#[derive(Serialize, Deserialize)]
pub(super) struct WireStatement {
    told_at: i64,
    wallets: Vec<(String, String)>,
    moves: Vec<WireMove>,
}

#[derive(Serialize, Deserialize)]
struct WireMove {
    /// Text: JSON numbers of this width do not survive every reader.
    id: String,
    moved_at: i64,
    asset: String,
    amount: String,
    why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instrument: Option<u16>,
}

impl From<&Statement> for WireStatement {
    fn from(statement: &Statement) -> WireStatement {
        let wallet = |(asset, total): &(String, Notional)| (asset.clone(), total.to_string());
        WireStatement {
            told_at: statement.at.0,
            wallets: statement.wallets.iter().map(wallet).collect(),
            moves: statement.moves.iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<WireStatement> for Statement {
    type Error = RecordError;
    fn try_from(wire: WireStatement) -> Result<Statement> {
        let wallet = |(asset, total): (String, String)| Ok((asset, read("wallet", &total)?));
        Ok(Statement {
            at: Nanos(wire.told_at),
            wallets: wire.wallets.into_iter().map(wallet).collect::<Result<_>>()?,
            moves: wire.moves.into_iter().map(TryInto::try_into).collect::<Result<_>>()?,
        })
    }
}

impl From<&Move> for WireMove {
    fn from(row: &Move) -> WireMove {
        WireMove {
            id: row.id.to_string(),
            moved_at: row.at.0,
            asset: row.asset.clone(),
            amount: row.amount.to_string(),
            why: row.kind.word().to_owned(),
            instrument: match row.kind {
                MoveKind::Funding(no) => no.map(|no| no.0),
                MoveKind::Transfer => None,
            },
        }
    }
}

impl TryFrom<WireMove> for Move {
    type Error = RecordError;
    fn try_from(wire: WireMove) -> Result<Move> {
        let kinds = [MoveKind::Funding(wire.instrument.map(InstrumentNo)), MoveKind::Transfer];
        let kind = kinds.into_iter().find(|kind| kind.word() == wire.why);
        Ok(Move {
            id: read("statement row", &wire.id)?,
            at: Nanos(wire.moved_at),
            amount: read("amount", &wire.amount)?,
            kind: kind.ok_or_else(|| unknown("reason of a move", &wire.why))?,
            asset: wire.asset,
        })
    }
}
