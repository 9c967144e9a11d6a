//! Some latency: the last thousand of it, and all of it counted.

use std::collections::VecDeque;

use aurora_api::console::metrics::Histogram;

use crate::percentiles::percentiles;

/// The newest values for percentiles, and all of them in buckets; milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    newest: VecDeque<f64>,
    pub(crate) all: Histogram,
}

impl Sample {
    const KEPT: usize = 1000;

    pub(crate) fn push(&mut self, value: f64) {
        if self.newest.len() == Self::KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back(value);
        self.all.record(value);
    }

    /// p50, p95 and p99; `None` without a value.
    pub(crate) fn percentiles(&self) -> Option<[f64; 3]> {
        let mut sorted: Vec<f64> = self.newest.iter().copied().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        percentiles(&sorted, [50, 95, 99])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_values_are_forgotten() {
        let mut sample = Sample::default();
        assert_eq!(sample.percentiles(), None);
        for value in 0..3000 {
            sample.push(f64::from(value));
        }
        assert_eq!(sample.percentiles(), Some([2499.0, 2949.0, 2989.0]));
    }
}
