//! The journal against the venues: what was sent twice, lost, invented or left open.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::desk::Scene;
use crate::report::Report;
use crate::sims::VENUES;

/// What [`compare`] counts, all of which must be zero.
pub(crate) const ZEROS: [&str; 6] = [
    "orders sent twice",
    "orders the journal does not know",
    "fills lost",
    "fills invented",
    "orders unresolved",
    "positions that differ",
];

/// Ends all faults, lets the desk come to rest, compares it with what the venues tell, and counts what there was.
pub(crate) fn compare(scene: &Scene, label: &str, report: &mut Report) -> Result<()> {
    let before = report.wrongs();
    scene.sims.heal()?;
    let took = scene.come_to_rest().with_context(|| label.to_owned())?;
    report.time("from the first start without faults to rest", took);
    eprintln!("  {label}: at rest after {} ms", took.as_millis());
    let records = scene.records()?;
    let lots = lots(scene)?;
    let intents: BTreeSet<&str> = records
        .iter()
        .filter(|(_, record)| record["kind"] == "intent")
        .filter_map(|(_, record)| record["id"].as_str())
        .collect();
    let told = |what: String| format!("{label}: {what}");

    let placed = placed(scene)?;
    let twice = placed.iter().filter(|(_, times)| 1 < **times);
    report.wrong("orders sent twice", twice.map(|(id, times)| told(format!("{id} {times} times"))));
    let strangers = placed.keys().filter(|id| !intents.contains(id.as_str()));
    report.wrong("orders the journal does not know", strangers.map(|id| told(id.clone())));

    let (booked, filled) = (booked(&records, &lots)?, filled(scene)?);
    let (lost, invented) = (short_of(&filled, &booked), short_of(&booked, &filled));
    report.wrong("fills lost", lost.into_iter().map(told));
    report.wrong("fills invented", invented.into_iter().map(told));

    let replay = scene.replay()?;
    for open in ["in_doubt", "live_orders"] {
        let count = replay[open].as_u64().context("a count of the replay")?;
        report.wrong("orders unresolved", (0..count).map(|_| told(open.to_owned())));
    }
    let (ours, theirs) = (positions_of(&replay)?, positions_at(scene)?);
    let differ =
        (ours != theirs).then(|| told(format!("the journal has {ours:?}, the venues {theirs:?}")));
    report.wrong("positions that differ", differ);

    report.count("orders sent", placed.len());
    report.count("orders filled", filled.len());
    if before != report.wrongs() {
        eprintln!("  {label}: kept in {}", scene.keep()?.display());
    }
    Ok(())
}

/// How often each id was sent: by the venues' logs of requests, and by the orders they took.
fn placed(scene: &Scene) -> Result<BTreeMap<String, usize>> {
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _) in scene.sims.placings()? {
        *sent.entry(id).or_default() += 1;
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for orders in scene.sims.ask("/sim/orders")? {
        for order in orders.as_array().into_iter().flatten() {
            *taken.entry(text(&order["client_id"])?).or_default() += 1;
        }
    }
    for (id, times) in taken {
        let sent = sent.entry(id).or_default();
        *sent = times.max(*sent);
    }
    Ok(sent)
}

/// The lot of each instrument, by number.
fn lots(scene: &Scene) -> Result<Vec<Decimal>> {
    let instruments = scene.instruments()?;
    instruments.iter().map(|(_, lot)| Ok(Decimal::from_str_exact(lot)?)).collect()
}

/// Booked quantity by order; each fill once, however often it was told.
fn booked(records: &[(u64, Value)], lots: &[Decimal]) -> Result<BTreeMap<String, Decimal>> {
    let mut fills: BTreeMap<(String, String), (usize, i64)> = BTreeMap::new();
    for (_, record) in records {
        let one = (record["report"] == "fill").then_some(record);
        for fill in one.into_iter().chain(record["fills"].as_array().into_iter().flatten()) {
            let instrument = usize::try_from(fill["instrument"].as_u64().context("instrument")?)?;
            let qty = fill["qty"].as_i64().context("qty")?;
            fills.insert((text(&fill["order"])?, text(&fill["trade_id"])?), (instrument, qty));
        }
    }
    let mut booked: BTreeMap<String, Decimal> = BTreeMap::new();
    for ((order, _), (instrument, qty)) in fills {
        let sum = booked.entry(order).or_default();
        *sum += lots[instrument] * Decimal::from(qty);
    }
    Ok(booked)
}

/// Filled quantity by order, as the venues have it.
fn filled(scene: &Scene) -> Result<BTreeMap<String, Decimal>> {
    let mut filled: BTreeMap<String, Decimal> = BTreeMap::new();
    for fills in scene.sims.ask("/sim/fills")? {
        for fill in fills.as_array().into_iter().flatten() {
            let sum = filled.entry(text(&fill["client_id"])?).or_default();
            *sum += decimal(&fill["qty"])?;
        }
    }
    Ok(filled)
}

/// Orders of which `has` knows less than `wanted`.
fn short_of(wanted: &BTreeMap<String, Decimal>, has: &BTreeMap<String, Decimal>) -> Vec<String> {
    let less = |(id, qty): (&String, &Decimal)| {
        let there = has.get(id).copied().unwrap_or_default();
        (there < *qty).then(|| format!("{id}: {there} of {qty}"))
    };
    wanted.iter().filter_map(less).collect()
}

/// `BINANCEUSDM:PERP:BTC-USDT` as `binance BTC`.
fn positions_of(replay: &Value) -> Result<BTreeMap<String, Decimal>> {
    let positions = replay["positions"].as_object().context("positions of the replay")?;
    let mut named = BTreeMap::new();
    for (id, qty) in positions {
        let venue = VENUES.into_iter().find(|venue| id.to_lowercase().starts_with(venue));
        let base = id.rsplit(':').next().and_then(|pair| pair.split('-').next());
        let name = venue.zip(base).map(|(venue, base)| format!("{venue} {base}"));
        named.insert(name.with_context(|| id.clone())?, decimal(qty)?);
    }
    named.retain(|_, qty| *qty != Decimal::ZERO);
    Ok(named)
}

/// `BTCUSDT` and `BTC-USDT-SWAP` alike.
fn positions_at(scene: &Scene) -> Result<BTreeMap<String, Decimal>> {
    let mut named = BTreeMap::new();
    for (venue, positions) in VENUES.into_iter().zip(scene.sims.ask("/sim/positions")?) {
        for position in positions.as_array().into_iter().flatten() {
            let symbol = text(&position["symbol"])?;
            let base = symbol.split("USDT").next().unwrap_or_default().trim_end_matches('-');
            named.insert(format!("{venue} {base}"), decimal(&position["qty"])?);
        }
    }
    named.retain(|_, qty| *qty != Decimal::ZERO);
    Ok(named)
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}

fn decimal(value: &Value) -> Result<Decimal> {
    let text = text(value)?;
    Decimal::from_str_exact(&text).with_context(|| format!("{text:?} is no decimal"))
}
