//! Three simulated venues, a signer and a desk, each a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use aurora_signer::{Ask, Client};
use serde_json::Value;
use tempfile::TempDir;

/// What the simulated venues take.
const KEYS: &str = r#"{"keys":[
    {"venue":"BINANCEUSDM","key":"testkey","secret":"testsecret"},
    {"venue":"OKX","key":"testkey","secret":"testsecret","passphrase":"testpass"},
    {"venue":"BYBIT","key":"testkey","secret":"testsecret"}]}"#;

/// What a signer says, line by line.
pub(crate) struct Said(BufReader<ChildStderr>);

impl Said {
    /// Reads on to a line with that text.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the signer ended before {text:?}");
            if line.contains(text) {
                return line;
            }
        }
    }
}

/// A process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.0.id().to_string()]).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Everything a test needs; the venues outlive desk and signer.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) venues: Vec<(String, SocketAddr)>,
    _sims: Running,
}

fn binary() -> PathBuf {
    // The measuring runs name a release binary.
    std::env::var_os("AURORA_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_aurora").into(), PathBuf::from)
}

impl Stage {
    /// Venues that never refuse for their limits: the signer keeps them by itself.
    pub(crate) fn new() -> Stage {
        let folder = TempDir::new().unwrap();
        let mut sims = Command::new(binary());
        sims.args(["sim", "serve", "--no-limits"]).stdout(Stdio::piped());
        let mut sims = Running(sims.spawn().unwrap());
        let mut out = BufReader::new(sims.0.stdout.take().unwrap());
        let venues = (0..3).map(|_| {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            let mut words = line.split_whitespace();
            let name = match words.next().unwrap() {
                "BINANCEUSDM" => "binance",
                "OKX" => "okx",
                _ => "bybit",
            };
            let rest = words.next().unwrap().strip_prefix("rest=").unwrap();
            (name.to_owned(), rest.parse().unwrap())
        });
        let venues: Vec<_> = venues.collect();
        // REST and WebSocket of a venue share an address here.
        let stage = Stage { folder, venues, _sims: sims };
        std::fs::write(stage.path("aurora.yaml"), stage.yaml()).unwrap();
        stage.told(&["signer", "keygen"]);
        let mut seal = stage.command(&["signer", "seal"]).stdin(Stdio::piped()).spawn().unwrap();
        seal.stdin.take().unwrap().write_all(KEYS.as_bytes()).unwrap();
        assert!(seal.wait().unwrap().success());
        stage
    }

    fn yaml(&self) -> String {
        let venues = self.venues.iter().map(|(name, address)| format!("\"{name}@{address}\""));
        let venues: Vec<_> = venues.collect();
        format!(
            "symbols: [BTC/USDT, ETH/USDT, SOL/USDT]\npaper:\n  venues: [{}]\nserver:\n  port: 0\nsigner:\n  window_orders: 1000000\n  window_notional: 100000000\n  socket: {}\n",
            venues.join(", "),
            self.path("socket").display()
        )
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.folder.path()).env_clear();
        command.env("AURORA_CONFIG", self.path("aurora.yaml"));
        command.env("AURORA_SESSION_DIR", self.path("session"));
        command.args(arguments);
        command
    }

    /// What a command printed that went well.
    pub(crate) fn told(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {err}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A signer that listens.
    pub(crate) fn signer(&self) -> (Running, Said) {
        let signer = self.command(&["signer", "run"]).stderr(Stdio::piped()).spawn();
        let mut running = Running(signer.unwrap());
        let mut said = Said(BufReader::new(running.0.stderr.take().unwrap()));
        said.wait_for("signing at");
        (running, said)
    }

    /// A desk that trades with the signer.
    pub(crate) fn desk(&self) -> Running {
        let mut desk = self.command(&["run", "--headless", "--data", "desk"]);
        let running = Running(desk.stdout(Stdio::null()).spawn().unwrap());
        until(|| {
            let standing = self.client().change(&Ask::Status).unwrap();
            standing.remembered.epoch != 0 && standing.remembered.hold.is_none()
        });
        running
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.path("socket")).unwrap()
    }

    /// Every order of all three venues, by their own word.
    pub(crate) fn orders(&self) -> Vec<Value> {
        let of = |(_, address): &(String, SocketAddr)| {
            let orders = http(*address, "GET /sim/orders HTTP/1.1", &[], "");
            serde_json::from_str::<Vec<Value>>(&orders).unwrap()
        };
        self.venues.iter().flat_map(of).collect()
    }

    /// How many orders are open at all three.
    pub(crate) fn open(&self) -> usize {
        let open = ["New", "PartiallyFilled", "Parked"];
        let orders = self.orders();
        orders.iter().filter(|order| open.contains(&order["status"].as_str().unwrap())).count()
    }

    /// Every path that was asked for at any of them.
    pub(crate) fn paths(&self) -> Vec<String> {
        let of = |(_, address): &(String, SocketAddr)| {
            let log = http(*address, "GET /sim/log HTTP/1.1", &[], "");
            let log: Value = serde_json::from_str(&log).unwrap();
            let paths = log["requests"].as_array().unwrap().iter();
            paths.map(|one| one["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        self.venues.iter().flat_map(of).collect()
    }
}

/// One call on a connection of its own; the body of the answer.
pub(crate) fn http(
    address: SocketAddr,
    line: &str,
    headers: &[(&'static str, String)],
    body: &str,
) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut text = format!("{line}\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{line}: {answer}");
    body.to_owned()
}

/// Waits for something that must come within a minute.
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "it did not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Whether any file beneath has the text in it.
pub(crate) fn mentions(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => mentions(&path, text),
            false => std::fs::read(&path)
                .is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes())),
        }
    })
}
