//! What a venue says a wallet holds, and what moved it besides trades.

use crate::instrument::InstrumentNo;
use crate::number::{Nanos, Notional};

/// One venue's wallets at one moment, and what moved them besides trades since the moment that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// By the venue's clock; as good as our measure of it.
    pub at: Nanos,
    /// Asset and all of it: cash without unrealized profit. An asset that is absent is not held.
    pub wallets: Vec<(String, Notional)>,
    /// Oldest first. Some from before the asked moment do no harm.
    pub moves: Vec<Move>,
}

/// Money that came to a wallet or left it without a trade of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The venue's own id of the row as a number: the same row, the same id.
    pub id: u128,
    /// When, by the venue's clock.
    pub at: Nanos,
    /// Which wallet.
    pub asset: String,
    /// Plus came.
    pub amount: Notional,
    /// Why.
    pub kind: MoveKind,
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoveKind {
    /// Funding of a position in an instrument; `None` where that is not one of ours.
    Funding(Option<InstrumentNo>),
    /// To or from another wallet.
    Transfer,
}

impl MoveKind {
    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            MoveKind::Funding(_) => "funding",
            MoveKind::Transfer => "transfer",
        }
    }
}
