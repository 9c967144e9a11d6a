//! Bybit v5: linear perpetuals on a unified account.
//!
//! [`Bybit`] has the fixed facts. [`decode`] turns frames into market events and words about orders; [`rest`] reads
//! what is asked for; [`encode`] writes calls and frames. [`market`] and [`account`] are the
//! two conversations. The venue's field names stop in `wire` and `rest`.
//!
//! Absent on purpose: sockets and clocks (`aurora-venue` has them), spot, inverse contracts and options, and every
//! call that moves money.

pub mod account;
mod conn;
pub mod decode;
pub mod encode;
mod errors;
mod limits;
pub mod market;
mod protocol;
pub mod rest;
mod rules;
mod sign;
mod wire;

pub use errors::{fate, fate_of_status, refusal};
pub use limits::{LIMITS, Path};
pub use protocol::{Bybit, MAX_BATCH};
pub use sign::login_signature;
