//! Everything that can happen to the engine.

use aurora_model::{
    InstrumentNo, MarketEvent, Nanos, Statement, TransitionCause, Venue, VenueReport, VenueState,
};

use crate::watch::Watch;

/// One input, with its time given beside it.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The market said something.
    Market(MarketEvent<'a>),
    /// The venue told us something.
    Report(&'a VenueReport),
    /// What the instrument's venue takes there has changed.
    Venue {
        /// Where.
        instrument: InstrumentNo,
        /// What it takes from now on.
        state: VenueState,
    },
    /// How far off our measure of the venues' clocks may be: the worst of them.
    Clock {
        /// Half the round trip it was measured over.
        uncertainty: Nanos,
    },
    /// Every record up to this count (of those this engine gave out) is on disk.
    Durable {
        /// How many records.
        records: u64,
    },
    /// Time has passed: see what is overdue.
    Timer,
    /// A person, or a part of the platform, wants the state changed.
    Command(Command),
    /// The runtime has measured something about itself.
    Watch(Watch),
    /// A venue told what its wallets hold, and what moved them.
    Statement(Venue, &'a Statement),
    /// What is decided began or stopped being written down.
    Audit(Audit),
}

/// Whether what is decided can be written down. New risk is taken only while it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// It is.
    Written,
    /// The event log or the audit does not take it.
    Unwritten,
    /// The journal has nothing but its reserve left, which is for HOLD and cancels.
    JournalFull,
}

/// A change of state that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin this run: ask the venue about everything that is in doubt.
    Start {
        /// The fencing epoch of this run.
        epoch: u32,
    },
    /// No new orders; cancel the open ones.
    Hold(TransitionCause, String),
    /// Trade, if every check passes.
    Resume(String),
    /// No new orders until re-armed; cancel the open ones.
    Kill(TransitionCause, String),
    /// Back from KILLED into HOLD.
    Rearm(String),
    /// What the venues say their wallets hold is right: those that differ start anew with it.
    AcceptBalances,
    /// Write down what the state is here.
    Checkpoint,
}
