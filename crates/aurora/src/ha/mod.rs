//! Two nodes, one desk: the process around the role machine.
//!
//! [`node`] is the loop: it tells the machine what lease, signer, copy and desk say, and carries out what the
//! machine says. The desk itself is the same as without: it is started in an epoch and stopped.

mod cmd;
mod control;
mod drill;
mod epochs;
mod follower;
mod lead;
mod node;
mod settings;
mod ship;
mod status;

pub(crate) use cmd::{HaArgs, run as command};
pub(crate) use lead::Lead;
pub(crate) use node::run;
pub(crate) use settings::plan;
pub(crate) use ship::Acks;

use aurora_model::Nanos;

/// The clock leadership is counted on: since this host was started, going on while a process or the host sleeps.
pub(crate) fn since_boot() -> Nanos {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::Boottime);
    Nanos(now.tv_sec.saturating_mul(1_000_000_000).saturating_add(now.tv_nsec))
}
