//! `aurora gate calibrate`: fits P(target) from what scores led to.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use aurora_gate::Calibrator;
use clap::Args;
use serde::Deserialize;

use crate::calibrator_file;
use crate::exit::{Ended, Failure};

/// Fit P(target) from a file of scores and outcomes.
#[derive(Debug, Args)]
#[command(
    before_help = "Example: aurora gate calibrate outcomes.csv --out calibrator.json\n         then in the configuration: gate: {calibrator: calibrator.json}"
)]
pub(crate) struct CalibrateArgs {
    /// Scores and outcomes: CSV `score,outcome` or JSON lines {"score": 0.4, "outcome": 1}.
    file: PathBuf,
    /// Where to write the calibrator; one that is there is replaced by its next version.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Deserialize)]
struct Row {
    score: f64,
    outcome: serde_json::Value,
}

/// Fits and writes.
pub(crate) fn run(args: &CalibrateArgs) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))?;
    let bad = |problem: String| Ended {
        failure: Failure::Check,
        message: format!("{}: {problem}", args.file.display()),
    };
    let pairs = read_pairs(&text).map_err(bad)?;
    let mut calibrator = Calibrator::fit(&pairs).map_err(|e| bad(e.to_string()))?;
    calibrator.version = next_version(&args.out)?;
    calibrator_file::write(&args.out, &calibrator)?;
    writeln!(
        io::stdout(),
        "{}: version {}, {} pairs, {} points, Brier {:.4} (Platt {:.4})",
        args.out.display(),
        calibrator.version,
        calibrator.samples,
        calibrator.xs.len(),
        calibrator.brier_after,
        calibrator.brier_before,
    )?;
    Ok(())
}

fn next_version(out: &Path) -> anyhow::Result<u32> {
    if !out.exists() {
        return Ok(1);
    }
    let old = calibrator_file::read(out).context("--out names a file that is no calibrator")?;
    Ok(old.version + 1)
}

fn read_pairs(text: &str) -> Result<Vec<(f64, bool)>, String> {
    let mut pairs = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || (at == 0 && line.starts_with("score")) {
            continue;
        }
        let pair = if line.starts_with('{') { json_pair(line) } else { csv_pair(line) };
        let said =
            || format!("line {} is {line:?}: write score,outcome with outcome 0 or 1", at + 1);
        pairs.push(pair.ok_or_else(said)?);
    }
    Ok(pairs)
}

fn csv_pair(line: &str) -> Option<(f64, bool)> {
    let (score, outcome) = line.split_once([',', ';', '\t'])?;
    Some((score.trim().parse().ok()?, outcome_of(outcome.trim())?))
}

fn json_pair(line: &str) -> Option<(f64, bool)> {
    let Row { score, outcome } = serde_json::from_str(line).ok()?;
    let outcome = match outcome {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Some((score, outcome_of(&outcome)?))
}

fn outcome_of(text: &str) -> Option<bool> {
    match text {
        "1" | "1.0" | "true" => Some(true),
        "0" | "0.0" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_from_csv_and_json_lines() {
        let csv = read_pairs("score,outcome\n0.5,1\n-0.25, 0\n\n").unwrap();
        let json =
            read_pairs("{\"score\":0.5,\"outcome\":true}\n{\"score\":-0.25,\"outcome\":0}\n");
        assert_eq!(csv, [(0.5, true), (-0.25, false)]);
        assert_eq!(json.unwrap(), csv);
    }

    #[test]
    fn a_bad_line_is_named() {
        let problem = read_pairs("0.5,1\n0.5,maybe\n").unwrap_err();
        assert_eq!(problem, "line 2 is \"0.5,maybe\": write score,outcome with outcome 0 or 1");
    }
}
