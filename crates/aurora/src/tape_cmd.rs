//! `aurora tape`: look into recorded tapes.

mod bbo;
mod info;
mod parse;

pub(crate) use parse::clock_shift;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use aurora_binance::tape::{ClockShift, TapeError, TapeSet};
use aurora_model::Nanos;
use clap::{Args, Subcommand};

/// Look into recorded tapes: raw Binance frames, plain, zstd or gzip.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora tape bbo usdm_btcusdt_20240808.raw.zst --every 1s --csv | head"
)]
pub(crate) struct TapeArgs {
    #[command(subcommand)]
    command: TapeCommand,
}

#[derive(Debug, Subcommand)]
enum TapeCommand {
    /// Print the best bid and ask one period after the start and after each further period.
    Bbo(bbo::BboArgs),
    /// Say what is inside: instruments, streams, times, gaps, damaged lines, and how fast it plays.
    Info(info::InfoArgs),
}

/// Which files, and how their clocks are put right.
#[derive(Debug, Args)]
struct Source {
    /// Recorded files; those of one instrument follow each other.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Seconds to add to the recorder's clock; `auto` makes each file's smallest latency zero.
    #[arg(long, value_name = "auto|SECONDS", default_value = "auto", value_parser = parse::clock_shift, allow_hyphen_values = true)]
    clock_shift: ClockShift,
    /// Pass over lines that cannot be read instead of stopping at the first.
    #[arg(long)]
    skip_damaged: bool,
}

impl Source {
    fn open(&self) -> Result<TapeSet, TapeError> {
        let mut set = TapeSet::open(&self.files, self.clock_shift)?;
        if self.skip_damaged {
            set.skip_damaged();
        }
        Ok(set)
    }
}

/// Runs the command. 0 ok, 1 when a file does not hold what it should, 4 when it cannot be opened.
pub(crate) fn run(args: &TapeArgs) -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = match &args.command {
        TapeCommand::Bbo(args) => bbo::run(args, &mut out),
        TapeCommand::Info(args) => info::run(args, &mut out),
    };
    let done = done.and_then(|()| out.flush().map_err(anyhow::Error::from));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // `aurora tape bbo … | head` has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = out.flush();
            let _ = writeln!(io::stderr(), "error: {error:#}");
            match error.downcast_ref::<TapeError>() {
                Some(TapeError::Open { .. }) => ExitCode::from(4),
                _ => ExitCode::from(1),
            }
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Seconds since the epoch with six decimals.
fn seconds(at: Nanos) -> String {
    let micros = at.0.div_euclid(1_000);
    format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
}
