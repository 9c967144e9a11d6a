//! Why the exchange says no.

use aurora_model::{Lots, Notional, Ticks};

use super::command::OrderId;

/// Why a command was not done. Nothing has changed, but for what a venue's own rules say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The exchange is down for maintenance.
    #[error("the exchange is under maintenance")]
    Maintenance,
    /// No such instrument.
    #[error("no such instrument")]
    UnknownInstrument,
    /// The instrument does not trade now.
    #[error("the instrument does not trade now")]
    NotTrading,
    /// There is no price yet: nothing to value or match against.
    #[error("the instrument has no market now")]
    NoMarket,
    /// The account cannot pay for it.
    #[error("needs {needed}, {available} is available")]
    InsufficientMargin {
        /// What it takes, in the settle currency (spot: what is paid with).
        needed: Notional,
        /// What is there.
        available: Notional,
    },
    /// The client's id is taken.
    #[error("the client order id is taken by order {}", .0.0)]
    DuplicateClientId(OrderId),
    /// A post-only order would take.
    #[error("a post-only order would take")]
    WouldTake,
    /// A reduce-only or closing order has nothing to reduce.
    #[error("there is no position to reduce")]
    NothingToReduce,
    /// The price is zero, below zero, or no price the instrument has.
    #[error("the price is not on the tick")]
    PriceNotOnTick,
    /// The quantity is not a whole number of what the instrument trades in.
    #[error("the quantity is not on the lot")]
    QtyNotOnLot,
    /// Below the smallest quantity.
    #[error("the quantity is below {} lots", .min.0)]
    QtyTooSmall {
        /// The smallest.
        min: Lots,
    },
    /// Above the largest quantity for that kind of order.
    #[error("the quantity is above {} lots", .max.0)]
    QtyTooLarge {
        /// The largest.
        max: Lots,
    },
    /// Worth less than the smallest order.
    #[error("the order is worth less than {min}")]
    BelowMinNotional {
        /// The smallest worth.
        min: Notional,
    },
    /// The price is too far above the market.
    #[error("the price is above {}", .limit.0)]
    PriceTooHigh {
        /// The highest now.
        limit: Ticks,
    },
    /// The price is too far below the market.
    #[error("the price is below {}", .limit.0)]
    PriceTooLow {
        /// The lowest now.
        limit: Ticks,
    },
    /// As many orders are open as may be.
    #[error("{max} orders are open, no more may be")]
    TooManyOpenOrders {
        /// The most.
        max: usize,
    },
    /// No such order, as far as is remembered.
    #[error("no such order")]
    UnknownOrder,
    /// The order has filled.
    #[error("the order has filled")]
    AlreadyFilled,
    /// The order is closed, not filled whole.
    #[error("the order is closed")]
    AlreadyClosed,
    /// The amend asks for what is.
    #[error("nothing would change")]
    NothingToAmend,
    /// The amended quantity is at or below what has filled.
    #[error("{} lots have filled already", .filled.0)]
    QtyBelowFilled {
        /// What has filled.
        filled: Lots,
    },
    /// Fill-or-kill, where the venue refuses at once.
    #[error("the order cannot fill whole")]
    FokCannotFill,
    /// The position side does not fit the position mode.
    #[error("the position side does not fit the position mode")]
    PositionModeMismatch,
    /// The time in force does not fit the order: a good-till-date in the past, post-only on a market order.
    #[error("the time in force does not fit the order")]
    BadLife,
    /// Leverage is zero or more than the instrument's.
    #[error("leverage must be 1 to {max}")]
    LeverageTooHigh {
        /// The most.
        max: u32,
    },
    /// The setting is so already.
    #[error("the setting is so already")]
    Unchanged,
    /// Open orders stand in the way of the change.
    #[error("open orders stand in the way")]
    OpenOrdersInTheWay,
    /// A position stands in the way of the change.
    #[error("a position stands in the way")]
    PositionInTheWay,
    /// The trigger price has been reached already.
    #[error("the order would trigger at once")]
    WouldTriggerAtOnce,
    /// There is no such position.
    #[error("no such position")]
    NoPosition,
    /// The instrument or account has no such thing: margin on spot, margin of a cross position.
    #[error("that does not exist for this instrument or account")]
    NotSupported,
}
