//! What a node is told by its configuration.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use aurora_config::Config;
use aurora_ha::{OpenOrders, Settings};
use aurora_lease::{Claim, Place};
use aurora_model::Nanos;

use super::epochs::Epochs;
use crate::exit::config_fault;

/// Where the journal is copied from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Nowhere: this node has no other.
    Nobody,
    /// The other node's folder, on this host.
    Folder(PathBuf),
    /// The other node, over TCP.
    Host(String),
}

/// Everything about a node that has others.
#[derive(Clone, Debug)]
pub(crate) struct HaPlan {
    pub(crate) node: String,
    pub(crate) place: Place,
    pub(crate) claim: Claim,
    pub(crate) machine: Settings,
    pub(crate) peer: Peer,
    /// Where this node ships its journal from.
    pub(crate) listen: Option<SocketAddr>,
    /// An order waits until the other node has its record.
    pub(crate) is_sync: bool,
    pub(crate) epochs: Epochs,
    pub(crate) hash_every: u64,
    /// How long the lease store may take to answer. Shorter than the machine waits, which would else never
    /// hear what is wrong with the store.
    pub(crate) patience: Duration,
}

/// The plan; `None` for a desk that is alone.
pub(crate) fn plan(config: &Config) -> Result<Option<HaPlan>> {
    let Some(place) = config.secret("ha.lease") else { return Ok(None) };
    if place.reveal().is_empty() {
        return Ok(None);
    }
    let place: Place =
        place.reveal().parse().map_err(|fault| config_fault(format!("ha.lease: {fault}")))?;
    let ms = |path| Nanos::from_millis(config.i64(path));
    let machine = Settings {
        ttl: ms("ha.lease_ttl_ms"),
        renew_every: ms("ha.renew_ms"),
        retry_every: ms("ha.retry_ms"),
        answer_within: ms("ha.answer_ms"),
        stop_margin: ms("ha.stop_margin_ms"),
        pause_limit: ms("ha.pause_ms"),
        request_life: ms("ha.request_life_ms"),
        takeover_slack: ms("ha.takeover_slack_ms"),
        drain_limit: ms("ha.drain_ms"),
        stand_aside: ms("ha.stand_aside_ms"),
        open_orders: match config.text("ha.open_orders") {
            "adopt" => OpenOrders::Adopt,
            _ => OpenOrders::CancelAll,
        },
        auto_takeover: config.bool("ha.auto_takeover"),
        ..Settings::default()
    };
    machine.check().map_err(|fault| config_fault(fault.to_string()))?;
    let span = |path| Duration::from_millis(config.int(path));
    let node = config.text("ha.node").to_owned();
    // No other start of this node has the same: an answer to one is never taken for another's.
    let holder = format!("{node}/{}-{}", std::process::id(), super::since_boot().0);
    Ok(Some(HaPlan {
        claim: Claim {
            name: config.text("ha.name").to_owned(),
            holder,
            ttl: span("ha.lease_ttl_ms"),
        },
        patience: span("ha.answer_ms") * 4 / 5,
        peer: peer(config)?,
        listen: listen(config)?,
        is_sync: config.text("ha.ship") == "sync",
        epochs: Epochs::of(config, &place)?,
        hash_every: config.int("ha.hash_every"),
        node,
        place,
        machine,
    }))
}

fn peer(config: &Config) -> Result<Peer> {
    match (config.opt_text("ha.peer_journal"), config.opt_text("ha.peer")) {
        (Some(_), Some(_)) => Err(config_fault(
            "ha.peer_journal and ha.peer are both set: name the folder on one host, the address on two",
        )),
        (Some(folder), None) => Ok(Peer::Folder(PathBuf::from(folder))),
        (None, Some(host)) => Ok(Peer::Host(host.to_owned())),
        (None, None) => Ok(Peer::Nobody),
    }
}

fn listen(config: &Config) -> Result<Option<SocketAddr>> {
    let wrong = |text: &str| config_fault(format!("ha.listen: {text:?} is no ADDRESS:PORT"));
    config.opt_text("ha.listen").map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}
