//! The WebSocket side: what each address takes, and what it tells.

mod book;
mod candle;
mod frames;
mod listen;
mod private;
mod public;
mod session;
mod talk;
mod ticker;
mod topic;
mod trade;

pub(super) use frames::denied;
pub(super) use private::Private;
pub(super) use public::Public;
pub(super) use session::{Sessions, close_idle, opened};
pub(super) use talk::said;
