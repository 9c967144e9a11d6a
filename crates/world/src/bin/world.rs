//! `aurora simulate` without the rest of Aurora: quick to build, with or without planted bugs.

use std::process::ExitCode;

use aurora_world::cli::{SimulateArgs, run};
use clap::Parser;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    simulate: SimulateArgs,
}

fn main() -> ExitCode {
    match run(&Cli::parse().simulate, &mut std::io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("world: {error}");
            ExitCode::from(4)
        }
    }
}
