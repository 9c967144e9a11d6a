//! The pre-trade gate as a service: what bots ask, what operators do, what is written down.
//!
//! [`GateService`] is single-threaded and knows no sockets; [`crate::http`] brings requests to it.

mod ack;
mod call;
mod clock;
mod decode;
mod encode;
pub(crate) mod errors;
mod fields;
mod ids;
mod malformed;
mod metrics;
mod ops;
mod posttrade;
mod recorder;
mod rows;
mod scan;
mod service;
mod token;

pub use call::{Audit, Call, Op, Reply};
pub use clock::{Clock, GateTimer};
pub use decode::{Check, Lists};
pub use ids::DecisionIds;
pub use malformed::{Malformed, Problem};
pub use service::{GateService, ServiceParts};
pub use token::{OpsToken, TokenSource};
