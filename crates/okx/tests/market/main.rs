//! Market data: how a book begins, is lost, and begins anew.

mod books;
#[path = "../common/mod.rs"]
mod common;
mod connections;
mod extras;
mod stage;
