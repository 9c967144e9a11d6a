//! The Bybit simulator over loopback, as a client meets it.

mod client;
mod rest;
mod streams;
mod trade;
