//! Values of the last so many seconds.

use std::collections::VecDeque;

use aurora_model::Nanos;

use super::Key;
use super::upper::UpperPercentile;

/// A high percentile of a window over time.
///
/// Exact as long as no more than `capacity` values fall into the window; past that the oldest leave early.
/// About 60 bytes a value are reserved at the start, and nothing is allocated after.
#[derive(Clone, Debug)]
pub struct TimeWindow {
    arrived: VecDeque<(Nanos, Key)>,
    bag: UpperPercentile,
    percentile: f64,
    span: Nanos,
    capacity: usize,
}

impl TimeWindow {
    /// An empty window over that span, for the percentile `q` within 95 to 100.
    pub fn new(q: f64, span: Nanos, capacity: usize) -> TimeWindow {
        TimeWindow {
            arrived: VecDeque::with_capacity(capacity),
            bag: UpperPercentile::with_capacity(q, capacity),
            percentile: 0.0,
            span,
            capacity,
        }
    }

    /// Takes a value in, after those older than the span have left. Time must not run backwards.
    pub fn push(&mut self, now: Nanos, value: f64) {
        self.expire(now);
        if self.arrived.len() == self.capacity {
            self.drop_oldest();
        }
        let value = Key::of(value);
        self.arrived.push_back((now, value));
        self.bag.push(value);
        self.percentile = self.bag.get().unwrap_or_else(|| {
            self.bag.rebuild(self.arrived.iter().map(|(_, value)| *value));
            self.bag.get().expect("the upper part has just been sorted")
        });
    }

    /// The percentile as of the last push; zero before the first.
    pub fn percentile(&self) -> f64 {
        self.percentile
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.arrived.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }

    fn expire(&mut self, now: Nanos) {
        let since = now - self.span;
        if self.arrived.back().is_some_and(|(at, _)| *at < since) {
            // After a long silence everything is old: one step instead of thousands.
            self.arrived.clear();
            self.bag.clear();
        }
        while self.arrived.front().is_some_and(|(at, _)| *at < since) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, value)) = self.arrived.pop_front() {
            self.bag.remove(value);
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the same sum in the same order is the same float")]
mod tests {
    use super::*;
    use crate::percentile::of_sorted;
    use proptest::prelude::*;

    #[test]
    fn what_is_older_than_the_span_no_longer_counts() {
        let mut window = TimeWindow::new(95.0, Nanos::SECOND, 100);
        window.push(Nanos(0), 90.0);
        window.push(Nanos::SECOND, 10.0);
        assert_eq!((window.len(), window.percentile()), (2, 86.0));
        window.push(Nanos::SECOND + Nanos(1), 10.0);
        assert_eq!((window.len(), window.percentile()), (2, 10.0));
        window.push(Nanos(5_000_000_000), 1.0);
        assert_eq!((window.len(), window.percentile()), (1, 1.0));
    }

    #[test]
    fn a_full_window_lets_the_oldest_go_early() {
        let mut window = TimeWindow::new(100.0, Nanos::SECOND, 3);
        for (at, value) in [(0, 9.0), (1, 1.0), (2, 2.0), (3, 3.0)] {
            window.push(Nanos(at), value);
        }
        assert_eq!((window.len(), window.percentile()), (3, 3.0));
    }

    /// Latencies in phases: each drifts from one level to another, smooth or in coarse steps.
    fn phases() -> impl Strategy<Value = Vec<f64>> {
        let phase = (1..4000_u32, 0.0..50.0, 0.0..50.0, 0.0..20.0, any::<bool>());
        let values = |(count, from, to, noise, coarse): (u32, f64, f64, f64, bool)| {
            let value = move |at: u32| {
                let level = from + (to - from) * f64::from(at) / f64::from(count);
                let jitter = f64::from(at.wrapping_mul(2_654_435_761) >> 16) / 65_536.0;
                let value = level + noise * jitter;
                if coarse { value.round() } else { value }
            };
            (0..count).map(value).collect::<Vec<f64>>()
        };
        let phases = prop::collection::vec(phase.prop_map(values), 1..6);
        phases.prop_map(|phases| phases.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_percentile_agrees_with_sorting_the_window_anew(
            values in phases(),
            capacity in prop_oneof![Just(1_usize), 2..3000_usize, Just(6000)],
        ) {
            let mut window = TimeWindow::new(95.0, Nanos::SECOND, capacity);
            for (at, value) in values.iter().enumerate() {
                window.push(Nanos(0), *value);
                if at % 97 == 0 {
                    let last = &values[(at + 1).saturating_sub(capacity)..=at];
                    let mut last: Vec<Key> = last.iter().copied().map(Key::of).collect();
                    last.sort();
                    prop_assert_eq!(window.percentile(), of_sorted(&last, 95.0));
                }
            }
        }
    }
}
