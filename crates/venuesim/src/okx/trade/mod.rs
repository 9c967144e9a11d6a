//! Placing, changing and cancelling: the same over REST and over a socket.

mod amend;
mod batch;
mod cancel;
mod place;
mod refused;

pub(crate) use batch::{Batch, Operation, instruments, run};
pub(crate) use cancel::reference;
pub(crate) use place::read_mode;
pub(crate) use refused::{Asked, refused};
