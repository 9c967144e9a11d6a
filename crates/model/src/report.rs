//! What we ask a venue for, and what it tells us back.

use crate::instrument::InstrumentNo;
use crate::number::{Lots, Nanos};
use crate::order::{ClientOrderId, Fill, OrderIntent};

/// A request that leaves for a venue. The closed list: nothing else can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueRequest {
    /// A new order; sent at most once.
    Place {
        /// Our id for it.
        id: ClientOrderId,
        /// What it asks.
        intent: OrderIntent,
    },
    /// Cancel one order; may be repeated.
    Cancel {
        /// Our id of the order.
        id: ClientOrderId,
        /// Which instrument it is in.
        instrument: InstrumentNo,
    },
    /// Cancel every open order of the account; may be repeated.
    CancelAll,
    /// What became of an order; may be repeated.
    Query {
        /// Our id of the order.
        id: ClientOrderId,
        /// Which instrument it is in.
        instrument: InstrumentNo,
    },
    /// Everything the account has: open orders, and fills since that moment.
    Sweep {
        /// Fills at this moment and after it are wanted, by the venue's clock; some from before it do no harm.
        since: Nanos,
    },
    /// What every wallet holds, and what moved them besides trades since that moment; may be repeated.
    Statement {
        /// By the venue's clock.
        since: Nanos,
    },
    /// Cancel everything open unless this is said again in time; may be repeated.
    DeadMan {
        /// In what time; `None` is never.
        after: Option<Nanos>,
    },
}

/// Why a venue refused an order for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueRefusal {
    /// A post-only order would have taken.
    WouldTake,
    /// A fill-or-kill order could not be filled whole.
    CannotFillWhole,
    /// The id was used before.
    DuplicateId,
    /// A reduce-only order would not reduce.
    WouldNotReduce,
    /// Below the smallest order the venue takes.
    BelowMinNotional,
    /// The account cannot pay for it.
    InsufficientMargin,
    /// Price or quantity is not one the instrument allows.
    BadIncrement,
    /// The request came after its deadline.
    Late,
    /// It would have traded with another order of the same account.
    SelfTrade,
    /// It never left: no connection, no room under the venue's limits, or a stop in between.
    NotSent,
    /// The venue answered that we ask too much, before looking at the order.
    RateLimited,
    /// The venue does not let this key or account trade.
    NotAllowed,
    /// The instrument or the venue does not trade now.
    Halted,
    /// The price is outside the venue's band around the market.
    OutsideBand,
    /// The account has as many open orders as the venue allows.
    TooManyOrders,
    /// The venue calls the request malformed.
    Malformed,
}

impl VenueRefusal {
    /// Every refusal.
    pub const ALL: [VenueRefusal; 16] = [
        VenueRefusal::WouldTake,
        VenueRefusal::CannotFillWhole,
        VenueRefusal::DuplicateId,
        VenueRefusal::WouldNotReduce,
        VenueRefusal::BelowMinNotional,
        VenueRefusal::InsufficientMargin,
        VenueRefusal::BadIncrement,
        VenueRefusal::Late,
        VenueRefusal::SelfTrade,
        VenueRefusal::NotSent,
        VenueRefusal::RateLimited,
        VenueRefusal::NotAllowed,
        VenueRefusal::Halted,
        VenueRefusal::OutsideBand,
        VenueRefusal::TooManyOrders,
        VenueRefusal::Malformed,
    ];

    /// Whether the venue looked at the order itself. Otherwise it was closed, pushed back, or never heard of it.
    pub const fn judges_the_order(self) -> bool {
        use VenueRefusal as R;
        !matches!(self, R::NotSent | R::RateLimited | R::NotAllowed | R::Halted)
    }

    /// The stable code in records and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            VenueRefusal::WouldTake => "WOULD_TAKE",
            VenueRefusal::CannotFillWhole => "CANNOT_FILL_WHOLE",
            VenueRefusal::DuplicateId => "DUPLICATE_ID",
            VenueRefusal::WouldNotReduce => "WOULD_NOT_REDUCE",
            VenueRefusal::BelowMinNotional => "BELOW_MIN_NOTIONAL",
            VenueRefusal::InsufficientMargin => "INSUFFICIENT_MARGIN",
            VenueRefusal::BadIncrement => "BAD_INCREMENT",
            VenueRefusal::Late => "LATE",
            VenueRefusal::SelfTrade => "SELF_TRADE",
            VenueRefusal::NotSent => "NOT_SENT",
            VenueRefusal::RateLimited => "RATE_LIMITED",
            VenueRefusal::NotAllowed => "NOT_ALLOWED",
            VenueRefusal::Halted => "HALTED",
            VenueRefusal::OutsideBand => "OUTSIDE_BAND",
            VenueRefusal::TooManyOrders => "TOO_MANY_ORDERS",
            VenueRefusal::Malformed => "MALFORMED",
        }
    }
}

/// An order as the venue sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VenueOrder {
    /// Our id for it.
    pub id: ClientOrderId,
    /// The venue's own id.
    pub venue_id: u64,
    /// What was asked.
    pub intent: OrderIntent,
    /// How much of it has filled.
    pub filled: Lots,
    /// Whether it is still open.
    pub is_open: bool,
}

/// One thing a venue tells us. Reports may come late, twice, or in another order than they happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueReport {
    /// When it happened, by the venue.
    pub venue_at: Nanos,
    /// What it says.
    pub kind: ReportKind,
}

/// What a venue report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// The order was taken.
    Ack {
        /// Our id of the order.
        id: ClientOrderId,
        /// The venue's own id.
        venue_id: u64,
    },
    /// The order was refused for good.
    Reject {
        /// Our id of the order.
        id: ClientOrderId,
        /// Why.
        refusal: VenueRefusal,
    },
    /// Part or all of the order traded.
    Fill(Fill),
    /// The order is no longer open, by our cancel.
    Canceled {
        /// Our id of the order.
        id: ClientOrderId,
        /// How much had filled by then.
        filled: Lots,
    },
    /// The order is no longer open, by its time in force.
    Expired {
        /// Our id of the order.
        id: ClientOrderId,
        /// How much had filled by then.
        filled: Lots,
    },
    /// The cancel found nothing open under that id.
    CancelRejected {
        /// Our id of the order.
        id: ClientOrderId,
    },
    /// The answer to a query; `None` when neither the venue's order query nor its history knows such an order. An
    /// answer that did not come, or said something else, is no answer.
    Order {
        /// The id that was asked about.
        id: ClientOrderId,
        /// What the venue knows.
        found: Option<VenueOrder>,
    },
    /// The answer to a sweep.
    Account {
        /// Every open order.
        open: Vec<VenueOrder>,
        /// Every fill since the asked moment, oldest first.
        fills: Vec<Fill>,
        /// The position in every instrument that has one.
        positions: Vec<(InstrumentNo, Lots)>,
    },
}
