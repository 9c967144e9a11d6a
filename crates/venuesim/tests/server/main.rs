//! The server over loopback sockets: what clients see when all is well, and when it is not.

mod client;
mod connections;
mod faults;
mod streams;
