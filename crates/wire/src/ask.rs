//! What a desk asks of a venue.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, OrderIntent, Ticks, VenueRequest};

/// A question's number, chosen by who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskNo(pub u64);

/// What happens when an order would trade with another of the same account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stp {
    /// The account's or venue's default.
    #[default]
    Default,
    /// The incoming order is cancelled.
    CancelTaker,
    /// The resting order is cancelled.
    CancelMaker,
    /// Both are.
    CancelBoth,
}

/// What a conditional order waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceTrigger {
    /// The price that fires it.
    pub price: Ticks,
    /// Fires when the price falls to it, else when it rises to it.
    pub on_fall: bool,
    /// Watches the mark price, else the last trade.
    pub by_mark: bool,
    /// Closes what there is to close when it fires, freeing margin if need be.
    pub close_on_trigger: bool,
}

/// A new order with everything a venue may be told about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Our id for it.
    pub id: ClientOrderId,
    /// What it asks.
    pub intent: OrderIntent,
    /// A market order: the limit is only what it is checked against.
    pub market: bool,
    /// Ends by itself at that moment, where the venue can.
    pub good_until: Option<Nanos>,
    /// Self-trade prevention.
    pub stp: Stp,
    /// Waits for a price first.
    pub trigger: Option<PriceTrigger>,
}

impl Placement {
    /// A plain limit order.
    pub const fn limit(id: ClientOrderId, intent: OrderIntent) -> Placement {
        Placement { id, intent, market: false, good_until: None, stp: Stp::Default, trigger: None }
    }
}

/// New terms for an open order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Our id of the order.
    pub id: ClientOrderId,
    /// The order as it stands, with what is to be changed already in it: limit and whole quantity.
    pub intent: OrderIntent,
}

/// How margin is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginMode {
    /// One pot for the whole account.
    Cross,
    /// A pot per position.
    Isolated,
}

/// The closed list of what can be asked of a venue. Money cannot be moved out with any of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A new order; sent at most once.
    Place(Placement),
    /// New orders in one request where the venue can, else one by one; each is sent at most once.
    PlaceMany(Vec<Placement>),
    /// New terms for an open order.
    Amend(Amendment),
    /// The same for several.
    AmendMany(Vec<Amendment>),
    /// Cancel an order.
    Cancel(ClientOrderId, InstrumentNo),
    /// Cancel several.
    CancelMany(Vec<(ClientOrderId, InstrumentNo)>),
    /// Cancel every open order, of one instrument or of all.
    CancelAll(Option<InstrumentNo>),
    /// What became of an order.
    Query(ClientOrderId, InstrumentNo),
    /// Open orders, positions, and fills since that moment.
    Sweep {
        /// By the venue's clock.
        since: Nanos,
    },
    /// Cancel everything unless armed again in time; `None` disarms.
    DeadMan(Option<Nanos>),
    /// Leverage of an instrument.
    Leverage(InstrumentNo, u32),
    /// Cross or isolated margin of an instrument.
    Margin(InstrumentNo, MarginMode),
    /// Long and short positions apart (hedge) or one net position.
    Hedge(bool),
    /// Wallet balances.
    Balances,
    /// Wallet balances, and what moved them besides trades since that moment: [`Note::Statement`](crate::Note).
    Statement {
        /// By the venue's clock.
        since: Nanos,
    },
}

impl From<VenueRequest> for Ask {
    fn from(request: VenueRequest) -> Ask {
        match request {
            VenueRequest::Place { id, intent } => Ask::Place(Placement::limit(id, intent)),
            VenueRequest::Cancel { id, instrument } => Ask::Cancel(id, instrument),
            VenueRequest::CancelAll => Ask::CancelAll(None),
            VenueRequest::Query { id, instrument } => Ask::Query(id, instrument),
            VenueRequest::Sweep { since } => Ask::Sweep { since },
            VenueRequest::Statement { since } => Ask::Statement { since },
            VenueRequest::DeadMan { after } => Ask::DeadMan(after),
        }
    }
}
