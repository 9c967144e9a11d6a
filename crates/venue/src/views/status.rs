//! What is told about the views: what happened, how each stands, and how often.

use aurora_model::{InstrumentNo, Nanos};

/// What happened among the views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewEvent {
    /// A view is not trusted for now; so far behind.
    Quarantined {
        /// Which view.
        view: u8,
        /// Of which instrument.
        instrument: InstrumentNo,
        /// How far behind the others it was.
        behind: Nanos,
    },
    /// It is trusted again.
    Released {
        /// Which view.
        view: u8,
        /// Of which instrument.
        instrument: InstrumentNo,
    },
    /// Another view leads.
    Failover {
        /// Of which instrument.
        instrument: InstrumentNo,
        /// Who led.
        from: u8,
        /// Who leads.
        to: u8,
    },
    /// No view has news of it: what the desk has is stale. A snapshot follows when there is news again.
    Stale(InstrumentNo),
    /// News came again, so long after.
    Fresh(InstrumentNo, Nanos),
}

/// How a view of an instrument stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewStatus {
    /// Which view.
    pub view: u8,
    /// Of which instrument.
    pub instrument: InstrumentNo,
    /// It leads.
    pub leads: bool,
    /// Its book is whole.
    pub is_whole: bool,
    /// It is quarantined.
    pub quarantined: bool,
    /// How long ago it last spoke; `None` when it never did.
    pub age: Option<Nanos>,
    /// Smoothed delay between the venue's stamp and our receiving it (`feed_lag_ms`); includes the clocks' offset.
    pub lag: Nanos,
}

/// Counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewCounts {
    /// `quarantine_events_total`
    pub quarantines: u64,
    /// `protocol_failover_total`
    pub failovers: u64,
    /// Trades that came twice and were dropped.
    pub repeated_trades: u64,
    /// Events dropped because the desk lagged; a snapshot followed.
    pub coalesced: u64,
}
