//! Stories of the account session.

mod changes;
#[path = "../common/mod.rs"]
mod common;
mod fills;
mod orders;
mod session;
mod settings;
mod stage;
mod statement;
