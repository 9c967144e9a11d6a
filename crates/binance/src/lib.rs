//! Binance: frames to market events, and recorded tapes of those frames.
//!
//! USD-M and COIN-M futures and spot speak almost the same words; which of them a frame comes from is
//! told by its content, never by a file name. The venue's field names stop in `wire`.

mod decode;
mod error;
mod fixed;
mod precision;
mod rules;
mod scan;
pub mod tape;
mod wire;

pub use decode::{Decoded, Decoder};
pub use error::DecodeError;
pub use fixed::Step;
pub use rules::{Market, default_instrument};
