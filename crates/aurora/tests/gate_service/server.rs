//! The binary under test, and a client that says exactly what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const TOKEN: &str = "test-token-0123456789abcdef0123";

/// A running gate with a folder of its own; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) folder: tempfile::TempDir,
}

impl Server {
    /// Starts it with that configuration (YAML or JSON).
    pub(crate) fn start(config: &str) -> Server {
        Server::start_with(config, |_| {})
    }

    /// Starts it after `change` had its way with the command.
    pub(crate) fn start_with(config: &str, change: impl FnOnce(&mut Command)) -> Server {
        Server::start_in(tempfile::tempdir().unwrap(), config, change)
    }

    pub(crate) fn start_in(
        folder: tempfile::TempDir,
        config: &str,
        change: impl FnOnce(&mut Command),
    ) -> Server {
        let file = folder.path().join("gate.yaml");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_aurora"));
        command
            .args(["gate", "--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .env_remove("AURORA_CONFIG")
            .env("OPS_TOKEN", TOKEN)
            .env("AURORA_SESSION_DIR", folder.path().join("session"))
            .stdout(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(',').next());
        let address = address.unwrap_or_else(|| panic!("said {line:?}")).to_owned();
        Server { child, address, folder }
    }

    pub(crate) fn session(&self) -> PathBuf {
        self.folder.path().join("session")
    }

    pub(crate) fn connect(&self) -> Client {
        Client::to(&self.address)
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, call: &str, body: &str) -> (u16, Value) {
        self.connect().ask(call, body)
    }

    /// The text of one log.
    pub(crate) fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.session().join(name)).unwrap_or_default()
    }

    /// Every event of the live log.
    pub(crate) fn events(&self) -> Vec<Value> {
        json_lines(&self.log("aurora_events.jsonl"))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and returns its exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        signal(self.child.id(), "TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(status.unwrap().success());
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// A keep-alive connection.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    ahead: Vec<u8>,
}

impl Client {
    pub(crate) fn to(address: &str) -> Client {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Client { stream, ahead: Vec::new() }
    }

    /// `call` is `METHOD /path`.
    pub(crate) fn ask(&mut self, call: &str, body: &str) -> (u16, Value) {
        let (status, text) = self.ask_text(call, TOKEN, body);
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) fn ask_text(&mut self, call: &str, token: &str, body: &str) -> (u16, String) {
        let head = format!(
            "{call} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-ops-token: {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(format!("{head}{body}").as_bytes());
        self.answer()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next answer: its status and its body.
    pub(crate) fn answer(&mut self) -> (u16, String) {
        let head_len = loop {
            if let Some(at) = self.ahead.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more();
        };
        let head = String::from_utf8(self.ahead[..head_len].to_vec()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let end = head_len + length.map_or(0, |text| text.trim().parse::<usize>().unwrap());
        while self.ahead.len() < end {
            self.read_more();
        }
        let body = String::from_utf8(self.ahead[head_len..end].to_vec()).unwrap();
        self.ahead.drain(..end);
        (status, body)
    }

    fn read_more(&mut self) {
        let mut buffer = [0; 16 << 10];
        let n = self.stream.read(&mut buffer).unwrap();
        assert_ne!(n, 0, "closed after {:?}", String::from_utf8_lossy(&self.ahead));
        self.ahead.extend_from_slice(&buffer[..n]);
    }

    /// Everything until the server closes.
    pub(crate) fn read_to_end(&mut self) -> String {
        let mut rest = std::mem::take(&mut self.ahead);
        drop(self.stream.read_to_end(&mut rest));
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// Asks until it is so, or fails after ten seconds.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(10), "never came: {what}");
        std::thread::yield_now();
    }
}

/// An order that every gate lets pass under [`OPEN`].
pub(crate) const GOOD: &str = r#"{"account":{"mode":"paper"},"order":{"symbol":"BTC/USDT","side":"buy",
"qty":0.5,"price":60000,"base_notional":30000},"market":{"latency_ms":5,"slip_bps_est":0.1,"a_bps":2,
"b_bps":20,"spread_bps":1,"score":0.9},"fees_bps":0.1,"req_id":"r-1"}"#;

/// A configuration that lets [`GOOD`] pass however often it comes.
pub(crate) const OPEN: &str = "gate: {compat: reference}\n";

/// The number of a series in `/metrics`.
pub(crate) fn metric(server: &Server, series: &str) -> f64 {
    let (status, text) = server.connect().ask_text("GET /metrics", TOKEN, "");
    assert_eq!(status, 200);
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}
