//! The pre-trade gate: every order is judged here before it may leave.
//!
//! Sans-IO: the caller brings time and requests, the gate returns verdicts and the events to log.
//! The same calls in the same order always give the same verdicts, so any refusal can be replayed.
//!
//! [`Gate::check`] asks anti-churn first, then the gates of [`GateConfig::order`], governance last. One gate
//! is one file; [`Decision`] carries what each said.

pub mod calibrate;
mod churn;
pub mod config;
pub mod decision;
mod expected_return;
mod finding;
mod governance;
pub mod health;
mod kill_switch;
mod latency;
mod ops;
pub mod percentile;
mod pipeline;
mod quotas;
pub mod request;
mod risk;
mod slippage;
mod spread;
mod sprt;
pub mod stopwatch;
mod symbols;
mod trap;
mod validate;

pub use calibrate::{CalibrateError, Calibrator};
pub use config::{Compat, GateConfig, GateConfigError};
pub use decision::{Decision, Detail, GateEvent, GateId, GateTrace, Verdict};
pub use health::{HealthState, HealthView};
pub use ops::RiskUpdate;
pub use pipeline::Gate;
pub use request::{CheckRequest, Market, Outcome, PosttradeEvent, RecentStats};
pub use stopwatch::{NoStopwatch, Stopwatch};
