//! What the engine writes down: enough to rebuild orders, positions and cash, and to prove it.

use aurora_exec::Purpose;
use aurora_model::{
    ClientOrderId, InstrumentNo, Nanos, OrderIntent, Statement, TradingState, TransitionCause,
    Venue, VenueReport,
};

use crate::fingerprint::Fingerprint;

/// A record with the time of the input that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// When, on the desk's time line.
    pub at: Nanos,
    /// What.
    pub record: Record,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A run begins; whatever the one before left without an answer is in doubt.
    Epoch {
        /// The fencing epoch of this run; counts up.
        epoch: u32,
    },
    /// An order was decided. It leaves only when this record is durable.
    Intent {
        /// Its id.
        id: ClientOrderId,
        /// What it asks.
        intent: OrderIntent,
        /// Why.
        purpose: Purpose,
        /// The gate's decision that let it pass (a UUIDv7).
        decision: u128,
    },
    /// It left for the venue.
    Sent {
        /// Which order.
        id: ClientOrderId,
    },
    /// It was withdrawn before it left.
    Withdrawn {
        /// Which order.
        id: ClientOrderId,
    },
    /// Its answer is overdue.
    Doubted {
        /// Which order.
        id: ClientOrderId,
    },
    /// Its cancel was asked for.
    CancelAsked {
        /// Which order.
        id: ClientOrderId,
    },
    /// The venue told us something.
    Report(VenueReport),
    /// The trading state changed.
    State {
        /// Before.
        from: TradingState,
        /// After.
        to: TradingState,
        /// Why.
        cause: TransitionCause,
        /// In a person's words; may be empty.
        reason: String,
    },
    /// An order's fate is for a person to look at: no entry in its instrument until the desk is resumed.
    Held {
        /// The order.
        id: ClientOrderId,
        /// Where.
        instrument: InstrumentNo,
    },
    /// The venue knows no such order, by two sources, twice: it never arrived, or it is gone.
    Absent {
        /// Which order.
        id: ClientOrderId,
    },
    /// How far off our measure of the venues' clocks may be, from here on: what "not found" is worth depends on it.
    Uncertainty {
        /// Above zero.
        span: Nanos,
    },
    /// What an instrument was worth; rebuilds unrealized profit and its extremes.
    Mark {
        /// Which instrument.
        instrument: InstrumentNo,
        /// Twice the mid, in ticks, so that a half tick is whole.
        half_ticks: i64,
    },
    /// What a venue's wallets held, and what moved them since the statement before: rows that were known are left out.
    Statement {
        /// Which venue.
        venue: Venue,
        /// What it told.
        statement: Statement,
        /// A person took it for right: these wallets start anew with what they hold.
        restarts: bool,
    },
    /// A new day begins for the day's profit.
    Day,
    /// What the state was here; replay must arrive at the same.
    Checkpoint {
        /// Of orders, positions and cash.
        fingerprint: Fingerprint,
    },
}
