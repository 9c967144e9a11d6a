//! Binance: frames to market events, and recorded tapes of those frames.
//!
//! USD-M and COIN-M futures and spot speak almost the same words; which of them a frame comes from is
//! told by its content, never by a file name. The venue's field names stop in `wire`.

mod decode;
mod precision;
mod rules;
pub mod tape;
mod wire;

pub use aurora_wire::{DecodeError, Step};
pub use decode::{Decoded, Decoder};
pub use rules::{Market, default_instrument};
