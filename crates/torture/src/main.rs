//! The release binary under fault, trading on simulated venues that outlive it; afterwards it is compared with the
//! venues' truth. `docs/guide/torture.md` tells what each torture does and what it found.

mod args;
mod clock;
mod crew;
mod desk;
mod disk;
mod full;
mod kill;
mod network;
mod pause;
mod power;
mod report;
mod sims;
mod sync;
mod truth;

use std::process::ExitCode;

use anyhow::{Context, Result};

use args::Args;
use disk::Disk;
use report::Report;

/// A torture: its word, and what it does.
type Torture = (&'static str, fn(&Args) -> Result<Report>);

/// In the order they are run.
const TORTURES: [Torture; 8] = [
    ("kill", kill::run),
    ("sync", sync::run),
    ("slow", sync::run_slow),
    ("power", power::run),
    ("full", full::run),
    ("pause", pause::run),
    ("clock", clock::run),
    ("network", network::run),
];

fn main() -> ExitCode {
    match tortured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("aurora-torture: {error:#}");
            ExitCode::from(4)
        }
    }
}

/// Whether everything held.
fn tortured() -> Result<bool> {
    let args = Args::of_process(&TORTURES.map(|(word, _)| word))?;
    let mut held = true;
    for (word, torture) in TORTURES {
        if args.tortures.is_empty() || args.tortures.iter().any(|wanted| wanted == word) {
            if args.where_possible
                && let Err(error) = permitted(word)
            {
                eprintln!("Skipped: {word}: {error:#}");
                continue;
            }
            let report = torture(&args)?;
            report.publish(word, &args)?;
            held &= report.held();
        }
    }
    Ok(held)
}

/// Whether this machine lets us do it, as far as that is known before.
fn permitted(torture: &str) -> Result<()> {
    match torture {
        "kill" | "sync" | "slow" => desk::may_trace(),
        "power" => {
            let at = tempfile::tempdir()?;
            Disk::default().mount(at.path())?.umount_and_join().context("umount")
        }
        _ => Ok(()),
    }
}
