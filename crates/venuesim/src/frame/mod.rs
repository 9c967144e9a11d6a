//! WebSocket frames and HTTP heads as bytes, without sockets.

pub(crate) mod head;
pub(crate) mod ws;
