//! HTTP and WebSocket: the gate's front, the console, the streams.

pub mod console;
pub mod gate;
pub mod http;
