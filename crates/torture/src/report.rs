//! One table a torture, and the same as JSON.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::args::Args;

/// What a torture came to.
#[derive(Debug)]
pub(crate) struct Report {
    began: Instant,
    /// What must be zero, and what was counted.
    zeros: BTreeMap<String, u64>,
    /// What was done.
    counts: BTreeMap<String, u64>,
    /// Times that were measured, by name.
    times: BTreeMap<&'static str, Vec<Duration>>,
    /// Times that another process measured.
    rows: BTreeMap<String, Value>,
    /// What went wrong, in words.
    wrong: Vec<String>,
}

impl Report {
    /// Nothing yet; these numbers must stay zero.
    pub(crate) fn new(zeros: &[&'static str]) -> Report {
        Report {
            began: Instant::now(),
            zeros: zeros.iter().map(|name| ((*name).to_owned(), 0)).collect(),
            counts: BTreeMap::new(),
            times: BTreeMap::new(),
            rows: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    pub(crate) fn count(&mut self, name: impl Into<String>, by: usize) {
        *self.counts.entry(name.into()).or_default() += by as u64;
    }

    pub(crate) fn time(&mut self, name: &'static str, took: Duration) {
        self.times.entry(name).or_default().push(took);
    }

    /// What was counted under that name.
    pub(crate) fn counted(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// How much went wrong so far.
    pub(crate) fn wrongs(&self) -> usize {
        self.wrong.len()
    }

    /// What must not be, with its words.
    pub(crate) fn wrong(&mut self, name: &'static str, told: impl IntoIterator<Item = String>) {
        self.zeros.entry(name.to_owned()).or_default();
        for told in told {
            *self.zeros.entry(name.to_owned()).or_default() += 1;
            eprintln!("  WRONG {name}: {told}");
            self.wrong.push(format!("{name}: {told}"));
        }
    }

    /// Adds what another thread found.
    pub(crate) fn merge(&mut self, other: Report) {
        for (name, by) in other.zeros {
            *self.zeros.entry(name).or_default() += by;
        }
        for (name, by) in other.counts {
            *self.counts.entry(name).or_default() += by;
        }
        for (name, times) in other.times {
            self.times.entry(name).or_default().extend(times);
        }
        self.wrong.extend(other.wrong);
    }

    /// What another process published.
    pub(crate) fn read(json: &Value) -> Result<Report> {
        let mut report = Report::new(&[]);
        let numbers = |name: &str| json[name].as_object().cloned().unwrap_or_default();
        for (name, count) in numbers("counts") {
            report.counts.insert(name, count.as_u64().unwrap_or_default());
        }
        for (name, count) in numbers("must_be_zero") {
            report.zeros.insert(name, count.as_u64().context("a count")?);
        }
        report.rows = numbers("times").into_iter().collect();
        let wrong = json["wrong"].as_array().into_iter().flatten();
        report.wrong = wrong.filter_map(|told| told.as_str().map(str::to_owned)).collect();
        Ok(report)
    }

    /// Whether everything that must be zero is.
    pub(crate) fn held(&self) -> bool {
        self.zeros.values().all(|count| *count == 0)
    }

    /// Prints the table and writes `OUT/WORD.json`.
    pub(crate) fn publish(&self, word: &str, args: &Args) -> Result<()> {
        let took = self.began.elapsed().as_secs();
        eprintln!("\n{word} ({took} s): {}", if self.held() { "held" } else { "DID NOT HOLD" });
        for (name, count) in &self.counts {
            eprintln!("  {name:<44} {count:>8}");
        }
        for (name, count) in &self.zeros {
            eprintln!("  {name:<44} {count:>8}  (must be 0)");
        }
        let mut times = self.rows.clone();
        for (name, all) in &self.times {
            let [p50, p99, most] = percentiles(all);
            let row = json!({"of": all.len(), "p50_ms": p50, "p99_ms": p99, "most_ms": most});
            times.insert((*name).to_owned(), row);
        }
        for (name, row) in &times {
            let (p50, p99, most, of) =
                (&row["p50_ms"], &row["p99_ms"], &row["most_ms"], &row["of"]);
            eprintln!("  {name:<44} p50 {p50} ms, p99 {p99} ms, most {most} ms, of {of}");
        }
        let json = json!({
            "torture": word, "held": self.held(), "took_s": took, "counts": self.counts, "must_be_zero": self.zeros,
            "times": times, "wrong": self.wrong,
        });
        let path = args.out.join(format!("{word}.json"));
        std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
        std::fs::write(&path, format!("{json:#}\n")).with_context(|| path.display().to_string())
    }
}

/// By nearest rank, and the largest; in ms.
fn percentiles(times: &[Duration]) -> [u128; 3] {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1].as_millis();
    if sorted.is_empty() { [0; 3] } else { [at(50), at(99), at(100)] }
}
