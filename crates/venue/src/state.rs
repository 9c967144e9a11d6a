//! What a venue and each of its instruments may be asked right now.

use std::collections::BTreeMap;

use aurora_model::InstrumentNo;
pub use aurora_model::VenueState;

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
    use super::*;

    const BTC: Option<InstrumentNo> = Some(InstrumentNo(0));

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
