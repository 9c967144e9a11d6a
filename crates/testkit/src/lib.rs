//! What tests and benches of several crates share. Only `[dev-dependencies]` name it.

pub mod codes;
pub mod shared;
