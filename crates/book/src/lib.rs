//! Order books in integer ticks: continuity, flags, and the features strategies read from them.
//!
//! A [`Book`] takes [`aurora_model::MarketEvent`]s and keeps every level the venue has shown, exactly.
//! The rule that proves no message is missing is data ([`Continuity`]), so the next venue is one more
//! variant. [`Features`] listens to the same events and holds what a strategy or the gate asks about.
//! Nothing here allocates per update once its buffers have grown to the size of the market.

mod book;
mod continuity;
mod far;
mod feature;
mod ladder;
mod pending;
mod touch;

pub use book::{Applied, Book, Flags, Quote, Sync};
pub use continuity::{Continuity, DiffIds};
pub use feature::trap::{TRAP_LEVELS, TrapInputs};
pub use feature::{FeatureParams, FeatureValues, Features};
pub use touch::Touch;
