//! The teeth score: how many seeds catch each planted bug.

use std::fmt;

use aurora_planted::Bug;
use serde_json::{Value, json};

use crate::run;

/// So many catches are enough to tell how easily a bug is caught.
const ENOUGH: usize = 30;

/// What became of one planted bug.
#[derive(Debug)]
pub(crate) struct Bite {
    bug: Bug,
    seeds: u64,
    caught: usize,
    /// The first seed that caught it, and by which invariant.
    pub(crate) first: Option<(u64, &'static str)>,
}

/// Lives through the seeds with a bug planted.
pub(crate) fn bite(bug: Bug, seeds: (u64, u64), steps: u64, threads: usize) -> Bite {
    let many = run::many(seeds, steps, threads, ENOUGH, || aurora_planted::plant(Some(bug)));
    let first = many.failed.first().map(|(seed, violation)| (*seed, violation.invariant));
    Bite { bug, seeds: many.seeds, caught: many.failed.len(), first }
}

impl Bite {
    pub(crate) fn json(&self) -> Value {
        json!({
            "bug": self.bug.name(), "seeds": self.seeds, "caught": self.caught,
            "first": self.first.map(|(seed, _)| seed), "by": self.first.map(|(_, by)| by),
        })
    }
}

impl fmt::Display for Bite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.caught as f64 / self.seeds.max(1) as f64 * 100.0;
        write!(f, "{:44} {percent:6.2} %", self.bug.name())?;
        match self.first {
            Some((seed, by)) => write!(f, "  first at seed {seed} by {by}"),
            None => write!(f, "  SURVIVES {} seeds", self.seeds),
        }
    }
}
