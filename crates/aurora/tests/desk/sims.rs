//! Simulated venues in a process of their own: they live on when the desk is killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::probe::{AURORA, get, request};

/// `aurora sim serve`, with every venue on a port of its own.
pub(crate) struct Sims {
    child: Child,
    /// In the order they were asked for.
    addresses: Vec<String>,
    venues: Vec<&'static str>,
}

/// An order as the simulator tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SimOrder {
    pub(crate) client_id: String,
    /// Neither filled nor canceled.
    pub(crate) is_open: bool,
    /// What it last did, and why.
    pub(crate) cause: String,
}

impl Sims {
    pub(crate) fn start(venues: &[&'static str]) -> Sims {
        let mut serve = Command::new(AURORA);
        serve.args(["sim", "serve"]).env_clear().stdout(Stdio::piped());
        for venue in venues {
            serve.args([&format!("--{venue}-rest"), "127.0.0.1:0"]);
        }
        let mut child = serve.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = |line: std::io::Result<String>| {
            let line = line.unwrap();
            let rest = line.split_once("rest=").expect("the simulator tells its address").1;
            rest.split(' ').next().unwrap().to_owned()
        };
        let addresses = lines.take(venues.len()).map(address).collect();
        Sims { child, addresses, venues: venues.to_vec() }
    }

    /// What `aurora run` is told to trade on them.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let venues = self.venues.iter().zip(&self.addresses);
        venues.flat_map(|(venue, at)| ["--venue".to_owned(), format!("{venue}@{at}")]).collect()
    }

    /// Switches a fault on at the venue of that place; whether it was taken.
    pub(crate) fn fault(&self, venue: usize, rule: &Value) -> bool {
        let body = serde_json::json!({"rules": [rule]}).to_string();
        let (status, answer) = request(&self.addresses[venue], "POST", "/sim/faults", &body);
        assert_eq!(status, 200, "{answer}");
        true
    }

    /// Switches every fault there off.
    pub(crate) fn heal(&self, venue: usize) {
        request(&self.addresses[venue], "DELETE", "/sim/faults", "");
    }

    /// Whether the desk's account has a position there.
    pub(crate) fn holds(&self, venue: usize, symbol: &str) -> bool {
        get(&self.addresses[venue], "/sim/positions").contains(&format!("\"{symbol}\""))
    }

    /// Every order each venue was ever sent.
    pub(crate) fn orders(&self) -> Vec<Vec<SimOrder>> {
        let of = |address: &String| {
            let told: Vec<Value> = serde_json::from_str(&get(address, "/sim/orders")).unwrap();
            let order = |order: &Value| SimOrder {
                client_id: order["client_id"].as_str().unwrap().to_owned(),
                is_open: ["New", "PartiallyFilled"].contains(&order["status"].as_str().unwrap()),
                cause: order["cause"].as_str().unwrap().to_owned(),
            };
            told.iter().map(order).collect()
        };
        self.addresses.iter().map(of).collect()
    }
}

impl Drop for Sims {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
