//! What tests and benches of several crates share. Only `[dev-dependencies]` name it.

pub mod shared;
