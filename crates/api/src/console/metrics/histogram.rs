//! Milliseconds counted under fixed bounds.

/// Upper bounds of the buckets, in milliseconds.
pub const BOUNDS_MS: [f64; 15] =
    [0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1e3, 2.5e3, 5e3, 1e4];

/// How many values fell under each bound, and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Histogram {
    counts: [u64; BOUNDS_MS.len() + 1],
    sum_ms: f64,
}

impl Histogram {
    /// Counts one value.
    pub fn record(&mut self, ms: f64) {
        let bucket = BOUNDS_MS.iter().position(|bound| ms <= *bound).unwrap_or(BOUNDS_MS.len());
        self.counts[bucket] += 1;
        self.sum_ms += ms;
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The sum of all values, in milliseconds.
    pub fn sum_ms(&self) -> f64 {
        self.sum_ms
    }

    /// Each bound with how many values were at or under it.
    pub fn under(&self) -> impl Iterator<Item = (f64, u64)> {
        let counts = self.counts.iter().scan(0, |under, count| {
            *under += count;
            Some(*under)
        });
        BOUNDS_MS.into_iter().zip(counts)
    }
}
