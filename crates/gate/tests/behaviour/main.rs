//! Days at the gate: what each gate does, over time and together.

mod latency;
mod limits;
mod purity;
mod scenario;
mod signal;
mod state;
