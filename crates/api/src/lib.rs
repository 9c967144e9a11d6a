//! HTTP and WebSocket: the gate's front, the console, the streams.

pub mod console;
