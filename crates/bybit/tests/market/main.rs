//! Stories of the market session.

mod books;
#[path = "../common/mod.rs"]
mod common;
mod connections;
mod extras;
mod recorded;
mod stage;
