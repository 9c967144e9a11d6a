//! The process stands still and goes on (F17): SIGSTOP, then SIGCONT.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::args::Args;
use crate::desk::{Scene, ended, signal};
use crate::report::Report;
use crate::truth::{self, compare};

const STALE: &str = "orders sent on a stale picture";

pub(crate) fn run(args: &Args) -> Result<Report> {
    let mut report = Report::new(&truth::ZEROS);
    report.wrong(STALE, []);
    let pauses = [1, 2, 3, 5, 8, 12, 20, 30];
    for seconds in pauses.into_iter().take(args.points(pauses.len())) {
        paused_for(seconds, args, &mut report)?;
    }
    Ok(report)
}

fn paused_for(seconds: u32, args: &Args, report: &mut Report) -> Result<()> {
    let scene = Scene::new(&args.aurora)?;
    let mut run = scene.run(&[], seconds + 7);
    // The shortest pause here must be too long; a desk allows two seconds by itself.
    let child = run.env("AURORA__WATCH__MAX_PAUSE_MS", "500").spawn()?;
    wait(Duration::from_millis(2_500));
    signal(child.id(), "-STOP")?;
    let stopped_ms = now_ms()?;
    wait(Duration::from_secs(seconds.into()));
    let woken_ms = now_ms()?;
    signal(child.id(), "-CONT")?;
    let (status, said) = ended(child)?;
    let label = format!("{seconds} s");
    if !status.success() {
        report
            .wrong("orders unresolved", [format!("{label}: the run ended with {status}: {said}")]);
    }
    report.count("pauses", 1);
    let placings = scene.sims.placings()?;
    let later: Vec<_> = placings.iter().filter(|(_, at)| woken_ms < *at).collect();
    report.count("orders sent after the resume", later.len());
    report.count(
        "orders sent before the pause",
        placings.iter().filter(|(_, at)| *at <= stopped_ms).count(),
    );
    // An order after the resume must have been decided after it, and in RUN that was reached again by its checks:
    // its intent lies behind a HOLD and a RUN that the journal dates after the resume.
    let records = scene.records()?;
    let at = |record: &serde_json::Value| record["at"].as_i64().unwrap_or_default() / 1_000_000;
    let is_state = |to: &'static str| {
        records
            .iter()
            .filter(move |(_, r)| r["kind"] == "state" && r["to"] == to && woken_ms <= at(r))
    };
    let held = is_state("HOLD").next().map(|(seq, _)| *seq);
    let run_again =
        held.and_then(|held| is_state("RUN").map(|(seq, _)| *seq).find(|seq| held < *seq));
    for (id, sent_ms) in later {
        let intent = records.iter().find(|(_, r)| r["kind"] == "intent" && r["id"] == id.as_str());
        let (seq, _) = intent.with_context(|| format!("{id} is not in the journal"))?;
        if run_again.is_none_or(|run| *seq < run) {
            let after = sent_ms - woken_ms;
            report.wrong(
                STALE,
                [format!("{label}: {id} left {after} ms after the resume without a new RUN")],
            );
        }
    }
    compare(&scene, &label, report)
}

fn now_ms() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

pub(crate) fn wait(span: Duration) {
    let began = std::time::Instant::now();
    while began.elapsed() < span {
        std::thread::park_timeout(span - began.elapsed());
    }
}
