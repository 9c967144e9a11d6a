//! Values of the last so many seconds.

use std::collections::VecDeque;

use aurora_model::Nanos;

use super::SortedChunks;

/// A window over time, exact as long as no more than `capacity` values fall into it; past that the
/// oldest leave early. Reserves about 50 bytes a value at the start and never allocates after.
#[derive(Clone, Debug)]
pub struct TimeWindow {
    arrived: VecDeque<(Nanos, f64)>,
    sorted: SortedChunks,
    span: Nanos,
    capacity: usize,
}

impl TimeWindow {
    /// An empty window over that span.
    pub fn new(span: Nanos, capacity: usize) -> TimeWindow {
        TimeWindow {
            arrived: VecDeque::with_capacity(capacity),
            sorted: SortedChunks::with_capacity(capacity),
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
        self.arrived.push_back((now, value));
        self.sorted.push(value);
    }

    /// The percentile, `q` within 0 to 100; zero while the window is empty.
    pub fn percentile(&self, q: f64) -> f64 {
        self.sorted.percentile(q)
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
            self.sorted.clear();
        }
        while self.arrived.front().is_some_and(|(at, _)| *at < since) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, value)) = self.arrived.pop_front() {
            self.sorted.remove(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_the_span_no_longer_counts() {
        let mut window = TimeWindow::new(Nanos::SECOND, 100);
        window.push(Nanos(0), 90.0);
        window.push(Nanos::SECOND, 10.0);
        assert_eq!((window.len(), window.percentile(95.0)), (2, 86.0));
        window.push(Nanos::SECOND + Nanos(1), 10.0);
        assert_eq!((window.len(), window.percentile(95.0)), (2, 10.0));
        window.push(Nanos(5_000_000_000), 1.0);
        assert_eq!((window.len(), window.percentile(95.0)), (1, 1.0));
    }

    #[test]
    fn a_full_window_lets_the_oldest_go_early() {
        let mut window = TimeWindow::new(Nanos::SECOND, 3);
        for (at, value) in [(0, 9.0), (1, 1.0), (2, 2.0), (3, 3.0)] {
            window.push(Nanos(at), value);
        }
        assert_eq!((window.len(), window.percentile(100.0)), (3, 3.0));
    }
}
