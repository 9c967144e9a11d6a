//! Frames to market events and words about orders, in each instrument's ticks and lots.

mod account;
mod control;
mod instrument;
mod market;

pub use account::{Execution, OrderStatus, OrderUpdate, Private};
pub use control::{Control, Reply};
pub use instrument::Decoder;
pub use market::{BookHead, Liquidation, Print, Public, Scratch, Ticker};
