//! Waiting before the next attempt to connect.

use aurora_model::Nanos;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

const FIRST: Nanos = Nanos(100_000_000);
const LONGEST: Nanos = Nanos(30_000_000_000);

/// Full jitter on top of what the session asks: somewhere between nothing and a bound that doubles with each failure,
/// so that many connections that broke together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff {
    random: ChaCha8Rng,
}

impl Backoff {
    pub(crate) fn new(seed: u64) -> Backoff {
        Backoff { random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// How long to wait, when the session wants `wait` and so many attempts failed in a row. The first attempt of all
    /// goes at once.
    pub(crate) fn wait(&mut self, wait: Nanos, failures: u32) -> Nanos {
        if failures == 0 {
            return wait;
        }
        let bound = (FIRST.0 << (failures - 1).min(20)).min(LONGEST.0);
        wait + Nanos(self.random.random_range(0..=bound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_spread_over_a_growing_range_and_repeat_with_the_seed() {
        let waits = |seed| {
            let mut backoff = Backoff::new(seed);
            (0..8).map(|failures| backoff.wait(Nanos(7), failures).0).collect::<Vec<_>>()
        };
        assert_eq!(waits(1), waits(1));
        assert_ne!(waits(1), waits(2));
        assert_eq!(waits(1)[0], 7);
        for (failures, wait) in (0_u32..).zip(waits(3)).skip(1) {
            assert!(7 <= wait && wait <= 7 + (FIRST.0 << (failures - 1)), "{failures}: {wait}");
        }
    }

    #[test]
    fn no_wait_is_longer_than_the_longest() {
        let mut backoff = Backoff::new(5);
        assert!((0..1000).all(|_| backoff.wait(Nanos(0), 60) <= LONGEST));
    }
}
