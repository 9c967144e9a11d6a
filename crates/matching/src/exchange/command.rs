//! What an account may ask the exchange for, and what it is answered at once.

use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side, Ticks};

use super::order::OrderSnapshot;
use super::text::{Asset, ClientId};

/// An account's number. Accounts come into being when they are first spoken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNo(pub u32);

/// The exchange's own number of an order: counts up over all accounts and instruments, never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u64);

/// One request of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A new order. Answered with [`Outcome::Order`].
    Place(PlaceOrder),
    /// Another price or quantity for an open order. Answered with [`Outcome::Order`].
    Amend(AmendOrder),
    /// Take an order back. Answered with [`Outcome::Order`].
    Cancel(OrderRef),
    /// Take back every open order of the instrument, or of all. Answered with [`Outcome::Canceled`].
    CancelAll {
        /// Which instrument; `None` is all of them.
        instrument: Option<InstrumentNo>,
        /// Which orders.
        which: CancelWhich,
    },
    /// Cancel everything in scope at that moment, unless it is moved before. Answered with [`Outcome::Done`].
    DeadMan {
        /// Which instruments; empty is all of them. Each scope has its own timer.
        scope: Vec<InstrumentNo>,
        /// When; `None` disarms.
        at: Option<Nanos>,
    },
    /// Another leverage for one instrument. Answered with [`Outcome::Done`].
    SetLeverage {
        /// Which instrument.
        instrument: InstrumentNo,
        /// At least one, at most the listing's.
        leverage: u32,
    },
    /// Cross or isolated margin for one instrument; refused with a position or orders in it.
    SetMarginMode {
        /// Which instrument.
        instrument: InstrumentNo,
        /// Which mode.
        mode: MarginMode,
    },
    /// One-way or hedge, for the whole account; refused with positions or orders.
    SetPositionMode(PositionMode),
    /// Moves money into (plus) or out of (minus) an isolated position.
    MoveMargin {
        /// Which instrument.
        instrument: InstrumentNo,
        /// Which position of it.
        position_side: PositionSide,
        /// How much, in the settle currency.
        amount: Notional,
    },
    /// Money comes in (plus) or goes out (minus).
    Transfer {
        /// Which currency.
        asset: Asset,
        /// How much.
        amount: Notional,
    },
    /// Another place in [`ExchangeConfig::fee_tiers`](super::ExchangeConfig::fee_tiers).
    SetFeeTier(usize),
}

/// Which orders a cancel of all means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CancelWhich {
    /// Those at work and those waiting for their trigger.
    #[default]
    All,
    /// Those at work.
    Working,
    /// Those waiting for their trigger.
    Parked,
}

/// Which order is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderRef {
    /// The one with the exchange's id.
    Id(OrderId),
    /// The newest one with the client's id.
    Client(ClientId),
}

/// A new order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The client's id; empty when there is none.
    pub client_id: ClientId,
    /// Which way.
    pub side: Side,
    /// Limit or market.
    pub kind: OrderKind,
    /// How much.
    pub qty: OrderQty,
    /// How long. Ignored for a market order, which never rests.
    pub life: Life,
    /// May only shrink a position.
    pub reduce_only: bool,
    /// Which position it opens or closes; [`PositionSide::Net`] in one-way mode and on spot.
    pub position_side: PositionSide,
    /// What happens when it would meet an order of the same account.
    pub stp: StpMode,
    /// Waits for this first.
    pub trigger: Option<Trigger>,
    /// Cross or isolated where a venue says so per order; `None` is the instrument's setting.
    pub margin: Option<MarginMode>,
}

impl PlaceOrder {
    /// A plain good-till-cancelled limit order; the other fields are set with struct update.
    pub fn limit(instrument: InstrumentNo, side: Side, price: Ticks, qty: Lots) -> PlaceOrder {
        PlaceOrder {
            instrument,
            client_id: ClientId::EMPTY,
            side,
            kind: OrderKind::Limit(price),
            qty: OrderQty::Lots(qty),
            life: Life::Gtc,
            reduce_only: false,
            position_side: PositionSide::Net,
            stp: StpMode::None,
            trigger: None,
            margin: None,
        }
    }

    /// A plain market order.
    pub fn market(instrument: InstrumentNo, side: Side, qty: Lots) -> PlaceOrder {
        PlaceOrder { kind: OrderKind::Market, ..PlaceOrder::limit(instrument, side, Ticks(0), qty) }
    }
}

/// How an order is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// At this price or better.
    Limit(Ticks),
    /// At what is there, within the listing's band around the touch; the rest is cancelled.
    Market,
}

/// How much an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderQty {
    /// So many lots.
    Lots(Lots),
    /// So much money: a market order takes as many whole lots as it pays for.
    Quote(Notional),
    /// The whole position, whatever it is when the order gets to work.
    ClosePosition,
}

/// How long an order stays, and whether it may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Life {
    /// Until filled or cancelled.
    #[default]
    Gtc,
    /// Takes what is there; the rest is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
    /// Rests, and never takes.
    PostOnly,
    /// Until that moment.
    Gtd(Nanos),
}

/// Which position of an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PositionSide {
    /// The only one, of either sign: one-way mode.
    #[default]
    Net,
    /// The long one: hedge mode.
    Long,
    /// The short one: hedge mode.
    Short,
}

/// How many positions an instrument has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PositionMode {
    /// One, of either sign.
    #[default]
    OneWay,
    /// A long and a short one.
    Hedge,
}

/// What stands behind a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarginMode {
    /// The whole wallet.
    #[default]
    Cross,
    /// What was put beside it.
    Isolated,
}

/// What happens when an order would meet another of the same account; the taker's mode counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StpMode {
    /// They trade.
    #[default]
    None,
    /// The resting one goes.
    CancelMaker,
    /// What is left of the arriving one goes.
    CancelTaker,
    /// Both go.
    CancelBoth,
}

/// What a parked order waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// At this price.
    pub price: Ticks,
    /// Which price is looked at.
    pub by: TriggerBy,
    /// Reached from which side.
    pub when: TriggerWhen,
    /// Where a venue takes orders away to make room for it. Such an order is reduce-only too.
    pub close_on_trigger: bool,
    /// Whether it is called take-profit rather than stop; no effect here.
    pub is_take_profit: bool,
}

/// Which price sets a trigger off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerBy {
    /// The last trade.
    #[default]
    Last,
    /// The mark price.
    Mark,
    /// The index price.
    Index,
}

/// From which side a trigger price is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerWhen {
    /// At the trigger price or above: a buy stop, a sell take-profit.
    Rises,
    /// At the trigger price or below: a sell stop, a buy take-profit.
    Falls,
}

/// A change of an open order. At least one of the values is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmendOrder {
    /// Which order.
    pub order: OrderRef,
    /// The new limit.
    pub price: Option<Ticks>,
    /// The new total quantity, with what has filled.
    pub qty: Option<Lots>,
    /// The new trigger price of a parked order.
    pub trigger_price: Option<Ticks>,
    /// Whether a refusal takes the order away too (OKX `cxlOnFail`).
    pub cancel_on_refusal: bool,
}

/// What a command was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is looked at once and dropped")]
pub enum Outcome {
    /// The order as it now is: after matching, amending or cancelling.
    Order(OrderSnapshot),
    /// The orders that were cancelled.
    Canceled(Vec<OrderId>),
    /// It is done.
    Done,
}
