//! What the engine asks its runtime to do, in the order it must be done.

use aurora_exec::Purpose;
use aurora_gate::Decision;
use aurora_ledger::Booking;
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Lots, Nanos, Reason, Side, Ticks, TradingState,
    TransitionCause, VenueRequest,
};

use crate::alert::AlertCode;
use crate::guard::Step;
use crate::record::Stamped;

/// The engine's requests from one input. The runtime reuses it: clear, apply, carry out.
///
/// Records are appended first, in order. Requests may leave at once: an order's placing only appears
/// here after its intent was reported durable.
#[derive(Debug, Default)]
pub struct Effects {
    /// To append to the journal.
    pub records: Vec<Stamped>,
    /// To send to the venue.
    pub requests: Vec<VenueRequest>,
    /// For logs, metrics and screens; nothing depends on them.
    pub notices: Vec<Notice>,
}

impl Effects {
    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.records.clear();
        self.requests.clear();
        self.notices.clear();
    }
}

/// Something worth showing.
#[derive(Clone, Debug)]
pub enum Notice {
    /// An intent was judged.
    Decided(Box<Judgement>),
    /// An order took a step.
    Order(ClientOrderId),
    /// A fill was booked.
    Filled(Fill, Booking),
    /// The trading state changed.
    State {
        /// Before.
        from: TradingState,
        /// After.
        to: TradingState,
        /// Why.
        cause: TransitionCause,
        /// In a person's words.
        reason: String,
    },
    /// Something is wrong that a person should see.
    Alert {
        /// Which kind.
        code: AlertCode,
        /// What happened.
        detail: String,
    },
}

/// One intent and what was decided about it, with everything that was looked at.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// UUIDv7.
    pub id: u128,
    /// When.
    pub at: Nanos,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which way.
    pub side: Side,
    /// At what price.
    pub price: Ticks,
    /// How much.
    pub qty: Lots,
    /// Why it was wanted.
    pub purpose: Purpose,
    /// Why it may not pass; `None` when it may.
    pub denial: Option<Reason>,
    /// The desk's own checks, in order.
    pub guards: Vec<Step>,
    /// The gate's answer; `None` for an exit, which the gate does not judge.
    pub gate: Option<Decision>,
    /// The order it became.
    pub order: Option<ClientOrderId>,
}
