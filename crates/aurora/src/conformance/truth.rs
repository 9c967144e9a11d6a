//! The simulator's own truth and its fault switches, over plain HTTP on loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(5);

/// One simulator's side door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    address: SocketAddr,
}

impl Truth {
    pub(crate) const fn new(address: SocketAddr) -> Truth {
        Truth { address }
    }

    /// Switches a fault on.
    pub(crate) fn fault(self, rule: &Value) -> Result<()> {
        self.call("POST", "/sim/faults", &rule.to_string()).map(drop)
    }

    /// Switches every fault off.
    pub(crate) fn heal(self) -> Result<()> {
        self.call("DELETE", "/sim/faults", "").map(drop)
    }

    /// What the simulator tells at that path.
    pub(crate) fn read(self, path: &str) -> Result<Value> {
        self.call("GET", path, "")
    }

    fn call(self, method: &str, path: &str, body: &str) -> Result<Value> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no body")?;
        if !head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')) {
            bail!("{method} {path}: {} {body}", head.lines().next().unwrap_or_default());
        }
        if body.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(body).with_context(|| format!("{method} {path}: {body}"))
    }
}
