//! What a line and a desk say to each other.

use std::collections::BTreeSet;

use aurora_model::{ClientOrderId, InstrumentNo, Lots, Nanos, Venue, VenueReport};
use aurora_signer::Told;
use aurora_wire::{Ask, AskNo, Note, Placement, Rules};

use super::MarketBatch;
use crate::drop_copy::{DropCopyCounts, Finding};
use crate::governor::GovernorSnapshot;
use crate::heartbeat::Heart;
use crate::lifecycle::LifecycleCounts;
use crate::maintenance::{Alert, Window};
use crate::state::{Cause, StateChange, VenueState};
use crate::views::{ViewCounts, ViewEvent, ViewStatus};

/// Which session said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A market session.
    View(u8),
    /// The account session.
    Account,
}

/// One message to the desk.
#[derive(Debug)]
pub enum FromVenue {
    /// Market data of the leading views, oldest first. When the desk lags, whole books come instead of what it
    /// missed; nothing else is ever left out.
    Market(MarketBatch),
    /// About our orders; never dropped.
    Report(VenueReport),
    /// Something a session has to say.
    Note(Source, Note),
    /// Something the line itself has to say.
    Event(LineEvent),
    /// How everything stands: every [`super::Settings::status_every`].
    Status(Box<LineStatus>),
    /// The line has stopped; why. The last message.
    Stopped(String),
}

/// Something the line itself has to say.
#[derive(Clone, Debug, PartialEq)]
pub enum LineEvent {
    /// Among the views: quarantine, failover, staleness.
    View(ViewEvent),
    /// A fill came by one path only, or differently. One the first path missed also comes as a report.
    DropCopy(Finding),
    /// A side was silent for so long; whether everything was asked to be cancelled (`AUTO_CANCEL_ON_HB`).
    HeartbeatMissed(Heart, Nanos, bool),
    /// The venue or an instrument changed its state.
    State(StateChange),
    /// Maintenance is near.
    Maintenance(Alert),
    /// An order was not sent, and why in words; its refusal comes as a report too.
    NotSent(ClientOrderId, String),
    /// Nobody signed a call or a login, so nothing left; the signer's code and words.
    NotSigned(Told),
    /// The venue pushes back: pause, and whether it is a ban.
    PushedBack(Nanos, bool),
    /// An instrument's rules changed; these hold now.
    Rules(Box<Rules>),
}

/// A word of the desk to its line that is no question to the venue.
#[derive(Clone, Debug, PartialEq)]
pub enum LineCommand {
    /// The maintenance windows that are known now; those before are forgotten.
    Calendar(Vec<Window>),
    /// An operator sets a state, or takes it back with [`VenueState::Normal`].
    Operator(Option<InstrumentNo>, VenueState),
    /// The position in an instrument as the desk knows it, for reduce-only checks.
    Position(InstrumentNo, Lots),
    /// Cancel that order and place the new one when it is known to be gone; the new quantity is the whole that is
    /// wanted, and what the old order fills comes off it.
    Replace(AskNo, ClientOrderId, Placement),
}

/// How a line stands, for the console.
#[derive(Clone, Debug, PartialEq)]
pub struct LineStatus {
    /// Which venue.
    pub venue: Venue,
    /// When, by our clock.
    pub at: Nanos,
    /// The venue's state.
    pub state: VenueState,
    /// Why the venue or an instrument is not normal.
    pub causes: Vec<(Option<InstrumentNo>, Cause, VenueState)>,
    /// The limits.
    pub governor: GovernorSnapshot,
    /// The views.
    pub views: Vec<ViewStatus>,
    /// What happened among them so far.
    pub view_counts: ViewCounts,
    /// The second path for fills.
    pub drop_copy: DropCopyCounts,
    /// Orders stopped before they left.
    pub lifecycle: LifecycleCounts,
    /// `hb_miss_total`
    pub heartbeat_misses: u64,
    /// The venue's clock minus ours.
    pub clock_offset: Nanos,
    /// The private side is ready.
    pub account_ready: bool,
    /// Connections open now: sockets.
    pub links: u32,
    /// Frames and answers taken in so far.
    pub frames: u64,
    /// Calls under way.
    pub calls: u32,
    /// Messages that wait for the desk.
    pub backlog: u32,
    /// Maintenance windows ahead.
    pub windows: Vec<Window>,
}

impl LineStatus {
    /// The state of the venue and its instruments in one word, and the cause that makes it; no cause when it is
    /// [`VenueState::Normal`]. While only some of that many instruments are not normal, the venue is degraded.
    pub fn summary(&self, instruments: usize) -> (VenueState, Option<Why>) {
        summary_of(&self.causes, instruments)
    }
}

/// Whose the cause is, and what it is.
type Why = (Option<InstrumentNo>, Cause);

fn summary_of(
    causes: &[(Option<InstrumentNo>, Cause, VenueState)],
    instruments: usize,
) -> (VenueState, Option<Why>) {
    let worst = |is_venues: bool| {
        causes
            .iter()
            .filter(move |cause| cause.0.is_none() == is_venues)
            .max_by_key(|cause| cause.2)
    };
    if let Some((whose, cause, state)) = worst(true) {
        return (*state, Some((*whose, *cause)));
    }
    let Some((whose, cause, state)) = worst(false) else { return (VenueState::Normal, None) };
    let off: BTreeSet<_> = causes.iter().map(|cause| cause.0).collect();
    let state = if off.len() < instruments { VenueState::Degraded } else { *state };
    (state, Some((*whose, *cause)))
}

/// What goes from the desk's thread to the line's.
#[derive(Debug)]
pub(crate) enum ToLine {
    Ask(AskNo, Ask),
    Command(LineCommand),
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(causes: &[(Option<u16>, Cause, VenueState)]) -> (VenueState, Option<Cause>) {
        let of = |no: &Option<u16>| no.map(InstrumentNo);
        let causes: Vec<_> =
            causes.iter().map(|(no, cause, state)| (of(no), *cause, *state)).collect();
        let (state, cause) = summary_of(&causes, 2);
        (state, cause.map(|(_, cause)| cause))
    }

    #[test]
    fn a_state_comes_with_the_cause_that_makes_it() {
        use VenueState::{CancelOnly, Degraded, Normal, Quarantine};
        assert_eq!(summary(&[]), (Normal, None));
        let of_venue = [(None, Cause::Limits, Degraded), (None, Cause::Account, Quarantine)];
        assert_eq!(summary(&of_venue), (Quarantine, Some(Cause::Account)));
        let stale = [(Some(0), Cause::Market, CancelOnly), (Some(1), Cause::Market, CancelOnly)];
        assert_eq!(summary(&stale[..1]), (Degraded, Some(Cause::Market)));
        assert_eq!(summary(&stale), (CancelOnly, Some(Cause::Market)));
    }
}
