//! `aurora replay`: rebuild the desk from its journal and prove that it stands where it stood.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use aurora_engine::{Engine, Record, Stamped, state_hash};
use aurora_journal::{Chain, ChainHash, Reader, Snapshots, Unusable};
use clap::Args;

use super::build::{self, Market};
use super::recollection::Recollection;
use super::stopwatch::Monotonic;
use super::{paper, settings};
use aurora_binance::tape::ClockShift;

/// Rebuild orders, positions and cash from a journal; every checkpoint in it must come out the same.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora replay data/paper/journal")]
pub(crate) struct ReplayArgs {
    /// The journal's folder.
    journal: PathBuf,
    #[command(flatten)]
    desk: DeskArgs,
    /// Begin with the newest snapshot, as a start does.
    #[arg(long)]
    snapshot: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// What builds the desk that a journal is replayed into.
#[derive(Debug, Default, Args)]
pub(crate) struct DeskArgs {
    /// Configuration file the desk ran with.
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG")]
    config: Option<PathBuf>,
    /// The tapes the desk played, where it did; they say which instruments there were.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    tape: Vec<PathBuf>,
}

impl DeskArgs {
    /// Makes engines for the journal in that folder.
    fn engines(&self, journal: &Path) -> Result<impl FnMut() -> Result<Engine<Monotonic>>> {
        let config = crate::load_config(self.config.as_deref(), Vec::new())?;
        let market = match journal.parent().and_then(paper::instruments_of) {
            Some(instruments) => Market::of_venues(&instruments),
            None if self.tape.is_empty() => Market::generated(&config)?,
            None => Market::tapes(&self.tape, ClockShift::Auto)?,
        };
        Ok(move || build::engine(&config, &market, settings::engine(&config)?))
    }
}

/// What [`deep`] found.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Deep {
    /// Fingerprints in the journal that came out the same.
    pub(crate) checkpoints: u64,
    /// Snapshots whose state came out the same.
    pub(crate) snapshots: u64,
    /// Those that did not, or cannot be used, with the reason.
    pub(crate) bad_snapshots: Vec<String>,
    /// Of the whole state at the end.
    pub(crate) state_hash: String,
    pub(crate) took_ms: f64,
}

/// Replays everything and compares the state with every checkpoint and every snapshot on the way.
pub(crate) fn deep(journal: &Path, desk: &DeskArgs) -> Result<Deep> {
    let began = Instant::now();
    let mut known = Recollection::new(desk.engines(journal)?()?);
    let snapshots = Snapshots::of(journal, 1);
    let taken: BTreeSet<u64> = snapshots.list()?.into_iter().map(|seq| seq.0).collect();
    let (mut checkpoints, mut agreed, mut bad) = (0, 0, Vec::new());
    let mut compare = |known: &Recollection, after: Chain| -> Result<()> {
        let seq = after.seq;
        match snapshots.read(seq)? {
            Ok(snapshot) if snapshot == known.snapshot(after) => agreed += 1,
            Ok(_) => bad.push(format!("the snapshot after record {seq} has another state")),
            // A desk that writes may take an old one away meanwhile.
            Err(Unusable::Gone) => {}
            Err(unusable) => bad.push(format!("the snapshot after record {seq}: {unusable}")),
        }
        Ok(())
    };
    let mut reader = open(journal)?;
    for record in reader.by_ref() {
        let record = record?;
        let stamped = decoded(&record)?;
        known.replay(record.seq.0, &stamped)?;
        checkpoints += u64::from(matches!(stamped.record, Record::Checkpoint { .. }));
        if taken.contains(&record.seq.0) {
            compare(&known, Chain { seq: record.seq, head: record.hash })?;
        }
    }
    for seq in taken.range(reader.reached().seq.0 + 1..) {
        bad.push(format!("the snapshot after record {seq}: the journal has no such record"));
    }
    Ok(Deep {
        checkpoints,
        snapshots: agreed,
        bad_snapshots: bad,
        state_hash: hash_of(&known),
        took_ms: began.elapsed().as_secs_f64() * 1e3,
    })
}

fn open(journal: &Path) -> Result<Reader> {
    Reader::open(journal).with_context(|| format!("journal {}", journal.display()))
}

fn decoded(record: &aurora_journal::Record) -> Result<Stamped> {
    aurora_records::decode(&record.payload).with_context(|| format!("record {}", record.seq))
}

fn hash_of(known: &Recollection) -> String {
    ChainHash(state_hash(&known.state())).to_string()
}

/// Replays the journal and prints where it leads.
pub(crate) fn replay(args: &ReplayArgs) -> Result<()> {
    let began = Instant::now();
    let mut new_engine = args.desk.engines(&args.journal)?;
    let (mut known, from) = if args.snapshot {
        let passed = &mut |passed| eprintln!("aurora: {passed}");
        Recollection::newest(&args.journal, &mut new_engine, passed)?
    } else {
        (Recollection::new(new_engine()?), 0)
    };
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut records, mut checkpoints) = (0u64, 0u64);
    for record in open(&args.journal)? {
        let record = record?;
        records += 1;
        *kinds.entry(aurora_records::kind_word(record.kind)).or_default() += 1;
        if record.seq.0 <= from {
            continue;
        }
        let stamped = decoded(&record)?;
        known.replay(record.seq.0, &stamped)?;
        checkpoints += u64::from(matches!(stamped.record, Record::Checkpoint { .. }));
    }
    let took_ms = began.elapsed().as_secs_f64() * 1e3;
    let (state_hash, engine) = (hash_of(&known), known.engine);
    let positions: BTreeMap<String, String> = engine
        .ledger()
        .positions()
        .filter(|position| position.qty.0 != 0)
        .map(|position| {
            let rules = &engine.markets()[position.instrument.index()].instrument;
            (rules.id.to_string(), rules.qty(position.qty).to_string())
        })
        .collect();
    let counters = engine.ledger().counters();
    let state = serde_json::json!({
        "records": records, "kinds": kinds, "checkpoints": checkpoints, "fills": counters.fills,
        "duplicates": counters.duplicates, "live_orders": engine.orders().live_count(),
        "in_doubt": engine.orders().in_doubt_count(), "positions": positions,
        "state": engine.status().state.code(), "fingerprint": engine.fingerprint().to_string(),
        "from_snapshot": from, "state_hash": state_hash, "took_ms": took_ms,
    });
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{state}")?;
    } else {
        writeln!(out, "{records} records, {checkpoints} checkpoints, all the same")?;
        writeln!(out, "fills {}, live orders {}", counters.fills, engine.orders().live_count())?;
        for (instrument, qty) in &positions {
            writeln!(out, "{instrument}  {qty}")?;
        }
        writeln!(out, "state {}  {}", engine.status().state.code(), engine.fingerprint())?;
        writeln!(out, "state hash {state_hash}, {took_ms:.0} ms")?;
    }
    Ok(())
}
