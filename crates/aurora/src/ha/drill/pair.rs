//! Two nodes of one desk, the venue they trade on, and the store of their lease.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use aurora_journal::Reader;
use aurora_model::ClientOrderId;

use super::DrillArgs;
use super::fault::Fault;
use super::process::{self, Process, get, status, until};
use super::proxy::Proxy;
use crate::ha::status::NodeStatus;

/// The spans of the nodes, ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    pub(super) ttl: i64,
    pub(super) life: i64,
    pub(super) slack: i64,
}

impl Spans {
    pub(super) fn of(ttl: i64, life: i64, slack: i64) -> Spans {
        Spans { ttl, life, slack }
    }

    /// The keys of the configuration; what is not named is in proportion to the lease.
    fn settings(self) -> Vec<(String, String)> {
        let spans = [
            ("LEASE_TTL_MS", self.ttl),
            ("RENEW_MS", self.ttl * 3 / 10),
            ("RETRY_MS", (self.ttl / 10).max(20)),
            ("ANSWER_MS", self.ttl / 5),
            ("STOP_MARGIN_MS", self.ttl / 10),
            // A starved machine is no fault of this drill: what it freezes stays frozen for longer.
            ("PAUSE_MS", self.ttl),
            ("REQUEST_LIFE_MS", self.life),
            ("TAKEOVER_SLACK_MS", self.slack),
            ("STAND_ASIDE_MS", self.ttl),
        ];
        let named = |(name, ms): (&str, i64)| (format!("AURORA__HA__{name}"), ms.to_string());
        // Nor is a disk that is busy with something else.
        let disk = ("AURORA__WATCH__MAX_COMMIT_MS_P99".to_owned(), "600000".to_owned());
        spans.into_iter().map(named).chain([disk]).collect()
    }
}

/// One of the two.
pub(super) struct Side {
    folder: PathBuf,
    venue: String,
    settings: Vec<(String, String)>,
    pub(super) process: Option<Process>,
    /// The leader's own way to the lease store.
    pub(super) proxy: Option<Proxy>,
}

impl Side {
    pub(super) fn status(&self) -> NodeStatus {
        status(&self.folder)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn start(&mut self) -> Result<()> {
        let node = process::node(&self.folder, &self.venue, &self.settings)?;
        self.process = Some(node);
        Ok(())
    }

    pub(super) fn process(&mut self) -> Result<&mut Process> {
        self.process.as_mut().context("the node runs")
    }

    /// Whether its desk trades: RUN by its own console.
    pub(super) fn trades(&self) -> bool {
        let status = self.status();
        let Some(console) = status.console.filter(|_| status.role == "LEADER") else {
            return false;
        };
        get(&console, "/api/ui/system")["history"][0]["to"] == "RUN"
    }

    /// Every id its journal has an intent of.
    pub(super) fn intents(&self) -> Result<BTreeSet<String>> {
        let mut intents = BTreeSet::new();
        for record in Reader::open(&self.data().join("journal"))? {
            let stamped = aurora_records::decode(&record?.payload)?;
            if let aurora_engine::Record::Intent { id, .. } = stamped.record {
                intents.insert(id.to_string());
            }
        }
        Ok(intents)
    }
}

/// An order as the venue has it.
#[derive(Clone, Debug)]
pub(super) struct VenueOrder {
    pub(super) client_id: String,
    pub(super) epoch: u32,
}

/// Who keeps the epoch: the signer both nodes ask, or without one a file.
fn keeper(folder: &Path, venue: SocketAddr, without_signer: bool) -> Vec<(String, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    if without_signer {
        return vec![("AURORA__HA__EPOCH_FILE".to_owned(), path("epoch"))];
    }
    let keys = [
        ("SIGNER__SOCKET", path("signer.sock")),
        ("SIGNER__STATE", path("signer")),
        ("SIGNER__KEYS", path("signer/keys.age")),
        ("SIGNER__IDENTITY", path("signer/identity")),
        // The signer must know where to cancel by itself.
        ("PAPER__VENUES", format!("okx@{venue}")),
    ];
    keys.into_iter().map(|(key, value)| (format!("AURORA__{key}"), value)).collect()
}

/// Both, and what is around them.
pub(super) struct Pair {
    pub(super) sides: [Side; 2],
    pub(super) spans: Spans,
    sim: SocketAddr,
    /// They end with the pair, after the nodes.
    _servers: Vec<Process>,
}

impl Pair {
    pub(super) fn start(folder: &Path, spans: Spans, args: &DrillArgs) -> Result<Pair> {
        std::fs::create_dir_all(folder)?;
        let (sim, address) = process::sim(folder, args.seed)?;
        let mut servers = vec![sim];
        let is_remote = args.kinds.contains(&Fault::Partition);
        let nats = if is_remote { Some(process::nats(folder)?) } else { None };
        let keeper = keeper(folder, address, args.without_signer);
        if !args.without_signer {
            servers.push(process::signer(folder, &folder.join("signer.sock"), &keeper)?);
        }
        let port = nats.as_ref().map(|(_, port)| *port);
        servers.extend(nats.map(|(server, _)| server));
        let side = |name: &str, other: &str| -> Result<Side> {
            let own = folder.join(name);
            std::fs::create_dir_all(&own)?;
            let proxy = port.map(Proxy::start).transpose()?;
            let lease = match &proxy {
                Some(proxy) => format!("nats://127.0.0.1:{}", proxy.port),
                None => format!("sqlite:{}", folder.join("lease.db").display()),
            };
            let path = |path: PathBuf| path.display().to_string();
            let mut settings = spans.settings();
            for (key, value) in [
                ("LEASE", lease),
                ("NODE", name.to_owned()),
                ("PEER_JOURNAL", path(folder.join(other).join("data/journal"))),
            ] {
                settings.push((format!("AURORA__HA__{key}"), value));
            }
            settings.extend(keeper.clone());
            let venue = format!("okx@{address}");
            Ok(Side { folder: own, venue, settings, process: None, proxy })
        };
        let mut pair = Pair {
            sides: [side("a", "b")?, side("b", "a")?],
            spans,
            sim: address,
            _servers: servers,
        };
        pair.sides[0].start()?;
        until("the first node trades", || Ok(pair.sides[0].trades()))?;
        pair.sides[1].start()?;
        Ok(pair)
    }

    /// Which one leads, once one trades and the other has copied everything.
    pub(super) fn settled(&self) -> Result<usize> {
        let mut leader = 0;
        until("one node trades and the other follows", || {
            for side in 0..2 {
                let other = self.sides[1 - side].status();
                let follows = other.role == "FOLLOWER" && other.is_at_end && other.broken.is_none();
                if follows && self.sides[side].trades() {
                    leader = side;
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        Ok(leader)
    }

    /// Everything the venue was ever sent, in the order it took it.
    pub(super) fn orders(&self) -> Result<Vec<VenueOrder>> {
        let told = get(&self.sim.to_string(), "/sim/orders");
        let told = told.as_array().context("the venue tells its orders")?;
        let order = |order: &serde_json::Value| {
            let client_id = order["client_id"].as_str()?.to_owned();
            let epoch = client_id.parse::<ClientOrderId>().ok()?.epoch();
            Some(VenueOrder { client_id, epoch })
        };
        Ok(told.iter().filter_map(order).collect())
    }

    /// Waits until the venue has taken an order of that epoch; since then.
    pub(super) fn first_order_of(&self, epoch: u32, since: Instant) -> Result<f64> {
        let has_one = || Ok(self.orders()?.iter().any(|order| order.epoch == epoch));
        until("the venue takes an order of the new epoch", has_one)?;
        Ok(since.elapsed().as_secs_f64() * 1e3)
    }
}
