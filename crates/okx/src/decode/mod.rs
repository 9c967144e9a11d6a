//! Frames and answers to our own words, exactly: no float on the way.
//!
//! The hot ones (books, touch, trades, orders) are scanned without allocating; the others go through serde.

mod book;
mod order;
mod quoted;
pub mod rest;
mod trade;

pub use book::{BookHead, RawLevel, book, raw_levels};
pub use order::{NewestFill, OrderUpdate, order, orders};
pub use quoted::Quoted;
pub use trade::{PublicTrade, trade};

use aurora_model::Nanos;
use aurora_wire::{DecodeError, Rules, Step};

/// How prices and quantities of one instrument are read: in ticks, and in lots as the venue writes them.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// Prices.
    pub tick: Step,
    /// Quantities: contracts of a swap, base of a spot pair.
    pub lot: Step,
}

impl Steps {
    /// The steps of an instrument; `None` when one of them is not above zero.
    pub fn of(rules: &Rules) -> Option<Steps> {
        Some(Steps { tick: Step::tick(rules.instrument.tick)?, lot: Step::lot(rules.wire_lot)? })
    }
}

/// Milliseconds on the wire to a moment.
pub(crate) fn moment(millis: i64) -> Nanos {
    Nanos::from_millis(millis)
}

/// A sequence number; the wire writes -1 for none.
pub(crate) fn seq(value: i64) -> Option<u64> {
    u64::try_from(value).ok()
}

pub(crate) const fn missing(field: &'static str) -> DecodeError {
    DecodeError::Missing { field }
}
