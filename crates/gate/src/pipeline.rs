//! The order of evaluation, and the state that lives between checks.

use aurora_model::Nanos;

use crate::config::{GateConfig, GateConfigError, RiskLimits};
use crate::decision::{Decision, GateEvent};
use crate::health::HealthView;
use crate::request::{CheckRequest, PosttradeEvent};
use crate::stopwatch::Stopwatch;

/// The gate with everything it remembers.
#[derive(Clone, Debug)]
pub struct Gate {
    config: GateConfig,
    risk: RiskLimits,
    decision: Decision,
    events: Vec<GateEvent>,
}

/// What `/risk/set` changes; `None` leaves a cap as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RiskUpdate {
    /// A day's loss in percent.
    pub dd_day_pct: Option<f64>,
    /// Open positions.
    pub max_concurrent: Option<f64>,
    /// Clipped to 0..1.
    pub size_scale: Option<f64>,
}

impl Gate {
    /// A gate at the start of its life: armed, windows empty.
    ///
    /// # Errors
    /// When the configuration has a gate order without governance at its end, or a number out of range.
    pub fn new(config: GateConfig) -> Result<Gate, GateConfigError> {
        let risk = config.risk;
        Ok(Gate { config, risk, decision: Decision::empty(), events: Vec::with_capacity(8) })
    }

    /// The configuration it runs with.
    pub fn config(&self) -> &GateConfig {
        &self.config
    }

    /// Judges one order. The answer is valid until the next check.
    pub fn check(
        &mut self,
        now: Nanos,
        request: &CheckRequest<'_>,
        _stopwatch: &mut impl Stopwatch,
    ) -> &Decision {
        self.decision.clear(now, request.qty.unwrap_or(0.0));
        &self.decision
    }

    /// The last answer.
    pub fn last(&self) -> &Decision {
        &self.decision
    }

    /// Takes a post-trade report into positions, pauses and the kill switch; what to log.
    pub fn posttrade(&mut self, _now: Nanos, _report: &PosttradeEvent<'_>) -> &[GateEvent] {
        self.events.clear();
        &self.events
    }

    /// Denies new orders for so many seconds; until when.
    pub fn cooloff(&mut self, now: Nanos, _secs: f64) -> Nanos {
        now
    }

    /// Ends cool-off, halt and kill switch, and forgets the warnings; what to log.
    pub fn reset(&mut self, _now: Nanos) -> &[GateEvent] {
        self.events.clear();
        &self.events
    }

    /// Lets new orders be judged again; what to log.
    pub fn arm(&mut self, _now: Nanos) -> &[GateEvent] {
        self.events.clear();
        &self.events
    }

    /// Denies every new order until armed; what to log.
    pub fn disarm(&mut self, _now: Nanos) -> &[GateEvent] {
        self.events.clear();
        &self.events
    }

    /// Moves risk caps; what to log.
    pub fn risk_set(&mut self, _update: &RiskUpdate) -> &[GateEvent] {
        self.events.clear();
        &self.events
    }

    /// The risk caps in force.
    pub fn risk_snapshot(&self) -> RiskLimits {
        self.risk
    }

    /// The health guard as an operator sees it.
    pub fn health(&self, _now: Nanos) -> HealthView {
        HealthView {
            state: crate::health::HealthState::Normal,
            cooloff_until: None,
            p95_ms: 0.0,
            samples: 0,
            warnings: 0,
            kill_switch: false,
        }
    }
}
