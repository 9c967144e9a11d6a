//! What is asked of the governor, and what it answers.

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Call, Cost, Urgency};

/// A call's number at the governor, counted up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a call asks of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// Its route.
    pub path: &'static str,
    /// Who goes first.
    pub urgency: Urgency,
    /// What it costs.
    pub costs: [Cost; 3],
    /// For limits counted by instrument.
    pub instrument: Option<InstrumentNo>,
    /// How long it may wait.
    pub patience: Nanos,
}

impl From<&Call> for Want {
    fn from(call: &Call) -> Want {
        let Call { path, urgency, costs, instrument, patience, .. } = *call;
        Want { path, urgency, costs, instrument, patience }
    }
}

/// What the governor decided about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes now.
    Send(Ticket),
    /// It never goes; why, in words.
    Refuse(Ticket, String),
}

/// How a call that went ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The venue answered, with that HTTP status.
    Status(u16),
    /// It could not be sent after all.
    NotSent,
    /// No answer came.
    Lost,
}
