//! `aurora-bench`: Aurora and what it is measured against, side by side, in the same run.

mod body;
mod gate;
mod load;
mod machine;
mod peer;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Aurora beside what it is measured against.
#[derive(Debug, Parser)]
#[command(name = "aurora-bench", before_help = "Example: aurora-bench gate --rounds 5 --secs 3")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// `aurora gate` against a bare hyper server: same request, pinned to core 0, load from core 1.
    Gate(gate::GateArgs),
    /// The hyper server itself; started by `gate`.
    #[command(hide = true)]
    Peer(peer::PeerArgs),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Gate(args) => gate::run(&args),
        Command::Peer(args) => peer::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("aurora-bench: {problem:#}");
            ExitCode::from(4)
        }
    }
}
