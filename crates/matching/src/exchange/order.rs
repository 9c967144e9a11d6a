//! An order as the exchange knows it.

use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side, Ticks};
use rust_decimal::Decimal;

use super::command::{
    AccountNo, Life, MarginMode, OrderId, OrderKind, PositionSide, StpMode, Trigger,
};
use super::refusal::Refusal;
use super::text::{Asset, ClientId};

/// Everything about one order, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderSnapshot {
    /// The exchange's id.
    pub id: OrderId,
    /// The client's id; empty when none was given.
    pub client_id: ClientId,
    /// Whose it is.
    pub account: AccountNo,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which way.
    pub side: Side,
    /// Limit or market; an amended limit is the new one.
    pub kind: OrderKind,
    /// The total quantity. For a quote order what it came to, for a close order the position (zero while parked).
    pub qty: Lots,
    /// What a quote order was to spend.
    pub quote_qty: Option<Notional>,
    /// How much of it has filled.
    pub filled: Lots,
    /// What it filled for, in quote (contract value for an inverse contract).
    pub filled_value: Notional,
    /// The mean price of its fills.
    pub avg_price: Option<Decimal>,
    /// How long.
    pub life: Life,
    /// May only shrink a position.
    pub reduce_only: bool,
    /// Closes the whole position.
    pub close_position: bool,
    /// Which position.
    pub position_side: PositionSide,
    /// Against which margin.
    pub margin: MarginMode,
    /// What happens when it meets an order of the same account.
    pub stp: StpMode,
    /// What it waits or waited for.
    pub trigger: Option<Trigger>,
    /// When that came.
    pub triggered_at: Option<Nanos>,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// Why it is as it is: what happened to it last.
    pub cause: OrderCause,
    /// Fees so far; below zero is a rebate.
    pub fee: Notional,
    /// In which currency.
    pub fee_asset: Asset,
    /// Profit realized by its fills, before fees.
    pub realized: Notional,
    /// When it was taken.
    pub created_at: Nanos,
    /// When it changed last.
    pub updated_at: Nanos,
    /// How often it was amended.
    pub amends: u32,
    /// Whether the exchange placed it to close a position by force.
    pub is_liquidation: bool,
}

impl OrderSnapshot {
    /// What has not filled. A closed order keeps it: it tells what was cancelled.
    pub fn left(&self) -> Lots {
        self.qty - self.filled
    }

    /// Whether it may still trade.
    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// The limit; `None` for a market order.
    pub fn limit(&self) -> Option<Ticks> {
        match self.kind {
            OrderKind::Limit(price) => Some(price),
            OrderKind::Market => None,
        }
    }
}

/// Where an order is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// Waits for its trigger.
    Parked,
    /// At work, nothing filled.
    New,
    /// At work, part filled.
    PartiallyFilled,
    /// All of it filled.
    Filled,
    /// Cancelled; part may have filled.
    Canceled,
    /// Ended by its own terms: time in force, post-only, band; part may have filled.
    Expired,
    /// Ended by self-trade prevention; part may have filled.
    ExpiredInMatch,
}

impl OrderStatus {
    /// Whether the order may still trade.
    pub const fn is_open(self) -> bool {
        matches!(self, OrderStatus::Parked | OrderStatus::New | OrderStatus::PartiallyFilled)
    }
}

/// What happened to an order last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderCause {
    /// It was taken.
    New,
    /// It was taken and waits for its trigger.
    Parked,
    /// Its trigger came; it is at work from here.
    Triggered,
    /// Price, quantity or trigger were changed by request.
    Amended,
    /// It traded.
    Trade,
    /// It is closed without filling whole.
    Closed(CloseCause),
}

/// Why an order closed without filling whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCause {
    /// Its owner took it back.
    ByRequest,
    /// Its owner took all back.
    CancelAll,
    /// The dead-man timer ran out.
    DeadMan,
    /// Post-only, and it would have taken.
    WouldTake,
    /// An amend would have made it take, or failed and was to take the order away.
    AmendRefused,
    /// Immediate-or-cancel: the rest found nothing.
    IocRest,
    /// Fill-or-kill: it could not fill whole.
    FokUnfillable,
    /// A market order: the rest found nothing within the band.
    MarketRest,
    /// Its time ran out.
    GtdExpired,
    /// It would have met an order of the same account.
    SelfTrade,
    /// Reduce-only, and nothing is left to reduce.
    NothingToReduce,
    /// Triggered, and refused then.
    TriggerRefused(Refusal),
    /// The exchange took the account over.
    Liquidation,
    /// The position it belonged to was reduced by auto-deleveraging.
    Adl,
    /// The instrument stopped trading.
    Halted,
    /// The instrument's tick changed.
    TickChanged,
    /// The exchange restarted.
    Restart,
}
