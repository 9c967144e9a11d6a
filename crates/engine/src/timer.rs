//! What time alone brings: overdue answers, a new day, a checkpoint, and RUN once every check passes.

use aurora_exec::Chase;
use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TradingState, TransitionCause, VenueRequest};
use aurora_planted::{Bug, active};

use crate::effect::{Effects, Notice};
use crate::engine::Engine;
use crate::market::Market;
use crate::record::Record;

/// How often the engine wants to be told the time.
const TIMER: Nanos = Nanos(50_000_000);

/// The UTC day since 1970.
pub(crate) const fn day_of(at: Nanos) -> i64 {
    at.0.div_euclid(86_400 * 1_000_000_000)
}

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn on_timer(&mut self, at: Nanos, effects: &mut Effects) {
        self.timer_at = at + TIMER;
        self.forget_sent(at);
        self.chase(at, effects);
        self.new_day(at, effects);
        self.look_again(at, effects);
        self.ask_for_statements(at, effects);
        if !self.status.state.may_open() {
            self.cancel_open(at, effects);
        }
        let waiting_to_run = self.status.state == TradingState::Hold
            && self.status.cause == TransitionCause::Start
            && self.settings.auto_run;
        if waiting_to_run && self.checks(at).iter().all(|(_, ok)| *ok) {
            self.go(at, TradingState::Run, TransitionCause::ChecksPassed, String::new(), effects);
        }
        self.hold_the_dead_man(at, effects);
        if self.checkpoint_at <= at {
            self.checkpoint(at, effects);
        }
    }

    fn chase(&mut self, at: Nanos, effects: &mut Effects) {
        let mut chases = std::mem::take(&mut self.chases);
        self.orders.overdue(at, &mut chases);
        for chase in chases.drain(..) {
            match chase {
                Chase::Doubt(id, _) => {
                    self.record(at, Record::Doubted { id }, effects);
                    if active(Bug::ResendOnTimeout) {
                        self.send_again(id, effects);
                    }
                    if active(Bug::TimeoutIsRejection) {
                        self.give_up(at, id, effects);
                    }
                    effects.notices.push(Notice::Order(id));
                }
                Chase::Query(id, instrument) => {
                    effects.requests.push(VenueRequest::Query { id, instrument });
                }
                Chase::Unresolved(id, instrument) => self.unresolved(at, id, instrument, effects),
                Chase::Cancel(id, instrument) => {
                    self.record(at, Record::CancelAsked { id }, effects);
                    effects.requests.push(VenueRequest::Cancel { id, instrument });
                }
            }
        }
        self.chases = chases;
    }

    fn new_day(&mut self, at: Nanos, effects: &mut Effects) {
        let day = day_of(at);
        // A clock that goes back over midnight gives nobody a fresh day.
        if day <= self.day {
            return;
        }
        let first = self.day == i64::MIN;
        self.day = day;
        self.turnover.see(at);
        if !first {
            self.record_marks(at, effects);
            self.record(at, Record::Day, effects);
            self.start_day(at);
        }
    }

    pub(crate) fn start_day(&mut self, at: Nanos) {
        self.ledger.start_day();
        self.turnover.start_day(at, self.ledger.net());
    }

    pub(crate) fn checkpoint(&mut self, at: Nanos, effects: &mut Effects) {
        self.checkpoint_at = at + self.settings.checkpoint_every;
        self.record_marks(at, effects);
        let fingerprint = self.fingerprint();
        self.record(at, Record::Checkpoint { fingerprint }, effects);
        self.see_budget(at, effects);
    }

    fn record_marks(&mut self, at: Nanos, effects: &mut Effects) {
        for place in 0..self.markets.len() {
            let Market { no, marked, .. } = self.markets[place];
            if marked != 0 && self.ledger.position(no).0 != 0 {
                self.record(at, Record::Mark { instrument: no, half_ticks: marked }, effects);
            }
        }
    }
}
