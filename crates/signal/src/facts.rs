//! What a strategy is told, and what it may answer.

use aurora_book::{FeatureValues, Flags, Touch};
use aurora_model::{
    ClientOrderId, Instrument, InstrumentNo, Lots, Nanos, OrderIntent, Side, Ticks,
};

/// Everything a strategy may look at for one instrument, gathered once per decision tick.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Now, on the desk's time line.
    pub now: Nanos,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Its tick, lot, fees and smallest order.
    pub rules: &'a Instrument,
    /// Best bid and ask; `None` while a side is empty.
    pub touch: Option<Touch>,
    /// What is wrong with the book. Nothing is opened on a book that is not clean.
    pub flags: Flags,
    /// Features at `now`.
    pub features: &'a FeatureValues,
    /// Our position; plus is long.
    pub position: Lots,
    /// Average entry price of the position in ticks; `None` when flat.
    pub entry: Option<f64>,
    /// Our orders that are, or may be, open in this instrument.
    pub open_orders: &'a [OpenOrder],
    /// The last public trade: who took, its price and size.
    pub last_trade: Option<(Side, Ticks, Lots)>,
}

/// An order of ours that is, or may be, open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Our id for it.
    pub id: ClientOrderId,
    /// What was asked.
    pub intent: OrderIntent,
    /// How much has not filled yet.
    pub left: Lots,
    /// When it was decided.
    pub placed_at: Nanos,
    /// A cancel is on its way, or its fate is in doubt: wait for the venue.
    pub is_settling: bool,
}

/// Why a position is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitReason {
    /// The gain we aimed for is there.
    Target,
    /// The loss we accept is reached.
    Stop,
    /// It gave back part of what it had gained.
    Trailing,
    /// It was held long enough.
    Time,
}

impl ExitReason {
    /// The word in records and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            ExitReason::Target => "target",
            ExitReason::Stop => "stop",
            ExitReason::Trailing => "trailing",
            ExitReason::Time => "time",
        }
    }
}

/// What an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Opens a position.
    Entry,
    /// Closes one.
    Exit(ExitReason),
}

/// What a strategy wants done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// Place an order.
    Place {
        /// What to ask the venue for.
        intent: OrderIntent,
        /// What it is for.
        purpose: Purpose,
        /// Loss in basis points if stopped.
        a_bps: f64,
        /// Gain in basis points if the target is hit.
        b_bps: f64,
        /// The signal toward the order's side, −1..1: above zero speaks for the order.
        score: f64,
        /// Calibrated probability that the target is hit before the stop, 0..1.
        probability: f64,
    },
    /// Cancel an order of ours.
    Cancel {
        /// Our id of the order.
        id: ClientOrderId,
    },
}

/// Decides for one instrument at a time. Deterministic: the same facts in the same order give the same
/// wishes.
pub trait Strategy: std::fmt::Debug + Send {
    /// Adds what it wants to `wishes`, which the caller has emptied and uses again.
    fn on_tick(&mut self, facts: &Facts<'_>, wishes: &mut Vec<Wish>);
}
