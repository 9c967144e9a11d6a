//! `aurora audit`: is the record whole, and why was that order denied? All of it is the verifier's answer.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_audit_verify::{Audit, Checked, VerifyError, check, consistency, prove};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::desk::audit_folder;
use crate::exit::check_failed;

/// Check the audit, and prove from it what happened to an order.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora audit verify data/paper-binance/audit --mirror /mnt/audit"
)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Read every record and root; tell the first that is not what was written (exit code 1).
    Verify {
        /// The audit's folder; without it, that of the configured desk.
        dir: Option<PathBuf>,
        /// Where the roots are mirrored; without it and without DIR, the configured one.
        #[arg(long, value_name = "DIR")]
        mirror: Option<PathBuf>,
        /// The public key that must have signed, 64 hex digits.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
        /// Answer for programs.
        #[arg(long)]
        json: bool,
    },
    /// Write a proof of everything recorded about one order or one decision.
    #[command(before_help = "Example: aurora audit prove A00000100000001XY --out why.json")]
    Prove {
        /// An order's id or a decision's.
        order: String,
        #[command(flatten)]
        at: Place,
    },
    /// Write a proof that a newer root only adds records to an older one.
    #[command(before_help = "Example: aurora audit consistency 12 96 --out day.json")]
    Consistency {
        /// Number of the older root.
        old: usize,
        /// Number of the newer root.
        new: usize,
        #[command(flatten)]
        at: Place,
    },
    /// Check a proof by itself: no folder, no desk.
    Check {
        /// What `prove` or `consistency` wrote.
        proof: PathBuf,
        /// The public key that must have signed, 64 hex digits.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Place {
    /// The audit's folder; without it, that of the configured desk.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A file for the proof instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// What does not fit ends with exit code 1.
pub(crate) fn run(args: &AuditArgs) -> Result<()> {
    match &args.command {
        AuditCommand::Verify { dir, mirror, key, json } => {
            verify(dir.as_deref(), mirror.as_deref(), (key.as_deref(), *json))
        }
        AuditCommand::Prove { order, at } => {
            let audit = audit(at.dir.as_deref(), None, None)?;
            write(&prove(&audit, order).map_err(told)?, at.out.as_deref())
        }
        AuditCommand::Consistency { old, new, at } => {
            let audit = audit(at.dir.as_deref(), None, None)?;
            write(&consistency(&audit, *old, *new).map_err(told)?, at.out.as_deref())
        }
        AuditCommand::Check { proof, key } => {
            let text = std::fs::read(proof).with_context(|| proof.display().to_string())?;
            let proof: Value = serde_json::from_slice(&text)
                .map_err(|error| check_failed(format!("it is no proof: {error}")))?;
            print_checked(&check(&proof, key.as_deref()).map_err(told)?)
        }
    }
}

/// The folder, checked: that of the configuration where none is named, and then with its mirror.
fn audit(dir: Option<&Path>, mirror: Option<&Path>, key: Option<&str>) -> Result<Audit> {
    let (folder, mirror) = match dir {
        Some(dir) => (dir.to_owned(), mirror.map(Path::to_owned)),
        None => {
            let (folder, configured) = audit_folder(&crate::load_config(None, Vec::new())?)?;
            (folder, mirror.map(Path::to_owned).or(configured))
        }
    };
    Audit::verify(&folder, mirror.as_deref(), key).map_err(told)
}

fn told(error: VerifyError) -> anyhow::Error {
    match error {
        VerifyError::Bad(_) => check_failed(format!("NOT WHAT WAS WRITTEN: {error}")),
        VerifyError::Unknown(_) => check_failed(error.to_string()),
        io @ VerifyError::Io { .. } => io.into(),
    }
}

fn verify(
    dir: Option<&Path>,
    mirror: Option<&Path>,
    (key, json): (Option<&str>, bool),
) -> Result<()> {
    let report = audit(dir, mirror, key)?.report;
    let mut out = io::stdout().lock();
    if json {
        let answer = json!({
            "ok": true, "records": report.records, "roots": report.roots, "mirrored": report.mirrored,
            "behind_the_last_root": report.behind_the_last_root, "unfinished_bytes": report.unfinished_bytes,
            "key": report.key,
        });
        writeln!(out, "{answer}")?;
        return Ok(());
    }
    writeln!(out, "whole: {} records under {} signed roots", report.records, report.roots)?;
    writeln!(out, "key  {}", report.key)?;
    if 0 < report.behind_the_last_root {
        writeln!(out, "{} newest records wait for a root", report.behind_the_last_root)?;
    }
    if 0 < report.unfinished_bytes {
        writeln!(out, "{} bytes of an unfinished record at the end", report.unfinished_bytes)?;
    }
    match report.mirrored {
        Some(roots) => writeln!(out, "the mirror has {roots} roots, all the same")?,
        None => {
            writeln!(out, "no mirror was compared: a tail that was cut with its roots is not seen")?
        }
    }
    Ok(())
}

fn write(proof: &Value, out: Option<&Path>) -> Result<()> {
    let text = serde_json::to_string_pretty(proof)?;
    match out {
        Some(path) => std::fs::write(path, text + "\n").with_context(|| path.display().to_string()),
        None => Ok(writeln!(io::stdout().lock(), "{text}")?),
    }
}

fn print_checked(checked: &Checked) -> Result<()> {
    let mut out = io::stdout().lock();
    for record in &checked.records {
        writeln!(out, "{record}")?;
    }
    match checked.adds_to {
        Some(older) => {
            writeln!(out, "proved: {} records begin with the same {older}", checked.size)?
        }
        None => writeln!(
            out,
            "proved: recorded as above, under a signed root of {} records",
            checked.size
        )?,
    }
    writeln!(out, "key  {}", checked.key)?;
    Ok(())
}
