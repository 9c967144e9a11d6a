//! One round: the leader is taken away, the other takes over, and everything is counted.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::fault::Fault;
use super::pair::{Pair, VenueOrder};
use super::process::until;
use crate::ha::control::{Wish, ask};

/// What came of one round.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Round {
    pub(super) round: u32,
    pub(super) fault: &'static str,
    /// The epochs before and after.
    pub(super) from: u32,
    pub(super) to: u32,
    /// From the fault to the other node's lease.
    pub(super) lease_ms: f64,
    /// From the fault to RUN on the other node.
    pub(super) trading_ms: f64,
    /// From the fault to the first order the venue took from it.
    pub(super) order_ms: f64,
    /// Orders the venue has of the epoch that ended.
    pub(super) orders_before: usize,
    /// Orders of an older epoch that the venue took after one of a newer.
    pub(super) stale_orders: usize,
    /// Orders the venue has whose intent the new leader's journal lacks.
    pub(super) lost_intents: usize,
    /// Client ids the venue took twice.
    pub(super) duplicates: usize,
    /// How long until the old leader followed again.
    pub(super) rejoined_ms: f64,
}

impl Round {
    pub(super) fn line(&self) -> String {
        format!(
            "round {:>3} {:<9} epoch {} -> {}: trading again after {:.1} s; stale orders {}, lost intents {}, duplicates {}",
            self.round,
            self.fault,
            self.from,
            self.to,
            self.trading_ms / 1e3,
            self.stale_orders,
            self.lost_intents,
            self.duplicates
        )
    }

    pub(super) fn is_good(&self) -> bool {
        self.stale_orders + self.lost_intents + self.duplicates == 0
    }
}

/// Plays one round on a pair that has settled.
pub(super) fn play(pair: &mut Pair, round: u32, fault: Fault, moment: Duration) -> Result<Round> {
    let old = pair.settled()?;
    let from = pair.sides[old].status().epoch;
    pair.first_order_of(from, Instant::now())?;
    wait(moment);
    let began = Instant::now();
    let since = || began.elapsed().as_secs_f64() * 1e3;
    strike(pair, old, fault)?;
    let new = 1 - old;
    until("the other node has the lease", || {
        Ok(["CANDIDATE", "LEADER"].contains(&pair.sides[new].status().role.as_str()))
    })?;
    let lease_ms = since();
    until("the other node trades", || Ok(pair.sides[new].trades()))?;
    let trading_ms = since();
    let to = pair.sides[new].status().epoch;
    if to <= from {
        bail!("the new leader's epoch {to} is not above {from}");
    }
    let order_ms = pair.first_order_of(to, began)?;
    let mended = Instant::now();
    mend(pair, old, fault)?;
    until("the old leader follows again", || {
        let status = pair.sides[old].status();
        let follows = status.role == "FOLLOWER" && status.is_at_end && status.broken.is_none();
        // Not what was written before it was stopped.
        Ok(follows && status.at_ms + 1_000.0 > now_ms())
    })?;
    let rejoined_ms = mended.elapsed().as_secs_f64() * 1e3;
    // What it can still have sent is at the venue by now.
    wait(Duration::from_millis(u64::try_from(pair.spans.life).unwrap_or(0)));
    let orders = pair.orders()?;
    let intents = pair.sides[new].intents().context("the new leader's journal")?;
    Ok(Round {
        round,
        fault: fault.word(),
        from,
        to,
        lease_ms,
        trading_ms,
        order_ms,
        orders_before: orders.iter().filter(|order| order.epoch == from).count(),
        stale_orders: stale(&orders),
        lost_intents: orders.iter().filter(|order| !intents.contains(&order.client_id)).count(),
        duplicates: orders.len()
            - orders.iter().map(|order| &order.client_id).collect::<BTreeSet<_>>().len(),
        rejoined_ms,
    })
}

/// Orders of an older epoch after one of a newer: the venue numbers what it takes.
fn stale(orders: &[VenueOrder]) -> usize {
    let mut newest = 0;
    let mut stale = 0;
    for order in orders {
        stale += usize::from(order.epoch < newest);
        newest = newest.max(order.epoch);
    }
    stale
}

fn strike(pair: &mut Pair, leader: usize, fault: Fault) -> Result<()> {
    let side = &mut pair.sides[leader];
    match fault {
        Fault::Kill => side.process()?.kill(),
        Fault::Pause => side.process()?.signal("-STOP"),
        Fault::Partition => {
            side.proxy.as_ref().context("a way to the lease store")?.cut(true);
            Ok(())
        }
        Fault::Demote => ask(&side.data(), Wish::Demote).map(drop),
    }
}

/// The fault ends; what was killed starts again.
fn mend(pair: &mut Pair, old: usize, fault: Fault) -> Result<()> {
    let side = &mut pair.sides[old];
    match fault {
        Fault::Kill => side.start(),
        Fault::Pause => side.process()?.signal("-CONT"),
        Fault::Partition => {
            side.proxy.as_ref().context("a way to the lease store")?.cut(false);
            Ok(())
        }
        Fault::Demote => Ok(()),
    }?;
    if side.process()?.has_ended() {
        bail!("the old leader's process has ended: see node.log");
    }
    Ok(())
}

fn wait(span: Duration) {
    let began = Instant::now();
    while began.elapsed() < span {
        std::thread::park_timeout(span - began.elapsed());
    }
}

fn now_ms() -> f64 {
    aurora_venue::Clock::system().now().0 as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_an_older_epoch_after_a_newer_one_is_stale() {
        let orders = |epochs: &[u32]| {
            let order = |epoch: &u32| VenueOrder { client_id: String::new(), epoch: *epoch };
            epochs.iter().map(order).collect::<Vec<_>>()
        };
        assert_eq!(stale(&orders(&[1, 1, 2, 3, 3])), 0);
        assert_eq!(stale(&orders(&[1, 2, 1, 2, 1])), 2);
    }
}
