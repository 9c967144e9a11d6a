//! At most ten a second of one kind: a storm of warnings must not bury the log.

use std::collections::BTreeMap;

/// The least time between two events of one code: ten a second, evenly spread.
const GAP_NS: i64 = 100_000_000;

/// Remembers when each limited code was last written.
#[derive(Clone, Debug, Default)]
pub struct RateLimit {
    written_ns: BTreeMap<String, i64>,
}

impl RateLimit {
    /// Whether an event of that code may be written now; remembers it when it may.
    pub fn allows(&mut self, code: &str, now_ns: i64) -> bool {
        match self.written_ns.get_mut(code) {
            Some(last_ns) if now_ns.saturating_sub(*last_ns) < GAP_NS => return false,
            Some(last_ns) => *last_ns = now_ns,
            None => {
                self.written_ns.insert(code.to_owned(), now_ns);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_second_of_one_code_and_each_code_on_its_own() {
        let mut limit = RateLimit::default();
        let millis = |ms: i64| ms * 1_000_000;
        let passed = (0..1000).filter(|ms| limit.allows("HEALTH.LATENCY_HIGH", millis(*ms)));
        assert_eq!(passed.count(), 10);
        assert!(limit.allows("HEALTH.LATENCY_P95_HIGH", millis(950)));
        assert!(!limit.allows("HEALTH.LATENCY_HIGH", millis(999)));
        assert!(limit.allows("HEALTH.LATENCY_HIGH", millis(1000)));
    }
}
