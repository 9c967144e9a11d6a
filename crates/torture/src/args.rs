//! The command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

const USAGE: &str =
    "aurora-torture [--aurora PATH] [--out DIR] [--points N] [--where-possible] [TORTURE…]";

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Args {
    /// The binary under fault.
    pub(crate) aurora: PathBuf,
    /// Where reports go.
    pub(crate) out: PathBuf,
    /// How many points each torture has; without it, its own full number.
    points: Option<usize>,
    /// Which tortures; empty is all.
    pub(crate) tortures: Vec<String>,
    /// What this machine does not permit is told and left out.
    pub(crate) where_possible: bool,
}

impl Args {
    pub(crate) fn of_process(known: &[&str]) -> Result<Args> {
        let mut args = Args {
            aurora: PathBuf::from("target/release/aurora"),
            out: PathBuf::from("artifacts/torture"),
            points: None,
            tortures: Vec::new(),
            where_possible: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value =
                || words.next().with_context(|| format!("{word} needs a value: {USAGE}"));
            match word.as_str() {
                "--aurora" => args.aurora = value()?.into(),
                "--out" => args.out = value()?.into(),
                "--points" => args.points = Some(value()?.parse().context("--points is a number")?),
                "--where-possible" => args.where_possible = true,
                "--help" | "-h" => bail!("{USAGE}, where a torture is one of {}", known.join(", ")),
                torture if known.contains(&torture) => args.tortures.push(word),
                _ => bail!("{word:?} is not known: {USAGE}"),
            }
        }
        args.aurora = std::path::absolute(&args.aurora)?;
        ensure!(
            args.aurora.is_file(),
            "{} is not built: cargo build --release -p aurora",
            args.aurora.display()
        );
        Ok(args)
    }

    /// How many points, where nobody asked for another number.
    pub(crate) fn points(&self, usual: usize) -> usize {
        self.points.unwrap_or(usual)
    }
}
