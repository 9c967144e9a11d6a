//! The console: its HTTP paths, its one WebSocket, its embedded pages.
//!
//! Nothing is decided here. The desk's thread publishes a [`View`] ten times a second and answers
//! [`Ask`]s; this side turns them into JSON for whoever is watching.

mod assets;
mod csv;
mod endpoints;
mod guard;
pub mod metrics;
mod routes;
mod stream;
pub mod venues;
mod view;
pub mod wire;

pub use endpoints::CONSOLE_ENDPOINTS;
pub use routes::{ConsoleState, router};
pub use view::{Action, Ask, Controlled, InstrumentView, Refused, View, Written};
