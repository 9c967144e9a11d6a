//! What the runtime measures about itself: the desk's own health, told as input and judged here.
//!
//! A measurement comes with its limit; at the limit is within it. What is a moment (the process stood
//! still, the clock jumped) holds the desk and has the account compared anew; what lasts (skew, a slow
//! disk, builds that differ, a key that may do too much) also keeps its check closed until a measurement is within its limit again.

use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TradingState, TransitionCause, VenueRequest};

use crate::alert::AlertCode;
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
    /// Whether no key of the desk may move money out; whose may, in words.
    Keys(Result<(), String>),
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
    pub(crate) keys_ok: bool,
}

impl Default for Watched {
    fn default() -> Watched {
        Watched { skew_ok: true, disk_ok: true, builds_ok: true, keys_ok: true }
    }
}

impl Watch {
    /// What is wrong by it, in words; `None` while it is within its limit.
    fn problem(&self) -> Option<String> {
        let (measure, what) = match self {
            Watch::Pause(gap) => (gap, "the process stood still for"),
            Watch::Jump(by) => (by, "the wall clock moved by"),
            Watch::Skew(skew) => (skew, "our clock differs from a venue's by"),
            Watch::Commits(p99) => (p99, "99 of 100 commits to disk take up to"),
            Watch::Builds(fine) | Watch::Keys(fine) => return fine.clone().err(),
        };
        (!measure.is_within()).then(|| measure.words(what))
    }

    /// What it is called, as an alert and as the cause of a stop.
    const fn names(&self) -> (AlertCode, TransitionCause) {
        match self {
            Watch::Pause(_) => (AlertCode::Paused, TransitionCause::Pause),
            Watch::Jump(_) => (AlertCode::ClockJumped, TransitionCause::Clock),
            Watch::Skew(_) => (AlertCode::ClockSkew, TransitionCause::Clock),
            Watch::Commits(_) => (AlertCode::SlowDisk, TransitionCause::Disk),
            Watch::Builds(_) => (AlertCode::MixedBuilds, TransitionCause::Build),
            Watch::Keys(_) => (AlertCode::KeyMayWithdraw, TransitionCause::Venue),
        }
    }
}

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn on_watch(&mut self, at: Nanos, watch: &Watch, effects: &mut Effects) {
        let problem = watch.problem();
        match watch {
            Watch::Pause(_) | Watch::Jump(_) => {}
            Watch::Skew(_) => self.watched.skew_ok = problem.is_none(),
            Watch::Commits(_) => self.watched.disk_ok = problem.is_none(),
            Watch::Builds(_) => self.watched.builds_ok = problem.is_none(),
            Watch::Keys(_) => self.watched.keys_ok = problem.is_none(),
        }
        let Some(reason) = problem else { return };
        let (code, cause) = watch.names();
        let is_a_moment = matches!(watch, Watch::Pause(_) | Watch::Jump(_));
        // One that does not trade is kept from it by the check.
        if !self.started || (!is_a_moment && self.status.state != TradingState::Run) {
            return;
        }
        effects.notices.push(Notice::Alert { code, detail: reason.clone() });
        // A start has let nothing out yet: it goes on by itself, once it has looked again.
        let is_starting = self.status.cause == TransitionCause::Start;
        if self.status.state != TradingState::Killed && !is_starting {
            self.go(at, TradingState::Hold, cause, reason, effects);
        }
        if is_a_moment {
            self.look_at_the_account(effects);
        }
    }

    /// What was known is from before: has the account compared anew.
    fn look_at_the_account(&mut self, effects: &mut Effects) {
        self.reconciliation = Reconciliation::Awaited;
        self.swept_from = self.last_fill_at;
        effects.requests.push(VenueRequest::Sweep { since: self.swept_from });
    }
}
