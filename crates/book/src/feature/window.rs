//! A sum over the last so many seconds, in constant time and space.

use std::ops::AddAssign;

use aurora_model::Nanos;

/// The window moves in this many steps; a sum is exact to one step of its span.
const SLICES: usize = 16;

/// A sliding sum. Time comes with the values and need not be even.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<T> {
    slice_ns: i64,
    sums: [T; SLICES],
    /// The number of the newest slice since the epoch, and when it ends.
    newest: i64,
    ends_at: i64,
}

impl<T: Copy + Default + AddAssign> Window<T> {
    /// # Panics
    /// When the span is shorter than one nanosecond a slice.
    pub(crate) fn new(span: Nanos) -> Window<T> {
        let slice_ns = span.0 / SLICES as i64;
        assert!(0 < slice_ns, "a feature window must last at least {SLICES} ns");
        Window { slice_ns, sums: [T::default(); SLICES], newest: i64::MIN, ends_at: i64::MIN }
    }

    pub(crate) fn add(&mut self, at: Nanos, value: T) {
        if self.ends_at <= at.0 {
            self.advance(at.0.div_euclid(self.slice_ns));
        }
        // A value that comes late counts as new: receive time does not run backwards, and if it
        // does, by little.
        self.sums[ring(self.newest)] += value;
    }

    pub(crate) fn sum(&self, now: Nanos) -> T {
        let mut sum = T::default();
        if self.newest == i64::MIN {
            return sum;
        }
        let oldest = now.0.div_euclid(self.slice_ns) - SLICES as i64 + 1;
        for slice in oldest.max(self.newest - SLICES as i64 + 1)..=self.newest {
            sum += self.sums[ring(slice)];
        }
        sum
    }

    fn advance(&mut self, to: i64) {
        let from = self.newest.max(to - SLICES as i64);
        for slice in from + 1..=to {
            self.sums[ring(slice)] = T::default();
        }
        self.newest = to;
        self.ends_at = (to + 1).saturating_mul(self.slice_ns);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the remainder is below 16")]
const fn ring(slice: i64) -> usize {
    slice.rem_euclid(SLICES as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_span_counts() {
        let mut window = Window::new(Nanos(1600));
        for at in (0..5000).step_by(100) {
            window.add(Nanos(at), 1_i64);
        }
        assert_eq!(window.sum(Nanos(4999)), 16);
        assert_eq!(window.sum(Nanos(5700)), 8);
        assert_eq!(window.sum(Nanos(9999)), 0);
    }

    #[test]
    fn a_long_silence_empties_it() {
        let mut window = Window::new(Nanos(1600));
        window.add(Nanos(10), 5_i64);
        window.add(Nanos(1_000_000), 7);
        assert_eq!(window.sum(Nanos(1_000_000)), 7);
        assert_eq!(Window::<i64>::new(Nanos(1600)).sum(Nanos(3)), 0);
    }
}
