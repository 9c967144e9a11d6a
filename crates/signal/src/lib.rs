//! Strategies: they are told facts and answer with wishes, as plain data.
//!
//! A strategy sends nothing and reads no clock. What it wishes for passes the gate like every other order.

mod exit;
mod facts;
mod params;
mod scalper;
mod score;

pub use facts::{ExitReason, Facts, OpenOrder, Purpose, Strategy, Wish};
pub use params::ScalperParams;
pub use scalper::Scalper;
pub use score::{Platt, Weights, edge_bps};
