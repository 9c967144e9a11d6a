//! What goes wrong on purpose: rules from a scenario file, or set while the server runs.
//!
//! A [`Rule`] says what, where and when. Those about requests are judged in [`Faults`], those about streams in
//! [`StreamFaults`] beside the sockets; those about the exchange strike once, and are undone when they end.

mod armed;
mod exchange;
mod fields;
mod parse;
mod request;
mod rule;
mod snapshot;
mod stream;

pub(crate) use armed::{Armed, RuleId};
pub(crate) use exchange::undo_of;
pub use fields::ScenarioError;
pub use parse::parse;
pub use request::Faults;
pub(crate) use request::{Act, Verdict};
pub(crate) use rule::Realm;
pub use rule::{KINDS, Rule};
pub(crate) use snapshot::corrupt;
pub(crate) use stream::{Fate, StreamFaults};
