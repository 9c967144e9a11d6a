//! The disk fails or is slow (F05, F06, F08): errors at the k-th call, and a delay at every sync.

use std::path::Path;

use anyhow::Result;

use crate::args::Args;
use crate::desk::{Scene, ended};
use crate::report::Report;
use crate::truth::{self, compare};

/// Calls that fail, and with what.
const FAULTS: [(&str, &str, usize); 4] = [
    ("fdatasync", "EIO", 50),
    ("fdatasync", "ENOSPC", 50),
    ("pwrite64", "EIO", 50),
    ("pwrite64", "ENOSPC", 50),
];

const SERIES: usize = 3;

const NOT_DURABLE: &str = "orders sent whose record was not durable";
const AFTER: &str = "orders sent after the failed call";
/// What was durable before may still be on its way for so long, in ms.
const ON_ITS_WAY_MS: i64 = 100;

pub(crate) fn run(args: &Args) -> Result<Report> {
    let mut points = Vec::new();
    let each = args.points(200).div_ceil(FAULTS.len());
    for n in 0..each {
        for (call, error, last) in FAULTS {
            points.push((call, error, 1 + n * last / each.max(1)));
        }
    }
    let mut report = Report::new(&truth::ZEROS);
    report.wrong(NOT_DURABLE, []);
    report.wrong(AFTER, []);
    for series in points.chunks(SERIES) {
        one_series(args, series, &mut report)?;
    }
    Ok(report)
}

fn one_series(args: &Args, points: &[(&str, &str, usize)], report: &mut Report) -> Result<()> {
    let scene = Scene::new(&args.aurora)?;
    let mut label = String::new();
    for (call, error, k) in points {
        label += &format!("{call}:{error}:{k} ");
        let trace = scene.path().join("trace");
        let inject = format!("error={error}:when={k}");
        let (status, said) = ended(scene.run_injected((call, &inject), &trace, 3).spawn()?)?;
        let traced = std::fs::read_to_string(&trace)?;
        let mut failed = traced.lines().filter(|line| line.contains("(INJECTED)")).peekable();
        if failed.peek().is_none() {
            report.count("runs that ended before the k-th call", 1);
            continue;
        }
        report.count(format!("points {call} {error}"), 1);
        // The calls are counted in each thread: room that is not prepared ahead, a mark, the audit end no run.
        let failed_ms = failed.filter(|line| line.contains("<journal>")).find_map(at_ms);
        if status.success() {
            report.count("runs that went on: the audit's, the reserve or a mark", 1);
        } else {
            report.count("runs that ended with an error", 1);
            if !said.contains("journal") && !said.contains("audit") {
                report.wrong(
                    NOT_DURABLE,
                    [format!("{label}: {status} without a word of why: {said}")],
                );
            }
            if let Some(failed_ms) = failed_ms {
                report.count("runs that the journal's failure ended", 1);
                let placings = scene.sims.placings()?.into_iter();
                let later = placings.filter(|(_, at)| failed_ms + ON_ITS_WAY_MS < *at);
                report.wrong(
                    AFTER,
                    later.map(|(id, at)| format!("{label}: {id} {} ms later", at - failed_ms)),
                );
            }
            sent_is_durable(&scene, &label, report)?;
        }
    }
    compare(&scene, label.trim(), report)
}

/// Every order a venue has seen was durable before: its intent lies at or before the mark.
fn sent_is_durable(scene: &Scene, label: &str, report: &mut Report) -> Result<()> {
    let marked = scene.marked()?;
    let records = scene.records()?;
    let seqs: std::collections::BTreeMap<&str, u64> = records
        .iter()
        .filter(|(_, record)| record["kind"] == "intent")
        .filter_map(|(seq, record)| Some((record["id"].as_str()?, *seq)))
        .collect();
    for (id, _) in scene.sims.placings()? {
        let seq = seqs.get(id.as_str());
        if seq.is_none_or(|seq| marked < *seq) {
            report.wrong(
                NOT_DURABLE,
                [format!("{label}: {id} is record {seq:?}, durable were {marked}")],
            );
        }
    }
    Ok(())
}

/// `1234<journal> 1795296399.292050 fdatasync(…`: the second word in ms.
fn at_ms(line: &str) -> Option<i64> {
    let (whole, part) = line.split_whitespace().find_map(|word| word.split_once('.'))?;
    let millis: String = part.chars().take(3).collect();
    Some(whole.parse::<i64>().ok()? * 1_000 + millis.parse::<i64>().ok()?)
}

/// Every sync takes long: orders wait for it, nothing is sent before, and the desk ends when told to.
pub(crate) fn run_slow(args: &Args) -> Result<Report> {
    let mut report = Report::new(&truth::ZEROS);
    report.wrong(NOT_DURABLE, []);
    for ms in [20, 200, 1_000].into_iter().take(args.points(3)) {
        let scene = Scene::new(&args.aurora)?;
        let inject = format!("delay_enter={}", ms * 1_000);
        let run = scene.run_injected(("fdatasync", &inject), Path::new("/dev/null"), 8).spawn()?;
        let (status, said) = ended(run)?;
        let label = format!("every sync takes {ms} ms");
        if !status.success() {
            report.wrong(
                "orders unresolved",
                [format!("{label}: the run ended with {status}: {said}")],
            );
        }
        report.count("runs", 1);
        report.count(format!("orders sent when {label}"), scene.sims.placings()?.len());
        sent_is_durable(&scene, &label, &mut report)?;
        compare(&scene, &label, &mut report)?;
    }
    Ok(report)
}
