//! The closed list of what can be signed. Money cannot be moved out with any of it.

use aurora_model::{ClientOrderId, Side, Venue};
use rust_decimal::Decimal;

/// What an order asks, as it is read from the very bytes that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms<'a> {
    /// Where.
    pub venue: Venue,
    /// The venue's own name of the instrument.
    pub symbol: &'a str,
    /// Our id; `None` when the bytes carry none or one that is not ours.
    pub id: Option<ClientOrderId>,
    /// In base, above zero; [`crate::Listed::unit`] turns a venue's contracts into base.
    pub qty: Decimal,
    /// In quote; `None` when the bytes carry none, as a market order's do not.
    pub price: Option<Decimal>,
}

/// One thing that a key is asked to sign for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// A new order.
    Place {
        /// What it asks.
        terms: Terms<'a>,
        /// Which way.
        side: Side,
        /// May only shrink a position. Believed only where [`crate::Listed::enforces_reduce_only`].
        reduce_only: bool,
    },
    /// An order that closes what there is when a price is reached, and can open nothing.
    Close {
        /// Where.
        venue: Venue,
        /// The venue's own name of the instrument.
        symbol: &'a str,
        /// Our id; `None` when the bytes carry none or one that is not ours.
        id: Option<ClientOrderId>,
    },
    /// New terms for an open order: quantity and price are those it shall have.
    Amend(Terms<'a>),
    /// The end of an order. Always lets risk go.
    Cancel(Venue),
    /// The end of every order.
    CancelAll(Venue),
    /// Anything that only reads.
    Read(Venue),
    /// The venue's own dead-man switch.
    DeadMan {
        /// Where.
        venue: Venue,
        /// Armed, which is a cancel-all put off; else disarmed.
        is_armed: bool,
    },
    /// A private connection's login, or what keeps its session alive.
    Session(Venue),
    /// How the account trades: leverage, margin and position mode.
    Setting(Venue),
}

impl Operation<'_> {
    /// Where.
    pub const fn venue(&self) -> Venue {
        match self {
            Operation::Place { terms, .. } | Operation::Amend(terms) => terms.venue,
            Operation::Cancel(venue)
            | Operation::CancelAll(venue)
            | Operation::Read(venue)
            | Operation::DeadMan { venue, .. }
            | Operation::Close { venue, .. }
            | Operation::Session(venue)
            | Operation::Setting(venue) => *venue,
        }
    }
}
