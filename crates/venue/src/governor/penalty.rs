//! Routes that keep failing wait longer each time.

use std::collections::BTreeMap;

use aurora_model::Nanos;

/// A single failure happens to everybody; from this many in a row on a route waits.
const FROM: u32 = 3;
const FIRST: Nanos = Nanos(250_000_000);
const LONGEST: Nanos = Nanos(30_000_000_000);

/// A path that keeps failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    /// The path.
    pub path: &'static str,
    /// Failures in a row.
    pub failures: u32,
    /// Nothing but cancels goes there before.
    pub until: Nanos,
}

/// Failures in a row, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Penalties(BTreeMap<&'static str, (u32, Nanos)>);

impl Penalties {
    pub(crate) fn failed(&mut self, at: Nanos, path: &'static str) {
        let (failures, until) = self.0.entry(path).or_insert((0, at));
        *failures += 1;
        if let Some(over) = failures.checked_sub(FROM) {
            let wait = FIRST.0 << over.min(20);
            *until = Nanos(at.0 + wait.min(LONGEST.0));
        }
    }

    pub(crate) fn worked(&mut self, path: &'static str) {
        self.0.remove(path);
    }

    /// Until when the path waits; `None` when it does not.
    pub(crate) fn until(&self, at: Nanos, path: &'static str) -> Option<Nanos> {
        self.0.get(path).map(|(_, until)| *until).filter(|until| at < *until)
    }

    pub(crate) fn now(&self, at: Nanos) -> Vec<Penalty> {
        let waiting = self.0.iter().filter(|(_, (_, until))| at < *until);
        waiting.map(|(&path, &(failures, until))| Penalty { path, failures, until }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_failure_in_a_row_waits_and_each_one_after_it_twice_as_long() {
        let mut penalties = Penalties::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            penalties.failed(Nanos(0), "/order");
            waits.push(penalties.until(Nanos(0), "/order").map_or(0, Nanos::millis));
        }
        assert_eq!(waits, [0, 0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(penalties.until(Nanos(0), "/depth"), None);
        penalties.worked("/order");
        assert!(penalties.now(Nanos(0)).is_empty());
    }
}
