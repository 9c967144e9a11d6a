//! Orders: what is asked for, what may happen to it, and the id that ties both together.

mod id;
mod state;

pub use id::{ClientOrderId, ForeignOrderId, OrderNo};
pub use state::{IllegalTransition, OrderEvent, OrderState};

use crate::instrument::InstrumentNo;
use crate::number::{Lots, Nanos, Notional, Ticks};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// We pay quote and receive base; a bid.
    Buy,
    /// We give base and receive quote; an ask.
    Sell,
}

impl Side {
    /// Plus one for a buy, minus one for a sell.
    pub const fn sign(self) -> i64 {
        match self {
            Side::Buy => 1,
            Side::Sell => -1,
        }
    }

    /// The other side.
    pub const fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// `buy` or `sell`.
    pub const fn word(self) -> &'static str {
        match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
    }
}

/// How long an order stays, and whether it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeInForce {
    /// Rests until filled or cancelled.
    Gtc,
    /// Takes what is there at once; the rest is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
    /// Post-only: rests, and is refused if it would take.
    PostOnly,
}

impl TimeInForce {
    /// The word used in records and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            TimeInForce::Gtc => "GTC",
            TimeInForce::Ioc => "IOC",
            TimeInForce::Fok => "FOK",
            TimeInForce::PostOnly => "POST_ONLY",
        }
    }
}

/// What we decided to ask a venue for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderIntent {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which way.
    pub side: Side,
    /// The worst price we accept.
    pub limit: Ticks,
    /// How much; above zero.
    pub qty: Lots,
    /// How long it stays.
    pub time_in_force: TimeInForce,
    /// May only shrink a position, never flip it.
    pub reduce_only: bool,
}

/// Whether a fill found us resting or taking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liquidity {
    /// Our order was resting.
    Maker,
    /// Our order took.
    Taker,
}

/// One execution of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The venue's trade id; with the instrument it names the fill once and for all. Wide enough for the venues
    /// that use UUIDs.
    pub trade_id: u128,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The order it belongs to.
    pub order: ClientOrderId,
    /// Which way.
    pub side: Side,
    /// At what price.
    pub price: Ticks,
    /// How much; above zero.
    pub qty: Lots,
    /// What the venue charged, in the settle currency; below zero is a rebate.
    pub fee: Notional,
    /// Resting or taking.
    pub liquidity: Liquidity,
    /// When, by the venue.
    pub at: Nanos,
}
