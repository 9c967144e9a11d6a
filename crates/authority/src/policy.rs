//! What an authority goes by. It is given once and does not change while it lives.

use aurora_model::{Nanos, Notional, Venue};
use rust_decimal::Decimal;

/// Which build of Aurora: two programs that sign and decide for one account must be of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildId(pub String);

impl std::fmt::Display for BuildId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An instrument orders may be signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where.
    pub venue: Venue,
    /// The venue's own name of it.
    pub symbol: String,
    /// The base that one unit of the venue's quantity stands for: a contract's size on OKX swaps, one elsewhere.
    pub unit: Decimal,
    /// The largest order, in base.
    pub max_qty: Decimal,
    /// The venue itself keeps a reduce-only order from opening anything. False for spot, where the word is ignored:
    /// there a reduce-only order is judged like any other.
    pub enforces_reduce_only: bool,
}

/// What may be signed for at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// One order's worth, in quote.
    pub order_notional: Notional,
    /// The span that the two below are counted over; it slides.
    pub window: Nanos,
    /// New and amended orders within the span.
    pub placements: u32,
    /// Their worth together, in quote, whichever way they go.
    pub window_notional: Notional,
}

/// What an authority goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its own build.
    pub build: BuildId,
    /// The account whose order ids it knows.
    pub account: u16,
    /// What may be traded.
    pub listed: Vec<Listed>,
    /// How much of it.
    pub caps: Caps,
}

impl Policy {
    /// The instrument with that name there.
    pub fn find(&self, venue: Venue, symbol: &str) -> Option<&Listed> {
        self.listed.iter().find(|listed| listed.venue == venue && listed.symbol == symbol)
    }
}
