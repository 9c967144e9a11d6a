//! `ACCOUNT_UPDATE` and `MARGIN_CALL`.

use aurora_wire::DecodeError;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::answer;
use crate::answer::number::{exact, maybe_exact};

/// Balances and positions that changed; what is not named stands as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUpdate {
    /// When it was sent, milliseconds; updates are ordered by it.
    pub sent_ms: i64,
    /// Why: `ORDER`, `FUNDING_FEE`, `DEPOSIT` and so on.
    pub reason: String,
    /// Balances.
    pub balances: Vec<StreamBalance>,
    /// Positions.
    pub positions: Vec<StreamPosition>,
}

/// A wallet balance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StreamBalance {
    /// Its currency.
    #[serde(rename = "a")]
    pub asset: String,
    /// All of it.
    #[serde(rename = "wb", deserialize_with = "exact")]
    pub wallet: Decimal,
    /// What of it is shared by cross positions.
    #[serde(rename = "cw", deserialize_with = "exact")]
    pub cross: Decimal,
}

/// A position; plus is long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StreamPosition {
    /// The venue's name of the instrument.
    #[serde(rename = "s")]
    pub symbol: String,
    /// How much, with sign.
    #[serde(rename = "pa", deserialize_with = "exact")]
    pub amount: Decimal,
    /// Average entry price.
    #[serde(default, rename = "ep", deserialize_with = "maybe_exact")]
    pub entry: Option<Decimal>,
    /// `BOTH`, `LONG` or `SHORT`.
    #[serde(rename = "ps")]
    pub side: String,
}

pub(super) fn read(data: &[u8]) -> Result<AccountUpdate, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(rename = "E")]
        sent_ms: i64,
        a: Changes,
    }
    #[derive(Deserialize)]
    struct Changes {
        #[serde(default)]
        m: String,
        #[serde(default, rename = "B")]
        balances: Vec<StreamBalance>,
        #[serde(default, rename = "P")]
        positions: Vec<StreamPosition>,
    }
    let wire: Wire = answer::read(data)?;
    let Changes { m: reason, balances, positions } = wire.a;
    Ok(AccountUpdate { sent_ms: wire.sent_ms, reason, balances, positions })
}

/// Positions that are short of margin.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MarginCall {
    /// The instruments, by the venue's names.
    pub symbols: Vec<String>,
}

pub(super) fn read_margin_call(data: &[u8]) -> Result<MarginCall, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(default)]
        p: Vec<Position>,
    }
    #[derive(Deserialize)]
    struct Position {
        s: String,
    }
    let wire: Wire = answer::read(data)?;
    Ok(MarginCall { symbols: wire.p.into_iter().map(|position| position.s).collect() })
}
