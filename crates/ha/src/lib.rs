//! Who may trade: the role of one node, as a machine without I/O.
//!
//! Follower → Candidate → Leader → Draining → Follower. [`Machine`] is told the time and what lease store,
//! signer, shipping, desk and operator say; it returns what to do. It reads no clock and draws no chance: the
//! same inputs give the same outputs, live and in the simulated world.
//!
//! Two things are kept apart. The **lease** picks a candidate: it may be wrong (a store put back from a backup,
//! a clock that runs fast) and nothing is lost. The **epoch** at the signer is the authority: it only grows, and
//! what is asked under an older one is not signed. Clocks decide how long to wait, never who leads.

mod hold;
mod machine;
mod settings;
mod words;

pub use hold::Hold;
pub use machine::{Machine, Role, Status};
pub use settings::{OpenOrders, Settings, SettingsError};
pub use words::{
    Candidacy, DeskWord, Fitness, Input, LeaseAnswer, LeaseFault, Notice, Operator, Output, Permit,
    SignerAnswer, Token, Why,
};
