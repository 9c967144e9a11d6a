//! `aurora`: the command line and the wiring. Decisions live in the core crates.

mod tape_cmd;

use std::process::ExitCode;

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
    Tape(tape_cmd::TapeArgs),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Tape(args) => tape_cmd::run(&args),
    }
}
