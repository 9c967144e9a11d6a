//! The order manager: what we asked for, what is at the venue, and what is in doubt.
//!
//! It decides nothing about risk and sends nothing: it keeps every order's state by the table in
//! `aurora_model::OrderState`, says which orders must be asked about, and never asks for a second send.

mod order;
mod orders;
mod saved;

pub use order::{Order, Purpose};
pub use orders::{Change, Chase, Deadlines, Orders};

/// What cannot happen to an order did: a bug here or a venue breaking its word. Trading stops on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecError {
    /// A report names an order of ours that was never made.
    #[error("the venue reports {0}, an id of ours that was never made: hold and reconcile")]
    NeverMade(aurora_model::ClientOrderId),
    /// The order's state does not allow what was reported.
    #[error("order {id}: {source}")]
    Illegal {
        /// The order.
        id: aurora_model::ClientOrderId,
        /// The transition the table refuses.
        #[source]
        source: aurora_model::order::IllegalTransition,
    },
    /// More filled than was asked for.
    #[error("order {id} asked for {asked} lots and filled {filled}: hold and reconcile")]
    Overfill {
        /// The order.
        id: aurora_model::ClientOrderId,
        /// Its quantity in lots.
        asked: i64,
        /// What the fills add up to, in lots.
        filled: i64,
    },
}
