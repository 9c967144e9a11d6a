//! Opening a connection: name, TCP with its time-outs, TLS.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::stream::Stream;
use super::{Target, TransportConfig, duration};
use crate::VenueError;

/// How often an unanswered probe of a silent connection is repeated.
const PROBE_EVERY: Duration = Duration::from_secs(2);
const PROBES: u32 = 3;

/// Opens connections.
pub(crate) struct Dialer {
    tls: TlsConnector,
    connect_timeout: Duration,
    user_timeout: Duration,
    keepalive: Duration,
}

impl Dialer {
    /// # Errors
    /// [`VenueError::Root`] when a root given in the configuration is none.
    pub(crate) fn new(config: &TransportConfig) -> Result<Dialer, VenueError> {
        let mut roots = RootCertStore::empty();
        if config.roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        for root in &config.roots {
            roots.add(root.clone()).map_err(VenueError::Root)?;
        }
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("ring supports the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Dialer {
            tls: TlsConnector::from(Arc::new(tls)),
            connect_timeout: duration(config.connect_timeout),
            user_timeout: duration(config.user_timeout),
            keepalive: duration(config.keepalive),
        })
    }

    /// Also the time-out of what follows before the first frame.
    pub(crate) const fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// Opens a connection within the time-out; why not, in words.
    pub(crate) async fn connect(&self, target: &Target) -> Result<Stream, String> {
        let opening = self.open(target);
        match tokio::time::timeout(self.connect_timeout, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(format!(
                "{} did not accept a connection within {} ms",
                target.authority(),
                self.connect_timeout.as_millis()
            )),
        }
    }

    async fn open(&self, target: &Target) -> Result<Stream, String> {
        let tcp = self.tcp(target).await?;
        self.set_options(&tcp).map_err(|error| format!("socket options: {error}"))?;
        if !target.tls {
            return Ok(Stream::Plain(tcp));
        }
        let name = ServerName::try_from(target.host.clone())
            .map_err(|_| format!("{:?} is no name a certificate could have", target.host))?;
        let tls = self.tls.connect(name, tcp).await;
        let tls = tls.map_err(|error| format!("TLS with {}: {error}", target.authority()))?;
        Ok(Stream::Tls(Box::new(tls)))
    }

    async fn tcp(&self, target: &Target) -> Result<TcpStream, String> {
        let mut last = format!("{:?} has no address", target.host);
        for address in addresses(target).await? {
            // Whatever the name says: without TLS nothing leaves this machine.
            if !target.tls && !address.ip().is_loopback() {
                last = format!("{:?} is {address}, which is not this machine", target.host);
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(tcp) => return Ok(tcp),
                Err(error) => last = format!("{}: {error}", target.authority()),
            }
        }
        Err(last)
    }

    fn set_options(&self, tcp: &TcpStream) -> std::io::Result<()> {
        tcp.set_nodelay(true)?;
        let socket = SockRef::from(tcp);
        let probes = TcpKeepalive::new().with_time(self.keepalive);
        let probes = probes.with_interval(PROBE_EVERY).with_retries(PROBES);
        socket.set_tcp_keepalive(&probes)?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(self.user_timeout))?;
        Ok(())
    }
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dialer")
    }
}

async fn addresses(target: &Target) -> Result<Vec<SocketAddr>, String> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
    let found = found.map_err(|error| format!("{:?} cannot be looked up: {error}", target.host))?;
    Ok(found.collect())
}
