//! What a session says besides market events and order reports.

use aurora_model::{ClientOrderId, Fill, InstrumentNo, Lots, Nanos, Side, Statement, Ticks};
use rust_decimal::Decimal;

use crate::ask::AskNo;
use crate::rules::{PriceLimits, SymbolStatus};
use crate::session::Link;

/// Which way an order's answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostOrder {
    /// A new order may be at the venue.
    Place,
    /// A cancel may have happened.
    Cancel,
    /// An amend may have happened.
    Amend,
}

/// One thing worth knowing. Nothing here moves an order; reports do.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// A connection works (subscribed, and logged in where that is needed).
    Up(Link),
    /// A connection is gone; why, in words.
    Down(Link, String),
    /// The private side is ready: logged in, and orders, fills and positions compared since it was last up.
    AccountReady,
    /// The private side is no longer ready: what happens from now on is known after the next [`Note::AccountReady`].
    AccountLost,
    /// The book of an instrument is whole again, so long after it was found not to be (zero: the first time).
    Synced(InstrumentNo, Nanos),
    /// The book of an instrument has a gap and is being fetched again; what was seen, in words.
    Gap(InstrumentNo, String),
    /// The venue's clock minus ours, and the round trip it was measured with.
    Clock {
        /// Venue minus ours.
        offset: Nanos,
        /// The round trip.
        round_trip: Nanos,
    },
    /// The answer about an order is lost or says nothing: the venue must be asked.
    Lost(ClientOrderId, LostOrder, String),
    /// An amend is done; the order's terms now.
    Amended(ClientOrderId, Ticks, Lots),
    /// An amend was refused, the order stands as it was; the venue's code.
    AmendRefused(ClientOrderId, String),
    /// A question that has no report of its own was answered, well or not (the venue's code and words).
    Answered(AskNo, Result<(), String>),
    /// The dead-man switch is armed until that moment, or disarmed.
    DeadMan(Option<Nanos>),
    /// The answer to [`Ask::Statement`](crate::Ask), whole.
    Statement(Box<Statement>),
    /// A wallet balance: asset, all of it, and what is free.
    Balance(String, Decimal, Decimal),
    /// A position by the venue's own count, and its average entry price.
    Position(InstrumentNo, Lots, Option<Decimal>),
    /// Mark and index price, and the funding rate now building up, where told.
    Mark {
        /// Which instrument.
        instrument: InstrumentNo,
        /// Mark price in quote.
        mark: Decimal,
        /// Index price in quote.
        index: Option<Decimal>,
        /// As a fraction per funding interval.
        funding_rate: Option<Decimal>,
        /// When it is paid.
        funding_at: Option<Nanos>,
    },
    /// Open interest in base.
    OpenInterest(InstrumentNo, Decimal),
    /// Somebody was liquidated: side of the order, price, quantity.
    Liquidation(InstrumentNo, Side, Ticks, Lots),
    /// An instrument trades, or no longer does.
    Status(InstrumentNo, SymbolStatus),
    /// How far prices of an instrument may go now.
    PriceLimits(InstrumentNo, PriceLimits),
    /// What the account pays for trading an instrument, as fractions: resting, taking. Below zero is paid to us.
    Fees(InstrumentNo, Decimal, Decimal),
    /// The venue plans or is in maintenance: from, to, title.
    Maintenance(Nanos, Nanos, String),
    /// A fill of our account that belongs to no order of ours (liquidation, ADL, somebody's hand): its client id as
    /// text; `fill.order` is meaningless.
    ForeignFill(String, Fill),
    /// An open order of our account that is none of ours: its client id as text and the venue's id.
    ForeignOrder(String, String),
    /// A fill told by the second path (drop copy), to be compared with the first.
    DropCopy(Fill),
    /// Whether money can be moved out with the key, where the venue tells: with such a key nothing must be traded.
    MayWithdraw(bool),
    /// The key or the account is refused: trading must stop. The venue's code and words.
    Refused(String),
    /// A frame or answer could not be read; what and where. It was dropped.
    Unreadable(String),
}
