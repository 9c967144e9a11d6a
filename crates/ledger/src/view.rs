//! What the ledger tells: a booking, a position, profit, equity, exposure.

use aurora_model::{InstrumentNo, Lots, Notional, Price};

/// What became of a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booked {
    /// This trade was booked before; nothing changed.
    Duplicate,
    /// It is in the books now.
    New(Booking),
}

/// What a fill did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    /// How much of an open position it closed, without sign.
    pub closed: Lots,
    /// How much it opened, without sign; both are above zero when it flipped the position.
    pub opened: Lots,
    /// Profit it realized, before its fee, in the settle currency.
    pub realized: Notional,
    /// What the venue charged, in the settle currency.
    pub fee: Notional,
    /// The position after it; plus is long.
    pub position: Lots,
}

/// One instrument's position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// How much; plus is long.
    pub qty: Lots,
    /// Average price of the open position, in quote, rounded half to even to four decimals more than the tick
    /// has (money is never computed from it); `None` when flat.
    pub average_entry: Option<Price>,
    /// What the open position cost, without sign, exact, in the settle currency.
    pub open_cost: Notional,
    /// The price it is valued at; `None` before the first mark and fill.
    pub mark: Option<Price>,
    /// Value at the mark, in quote; plus is long.
    pub notional: Notional,
    /// Profit of what was closed, before fees, in the settle currency.
    pub realized: Notional,
    /// Profit of what is open, at the mark, in the settle currency.
    pub unrealized: Notional,
    /// What the venue charged so far, in the settle currency.
    pub fees: Notional,
    /// What funding brought so far, in the settle currency; below zero was paid.
    pub funding: Notional,
    /// Lots bought so far.
    pub bought: Lots,
    /// Lots sold so far.
    pub sold: Lots,
}

/// One settle currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equity {
    /// Which currency.
    pub currency: String,
    /// Start + realized − fees + funding.
    pub cash: Notional,
    /// Of every open position that settles in it, at the marks.
    pub unrealized: Notional,
    /// Cash + unrealized.
    pub equity: Notional,
}

/// Profit over all instruments, in [`crate::REPORTING_CURRENCY`].
///
/// Inverse instruments are converted at their own mark, so their part moves with the price even when flat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pnl {
    /// Of what was closed, before fees.
    pub realized: Notional,
    /// What the venues charged.
    pub fees: Notional,
    /// What funding brought; below zero was paid.
    pub funding: Notional,
    /// Of what is open, at the marks.
    pub unrealized: Notional,
    /// Realized − fees + funding + unrealized.
    pub net: Notional,
    /// Net since [`crate::Ledger::start_day`].
    pub day: Notional,
    /// The highest net so far, zero at the start.
    pub peak: Notional,
    /// How far net is below its peak; never below zero.
    pub drawdown: Notional,
    /// The deepest drawdown so far.
    pub max_drawdown: Notional,
}

/// How much is at stake at the marks, in [`crate::REPORTING_CURRENCY`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Longs minus shorts.
    pub net: Notional,
    /// Longs plus shorts.
    pub gross: Notional,
}

/// What has been counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Fills booked.
    pub fills: u64,
    /// Fills that had been booked before.
    pub duplicates: u64,
    /// Booked fills that found us resting.
    pub maker_fills: u64,
    /// Booked fills that took.
    pub taker_fills: u64,
    /// Value of every booked fill, in quote.
    pub turnover: Notional,
}
