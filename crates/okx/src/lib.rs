//! OKX v5, spot and swaps: codec and sans-IO sessions. The venue's own words stop here.
//!
//! [`frame`] tells messages apart, [`decode`] and [`encode`] are pure, [`errors`] says what a code means for an
//! order. [`market`] proves that a book is whole before anybody sees it; [`account`] finds out what became of every
//! order. Sockets, clocks and keys are the transport's.

pub mod account;
pub mod decode;
pub mod encode;
pub mod errors;
pub mod frame;
pub mod limits;
pub mod market;
mod pipe;
mod protocol;
pub mod rules;
pub mod sign;
pub mod wire;

pub use protocol::Okx;
