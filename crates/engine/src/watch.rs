//! What the runtime measures about itself: the desk's own health, told as input and judged here.
//!
//! A measurement comes with its limit; at the limit is within it. What is a moment (the process stood
//! still, the clock jumped) holds the desk and has the account compared anew; what lasts (skew, a slow
//! disk, builds that differ) also keeps its check closed until a measurement is within its limit again.

use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TradingState, TransitionCause, VenueRequest};

use crate::effect::{Effects, Notice};
use crate::engine::Engine;
use crate::reconcile::Reconciliation;

/// One measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Between two turns of the desk's loop that much time passed.
    Pause(Measure),
    /// The wall clock moved by that much against the monotonic one, either way.
    Jump(Measure),
    /// Our clock and a venue's differ by that much, either way: the worst of them.
    Skew(Measure),
    /// 99 of 100 commits to disk took at most that long.
    Commits(Measure),
    /// Whether every process of the desk is of one build; who is not, in words.
    Builds(Result<(), String>),
}

/// How long, and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Zero or above.
    pub span: Nanos,
    /// The limit.
    pub limit: Nanos,
}

impl Measure {
    fn is_within(self) -> bool {
        self.span <= self.limit
    }

    fn words(self, what: &str) -> String {
        let millis = |span: Nanos| span.0 / 1_000_000;
        format!("{what} {} ms, the limit is {} ms", millis(self.span), millis(self.limit))
    }
}

/// Which of the lasting measurements are good. What nobody has measured yet is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) skew_ok: bool,
    pub(crate) disk_ok: bool,
    pub(crate) builds_ok: bool,
}

impl Default for Watched {
    fn default() -> Watched {
        Watched { skew_ok: true, disk_ok: true, builds_ok: true }
    }
}

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn on_watch(&mut self, at: Nanos, watch: &Watch, effects: &mut Effects) {
        match watch {
            Watch::Pause(gap) if !gap.is_within() => {
                let reason = gap.words("the process stood still for");
                self.stop_and_look_again(
                    at,
                    (TransitionCause::Pause, "PROCESS_PAUSED"),
                    reason,
                    effects,
                );
            }
            Watch::Jump(by) if !by.is_within() => {
                let reason = by.words("the wall clock moved by");
                self.stop_and_look_again(
                    at,
                    (TransitionCause::Clock, "CLOCK_JUMPED"),
                    reason,
                    effects,
                );
            }
            Watch::Pause(_) | Watch::Jump(_) => {}
            Watch::Skew(skew) => {
                self.watched.skew_ok = skew.is_within();
                if !skew.is_within() {
                    let reason = skew.words("our clock differs from a venue's by");
                    self.stop(at, (TransitionCause::Clock, "CLOCK_SKEW"), reason, effects);
                }
            }
            Watch::Commits(p99) => {
                self.watched.disk_ok = p99.is_within();
                if !p99.is_within() {
                    let reason = p99.words("99 of 100 commits to disk take up to");
                    self.stop(at, (TransitionCause::Disk, "SLOW_DISK"), reason, effects);
                }
            }
            Watch::Builds(same) => {
                self.watched.builds_ok = same.is_ok();
                if let Err(different) = same {
                    let cause = (TransitionCause::Build, "MIXED_BUILDS");
                    self.stop(at, cause, different.clone(), effects);
                }
            }
        }
    }

    /// Holds a desk that trades. One that does not is kept from it by the check.
    fn stop(
        &mut self,
        at: Nanos,
        (cause, code): (TransitionCause, &'static str),
        reason: String,
        effects: &mut Effects,
    ) {
        if self.status.state == TradingState::Run {
            effects.notices.push(Notice::Alert { code, detail: reason.clone() });
            self.go(at, TradingState::Hold, cause, reason, effects);
        }
    }

    /// Holds until a person resumes, takes back what has not left, and has the account compared anew:
    /// what was known is from before.
    fn stop_and_look_again(
        &mut self,
        at: Nanos,
        (cause, code): (TransitionCause, &'static str),
        reason: String,
        effects: &mut Effects,
    ) {
        if !self.started {
            return;
        }
        effects.notices.push(Notice::Alert { code, detail: reason.clone() });
        let is_held_by_a_person = self.status.state == TradingState::Killed;
        // A start has let nothing out yet: it goes on by itself, once it has looked again.
        let is_starting = self.status.cause == TransitionCause::Start;
        if !is_held_by_a_person && !is_starting {
            self.go(at, TradingState::Hold, cause, reason, effects);
        }
        self.reconciliation = Reconciliation::Awaited;
        self.swept_from = self.last_fill_at;
        effects.requests.push(VenueRequest::Sweep { since: self.swept_from });
    }
}
