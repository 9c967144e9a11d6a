//! `aurora replay`: rebuild the desk from its journal and prove that it stands where it stood.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use aurora_engine::Record;
use aurora_journal::Reader;
use clap::Args;

use super::build::{self, Market};
use super::{paper, settings};
use aurora_binance::tape::ClockShift;

/// Rebuild orders, positions and cash from a journal; every checkpoint in it must come out the same.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora replay data/paper/journal")]
pub(crate) struct ReplayArgs {
    /// The journal's folder.
    journal: PathBuf,
    /// Configuration file the desk ran with.
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG")]
    config: Option<PathBuf>,
    /// The tapes the desk played, where it did; they say which instruments there were.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    tape: Vec<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// Replays the journal and prints where it leads.
pub(crate) fn replay(args: &ReplayArgs) -> Result<()> {
    let config = crate::load_config(args.config.as_deref(), Vec::new())?;
    let of_venues = args.journal.parent().and_then(paper::instruments_of);
    let market = match of_venues {
        Some(instruments) => Market::of_venues(&instruments),
        None if args.tape.is_empty() => Market::generated(&config)?,
        None => Market::tapes(&args.tape, ClockShift::Auto)?,
    };
    let mut engine = build::engine(&config, &market, settings::engine(&config)?)?;
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut records, mut checkpoints) = (0u64, 0u64);
    let reader = Reader::open(&args.journal)
        .with_context(|| format!("journal {}", args.journal.display()))?;
    for record in reader {
        let record = record?;
        let stamped = aurora_records::decode(&record.payload)
            .with_context(|| format!("record {}", record.seq))?;
        engine.replay(record.seq.0, &stamped)?;
        records += 1;
        checkpoints += u64::from(matches!(stamped.record, Record::Checkpoint { .. }));
        *kinds.entry(aurora_records::kind_word(record.kind)).or_default() += 1;
    }
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
    }
    Ok(())
}
