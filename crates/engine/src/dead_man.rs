//! The venues' dead-man switches, armed anew by the engine's own tick: when it stands still, they fire.

use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TransitionCause, VenueRequest};

use crate::effect::Effects;
use crate::engine::Engine;

/// Armed so many times within the time it takes to fire, so that one lost request does no harm.
const TIMES: i64 = 3;

impl<W: Stopwatch> Engine<W> {
    /// Arms the switches while anything of ours is or may come to be open, and disarms them after.
    ///
    /// One word at a time: venues take one a second, and a word to disarm that had to wait for room could reach the
    /// venue after an order that relies on the switch. So it is said when the next arming would be due, not before.
    pub(crate) fn hold_the_dead_man(&mut self, at: Nanos, effects: &mut Effects) {
        let Some(after) = self.settings.dead_man else { return };
        let is_exposed = self.status.state.may_open() || self.orders.live_count() > 0;
        let ends = self.status.cause == TransitionCause::Shutdown && !is_exposed;
        if self.rearm_at.is_some_and(|due| at < due) && !ends {
            return;
        }
        if is_exposed {
            self.rearm_at = Some(at + Nanos(after.0 / TIMES));
            effects.requests.push(VenueRequest::DeadMan { after: Some(after) });
        } else if self.rearm_at.take().is_some() {
            effects.requests.push(VenueRequest::DeadMan { after: None });
        }
    }
}
