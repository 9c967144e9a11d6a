//! `aurora simulate`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use aurora_planted::{Bug, CAN_PLANT};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::run::{self, Many};
use crate::teeth::{self, Bite};
use crate::trace::Trace;
use crate::{kept, leavings};

/// Live through simulated worlds, one a seed, and check every invariant after every step.
///
/// A world has one or two desks with the real engine, journal, role machine and signer's judge; venue, network, disks,
/// clocks and people misbehave by the seed. The same seed is the same world. Exit code 1 when an invariant is broken.
#[derive(Clone, Debug, Args)]
#[command(before_help = "Example: aurora simulate --seeds 1..10000 --threads 2")]
pub struct SimulateArgs {
    /// The first and the last seed.
    #[arg(long, value_name = "A..B", default_value = "1..1000", value_parser = span)]
    pub seeds: (u64, u64),
    /// How many worlds at a time.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Events of each world's phase with faults.
    #[arg(long, default_value_t = 400)]
    pub steps: u64,
    /// Print what happens in each world, line by line.
    #[arg(long)]
    pub trace: bool,
    /// Print as JSON.
    #[arg(long, conflicts_with = "trace")]
    pub json: bool,
    /// Plant every known bug, one after the other, and see how many seeds catch it. Needs a build with `--features planted`.
    #[arg(long, conflicts_with_all = ["trace", "out"])]
    pub teeth: bool,
    /// With one bug planted (its name in the table of `--teeth`).
    #[arg(long, value_name = "NAME")]
    pub plant: Option<String>,
    /// Write each world's journals and state there, to compare two runs.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Append seeds that fail to this file; a test runs them for ever.
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
}

fn span(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or("write it as A..B, both included")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text:?}: {error}"));
    let (from, to) = (number(from)?, number(to.trim_start_matches('='))?);
    if from <= to { Ok((from, to)) } else { Err(format!("{from} is above {to}")) }
}

/// Why nothing was simulated.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The result cannot be shown or written.
    #[error("cannot write the result")]
    Output(#[from] std::io::Error),
    /// No bugs in this build.
    #[error(
        "this build has no planted bugs, as everything that ships: run \
         `cargo run --release -p aurora-world --features planted --bin world -- --teeth`"
    )]
    NoPlanted,
    /// No such bug.
    #[error("there is no planted bug {0:?}: the table of `--teeth` has their names")]
    UnknownBug(String),
}

/// Runs what was asked for; whether everything held.
///
/// # Errors
/// [`WorldError`] when it cannot begin, or the result cannot be written.
pub fn run(args: &SimulateArgs, out: &mut dyn Write) -> Result<bool, WorldError> {
    let bug = match &args.plant {
        Some(name) => Some(find(name)?),
        None => None,
    };
    if args.teeth {
        return bite(args, bug, out);
    }
    aurora_planted::plant(bug);
    if args.trace {
        return trace(args, out);
    }
    if let Some(dir) = &args.out {
        return leave(args, dir, out);
    }
    let began = now();
    let many = run::many(args.seeds, args.steps, args.threads, 20, || aurora_planted::plant(bug));
    let took = began.elapsed().as_secs_f64();
    if let Some(file) = &args.keep {
        for (seed, violation) in &many.failed {
            kept::append(file, (*seed, args.steps), violation)?;
        }
    }
    match args.json {
        true => writeln!(out, "{}", summary(&many, took))?,
        false => print(args, &many, took, out)?,
    }
    Ok(many.failed.is_empty())
}

fn find(name: &str) -> Result<Bug, WorldError> {
    if !CAN_PLANT {
        return Err(WorldError::NoPlanted);
    }
    let found = Bug::ALL.iter().copied().find(|bug| bug.name() == name);
    found.ok_or_else(|| WorldError::UnknownBug(name.to_owned()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it took is shown; nothing is decided by it"
)]
fn now() -> Instant {
    Instant::now()
}

fn trace(args: &SimulateArgs, out: &mut dyn Write) -> Result<bool, WorldError> {
    let mut held = true;
    for seed in args.seeds.0..=args.seeds.1 {
        let outcome = run::one(seed, args.steps, Trace::on());
        writeln!(out, "seed {seed}: {}", outcome.options)?;
        for line in &outcome.lines {
            writeln!(out, "{line}")?;
        }
        held &= outcome.violation.is_none();
    }
    Ok(held)
}

fn leave(
    args: &SimulateArgs,
    dir: &std::path::Path,
    out: &mut dyn Write,
) -> Result<bool, WorldError> {
    let mut held = true;
    for seed in args.seeds.0..=args.seeds.1 {
        held &= leavings::write(dir, seed, args.steps)?;
    }
    writeln!(
        out,
        "{}: journals and states of seeds {}..{}",
        dir.display(),
        args.seeds.0,
        args.seeds.1
    )?;
    Ok(held)
}

fn print(
    args: &SimulateArgs,
    many: &Many,
    took: f64,
    out: &mut dyn Write,
) -> Result<(), WorldError> {
    for (seed, violation) in &many.failed {
        let at = violation.at.seconds();
        writeln!(
            out,
            "seed {seed}: {} after {at:.3} s: {}",
            violation.invariant, violation.detail
        )?;
        writeln!(out, "  options: {}", run::one(*seed, 0, Trace::default()).options)?;
        let steps = args.steps;
        writeln!(out, "  again:   aurora simulate --seeds {seed}..{seed} --steps {steps} --trace")?;
    }
    let (seeds, counts, threads) = (many.seeds, &many.counts, args.threads.max(1));
    let a_core = seeds as f64 / took / threads as f64;
    writeln!(
        out,
        "{seeds} seeds, {} violations, {took:.1} s on {threads} threads: {a_core:.0} seeds/s a thread",
        many.failed.len(),
    )?;
    writeln!(
        out,
        "{} events in {:.0} simulated hours: {} desks, {} orders, {} fills, {} records, {} of them replayed",
        counts.events,
        counts.span.seconds() / 3600.0,
        counts.desks,
        counts.orders,
        counts.fills,
        counts.records,
        counts.replays,
    )?;
    for (kind, times) in counts.by_kind() {
        writeln!(out, "  {kind:36} {times:>9}")?;
    }
    for (invariant, times) in many.by_invariant() {
        writeln!(out, "  violations of {invariant:22} {times:>9}")?;
    }
    Ok(())
}

fn summary(many: &Many, took: f64) -> Value {
    let failed: Vec<Value> = many
        .failed
        .iter()
        .map(|(seed, violation)| {
            json!({
                "seed": seed, "invariant": violation.invariant, "after_s": violation.at.seconds(),
                "detail": violation.detail,
            })
        })
        .collect();
    let faults: Map<String, Value> =
        many.counts.by_kind().into_iter().map(|(kind, n)| (kind.to_owned(), n.into())).collect();
    let counts = &many.counts;
    json!({
        "seeds": many.seeds, "took_s": took, "violations": many.failed.len(), "failed": failed,
        "events": counts.events, "simulated_s": counts.span.seconds(), "desks": counts.desks,
        "orders": counts.orders, "fills": counts.fills, "records": counts.records, "faults": faults,
    })
}

fn bite(args: &SimulateArgs, bug: Option<Bug>, out: &mut dyn Write) -> Result<bool, WorldError> {
    if !CAN_PLANT {
        return Err(WorldError::NoPlanted);
    }
    let one = bug.map(|bug| [bug]);
    let bugs = one.as_ref().map_or(Bug::ALL, |one| &one[..]);
    let mut bites = Vec::new();
    for bug in bugs {
        let bite = teeth::bite(*bug, args.seeds, args.steps, args.threads);
        if !args.json {
            writeln!(out, "{bite}")?;
        }
        bites.push(bite);
    }
    let caught = bites.iter().filter(|bite| bite.first.is_some()).count();
    match args.json {
        true => {
            let bites: Vec<Value> = bites.iter().map(Bite::json).collect();
            writeln!(out, "{}", json!({"planted": bites.len(), "caught": caught, "bugs": bites}))?;
        }
        false => {
            let planted = bites.len();
            writeln!(out, "teeth: {caught} of {planted} planted bugs caught")?;
        }
    }
    Ok(caught == bites.len())
}
