//! What Bybit's lists are made of: orders, executions, positions, wallets, instruments, tickers.
//!
//! Every number is text, every moment is text in milliseconds, and what does not apply is an empty text.

mod fill;
mod instrument;
mod order;
mod position;
mod ticker;
mod wallet;

use aurora_matching::exchange::{Listing, PositionSide};
use aurora_model::{Lots, Nanos, Side, Ticks};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

pub(super) use fill::{FastRow, FillRow};
pub(super) use instrument::{InstrumentRow, status as instrument_status};
pub(super) use order::{OrderRow, status as order_status};
pub(super) use position::PositionRow;
pub(super) use ticker::TickerRow;
pub(super) use wallet::WalletRow;

/// The category everything here belongs to.
pub(super) const LINEAR: &str = "linear";

/// A moment as text in whole milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Millis(pub(super) Nanos);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.millis())
    }
}

/// A number as text without trailing zeros.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.normalize())
    }
}

/// A price in the instrument's decimals, or a quantity in its own.
pub(super) trait Counted {
    /// So many ticks as a price.
    fn price(&self, ticks: Ticks) -> Decimal;
    /// So many lots as a quantity, without sign.
    fn qty(&self, lots: Lots) -> Decimal;
}

impl Counted for Listing {
    fn price(&self, ticks: Ticks) -> Decimal {
        self.instrument.tick.normalize() * Decimal::from(ticks.0)
    }

    fn qty(&self, lots: Lots) -> Decimal {
        self.instrument.lot.normalize() * Decimal::from(lots.0.abs())
    }
}

/// `Buy` or `Sell`.
pub(super) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
    }
}

/// 0 one-way, 1 the long position of hedge mode, 2 the short one.
pub(super) const fn position_idx(side: PositionSide) -> u8 {
    match side {
        PositionSide::Net => 0,
        PositionSide::Long => 1,
        PositionSide::Short => 2,
    }
}
