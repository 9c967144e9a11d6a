//! The pre-trade gate: every order is judged here before it may leave.
//!
//! Sans-IO: the caller brings time and requests, the gate returns verdicts and the events to log.
//! The same calls in the same order always give the same verdicts, so any refusal can be replayed.
//!
//! [`Gate::check`] asks anti-churn first, then the gates of [`GateConfig::order`], governance last. One gate
//! is one file; [`Decision`] carries what each said.
//!
//! # Where the contract is silent
//! - A canonical symbol is what stands after the *first* colon: `OKX:PERP:BTC-USDT` is `PERP:BTC-USDT`. A request
//!   without a symbol meets no anti-churn rule.
//! - `buy` and `long`, `sell` and `short` are sides in any case. Another word has no opposite.
//! - Only a report of success moves a position. Each one sets its time anew; a close needs no position to
//!   start the pause.
//! - `/ops/reset` ends cool-off, halt and kill switch, and forgets the warnings. It neither empties the
//!   latency window nor arms a disarmed gate; arming ends no halt.
//! - A clock that steps back stands still for the gate.
//! - A stale or crossed book halts at once, so its answer is `AURORA.HALT`; `DQ_EVENT.*` is left for an abnormal
//!   spread.
//!
//! # Reference and strict
//! As recorded, the reference gate raises no event for anti-churn and governance, reads `base_notional` but
//! not `notional`, and always answers `cooldown_ms` 0 and `hard_gate` false. A strict one raises the events the
//! contract names, falls back to `notional`, tells how long to wait, and sets `hard_gate` when only an
//! operator can end the denial. Its kill-switch window counts verdicts about orders, not those of a pause
//! or a stop, and trips above the rate once it is full.
//!
//! # Bounds
//! Latencies: [`config::HealthConfig::max_samples`]. Symbols: [`GateConfig::max_symbols`], about 8 KB each with
//! TRAP; the one unused longest goes first, those with a position or a running pause last. Everything is
//! reserved when the gate, or a symbol, is made.

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
mod saved;
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
