//! What a run of the suite leaves behind: a table for people, JSON for programs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::percentiles::percentiles;

/// What became of one scenario on one venue.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) venue: &'static str,
    pub(crate) name: String,
    pub(crate) proves: String,
    pub(crate) passed: bool,
    /// What went wrong.
    pub(crate) problem: Option<String>,
    pub(crate) took_ms: f64,
    /// How long books took to be whole again, where one was broken.
    pub(crate) resyncs_ms: Vec<f64>,
}

/// One venue's run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) venue: &'static str,
    pub(crate) against: &'static str,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Run {
    pub(crate) fn failed(&self) -> usize {
        self.verdicts.iter().filter(|verdict| !verdict.passed).count()
    }

    /// How many resynchronisations there were, and p50, p99 and the longest of them, ms.
    pub(crate) fn resyncs(&self) -> Option<(usize, [f64; 3])> {
        let mut all: Vec<f64> = self.verdicts.iter().flat_map(|v| v.resyncs_ms.clone()).collect();
        all.sort_unstable_by(f64::total_cmp);
        Some((all.len(), percentiles(&all, [50, 99, 100])?))
    }
}

/// Writes `VENUE.json` for every run and `coverage.md` for all of them.
pub(crate) fn write(folder: &Path, runs: &[Run]) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for run in runs {
        let path = folder.join(format!("{}.json", run.venue));
        std::fs::write(&path, serde_json::to_vec_pretty(run)?)
            .with_context(|| path.display().to_string())?;
    }
    let path = folder.join("coverage.md");
    std::fs::write(&path, coverage(runs)).with_context(|| path.display().to_string())
}

/// Scenarios down, venues across.
pub(crate) fn coverage(runs: &[Run]) -> String {
    let mut text = String::from("# Conformance\n\n");
    for run in runs {
        let passed = run.verdicts.len() - run.failed();
        let _ = writeln!(
            text,
            "- {} against {}: {passed} of {}",
            run.venue,
            run.against,
            run.verdicts.len()
        );
        if let Some((count, [p50, p99, worst])) = run.resyncs() {
            let _ = writeln!(
                text,
                "  - books whole again {count} times: p50 {p50:.0} ms, p99 {p99:.0} ms, longest {worst:.0} ms"
            );
        }
    }
    let _ = write!(text, "\n| scenario | proves |");
    for run in runs {
        let _ = write!(text, " {} |", run.venue);
    }
    let _ = write!(text, "\n|---|---|{}\n", "---|".repeat(runs.len()));
    let mut names: Vec<(&str, &str)> = runs
        .iter()
        .flat_map(|run| run.verdicts.iter().map(|v| (v.name.as_str(), v.proves.as_str())))
        .collect();
    names.sort_unstable();
    names.dedup();
    for (name, proves) in names {
        let _ = write!(text, "| {name} | {proves} |");
        for run in runs {
            let verdict = run.verdicts.iter().find(|verdict| verdict.name == name);
            let cell = verdict.map_or("–", |verdict| if verdict.passed { "ok" } else { "FAILED" });
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}
