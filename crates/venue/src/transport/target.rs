//! URLs we may connect to: encrypted, except on this machine.

use std::net::IpAddr;

use crate::VenueError;

/// Where a URL leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// With TLS.
    pub tls: bool,
    /// Path and query, beginning with `/` or empty.
    pub path: String,
}

impl Target {
    /// Host and port as a `Host` header has them.
    pub fn authority(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Reads a URL of `https`, `wss`, or, to this machine only, `http` and `ws`.
///
/// # Errors
/// [`VenueError::Endpoint`] with what is wrong with it.
pub fn target(field: &'static str, url: &str) -> Result<Target, VenueError> {
    let fault = |problem| VenueError::Endpoint { field, url: url.to_owned(), problem };
    let (scheme, rest) = url.split_once("://").ok_or_else(|| {
        fault("must begin with https:// or wss:// (http:// and ws:// to loopback)")
    })?;
    let tls = match scheme {
        "https" | "wss" => true,
        "http" | "ws" => false,
        _ => {
            return Err(fault(
                "must begin with https:// or wss:// (http:// and ws:// to loopback)",
            ));
        }
    };
    let (authority, path) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if authority.contains('@') {
        return Err(fault("must not carry a user name or password"));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let port = port.parse().map_err(|_| fault("the port must be a number up to 65535"))?;
            (host, port)
        }
        _ => (authority, if tls { 443 } else { 80 }),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._:".contains(&b);
    if host.is_empty() || !host.bytes().all(legal) {
        return Err(fault("must name a host"));
    }
    let target = Target { host: host.to_owned(), port, tls, path: path.to_owned() };
    if !tls && !target.is_loopback() {
        return Err(fault(
            "leaves this machine without encryption: use https:// or wss://, or a loopback address",
        ));
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn plaintext_stays_on_this_machine_and_what_is_no_url_is_refused_with_a_reason() {
        let mut table = String::new();
        for url in [
            "https://fapi.binance.com",
            "wss://ws.okx.com:8443/ws/v5/public?a=1",
            "ws://127.0.0.1:9001/stream",
            "http://[::1]:9001",
            "http://localhost",
            "http://10.0.0.1:80",
            "ws://stream.binance.com/ws",
            "http://127.0.0.1.evil.example",
            "ftp://x",
            "https://user:pass@x",
            "https://x:99999",
            "https://",
            "fapi.binance.com",
        ] {
            let line = match target("rest", url) {
                Ok(target) => format!("{} {} {}", target.authority(), target.tls, target.path),
                Err(error) => error.to_string(),
            };
            table += &format!("{line}\n");
        }
        expect![[r#"
            fapi.binance.com true 
            ws.okx.com:8443 true /ws/v5/public?a=1
            127.0.0.1:9001 false /stream
            [::1]:9001 false 
            localhost false 
            rest "http://10.0.0.1:80": leaves this machine without encryption: use https:// or wss://, or a loopback address
            rest "ws://stream.binance.com/ws": leaves this machine without encryption: use https:// or wss://, or a loopback address
            rest "http://127.0.0.1.evil.example": leaves this machine without encryption: use https:// or wss://, or a loopback address
            rest "ftp://x": must begin with https:// or wss:// (http:// and ws:// to loopback)
            rest "https://user:pass@x": must not carry a user name or password
            rest "https://x:99999": the port must be a number up to 65535
            rest "https://": must name a host
            rest "fapi.binance.com": must begin with https:// or wss:// (http:// and ws:// to loopback)
        "#]]
        .assert_eq(&table);
    }
}
