//! `kill -9` at the k-th call of every system call of the order path (F01).
//!
//! `strace` sends the signal as a thread of the desk enters its k-th such call. Three kills in a row fall on one
//! journal, each start recovering from the one before; then a start without a fault, and the venues are asked. Three,
//! because a start costs the venue's request budget, which the desk keeps: more starts a minute would wait for it.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::args::Args;
use crate::crew::share;
use crate::desk::{Scene, ended};
use crate::report::Report;
use crate::truth::compare;

/// The calls, and the last k: as far as a short run gets.
const CALLS: [(&str, usize); 22] = [
    ("pwrite64", 60),
    ("fdatasync", 50),
    ("writev", 40),
    ("sendto", 30),
    ("recvfrom", 400),
    ("epoll_wait", 600),
    ("futex", 400),
    ("write", 60),
    ("fsync", 3),
    ("fallocate", 2),
    ("ftruncate", 2),
    ("openat", 40),
    ("connect", 8),
    ("socket", 8),
    ("setsockopt", 30),
    ("epoll_ctl", 20),
    ("close", 40),
    ("read", 20),
    ("statx", 40),
    ("clone3", 8),
    ("getdents64", 6),
    ("mkdir", 3),
];

/// Kills on one journal.
const SERIES: usize = 3;

pub(crate) fn run(args: &Args) -> Result<Report> {
    let points = spread(args.points(640));
    let report = share(points.chunks(SERIES).collect(), |series, report| {
        one_series(&args.aurora, series, report)
    })?;
    let killed = report.counted("points");
    ensure!(
        points.len() as u64 <= 2 * killed,
        "only {killed} of {} points came: does strace inject here?",
        points.len()
    );
    Ok(report)
}

/// So many points over all calls: each k once where the calls are few, evenly spaced where they are many.
fn spread(points: usize) -> Vec<(&'static str, usize)> {
    let each = points.div_ceil(CALLS.len());
    let spare: usize = CALLS.iter().map(|(_, last)| each.saturating_sub(*last)).sum();
    let roomy = CALLS.iter().filter(|(_, last)| each < *last).count().max(1);
    let mut all = Vec::new();
    for (call, last) in CALLS {
        let wanted = (each + spare.div_ceil(roomy)).min(last);
        all.extend((0..wanted).map(|n| (call, 1 + n * last / wanted)));
    }
    // Mixed, so that a series has different calls: a walk by a step that shares no factor with the length.
    let step =
        (1..).map(|n| 7 + 2 * n).find(|step| gcd(*step, all.len()) == 1).expect("there is one");
    (0..all.len()).map(|at| all[at * step % all.len()]).collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn one_series(aurora: &Path, points: &[(&str, usize)], report: &mut Report) -> Result<()> {
    let scene = Scene::new(aurora)?;
    let mut label = String::new();
    for (call, k) in points {
        label += &format!("{call}:{k} ");
        let inject = format!("signal=SIGKILL:when={k}");
        let run = scene.run_injected((call, &inject), Path::new("/dev/null"), 3).spawn()?;
        let (status, said) = ended(run)?;
        let killed = status.signal() == Some(9) || status.code() == Some(137);
        if killed {
            report.count("points", 1);
            report.count(format!("points at {call}"), 1);
        } else if status.success() {
            report.count("runs that ended before the k-th call", 1);
        } else {
            report.wrong(
                "orders unresolved",
                [format!("{label}: the run ended with {status}: {said}")],
            );
        }
    }
    compare(&scene, label.trim(), report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_spread_over_every_call_and_none_comes_twice() {
        for points in [22, 60, 560] {
            let all = spread(points);
            assert!(points <= all.len() + 40, "{points} became {}", all.len());
            let mut sorted = all.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), all.len());
            assert!(CALLS.iter().all(|(call, _)| all.iter().any(|(point, _)| point == call)));
        }
    }
}
