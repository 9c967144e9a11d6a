//! The only place that touches sockets.

mod backoff;
mod dial;
mod http;
mod socket;
mod stream;
mod target;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod testserver;

pub use http::Reply;
pub use socket::{SocketEvent, SocketNo};
pub use target::{Target, target};

pub(crate) use backoff::Backoff;
pub(crate) use dial::Dialer;
pub(crate) use http::Http;
pub(crate) use socket::Socket;

use std::time::Duration;

use aurora_model::Nanos;

/// A span of time for the clocks of the runtime; below zero is none.
pub(crate) fn duration(span: Nanos) -> Duration {
    Duration::from_nanos(u64::try_from(span.0).unwrap_or(0))
}

/// What can be set.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// A connection, with TLS and the WebSocket handshake, must stand within so long.
    pub connect_timeout: Nanos,
    /// Sent bytes that nobody acknowledges for so long end the connection (`TCP_USER_TIMEOUT`).
    pub user_timeout: Nanos,
    /// Probes of a connection that is silent begin after so long.
    pub keepalive: Nanos,
    /// The most HTTP connections to the venue.
    pub max_calls: usize,
    /// How many HTTP connections are kept open, ready for the next call.
    pub warm: usize,
    /// An HTTP connection that was not used for so long is replaced.
    pub max_idle: Nanos,
    /// The most WebSocket connections to the venue.
    pub max_links: usize,
    /// The most attempts to connect a WebSocket within [`TransportConfig::connects_per`].
    pub max_connects: u32,
    /// See [`TransportConfig::max_connects`].
    pub connects_per: Nanos,
    /// The largest WebSocket message that is taken in; a larger one ends the connection.
    pub max_frame: usize,
    /// The largest body that is taken in; a larger one counts as a lost answer.
    pub max_body: usize,
    /// Certificates trusted instead of the public ones: for tests and venues of one's own.
    pub roots: Vec<rustls::pki_types::CertificateDer<'static>>,
    /// Seed of the jitter in waiting times.
    pub seed: u64,
}

impl Default for TransportConfig {
    fn default() -> TransportConfig {
        TransportConfig {
            connect_timeout: Nanos::from_millis(5_000),
            user_timeout: Nanos::from_millis(5_000),
            keepalive: Nanos::from_millis(10_000),
            max_calls: 16,
            warm: 2,
            max_idle: Nanos::from_millis(45_000),
            max_links: 16,
            max_connects: 100,
            connects_per: Nanos::from_millis(300_000),
            max_frame: 16 << 20,
            max_body: 64 << 20,
            roots: Vec::new(),
            seed: 0,
        }
    }
}
