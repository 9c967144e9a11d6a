//! The audit from outside: written by the writer, checked by the verifier.

mod stage;
mod tamper;
mod writing;
