//! Starting the real binary in a folder of its own, asking it, killing it, and reading what it left.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aurora_testkit::shared;
use serde_json::Value;

/// A busy machine, or a disk that still takes in a build, is no reason to stop for these desks.
const PATIENT: [(&str, &str); 5] = [
    ("AURORA__EXECUTION__LATENCY_GUARD_MS", "60000"),
    ("AURORA__QUALITY__MAX_CLOCK_SKEW_MS", "600000"),
    ("AURORA__WATCH__MAX_CLOCK_JUMP_MS", "600000"),
    ("AURORA__WATCH__MAX_COMMIT_MS_P99", "600000"),
    (MAX_PAUSE, "600000"),
];
const MAX_PAUSE: &str = "AURORA__WATCH__MAX_PAUSE_MS";

pub(crate) const AURORA: &str = env!("CARGO_BIN_EXE_aurora");
/// Longer than anything here takes on a slow machine; reached only by a fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a probe asks: the machine belongs to what is asked.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A folder that goes away with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Every byte of the journal, segment by segment.
    pub(crate) fn journal_bytes(&self) -> Vec<Vec<u8>> {
        let mut segments: Vec<PathBuf> = std::fs::read_dir(self.data().join("journal"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "seg"))
            .collect();
        segments.sort();
        segments.iter().map(|path| std::fs::read(path).unwrap()).collect()
    }
}

fn command(folder: &Folder) -> Command {
    let mut command = Command::new(AURORA);
    command
        .current_dir(folder.path())
        .env_clear()
        .env("AURORA_SESSION_DIR", folder.path().join("session"))
        .envs(PATIENT);
    command
}

/// Runs a desk without a console until its market ends, and returns what it came to.
pub(crate) fn run_to_end(folder: &Folder, arguments: &[&str]) -> Value {
    let mut run = command(folder);
    run.args(["run", "--headless", "--json", "--data"]).arg(folder.data()).args(arguments);
    let output = run.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A run that must not start: its exit code and what it said.
pub(crate) fn refused(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let mut run = command(folder);
    run.args(["run", "--headless", "--data"]).arg(folder.data()).args(arguments);
    let output = run.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Replays the journal in another process.
pub(crate) fn replay(folder: &Folder) -> Value {
    let output = command(folder)
        .args(["replay", "--json"])
        .arg(folder.data().join("journal"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs `aurora journal` on the folder's journal: its exit code, what it printed, what it said beside.
pub(crate) fn journal(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut look = command(folder);
    look.arg("journal").args(arguments).arg(folder.data().join("journal"));
    let output = look.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A running desk.
pub(crate) struct Desk {
    child: Child,
    address: String,
}

impl Desk {
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Desk {
        Desk::run(command(folder), folder, arguments)
    }

    /// One that holds when its process stood still for two seconds.
    pub(crate) fn start_wary(folder: &Folder, arguments: &[&str]) -> Desk {
        let mut run = command(folder);
        run.env_remove(MAX_PAUSE);
        Desk::run(run, folder, arguments)
    }

    fn run(mut run: Command, folder: &Folder, arguments: &[&str]) -> Desk {
        run.args(["run", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data()).args(arguments);
        let mut child = run.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "the desk did not start: {line:?}");
        Desk { child, address }
    }

    pub(crate) fn wait_until_answering(&self) {
        self.wait_for("the desk answers", |desk| desk.get("/api/ui/system").contains("version"));
    }

    /// Asks until it holds.
    pub(crate) fn wait_for(&self, what: &str, holds: impl Fn(&Desk) -> bool) {
        wait_until(|| format!("{what}; the desk: {}", self.troubles()), || holds(self));
    }

    /// SIGKILL once the moment has passed.
    pub(crate) fn kill_after(mut self, moment: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < moment {
            std::thread::park_timeout(moment - begun.elapsed());
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Runs `aurora kill` beside the desk: its exit code, and what it said.
    pub(crate) fn kill_by_command(&self, folder: &Folder) -> (Option<i32>, String) {
        let output = command(folder).args(["kill", "--at", &self.address]).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// SIGTERM; the exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().unwrap().code()
    }

    pub(crate) fn get(&self, path: &str) -> String {
        get(&self.address, path)
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        exchange(&self.address, &format!("{request}\r\n{body}"))
    }

    pub(crate) fn control(&self, action: &str, reason: &str) -> Value {
        let body = serde_json::json!({"action": action, "reason": reason}).to_string();
        let (_, answer) =
            self.post("/api/ui/control", &[("Content-Type", "application/json")], &body);
        serde_json::from_str(&answer).unwrap_or_default()
    }

    /// State and cause.
    pub(crate) fn state(&self) -> (String, String) {
        let system: Value = serde_json::from_str(&self.get("/api/ui/system")).unwrap_or_default();
        let newest = &system["history"][0];
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&newest["to"]), word(&newest["cause"]))
    }

    /// Why it stands as it does: the changes of its state, and its alerts.
    fn troubles(&self) -> String {
        let system: Value = serde_json::from_str(&self.get("/api/ui/system")).unwrap_or_default();
        format!("{}\n{}", system["history"], system["alerts"])
    }

    pub(crate) fn order_states(&self) -> Vec<String> {
        let rows = self.get("/api/ui/export/orders.csv");
        rows.lines().skip(1).filter_map(|row| row.split(',').nth(9)).map(str::to_owned).collect()
    }
}

/// Asks until it holds.
pub(crate) fn wait_for(what: &str, holds: impl Fn() -> bool) {
    wait_until(|| what.to_owned(), holds);
}

fn wait_until(what: impl Fn() -> String, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {}", what());
        std::thread::park_timeout(LOOK_EVERY);
    }
}

/// The body at a path; empty when nobody answers.
pub(crate) fn get(address: &str, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    exchange(address, &request).1
}

/// Status and body of a request of one's own.
pub(crate) fn request(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    exchange(address, &format!("{head}Content-Length: {length}\r\n\r\n{body}"))
}

/// Status and body; zero and nothing when it does not answer.
fn exchange(address: &str, request: &str) -> (u16, String) {
    let mut answer = Vec::new();
    let exchanged = TcpStream::connect(address).and_then(|mut stream| {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        stream.read_to_end(&mut answer)
    });
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    (exchanged.ok().and(status).unwrap_or(0), body.to_owned())
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Already gone in every test that passes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A fill, by what makes it that fill.
pub(crate) type FillKey = (u128, String, i64, i64);

/// The venue's side: what it wrote down about our account.
#[derive(Debug, Default)]
pub(crate) struct VenueStory {
    pub(crate) accepted: Vec<String>,
    pub(crate) fills: BTreeSet<FillKey>,
    lots: BTreeMap<u16, i64>,
}

impl VenueStory {
    pub(crate) fn read(folder: &Folder) -> VenueStory {
        let text = std::fs::read_to_string(folder.data().join("venue.log")).unwrap_or_default();
        let mut story = VenueStory::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            match words[..] {
                ["accepted", _, id, ..] => story.accepted.push(id.to_owned()),
                ["filled", _, id, trade, instrument, side, price, qty, ..] => {
                    let (price, qty): (i64, i64) = (price.parse().unwrap(), qty.parse().unwrap());
                    let fill = (trade.parse().unwrap(), id.to_owned(), price, qty);
                    assert!(
                        story.fills.insert(fill),
                        "the venue filled twice under one trade id: {line}"
                    );
                    let signed = if side == "buy" { qty } else { -qty };
                    *story.lots.entry(instrument.parse().unwrap()).or_default() += signed;
                }
                _ => {}
            }
        }
        story
    }

    /// As `aurora replay --json` writes positions.
    pub(crate) fn positions(&self) -> Value {
        let names = ["PAPER:PERP:BTC-USDT", "PAPER:PERP:ETH-USDT", "PAPER:PERP:SOL-USDT"];
        let lot = [("0.001", 3), ("0.001", 3), ("0.01", 2)];
        let open = self.lots.iter().filter(|(_, lots)| **lots != 0);
        open.map(|(no, lots)| {
            let (_, decimals) = lot[usize::from(*no)];
            let sign = if *lots < 0 { "-" } else { "" };
            let scale = 10i64.pow(decimals);
            let (whole, part) = (lots.abs() / scale, lots.abs() % scale);
            let width = decimals as usize;
            (
                names[usize::from(*no)].to_owned(),
                Value::from(format!("{sign}{whole}.{part:0width$}")),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
    }
}

pub(crate) fn records(folder: &Folder) -> impl Iterator<Item = Value> {
    let reader = aurora_journal::Reader::open(&folder.data().join("journal")).unwrap();
    reader.map(|record| serde_json::from_slice(&record.unwrap().payload).unwrap())
}

/// Every fill the journal was told, live or by a sweep.
pub(crate) fn journal_fills(folder: &Folder) -> BTreeSet<FillKey> {
    let key = |fill: &Value| {
        let number = |name: &str| fill[name].as_i64().unwrap();
        (
            fill["trade_id"].as_str().unwrap().parse::<u128>().unwrap(),
            fill["order"].as_str().unwrap().to_owned(),
            number("price"),
            number("qty"),
        )
    };
    let mut fills = BTreeSet::new();
    for record in records(folder) {
        if record["report"] == "fill" {
            fills.insert(key(&record));
        }
        for fill in record["fills"].as_array().into_iter().flatten() {
            fills.insert(key(fill));
        }
    }
    fills
}

/// Every id that was written down as an intent.
pub(crate) fn journal_intents(folder: &Folder) -> BTreeSet<String> {
    let intents = records(folder).filter(|record| record["kind"] == "intent");
    intents.map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

/// The named tapes of the shared data; `None`, and a sentence, where they are missing outside CI.
pub(crate) fn tapes(names: &[&str]) -> Option<Vec<String>> {
    let folder = shared::path("data/crypto_l2/binance_ws_raw")?;
    Some(names.iter().map(|name| folder.join(name).display().to_string()).collect())
}

/// The side of the simulated venues: what they wrote down about our account, by client order id.
#[derive(Debug, Default)]
pub(crate) struct VenuesStory {
    /// How often an order was taken under that id.
    pub(crate) taken: BTreeMap<String, usize>,
    /// Lots filled under that id.
    pub(crate) filled: BTreeMap<String, i64>,
    /// Ids still open.
    pub(crate) open: BTreeSet<String>,
}

impl VenuesStory {
    pub(crate) fn read(folder: &Folder, venues: &[&str]) -> VenuesStory {
        use aurora_matching::exchange::ExchangeFact;
        let mut story = VenuesStory::default();
        for venue in venues {
            let path = folder.data().join(format!("{venue}.facts"));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            let mut orders: BTreeSet<u64> = BTreeSet::new();
            for line in whole.lines() {
                let (_, fact) = line.split_once(' ').unwrap();
                match ExchangeFact::parse(fact).unwrap() {
                    ExchangeFact::Order(order) => {
                        let id = order.client_id.as_str().to_owned();
                        if orders.insert(order.id.0) {
                            *story.taken.entry(id.clone()).or_default() += 1;
                        }
                        if order.status.is_open() {
                            story.open.insert(id);
                        } else {
                            story.open.remove(&id);
                        }
                    }
                    ExchangeFact::Fill(fill) => {
                        let id = fill.client_id.as_str().to_owned();
                        *story.filled.entry(id).or_default() += fill.qty.0;
                    }
                    _ => {}
                }
            }
        }
        story
    }
}
