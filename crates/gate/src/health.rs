//! Gate: the p95 of recent latencies, with cool-off and halt.

use aurora_model::Nanos;

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
    /// Whether the kill-switch window has halted trading.
    pub kill_switch: bool,
}
