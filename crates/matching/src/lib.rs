//! The exchange side: what happens to our orders in a market that does not know them.
//!
//! [`PaperVenue`] keeps our orders in the queue of a replayed or generated book and fills them by price and time;
//! [`GeneratedMarket`] is the market of the default start; [`MarketStats`] measures any market, generated or
//! recorded, in the same numbers.
//!
//! Absent on purpose: files, clocks, sockets. Facts and reports are returned; the runtime stores and delivers them.

mod config;
pub mod exchange;
mod fact;
pub mod flow;
mod ladder;
pub mod stats;
mod venue;

pub use config::{QueueModel, VenueConfig};
pub use exchange::{Exchange, ExchangeConfig, Listing};
pub use fact::{FactError, VenueFact};
pub use flow::{Character, GeneratedMarket, InstrumentSpec};
pub use stats::{Figure, MarketStats};
pub use venue::{PaperVenue, Queue, RestoreError, VenueOutput};
