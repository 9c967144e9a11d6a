//! Gate: the p95 of recent latencies. A warning cools the gate off, a repeated one halts it.

use std::collections::VecDeque;

use aurora_model::{EventCode, Nanos, Reason, ReasonCode};

use crate::config::HealthConfig;
use crate::decision::{Decision, Detail};
use crate::finding::Finding;
use crate::percentile::TimeWindow;

/// Warnings are counted over so long.
const WARNING_SPAN: Nanos = Nanos(300 * Nanos::SECOND.0);

/// What the health guard does with new orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HealthState {
    /// Nothing.
    #[default]
    Normal,
    /// Denies them until a moment.
    Cooloff,
    /// Denies them until an operator resets.
    Halt,
    /// Denies them until an operator arms.
    Disarmed,
}

impl HealthState {
    /// The word in answers, logs and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            HealthState::Normal => "NORMAL",
            HealthState::Cooloff => "COOLOFF",
            HealthState::Halt => "HALT",
            HealthState::Disarmed => "DISARMED",
        }
    }
}

/// The health guard as an operator sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HealthView {
    /// What new orders meet.
    pub state: HealthState,
    /// Until when, while cooling off.
    pub cooloff_until: Option<Nanos>,
    /// The p95 over the window, in milliseconds; zero when empty.
    pub p95_ms: f64,
    /// Samples in the window.
    pub samples: usize,
    /// Warnings in the last 300 s.
    pub warnings: usize,
    /// Whether governance has halted trading: a reject storm, or the kill-switch window.
    pub governance_halt: bool,
}

/// The window of latencies and what followed from it.
#[derive(Clone, Debug)]
pub(crate) struct HealthGuard {
    config: HealthConfig,
    window: TimeWindow,
    warnings: VecDeque<Nanos>,
    cooloff_until: Option<Nanos>,
    halted: bool,
    disarmed: bool,
}

impl HealthGuard {
    pub(crate) fn new(config: HealthConfig) -> HealthGuard {
        HealthGuard {
            config,
            window: TimeWindow::new(95.0, seconds(config.window_s), config.max_samples),
            warnings: VecDeque::with_capacity(config.halt_repeats as usize + 1),
            cooloff_until: None,
            halted: false,
            disarmed: false,
        }
    }

    /// Records one latency, and escalates when the p95 is above the guard.
    pub(crate) fn check(
        &mut self,
        decision: &mut Decision,
        now: Nanos,
        latency_ms: f64,
    ) -> Finding {
        self.window.push(now, latency_ms);
        let p95_ms = self.window.percentile();
        let guard_ms = self.config.guard_ms;
        if p95_ms > guard_ms {
            self.warn(now);
            decision.raise(
                EventCode::HealthLatencyP95High,
                &[
                    ("p95_ms", Detail::Number(p95_ms)),
                    ("limit_ms", Detail::Number(guard_ms)),
                    ("state", Detail::Word(self.state(now).word())),
                ],
            );
        }
        let denies = self.deny(decision, now, p95_ms);
        Finding::new(denies, p95_ms, guard_ms)
    }

    /// Denies what is still allowed while disarmed, halted or cooling off; whether any such state holds.
    pub(crate) fn deny(&self, decision: &mut Decision, now: Nanos, p95_ms: f64) -> bool {
        let state = self.state(now);
        let code = match state {
            HealthState::Normal => return false,
            HealthState::Disarmed => ReasonCode::LatencyDisarmed,
            HealthState::Halt => ReasonCode::LatencyHalt,
            HealthState::Cooloff => ReasonCode::LatencyCooloff,
        };
        if !decision.allow {
            return true;
        }
        let left_ms = self.cooloff_left_ms(now);
        let reason = Reason::with(code, left_ms as f64, 0.0);
        decision.note(reason);
        decision.block(reason);
        decision.hard_gate = state != HealthState::Cooloff;
        decision.cooldown_ms = left_ms;
        decision.raise(
            EventCode::Escalation,
            &[("state", Detail::Word(state.word())), ("p95_ms", Detail::Number(p95_ms))],
        );
        true
    }

    /// One warning: halts when already cooling off or repeated too often, else cools off.
    fn warn(&mut self, now: Nanos) {
        while self.warnings.front().is_some_and(|at| *at < now - WARNING_SPAN) {
            self.warnings.pop_front();
        }
        // Once there are enough to halt, older ones add nothing.
        if self.warnings.len() > self.config.halt_repeats as usize {
            self.warnings.pop_front();
        }
        self.warnings.push_back(now);
        if self.is_cooling_off(now) || self.warnings.len() >= self.config.halt_repeats as usize {
            self.halted = true;
        } else {
            self.cooloff_until = Some(now + seconds(self.config.cooloff_base_s));
        }
    }

    /// Cools off for so many seconds because an operator says so; until when.
    pub(crate) fn cooloff(&mut self, now: Nanos, secs: f64) -> Nanos {
        let until = now + seconds(secs);
        self.cooloff_until = Some(until);
        until
    }

    /// Ends cool-off and halt and forgets the warnings. The window and the arming stay.
    pub(crate) fn reset(&mut self) {
        self.cooloff_until = None;
        self.halted = false;
        self.warnings.clear();
    }

    pub(crate) fn arm(&mut self, armed: bool) {
        self.disarmed = !armed;
    }

    pub(crate) fn state(&self, now: Nanos) -> HealthState {
        if self.disarmed {
            HealthState::Disarmed
        } else if self.halted {
            HealthState::Halt
        } else if self.is_cooling_off(now) {
            HealthState::Cooloff
        } else {
            HealthState::Normal
        }
    }

    pub(crate) fn view(&self, now: Nanos, governance_halt: bool) -> HealthView {
        let recent = self.warnings.iter().filter(|at| now - WARNING_SPAN <= **at).count();
        HealthView {
            state: self.state(now),
            cooloff_until: self.cooloff_until.filter(|until| now < *until),
            p95_ms: self.p95_ms(),
            samples: self.window.len(),
            warnings: recent,
            governance_halt,
        }
    }

    pub(crate) fn p95_ms(&self) -> f64 {
        self.window.percentile()
    }

    fn is_cooling_off(&self, now: Nanos) -> bool {
        self.cooloff_until.is_some_and(|until| now < until)
    }

    /// Until an automatic end; zero when only an operator can end it.
    fn cooloff_left_ms(&self, now: Nanos) -> i64 {
        match (self.state(now), self.cooloff_until) {
            (HealthState::Cooloff, Some(until)) => millis_up(until - now),
            _ => 0,
        }
    }
}

/// A span of so many seconds, below zero counting as zero.
pub(crate) fn seconds(secs: f64) -> Nanos {
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    Nanos((secs.max(0.0) * 1e9) as i64)
}

/// Milliseconds of a span, rounded up so that waiting them is enough.
pub(crate) fn millis_up(span: Nanos) -> i64 {
    (span + Nanos(999_999)).millis().max(0)
}
