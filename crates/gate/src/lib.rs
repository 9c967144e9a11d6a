//! The pre-trade gate: every order is judged here before it may leave.
//!
//! Sans-IO: the caller brings time and requests, the gate returns verdicts and the events to log.
//! The same inputs in the same order always give the same verdicts, so any refusal can be replayed.

pub mod calibrate;
pub mod config;
pub mod decision;
pub mod health;
mod pipeline;
pub mod request;
pub mod stopwatch;

pub use calibrate::{CalibrateError, Calibrator};
pub use config::{Compat, GateConfig, GateConfigError};
pub use decision::{Decision, Detail, GateEvent, GateId, GateTrace, Verdict};
pub use health::{HealthState, HealthView};
pub use pipeline::{Gate, RiskUpdate};
pub use request::{CheckRequest, Market, Outcome, PosttradeEvent, RecentStats};
pub use stopwatch::{NoStopwatch, Stopwatch};
