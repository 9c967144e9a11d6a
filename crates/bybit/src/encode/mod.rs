//! Calls and frames as they go on the wire: one pure function each.

mod account;
mod market;
mod order;
mod socket;
pub(crate) mod text;

pub use account::*;
pub use market::*;
pub use order::*;
pub use socket::*;

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, CallNo, Method, Urgency};

use crate::limits::{Path, costs};

/// How long the answer to a read is waited for.
pub const READ_PATIENCE: Nanos = Nanos(5_000_000_000);

fn read(no: CallNo, path: &'static str, query: String, limit: Path, auth: Auth) -> Call {
    Call {
        no,
        method: Method::Get,
        path,
        query,
        body: String::new(),
        auth,
        urgency: Urgency::Read,
        costs: costs(limit, 1),
        instrument: None,
        patience: READ_PATIENCE,
    }
}

fn post(no: CallNo, path: &'static str, body: String, limit: Path, urgency: Urgency) -> Call {
    Call {
        no,
        method: Method::Post,
        path,
        query: String::new(),
        body,
        auth: Auth::Signed,
        urgency,
        costs: costs(limit, 1),
        instrument: None,
        patience: urgency.patience(READ_PATIENCE),
    }
}
