//! Why the ledger refuses; a refusal leaves it as it was.

use aurora_model::{InstrumentNo, Notional};

/// Why a ledger, a fill or a mark was refused. The ledger is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The fill names an instrument the ledger was not made with.
    #[error("instrument number {} is not in the ledger's list of {known}", instrument.0)]
    UnknownInstrument {
        /// What the fill names.
        instrument: InstrumentNo,
        /// How many instruments there are.
        known: usize,
    },
    /// A fill or a mark with a quantity or price of zero or below.
    #[error(
        "trade {trade_id}: price and quantity must be above zero, got {price} ticks and {qty} lots"
    )]
    NotPositive {
        /// The venue's trade id.
        trade_id: u128,
        /// In ticks.
        price: i64,
        /// In lots.
        qty: i64,
    },
    /// A mark of zero or below.
    #[error("{symbol}: a mark must be above zero, got {half_ticks} half-ticks")]
    MarkNotPositive {
        /// The instrument's symbol.
        symbol: String,
        /// What was given.
        half_ticks: i64,
    },
    /// The tick, lot or multiplier is zero or below, or too fine.
    #[error(
        "{symbol}: tick, lot and multiplier must be above zero and tick × lot (lot × multiplier for inverse) have at most 14 decimals"
    )]
    Rules {
        /// The instrument's symbol.
        symbol: String,
    },
    /// The quote currency has no rate to the reporting currency.
    #[error(
        "{symbol}: profit in {quote} cannot be reported in {}: quote it in one of {}", crate::REPORTING_CURRENCY, crate::COUNTED_AT_PAR.join(", ")
    )]
    Unconvertible {
        /// The instrument's symbol.
        symbol: String,
        /// Its quote currency.
        quote: String,
    },
    /// An amount of money with more decimals than are kept exactly.
    #[error(
        "{what} of {amount} has more than 15 decimals or does not fit: round it before booking"
    )]
    Amount {
        /// Which amount.
        what: &'static str,
        /// How much.
        amount: Notional,
    },
    /// A sum left the exact range of ±79 trillion.
    #[error("{symbol}: the amount leaves the exact range of ±79 trillion; nothing was booked")]
    Overflow {
        /// The instrument's symbol.
        symbol: String,
    },
    /// The trade id is so old that whether it was booked is no longer known.
    #[error(
        "{symbol}: trade {trade_id} is older than trade {floor}, the oldest still remembered: compare with the venue by hand"
    )]
    Forgotten {
        /// The instrument's symbol.
        symbol: String,
        /// The venue's trade id.
        trade_id: u128,
        /// Ids below this one are no longer told apart.
        floor: u128,
    },
}
