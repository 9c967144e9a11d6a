//! Drives venue sessions over real sockets.
//!
//! A [`Line`] is the runtime of one venue: it owns the sockets, the clock and the limits, has its calls signed, runs the
//! sans-IO sessions of a venue crate on one thread of its own, and talks with the desk through two queues.
//! Everything that decides is pure and told the time: the [`governor`], the [`views`] of a market, the
//! [`lifecycle`] of an order, [`drop_copy`], [`state`] and [`maintenance`]. Only [`transport`] touches a socket.
//!
//! Absent on purpose: every venue's own words, and the desk.

pub mod clock;
pub mod drop_copy;
pub mod echo;
mod error;
pub mod governor;
pub mod heartbeat;
pub mod lifecycle;
pub mod line;
pub mod maintenance;
mod rules;
pub mod signing;
pub mod state;
#[cfg(test)]
mod toy;
pub mod transport;
pub mod views;

pub use clock::Clock;
pub use error::VenueError;
pub use line::{
    FromVenue, Line, LineCommand, LineConfig, LineEvent, MarketBatch, Settings, Source,
};
pub use rules::fetch_rules;
pub use signing::{RemoteSigner, Signing};
