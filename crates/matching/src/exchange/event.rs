//! What the exchange tells: everything that happened, in order, with its moment.

use aurora_model::{InstrumentNo, Liquidity, Lots, Nanos, Notional, Side, Ticks};
use rust_decimal::Decimal;

use super::command::{AccountNo, MarginMode, OrderId, PositionMode, PositionSide};
use super::listing::ListingStatus;
use super::order::{OrderCause, OrderSnapshot};
use super::text::{Asset, ClientId};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeEvent {
    /// When, on the exchange's clock.
    pub at: Nanos,
    /// What.
    pub kind: EventKind,
}

/// What happened. Those with an account are private to it, the others are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An order changed. The snapshot says why; a fill comes right before its order's change.
    Order(OrderSnapshot),
    /// An order traded.
    Fill(ExchangeFill),
    /// A balance changed.
    Balance(BalanceChange),
    /// A position changed.
    Position {
        /// Whose.
        account: AccountNo,
        /// What it is now; flat when `lots` is zero.
        position: PositionSnapshot,
        /// Why.
        reason: ChangeReason,
    },
    /// A setting of one instrument changed.
    Leverage {
        /// Whose.
        account: AccountNo,
        /// Which instrument.
        instrument: InstrumentNo,
        /// The leverage now.
        leverage: u32,
        /// The margin mode now.
        mode: MarginMode,
    },
    /// A setting of the account changed.
    Settings {
        /// Whose.
        account: AccountNo,
        /// One-way or hedge.
        position_mode: PositionMode,
        /// Which place in the fee tiers.
        fee_tier: usize,
    },
    /// Funding was paid or received.
    Funding(FundingPayment),
    /// The exchange takes over a position whose margin is used up.
    Liquidation {
        /// Whose.
        account: AccountNo,
        /// Which instrument.
        instrument: InstrumentNo,
        /// Which position.
        position_side: PositionSide,
        /// The way of the closing order.
        side: Side,
        /// How much is to be closed.
        qty: Lots,
        /// The mark price it was judged by.
        mark: Decimal,
        /// The price at which nothing would be left of the margin.
        bankruptcy_price: Ticks,
    },
    /// A position was reduced to close another account's liquidation.
    Adl {
        /// Whose position was reduced.
        account: AccountNo,
        /// Which instrument.
        instrument: InstrumentNo,
        /// Which position.
        position_side: PositionSide,
        /// How much of it went.
        qty: Lots,
        /// At which price.
        price: Ticks,
    },
    /// A trade, for everybody to see.
    PublicTrade(PublicTrade),
    /// The rules or the state of an instrument changed; [`super::Exchange::listing`] has them.
    Listing {
        /// Which instrument.
        instrument: InstrumentNo,
        /// The state now.
        status: ListingStatus,
    },
    /// Mark, index and funding as they now are.
    Mark(MarkPrice),
    /// Funding was settled: the rate that was applied.
    FundingSettled(FundingRecord),
}

impl EventKind {
    /// Whose event it is; `None` when it is public.
    pub const fn account(&self) -> Option<AccountNo> {
        match self {
            EventKind::Order(order) => Some(order.account),
            EventKind::Fill(fill) => Some(fill.account),
            EventKind::Balance(change) => Some(change.account),
            EventKind::Funding(payment) => Some(payment.account),
            EventKind::Position { account, .. }
            | EventKind::Leverage { account, .. }
            | EventKind::Settings { account, .. }
            | EventKind::Liquidation { account, .. }
            | EventKind::Adl { account, .. } => Some(*account),
            EventKind::PublicTrade(_)
            | EventKind::Listing { .. }
            | EventKind::Mark(_)
            | EventKind::FundingSettled(_) => None,
        }
    }
}

/// One execution of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeFill {
    /// Whose.
    pub account: AccountNo,
    /// Counts up over the whole exchange, one for each of the two sides: what fills are paged by.
    pub fill_id: u64,
    /// The trade both sides share, and the tape shows; counts up within the instrument.
    pub trade_id: u64,
    /// The order's id.
    pub order: OrderId,
    /// The client's id of the order.
    pub client_id: ClientId,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which way.
    pub side: Side,
    /// Which position.
    pub position_side: PositionSide,
    /// At what price.
    pub price: Ticks,
    /// How much; above zero.
    pub qty: Lots,
    /// What it came to, in quote (contract value for an inverse contract).
    pub value: Notional,
    /// What was charged; below zero is a rebate.
    pub fee: Notional,
    /// In which currency.
    pub fee_asset: Asset,
    /// Resting or taking.
    pub liquidity: Liquidity,
    /// Profit realized, before the fee, in the settle currency.
    pub realized: Notional,
    /// Whether it was forced: a liquidation or auto-deleveraging.
    pub kind: FillKind,
    /// When.
    pub at: Nanos,
}

/// How a fill came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FillKind {
    /// Two orders met.
    #[default]
    Trade,
    /// The order was the liquidation's.
    Liquidation,
    /// There was no order: a position was reduced to close another's.
    Adl,
    /// There was no order: the instrument closed, and its positions with it.
    Settlement,
}

/// A balance after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceChange {
    /// Whose.
    pub account: AccountNo,
    /// Which currency.
    pub asset: Asset,
    /// The wallet now, without unrealized profit.
    pub wallet: Notional,
    /// What of it open spot orders hold.
    pub locked: Notional,
    /// By how much the wallet changed.
    pub change: Notional,
    /// Why.
    pub reason: ChangeReason,
}

/// Why a balance or a position changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeReason {
    /// The account was opened with it.
    Opened,
    /// Money came in or went out.
    Transfer,
    /// An order was placed, cancelled or traded.
    Order,
    /// Funding.
    Funding,
    /// A liquidation's trades.
    Liquidation,
    /// The insurance fund paid what was missing after a liquidation, or took its fee.
    Insurance,
    /// Auto-deleveraging.
    Adl,
    /// Margin was moved, or the margin mode or leverage changed.
    Margin,
    /// The operator said so.
    Adjustment,
}

/// A position at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionSnapshot {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which position of it.
    pub position_side: PositionSide,
    /// How much; plus is long.
    pub lots: Lots,
    /// What it cost, as the exchange counts it: see [`Listing`](super::Listing). Exact; the entry price is not.
    pub cost: i128,
    /// The mean entry price; zero when flat.
    pub entry_price: Decimal,
    /// Against which margin.
    pub margin: MarginMode,
    /// What was put beside an isolated position.
    pub isolated: Notional,
    /// Its leverage.
    pub leverage: u32,
    /// Profit realized since it was last flat, before fees.
    pub realized: Notional,
    /// The mark price.
    pub mark: Decimal,
    /// Profit at the mark price.
    pub unrealized: Notional,
    /// What it is worth at the mark price, in quote, without sign.
    pub notional: Notional,
    /// The initial margin it takes.
    pub initial_margin: Notional,
    /// The margin below which it is taken over.
    pub maintenance_margin: Notional,
    /// The mark price at which it would be taken over; `None` when none would.
    pub liquidation_price: Option<Decimal>,
    /// When it was opened.
    pub opened_at: Nanos,
    /// When it changed last.
    pub updated_at: Nanos,
}

/// One funding payment of one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingPayment {
    /// Whose.
    pub account: AccountNo,
    /// Counts up over the whole exchange, with the fills.
    pub id: u64,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which position.
    pub position_side: PositionSide,
    /// How much it was; plus is long.
    pub lots: Lots,
    /// The mark price.
    pub mark: Decimal,
    /// The rate; above zero longs pay.
    pub rate: Decimal,
    /// What came in; below zero was paid.
    pub amount: Notional,
    /// In which currency.
    pub asset: Asset,
    /// When.
    pub at: Nanos,
}

/// One settled funding interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingRecord {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// When it was settled.
    pub at: Nanos,
    /// The rate.
    pub rate: Decimal,
    /// The mark price.
    pub mark: Decimal,
}

/// A trade as everybody sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicTrade {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Counts up within the instrument.
    pub id: u64,
    /// Who took: `Buy` lifted an ask.
    pub aggressor: Side,
    /// At what price.
    pub price: Ticks,
    /// How much.
    pub qty: Lots,
    /// When.
    pub at: Nanos,
}

/// Mark, index and funding of one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkPrice {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The mark price.
    pub mark: Decimal,
    /// The index price.
    pub index: Decimal,
    /// The rate that would be settled now.
    pub funding_rate: Decimal,
    /// When funding is settled next; `None` where there is none.
    pub next_funding_at: Option<Nanos>,
    /// When this was computed.
    pub at: Nanos,
}

/// What an order event says, in one word for a screen.
impl ExchangeEvent {
    /// The order's snapshot and cause, where it is an order's event.
    pub fn order(&self) -> Option<(&OrderSnapshot, OrderCause)> {
        match &self.kind {
            EventKind::Order(order) => Some((order, order.cause)),
            _ => None,
        }
    }
}
