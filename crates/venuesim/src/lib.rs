//! Venue servers that speak the venues' own protocols on loopback.
//!
//! [`serve`] starts one venue: a [`matching::Exchange`](aurora_matching::exchange::Exchange) behind a [`Dialect`], on
//! one thread, with HTTP/1.1 and WebSocket on every port. Clients nobody here wrote trade on it unchanged. `fault` is
//! what goes wrong on purpose, by a scenario file or over `/sim/faults`.

mod account;
mod admin;
mod binance;
mod bybit;
mod conn;
mod dialect;
mod facts;
mod fault;
mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod log;
mod market;
mod okx;
mod outbox;
mod request;
mod serve;
mod setup;
mod sim;
mod socket;

pub use account::{Account, Accounts};
pub use dialect::{Action, Ask, Denial, Dialect, Subject, Terms, World};
pub use fault::{Faults, KINDS as FAULT_KINDS, Rule, ScenarioError, parse as parse_faults};
pub use market::MarketSource;
pub use request::{Request, Response, decoded, pairs};
pub use serve::{Running, ServeError, SimConfig, generated_specs, serve};
pub use socket::{SocketId, Sockets, Topic};
