//! The three simulated venues in a process of their own, and the truth they tell.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The venues, by their words in `--venue`.
pub(crate) const VENUES: [&str; 3] = ["binance", "okx", "bybit"];

/// Longer than a loaded machine takes for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Simulators that outlive the desk.
#[derive(Debug)]
pub(crate) struct Sims {
    child: Child,
    addresses: Vec<String>,
}

impl Sims {
    /// Starts them on free ports, with the worst that a venue may do: it takes every id again, and says nothing of one
    /// order in ten that it executed.
    pub(crate) fn start(aurora: &Path) -> Result<Sims> {
        let sims = Sims::spawn(Command::new(aurora))?;
        sims.fault(&json!({"what": "reused_ids"}))?;
        sims.fault(&json!({"what": "drop_answer", "where": {"action": "place"}, "when": {"probability": 0.1}}))?;
        Ok(sims)
    }

    /// Starts them by a command that runs `aurora`, as in another namespace.
    pub(crate) fn spawn(mut serve: Command) -> Result<Sims> {
        serve.args(["sim", "serve", "--no-limits", "--past-s", "2"]).stdout(Stdio::piped());
        for venue in VENUES {
            serve.args([format!("--{venue}-rest"), "127.0.0.1:0".to_owned()]);
        }
        let mut child = serve.spawn().context("the simulators")?;
        let lines = BufReader::new(child.stdout.take().context("stdout")?).lines();
        let mut addresses = Vec::new();
        for line in lines.take(VENUES.len()) {
            let line = line?;
            let rest = line.split_once("rest=").and_then(|(_, rest)| rest.split(' ').next());
            addresses.push(rest.context("the simulator tells its address")?.to_owned());
        }
        ensure!(addresses.len() == VENUES.len(), "the simulators did not start");
        Ok(Sims { child, addresses })
    }

    /// What `aurora run` is told to trade on them.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let venues = VENUES.iter().zip(&self.addresses);
        venues.flat_map(|(venue, at)| ["--venue".to_owned(), format!("{venue}@{at}")]).collect()
    }

    /// Where each listens.
    pub(crate) fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Throws a switch at each.
    pub(crate) fn fault(&self, rule: &Value) -> Result<()> {
        let body = json!({ "rules": [rule] }).to_string();
        for address in &self.addresses {
            let answer = exchange(address, "POST /sim/faults", &body)?;
            ensure!(answer.contains("ids"), "the simulator refuses {rule}: {answer}");
        }
        Ok(())
    }

    /// Everything works from now on.
    pub(crate) fn heal(&self) -> Result<()> {
        self.addresses.iter().try_for_each(|at| exchange(at, "DELETE /sim/faults", "").map(drop))
    }

    /// What each tells at a path.
    pub(crate) fn ask(&self, path: &str) -> Result<Vec<Value>> {
        let ask = |address: &String| {
            let body = exchange(address, &format!("GET {path}"), "")?;
            serde_json::from_str(&body).with_context(|| format!("{path} of {address}"))
        };
        self.addresses.iter().map(ask).collect()
    }

    /// When each order was sent, in the simulators' ms, by client id; every sending counts.
    pub(crate) fn placings(&self) -> Result<Vec<(String, i64)>> {
        let mut placings = Vec::new();
        for log in self.ask("/sim/log")? {
            for request in log["requests"].as_array().into_iter().flatten() {
                if request["action"] != "place" {
                    continue;
                }
                for id in request["client_ids"].as_array().into_iter().flatten() {
                    let at = request["at_ms"].as_i64().unwrap_or_default();
                    placings.push((id.as_str().unwrap_or_default().to_owned(), at));
                }
            }
        }
        Ok(placings)
    }
}

impl Drop for Sims {
    fn drop(&mut self) {
        // Gone already is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One request, one body.
fn exchange(address: &str, what: &str, body: &str) -> Result<String> {
    let mut stream =
        TcpStream::connect(address).with_context(|| format!("the simulator at {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no answer of the simulator")?;
    Ok(body.to_owned())
}
