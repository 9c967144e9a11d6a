//! What may be signed: the last judge before an order leaves, whoever decided it.
//!
//! [`Authority`] knows one number that only grows, the epoch, and signs for nobody else: a leader that was replaced
//! while it slept is refused here, whatever it believes. It knows the instruments, what one order and one minute may
//! be worth, HOLD and KILLED. It is told the time and what is asked, and answers; keys, sockets and files are in
//! `aurora-signer`, which holds one, as does a paper desk and the simulated world.
//!
//! Absent on purpose: positions, books and venue words. It must stay small enough to be read in one sitting.

mod authority;
mod operation;
mod policy;
mod refusal;
mod remembered;
mod window;

pub use authority::Authority;
pub use operation::{Operation, Terms};
pub use policy::{BuildId, Caps, Listed, Policy};
pub use refusal::Refusal;
pub use remembered::{HoldCause, Remembered};
