//! The simulated world: engines, journals, role machines and the signer's judge, all real, on one virtual clock.
//!
//! From one seed follow the venue's whims, the network's, the disk's and people's, and everything a strategy
//! wishes for; so the same seed is the same world, byte for byte. In the safety phase anything may go wrong; in the
//! liveness phase nothing does any more, and the desk must find its way back. After every step the invariants
//! are checked. What a person runs is [`cli`].

mod check;
mod counts;
mod desk;
mod disk;
mod draws;
mod faults;
mod kept;
mod lease;
mod leavings;
mod line;
mod net;
mod node;
mod options;
mod queue;
mod recovery;
mod rest;
mod run;
mod setup;
mod ship;
mod signer;
mod strategy;
mod teeth;
mod timetable;
mod trace;
mod venue;
mod world;

pub mod cli;
