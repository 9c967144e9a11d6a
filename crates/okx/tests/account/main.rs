//! The account: login, orders, lost answers, and what is only true once the venue was asked.

mod batches;
#[path = "../common/mod.rs"]
mod common;
mod fills;
mod orders;
mod session;
mod settings;
mod stage;
mod statement;
