//! What a venue and each of its instruments may be asked right now.

use std::collections::BTreeMap;

use aurora_model::{InstrumentNo, TimeInForce};
use aurora_wire::{Ask, SymbolStatus};

/// The state of a venue or of one instrument there, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum VenueState {
    /// Everything is taken.
    #[default]
    Normal,
    /// It works, but badly: slow, pushing back, or one of its paths is down. Everything is still taken.
    Degraded,
    /// Only orders that rest are taken: the window after a halt or a listing.
    PostOnlyWindow,
    /// Orders may be cancelled and positions reduced; nothing new.
    CancelOnly,
    /// What we know of it is not to be trusted: books or account are not whole. Cancels only.
    Quarantine,
    /// It is closed, or about to close: cancels only.
    Maintenance,
}

impl VenueState {
    /// The word in records and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            VenueState::Normal => "NORMAL",
            VenueState::Degraded => "DEGRADED",
            VenueState::PostOnlyWindow => "POST_ONLY",
            VenueState::CancelOnly => "CANCEL_ONLY",
            VenueState::Quarantine => "QUARANTINE",
            VenueState::Maintenance => "MAINTENANCE",
        }
    }

    /// Whether a new order may leave in this state.
    pub const fn takes(self, time_in_force: TimeInForce, reduce_only: bool) -> bool {
        match self {
            VenueState::Normal | VenueState::Degraded => true,
            VenueState::PostOnlyWindow => matches!(time_in_force, TimeInForce::PostOnly),
            VenueState::CancelOnly => reduce_only,
            VenueState::Quarantine | VenueState::Maintenance => false,
        }
    }

    /// Whether the request may leave in this state. Cancels and questions always may.
    pub fn may(self, ask: &Ask) -> bool {
        match ask {
            Ask::Place(placement) => {
                self.takes(placement.intent.time_in_force, placement.intent.reduce_only)
            }
            Ask::PlaceMany(placements) => {
                placements.iter().all(|p| self.takes(p.intent.time_in_force, p.intent.reduce_only))
            }
            Ask::Amend(_) | Ask::AmendMany(_) => self <= VenueState::PostOnlyWindow,
            _ => true,
        }
    }
}

impl From<SymbolStatus> for VenueState {
    fn from(status: SymbolStatus) -> VenueState {
        match status {
            SymbolStatus::Trading => VenueState::Normal,
            SymbolStatus::PostOnly => VenueState::PostOnlyWindow,
            SymbolStatus::CancelOnly => VenueState::CancelOnly,
            SymbolStatus::Halted | SymbolStatus::Upcoming | SymbolStatus::Closed => {
                VenueState::Maintenance
            }
        }
    }
}

/// Why a venue or an instrument is not normal. Each cause comes and goes on its own; the worst one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The venue's own word about the instrument.
    Status,
    /// A window of the maintenance calendar, or the minutes before it.
    Calendar,
    /// The venue pushes back or bans us.
    Limits,
    /// The private side is not ready.
    Account,
    /// No view's book is whole and fresh.
    Market,
    /// A key or account was refused.
    Refused,
    /// An operator said so.
    Operator,
}

/// A state that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// Of which instrument; `None` for the whole venue.
    pub instrument: Option<InstrumentNo>,
    /// Before.
    pub from: VenueState,
    /// Now.
    pub to: VenueState,
    /// The cause that came or went.
    pub cause: Cause,
}

/// The states of a venue and its instruments, by cause.
#[derive(Clone, Debug, Default)]
pub struct States {
    causes: BTreeMap<(Option<InstrumentNo>, Cause), VenueState>,
}

impl States {
    /// Sets what a cause makes of the venue or an instrument; [`VenueState::Normal`] takes the cause away.
    pub fn set(
        &mut self,
        instrument: Option<InstrumentNo>,
        cause: Cause,
        state: VenueState,
    ) -> Option<StateChange> {
        let from = self.own(instrument);
        match state {
            VenueState::Normal => self.causes.remove(&(instrument, cause)),
            _ => self.causes.insert((instrument, cause), state),
        };
        let to = self.own(instrument);
        (from != to).then_some(StateChange { instrument, from, to, cause })
    }

    /// The state that counts for an instrument: the worse of its own and the venue's.
    pub fn of(&self, instrument: InstrumentNo) -> VenueState {
        self.own(None).max(self.own(Some(instrument)))
    }

    /// The state of the venue as a whole.
    pub fn venue(&self) -> VenueState {
        self.own(None)
    }

    /// Every instrument or the venue that is not normal, with its causes.
    pub fn causes(&self) -> impl Iterator<Item = (Option<InstrumentNo>, Cause, VenueState)> {
        self.causes.iter().map(|(&(instrument, cause), &state)| (instrument, cause, state))
    }

    fn own(&self, instrument: Option<InstrumentNo>) -> VenueState {
        let own = self.causes.iter().filter(|((whose, _), _)| *whose == instrument);
        own.map(|(_, state)| *state).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const BTC: Option<InstrumentNo> = Some(InstrumentNo(0));

    #[test]
    fn what_may_leave_in_each_state() {
        let mut table = String::new();
        for state in [
            VenueState::Normal,
            VenueState::Degraded,
            VenueState::PostOnlyWindow,
            VenueState::CancelOnly,
            VenueState::Quarantine,
            VenueState::Maintenance,
        ] {
            let kinds = [
                ("limit", state.takes(TimeInForce::Gtc, false)),
                ("post-only", state.takes(TimeInForce::PostOnly, false)),
                ("reduce-only", state.takes(TimeInForce::Ioc, true)),
                ("cancel", state.may(&Ask::CancelAll(None))),
            ];
            let may: Vec<_> = kinds.iter().filter(|kind| kind.1).map(|kind| kind.0).collect();
            table += &format!("{:12} {}\n", state.code(), may.join(", "));
        }
        expect![[r#"
            NORMAL       limit, post-only, reduce-only, cancel
            DEGRADED     limit, post-only, reduce-only, cancel
            POST_ONLY    post-only, cancel
            CANCEL_ONLY  reduce-only, cancel
            QUARANTINE   cancel
            MAINTENANCE  cancel
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn the_worst_cause_counts_and_each_goes_on_its_own() {
        let mut states = States::default();
        let change = states.set(BTC, Cause::Status, VenueState::CancelOnly).unwrap();
        assert_eq!((change.from, change.to), (VenueState::Normal, VenueState::CancelOnly));
        assert_eq!(states.set(BTC, Cause::Market, VenueState::Degraded), None);
        assert_eq!(states.of(InstrumentNo(1)), VenueState::Normal);
        states.set(None, Cause::Calendar, VenueState::Maintenance);
        assert_eq!(states.of(InstrumentNo(1)), VenueState::Maintenance);
        states.set(None, Cause::Calendar, VenueState::Normal);
        states.set(BTC, Cause::Status, VenueState::Normal);
        assert_eq!(states.of(InstrumentNo(0)), VenueState::Degraded);
    }
}
