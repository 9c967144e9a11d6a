//! The last thousand of some latency.

use std::collections::VecDeque;

use crate::percentiles::percentiles;

/// The newest values, and their percentiles.
#[derive(Debug, Default)]
pub(crate) struct Sample(VecDeque<f64>);

impl Sample {
    const KEPT: usize = 1000;

    pub(crate) fn push(&mut self, value: f64) {
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    /// p50, p95 and p99; `None` without a value.
    pub(crate) fn percentiles(&self) -> Option<[f64; 3]> {
        let mut sorted: Vec<f64> = self.0.iter().copied().collect();
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
