//! The wall clock jumps (F15): libfaketime, an hour either way and 90 s back, in the middle of a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::args::Args;
use crate::desk::{Scene, ended};
use crate::pause::wait;
use crate::report::Report;
use crate::truth::{self, compare};

const PLACES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

pub(crate) fn run(args: &Args) -> Result<Report> {
    let library = PLACES.iter().map(PathBuf::from).find(|path| path.is_file());
    let library = library.context("libfaketime is missing: apt-get install libfaketime")?;
    let mut report = Report::new(&truth::ZEROS);
    let jumps = [
        ("+0", "+3600"),
        ("+0", "-3600"),
        ("+0", "-90"),
        ("+3600", "+3600"),
        ("-90", "-90"),
        ("-90", "+0"),
    ];
    for (before, after) in jumps.into_iter().take(args.points(jumps.len())) {
        jumped((before, after), (args, &library), &mut report)?;
    }
    Ok(report)
}

fn jumped(
    (before, after): (&str, &str),
    (args, library): (&Args, &Path),
    report: &mut Report,
) -> Result<()> {
    let scene = Scene::new(&args.aurora)?;
    let clock = scene.path().join("clock");
    std::fs::write(&clock, before)?;
    let mut run = scene.run(&[], 6);
    // A clock that is wrong from the start signs nothing: no market begins, and no time of it ends.
    run.args(["--stop-after", "12"])
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", &clock)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let child = run.spawn()?;
    wait(Duration::from_secs(4));
    let sent_before = scene.sims.placings()?.len();
    // Replaced in one step: it is read at every look at the clock.
    std::fs::write(clock.with_extension("new"), after)?;
    std::fs::rename(clock.with_extension("new"), &clock)?;
    let (status, said) = ended(child)?;
    let label = format!("{before} s, then {after} s");
    if !status.success() {
        report
            .wrong("orders unresolved", [format!("{label}: the run ended with {status}: {said}")]);
    }
    report.count("jumps", 1);
    report.count(format!("orders sent before / {label}"), sent_before);
    report
        .count(format!("orders sent after / {label}"), scene.sims.placings()?.len() - sent_before);
    compare(&scene, &label, report)
}
