//! What the venue codecs share: reading JSON frames, exact steps, signing, and the vocabulary of a session.
//!
//! A venue crate is a [`Protocol`] (facts, signing, reading of limits) and two [`Session`]s, one for market data
//! and one for the account. A session is sans-IO: it is told what came and what time it is, and says what to send.
//! The transport in `aurora-venue` owns sockets, clocks and keys; the tests and the simulated world do without.
//!
//! Absent on purpose: sockets, clocks, and every venue's own words.

mod ask;
mod back_off;
mod call;
mod error;
mod fate;
mod fixed;
mod limit;
mod note;
mod protocol;
mod rules;
pub mod scan;
mod session;
mod sign;
mod statement;
mod trade_id;

pub use ask::{Amendment, Ask, AskNo, MarginMode, Placement, PriceTrigger, Stp};
pub use back_off::BackOff;
pub use call::{
    Auth, Call, CallNo, Headers, Keys, Method, ORDER_PATIENCE, RESOLVE_PATIENCE, Signed, Urgency,
};
pub use error::DecodeError;
pub use fate::{Codes, Fate};
pub use fixed::Step;
pub use limit::{Cost, Limit, LimitNo, Pushback, Scope, Usage};
pub use note::{LostOrder, Note};
pub use protocol::{
    CancelAllScope, Capabilities, ClientIds, CrossingPostOnly, DeadMan, Endpoints, Protocol,
    RulesPage,
};
pub use rules::{Band, PriceLimits, Rules, SymbolStatus};
pub use session::{Action, Answer, Input, Link, Output, Session};
pub use sign::{HeldKey, Hmac};
pub use statement::{Statements, move_id};
pub use trade_id::trade_id;
