//! `aurora`: the command line and the wiring. Decisions live in the core crates.

mod audit_cmd;
mod calibrate_cmd;
mod calibrator_file;
mod config_cmd;
mod conformance;
mod db_cmd;
mod desk;
mod exit;
mod gate_cmd;
mod gate_config;
mod ha;
mod journal_cmd;
mod kill_cmd;
mod market_cmd;
mod percentiles;
mod report;
mod signer_cmd;
mod sim_cmd;
mod tape_cmd;
mod venues;

use std::path::Path;
use std::process::ExitCode;

use aurora_config::{Config, Flag, Sources};
use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The safe core of a trading desk.
#[derive(Debug, Parser)]
#[command(
    name = "aurora",
    version,
    before_help = "Example: aurora run            (paper desk with its console on http://127.0.0.1:8000)",
    after_help = "Exit codes: 0 ok, 1 a check failed, 2 usage, 3 configuration, 4 environment, 5 time-out."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(desk::RunArgs),
    Gate(gate_cmd::GateArgs),
    Ha(ha::HaArgs),
    Kill(kill_cmd::KillArgs),
    Replay(desk::ReplayArgs),
    Journal(journal_cmd::JournalArgs),
    Db(db_cmd::DbArgs),
    Audit(audit_cmd::AuditArgs),
    Tape(tape_cmd::TapeArgs),
    Market(market_cmd::MarketArgs),
    Config(config_cmd::ConfigArgs),
    Report(report::ReportArgs),
    Signer(signer_cmd::SignerArgs),
    Sim(sim_cmd::SimArgs),
    Conformance(conformance::ConformanceArgs),
    Simulate(aurora_world::cli::SimulateArgs),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(args) => exit::finish(desk::run(&args)),
        Command::Gate(args) => exit::finish(gate_cmd::run(&args)),
        Command::Ha(args) => exit::finish_printing(ha::command(&args)),
        Command::Kill(args) => exit::finish(kill_cmd::run(&args)),
        Command::Journal(args) => {
            exit::finish_printing(journal_cmd::run(&args, aurora_records::kind_word))
        }
        Command::Audit(args) => exit::finish_printing(audit_cmd::run(&args)),
        Command::Db(args) => exit::finish_printing(db_cmd::run(&args)),
        Command::Replay(args) => exit::finish_printing(desk::replay(&args)),
        Command::Tape(args) => tape_cmd::run(&args),
        Command::Market(args) => market_cmd::run(&args),
        Command::Config(args) => exit::finish_printing(config_cmd::run(&args)),
        Command::Report(args) => exit::finish_printing(report::run(&args)),
        Command::Signer(args) => exit::finish(signer_cmd::run(&args)),
        Command::Sim(args) => exit::finish(sim_cmd::run(&args)),
        Command::Conformance(args) => exit::finish(conformance::run(&args)),
        Command::Simulate(args) => exit::finish(simulate(&args)),
    }
}

fn simulate(args: &aurora_world::cli::SimulateArgs) -> anyhow::Result<()> {
    if aurora_world::cli::run(args, &mut std::io::stdout().lock())? {
        return Ok(());
    }
    Err(exit::check_failed("an invariant does not hold: the lines above name the seeds"))
}

/// The effective configuration: flags over environment over the file over defaults. What works but
/// should be written otherwise is told on stderr; any fault ends the command before anything starts.
fn load_config(file: Option<&Path>, flags: Vec<Flag>) -> anyhow::Result<Config> {
    let files: Vec<_> = file.map(Path::to_path_buf).into_iter().collect();
    let faults = |faults: aurora_config::Faults| exit::config_fault(faults.to_string());
    let sources = Sources::of_process(&files, flags).map_err(faults)?;
    let config = aurora_config::load(&sources).map_err(faults)?;
    for warning in config.warnings() {
        eprintln!("aurora: {warning}");
    }
    Ok(config)
}
