//! Binance: frames to market events, calls and answers, sessions, and recorded tapes of those frames.
//!
//! USD-M and COIN-M futures and spot speak almost the same words; which of them a frame comes from is
//! told by its content, never by a file name. Orders and sessions are for USD-M futures ([`Binance`]).
//! The venue's field names stop in this crate.
//!
//! Absent on purpose: sockets, clocks and keys, which are the transport's.

pub mod account;
pub mod answer;
mod decode;
pub mod encode;
mod errors;
mod limits;
mod line;
pub mod market;

mod precision;
mod protocol;
mod rules;
mod sign;
pub mod stream;
mod symbols;

pub mod tape;
mod wire;

pub use aurora_wire::{DecodeError, Step};
pub use decode::{Decoded, Decoder};
pub use errors::{Refusal, refusal_of};
pub use protocol::Binance;
pub use rules::{Market, default_instrument};
pub use sign::{is_signed, signature};
