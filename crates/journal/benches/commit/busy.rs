//! The journal's thread on a busy machine: a loop that never rests on every core, beside quiet rounds.
//!
//! What is timed is what an order waits for: from the request until the thread says that it is durable, so
//! the waking of the thread is in it. A commit every half millisecond, as a desk has them. The asking
//! thread has the journal's priority, so that its own waiting is not counted.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aurora_journal::{JournalThread, Priority};

use crate::{Figures, PAYLOAD, journal, tell};

const ROUNDS: usize = 7;
const COMMITS: usize = 1000;
const PAUSE: Duration = Duration::from_micros(500);
const TARGET: f64 = 3.0;

pub(crate) fn compare(dir: &Path) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    tell(&format!(
        "commits through the thread, quiet and beside {cores} busy loops, medians of {ROUNDS} rounds by turns:\n"
    ));
    for (name, priority) in [("normal", Priority::Normal), ("real-time", Priority::RealTime)] {
        let (mut quiet, mut busy) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let dir = |load: &str| dir.join(format!("{load}-{name}-{round}"));
            quiet.push(measure(&dir("quiet"), priority));
            busy.push(beside_loops(cores, || measure(&dir("busy"), priority)));
        }
        let (quiet, busy) = (Medians::of(&quiet), Medians::of(&busy));
        tell(&format!(
            "    priority {name}: quiet median {:?} p99 {:?}, busy median {:?} p99 {:?}, p99 busy / quiet: {:.1} (target {TARGET} with real time)\n",
            quiet.median,
            quiet.p99,
            busy.median,
            busy.p99,
            busy.p99.as_secs_f64() / quiet.p99.as_secs_f64(),
        ));
    }
}

/// The middle round's figures.
struct Medians {
    median: Duration,
    p99: Duration,
}

impl Medians {
    fn of(rounds: &[Figures]) -> Medians {
        let middle = |figure: fn(&Figures) -> Duration| {
            let mut all: Vec<Duration> = rounds.iter().map(figure).collect();
            all.sort_unstable();
            all[all.len() / 2]
        };
        Medians { median: middle(|round| round.median), p99: middle(|round| round.p99) }
    }
}

fn beside_loops<T>(loops: usize, work: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..loops {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        done
    })
}

/// How long each commit took, from its request to the journal thread's word.
fn measure(dir: &Path, priority: Priority) -> Figures {
    let asked = || {
        if let Err(refused) = priority.give_to_this_thread() {
            tell(&format!("    the system does not permit the priority: {refused}\n"));
        }
        ask(dir, priority)
    };
    thread::scope(|scope| scope.spawn(asked).join().unwrap())
}

fn ask(dir: &Path, priority: Priority) -> Figures {
    let (told, hear) = crossbeam_channel::unbounded();
    let mut thread = JournalThread::spawn_with(journal(dir), priority, move |commit| {
        commit.unwrap();
        told.send(Instant::now()).unwrap();
    })
    .unwrap();
    let mut took = Vec::with_capacity(COMMITS);
    for _ in 0..COMMITS {
        let start = Instant::now();
        thread.append(1, PAYLOAD).unwrap();
        thread.request_commit().unwrap();
        took.push(hear.recv().unwrap() - start);
        thread::sleep(PAUSE);
    }
    Figures::of(took)
}
