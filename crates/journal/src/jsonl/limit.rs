//! At most so many a second of one kind: a storm of warnings must not bury the log.

use std::collections::BTreeMap;

/// How many events of one code may be written in any second.
const PER_SECOND: usize = 10;
const SECOND_NS: i64 = 1_000_000_000;

/// Remembers when each limited code was last written.
#[derive(Clone, Debug, Default)]
pub struct RateLimit {
    written: BTreeMap<String, Ring>,
}

/// The times of the last ten, and which place is the oldest.
#[derive(Clone, Debug)]
struct Ring {
    at_ns: [i64; PER_SECOND],
    oldest: usize,
}

impl RateLimit {
    /// Whether an event of that code may be written now; counts it when it may.
    pub fn allows(&mut self, code: &str, now_ns: i64) -> bool {
        if !self.written.contains_key(code) {
            let ring = Ring { at_ns: [i64::MIN; PER_SECOND], oldest: 0 };
            self.written.insert(code.to_owned(), ring);
        }
        let Some(ring) = self.written.get_mut(code) else { return true };
        // While the oldest of the last ten is younger than a second, the second is full.
        if now_ns.saturating_sub(ring.at_ns[ring.oldest]) < SECOND_NS {
            return false;
        }
        ring.at_ns[ring.oldest] = now_ns;
        ring.oldest = (ring.oldest + 1) % PER_SECOND;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_second_of_one_code_and_each_code_on_its_own() {
        let mut limit = RateLimit::default();
        let now = 5 * SECOND_NS;
        let passed = (0..50).filter(|i| limit.allows("HEALTH.LATENCY_HIGH", now + i)).count();
        assert_eq!(passed, 10);
        assert!(limit.allows("HEALTH.LATENCY_P95_HIGH", now));
        assert!(!limit.allows("HEALTH.LATENCY_HIGH", now + SECOND_NS - 1));
        assert!(limit.allows("HEALTH.LATENCY_HIGH", now + SECOND_NS));
    }
}
