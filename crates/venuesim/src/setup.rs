//! One venue, ready to be served: its exchange's rules, what it lists, how that trades, and its words.

use aurora_matching::InstrumentSpec;
use aurora_matching::exchange::{ExchangeConfig, Listing};
use aurora_model::Venue;

use crate::dialect::Dialect;

/// What a dialect's module gives to the server.
pub(crate) struct Setup {
    /// Which venue.
    pub(crate) venue: Venue,
    /// Its exchange's rules.
    pub(crate) config: ExchangeConfig,
    /// What it lists.
    pub(crate) listings: Vec<Listing>,
    /// How the generated market trades each of the listings, in the same order.
    pub(crate) market: Vec<InstrumentSpec>,
    /// Its words.
    pub(crate) dialect: Box<dyn Dialect>,
}
