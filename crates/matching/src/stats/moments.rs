//! Quantiles, means, and how regular arrivals are.

use std::collections::BTreeMap;

use aurora_model::Nanos;

/// Quantiles of positive numbers to about three percent, in little space.
#[derive(Clone, Debug, Default)]
pub(super) struct Quantiles {
    /// By the exponent and the first five bits of the mantissa.
    buckets: BTreeMap<u64, u64>,
    count: u64,
    sum: f64,
}

const SHIFT: u32 = 47;

impl Quantiles {
    pub(super) fn observe(&mut self, value: f64) {
        let value = value.max(0.0);
        *self.buckets.entry(value.to_bits() >> SHIFT).or_default() += 1;
        self.count += 1;
        self.sum += value;
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// The lower edge of the bucket the quantile falls in.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let mut below = 0;
        for (bucket, count) in &self.buckets {
            below += count;
            if share * self.count as f64 <= below as f64 {
                return f64::from_bits(bucket << SHIFT);
            }
        }
        f64::NAN
    }
}

/// Arrivals: how many, and how irregular their gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct Spacing {
    last: Option<Nanos>,
    arrivals: u64,
    gaps: u64,
    sum: f64,
    squares: f64,
}

impl Spacing {
    pub(super) fn observe(&mut self, at: Nanos) {
        if let Some(last) = self.last {
            let gap = (at - last).seconds();
            self.gaps += 1;
            self.sum += gap;
            self.squares += gap * gap;
        }
        self.arrivals += 1;
        self.last = Some(at);
    }

    pub(super) fn count(&self) -> f64 {
        self.arrivals as f64
    }

    /// The deviation of gaps over their mean: one for a Poisson process, more for bursts.
    pub(super) fn variation(&self) -> f64 {
        let mean = self.sum / self.gaps as f64;
        (self.squares / self.gaps as f64 - mean * mean).max(0.0).sqrt() / mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_within_three_percent() {
        let mut quantiles = Quantiles::default();
        (1..=10_000).for_each(|i| quantiles.observe(f64::from(i)));
        for (share, want) in [(0.1, 1_000.0), (0.5, 5_000.0), (0.99, 9_900.0)] {
            let found = quantiles.quantile(share);
            assert!((found / want - 1.0).abs() < 0.032, "{found} instead of {want}");
        }
        assert!((quantiles.mean() - 5_000.5).abs() < 1e-6);
    }

    #[test]
    fn a_clock_has_no_variation() {
        let mut spacing = Spacing::default();
        (0..100).for_each(|i| spacing.observe(Nanos::from_millis(50 * i)));
        assert!(spacing.variation() < 1e-6);
    }
}
