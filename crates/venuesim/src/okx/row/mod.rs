//! The rows of the venue's answers: one function writes one object of a `data` array.

pub(crate) mod account;
pub(crate) mod book;
pub(crate) mod fill;
pub(crate) mod instrument;
pub(crate) mod market;
pub(crate) mod order;
pub(crate) mod position;
