//! One world from its seed to its end, and many of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use aurora_model::Nanos;

use crate::check::Violation;
use crate::counts::Counts;
use crate::trace::Trace;
use crate::world::World;

/// The safety phase never takes longer, whatever the steps.
const LONGEST: Nanos = Nanos::from_millis(3_600_000);

/// What became of one seed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) violation: Option<Violation>,
    pub(crate) counts: Counts,
    pub(crate) options: String,
    pub(crate) lines: Vec<String>,
}

/// Lives through one world.
pub(crate) fn one(seed: u64, steps: u64, trace: Trace) -> Outcome {
    live(seed, steps, trace).0
}

/// The same, with what is left of it.
pub(crate) fn live(seed: u64, steps: u64, trace: Trace) -> (Outcome, World) {
    let mut world = World::new(seed, trace);
    while world.counts.events < steps && world.age() < LONGEST && world.step() {}
    if world.violation().is_none() {
        world.come_to_rest();
    }
    world.counts.span = world.age();
    let outcome = Outcome {
        violation: world.violation().cloned(),
        counts: world.counts.clone(),
        options: format!("{:?}", world.options),
        lines: std::mem::take(&mut world.trace).lines(),
    };
    (outcome, world)
}

/// What many seeds came to.
#[derive(Debug, Default)]
pub(crate) struct Many {
    pub(crate) seeds: u64,
    pub(crate) counts: Counts,
    /// Those that failed, in the order of their seeds.
    pub(crate) failed: Vec<(u64, Violation)>,
}

impl Many {
    /// How often each invariant was broken.
    pub(crate) fn by_invariant(&self) -> BTreeMap<&'static str, u64> {
        let mut times = BTreeMap::new();
        for (_, violation) in &self.failed {
            *times.entry(violation.invariant).or_default() += 1;
        }
        times
    }
}

/// Lives through every seed from `from` up to and with `to`, on so many threads; stops soon after so many failures.
pub(crate) fn many(
    (from, to): (u64, u64),
    steps: u64,
    threads: usize,
    enough: usize,
    plant: impl Fn() + Sync,
) -> Many {
    let next = AtomicU64::new(from);
    let failures = AtomicU64::new(0);
    let work = || {
        plant();
        let mut done = Many::default();
        loop {
            // A few at a time, so that threads do not meet at one number too often.
            let first = next.fetch_add(16, Ordering::Relaxed);
            if to < first || enough as u64 <= failures.load(Ordering::Relaxed) {
                return done;
            }
            for seed in first..=(first + 15).min(to) {
                let outcome = one(seed, steps, Trace::default());
                done.seeds += 1;
                done.counts.add(&outcome.counts);
                if let Some(violation) = outcome.violation {
                    failures.fetch_add(1, Ordering::Relaxed);
                    done.failed.push((seed, violation));
                }
            }
        }
    };
    let mut all = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Many::default();
        for hand in hands {
            let part = hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all.seeds += part.seeds;
            all.counts.add(&part.counts);
            all.failed.extend(part.failed);
        }
        all
    });
    all.failed.sort_by_key(|(seed, _)| *seed);
    all
}
