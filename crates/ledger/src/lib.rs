//! Positions, cash, fees and profit, exact to the last decimal.
//!
//! The ledger is told every fill once or many times, in any order, and books each exactly once.
//! [`Ledger::check`] proves from independent totals that position = Σ fills and that
//! cash = start + Σ realized − Σ fees + Σ funding, with no tolerance. What venues say their wallets hold is compared
//! with the same books.
//!
//! Accounting is by average cost and as on a margin account: cash moves by realized profit and fees,
//! not by the price paid. Two divisions in this crate can have a remainder, and both are rounded half
//! to even to [`MONEY_DECIMALS`] (or to the decimals of tick × lot where those are more), once, when the
//! fill is booked: the base value of an inverse fill, and the share of the open cost that a partial
//! close takes out. What is rounded off stays in the open cost, so it is realized later, never lost.

mod check;
mod error;
mod exact;
mod holding;
mod ledger;
mod read;
mod rules;
mod saved;
mod seen;
mod view;
mod wallet;

pub use check::Violation;
pub use error::LedgerError;
pub use ledger::Ledger;
pub use view::{Booked, Booking, Counters, Equity, Exposure, Pnl, Position};
pub use wallet::WalletGap;

/// The currency profit is added up in across instruments.
pub const REPORTING_CURRENCY: &str = "USDT";

/// Quote currencies counted one for one with [`REPORTING_CURRENCY`]; another quote is refused.
pub const COUNTED_AT_PAR: [&str; 5] = ["USDT", "USD", "USDC", "FDUSD", "BUSD"];

/// How many decimals a quotient of money keeps.
pub const MONEY_DECIMALS: u32 = 8;
