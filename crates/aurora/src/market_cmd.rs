//! `aurora market`: what a market is like, in numbers.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use aurora_binance::tape::{ClockShift, TapeError, TapeSet};
use aurora_matching::{Figure, GeneratedMarket, InstrumentSpec, MarketStats};
use aurora_model::Nanos;
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Map, Value, json};

/// Measure markets, generated and recorded, with one ruler.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora market stats --generated --seed 6 --seconds 3600")]
pub(crate) struct MarketArgs {
    #[command(subcommand)]
    command: MarketCommand,
}

#[derive(Debug, Subcommand)]
enum MarketCommand {
    /// Spread, depth, rates, trade signs, volatility, and what the imbalance foretells.
    Stats(StatsArgs),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("market").required(true).multiple(true)))]
struct StatsArgs {
    /// Measure the built-in market.
    #[arg(long, group = "market")]
    generated: bool,
    /// The seed of the built-in market.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How much of the built-in market to measure.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Measure recorded files; those of one instrument follow each other.
    #[arg(long, value_name = "FILE", num_args = 1.., group = "market")]
    tape: Vec<PathBuf>,
    /// One JSON object, for programs.
    #[arg(long)]
    json: bool,
}

/// One measured instrument.
struct Measured {
    name: String,
    stats: MarketStats,
}

/// Runs the command. 0 ok, 1 when a file does not hold what it should, 4 when it cannot be opened.
pub(crate) fn run(args: &MarketArgs) -> ExitCode {
    let MarketCommand::Stats(args) = &args.command;
    match measure(args).and_then(|report| Ok(tell(args, &report)?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            match error.downcast_ref::<TapeError>() {
                Some(TapeError::Open { .. }) => ExitCode::from(4),
                _ => ExitCode::from(1),
            }
        }
    }
}

/// Generated instruments first, then recorded ones.
fn measure(args: &StatsArgs) -> anyhow::Result<Vec<Measured>> {
    let mut measured = Vec::new();
    if args.generated {
        measured.extend(generated(args));
    }
    if !args.tape.is_empty() {
        measured.extend(recorded(&args.tape)?);
    }
    Ok(measured)
}

fn generated(args: &StatsArgs) -> Vec<Measured> {
    let specs = InstrumentSpec::standard();
    let mut measured: Vec<Measured> = specs
        .iter()
        .map(|spec| new(format!("{} seed {}", spec.instrument.id, args.seed)))
        .collect();
    // The figures depend on the seed alone; any start will do.
    let start = Nanos(1_723_161_256 * Nanos::SECOND.0);
    let end = start + Nanos(i64::from(args.seconds) * Nanos::SECOND.0);
    let mut market = GeneratedMarket::new(args.seed, start, specs);
    loop {
        let event = market.next_event();
        if end < event.received_at {
            return measured;
        }
        measured[event.instrument.index()].stats.observe(&event);
    }
}

fn recorded(files: &[PathBuf]) -> Result<Vec<Measured>, TapeError> {
    let mut set = TapeSet::open(files, ClockShift::Auto)?;
    let mut measured: Vec<Measured> =
        set.tracks().iter().map(|track| new(track.instrument.id.to_string())).collect();
    while let Some(event) = set.next_event()? {
        measured[event.instrument.index()].stats.observe(&event);
    }
    Ok(measured)
}

fn new(name: String) -> Measured {
    Measured { name, stats: MarketStats::new() }
}

/// The figures of each, and how much it moves with the first one of its own market.
fn figures(all: &[Measured], which: usize) -> Vec<Figure> {
    let venue = |measured: &Measured| measured.name.split(':').next().map(str::to_owned);
    let first = all.iter().find(|other| venue(other) == venue(&all[which]));
    let mut figures = all[which].stats.figures();
    for seconds in [1, 5] {
        let value = first
            .map_or(f64::NAN, |first| all[which].stats.return_correlation(&first.stats, seconds));
        figures.push(Figure { name: format!("return_{seconds}s_correlation_with_first"), value });
    }
    figures
}

fn tell(args: &StatsArgs, all: &[Measured]) -> io::Result<()> {
    let columns: Vec<Vec<Figure>> = (0..all.len()).map(|which| figures(all, which)).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        let report: Map<String, Value> = all
            .iter()
            .zip(&columns)
            .map(|(m, figures)| (m.name.clone(), object(figures)))
            .collect();
        writeln!(out, "{:#}", Value::Object(report))?;
    } else {
        for (at, measured) in (1..).zip(all) {
            writeln!(out, "({at}) {}", measured.name)?;
        }
        write!(out, "{:38}", "")?;
        (1..=all.len()).try_for_each(|at| write!(out, "{:>12}", format!("({at})")))?;
        writeln!(out)?;
        for row in 0..columns.first().map_or(0, Vec::len) {
            write!(out, "{:38}", columns[0][row].name)?;
            columns
                .iter()
                .try_for_each(|column| write!(out, "{:>12}", shown(column[row].value)))?;
            writeln!(out)?;
        }
    }
    out.flush()
}

/// Where nothing could be measured the value is null.
fn object(figures: &[Figure]) -> Value {
    let pair = |figure: &Figure| (figure.name.clone(), json!(figure.value));
    Value::Object(figures.iter().map(pair).collect())
}

fn shown(value: f64) -> String {
    match value {
        value if value.is_nan() => "–".to_owned(),
        value if 100.0 <= value.abs() => format!("{value:.0}"),
        value if 10.0 <= value.abs() => format!("{value:.1}"),
        value => format!("{value:.3}"),
    }
}
