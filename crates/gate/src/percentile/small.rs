//! The last few hundred values, kept sorted.

use super::{Key, of_sorted};

/// A window over the last `capacity` values. A push moves at most `capacity` floats and never allocates.
#[derive(Clone, Debug)]
pub struct CountWindow {
    /// In the order they came; `next` is the oldest once full.
    arrived: Vec<Key>,
    sorted: Vec<Key>,
    next: usize,
    capacity: usize,
}

impl CountWindow {
    /// An empty window.
    pub fn new(capacity: usize) -> CountWindow {
        CountWindow {
            arrived: Vec::with_capacity(capacity),
            sorted: Vec::with_capacity(capacity),
            next: 0,
            capacity,
        }
    }

    /// Takes a value in; the oldest falls out once the window is full.
    pub fn push(&mut self, value: f64) {
        let value = Key::of(value);
        let to = self.sorted.partition_point(|held| *held < value);
        if self.arrived.len() < self.capacity {
            self.arrived.push(value);
            self.sorted.insert(to, value);
            return;
        }
        let oldest = std::mem::replace(&mut self.arrived[self.next], value);
        self.next = (self.next + 1) % self.capacity;
        let from = self.sorted.partition_point(|held| *held < oldest);
        // Only what lies between the leaving and the coming value moves, by one place.
        if from < to {
            self.sorted.copy_within(from + 1..to, from);
            self.sorted[to - 1] = value;
        } else {
            self.sorted.copy_within(to..from, to + 1);
            self.sorted[to] = value;
        }
    }

    /// The percentile, `q` within 0 to 100; zero while the window is empty.
    pub fn percentile(&self, q: f64) -> f64 {
        of_sorted(&self.sorted, q)
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.arrived.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }

    /// Forgets every value, keeping the room.
    pub fn clear(&mut self) {
        self.arrived.clear();
        self.sorted.clear();
        self.next = 0;
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the same sum in the same order is the same float")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_window_agrees_with_sorting_it_anew(
            values in prop::collection::vec(prop_oneof![-5.0..5.0, (-3i32..3).prop_map(f64::from)], 1..200),
            capacity in 1usize..40,
            q in 0.0..=100.0,
        ) {
            let mut window = CountWindow::new(capacity);
            for (at, value) in values.iter().enumerate() {
                window.push(*value);
                let last = &values[(at + 1).saturating_sub(capacity)..=at];
                let mut last: Vec<Key> = last.iter().copied().map(Key::of).collect();
                last.sort();
                prop_assert_eq!(&window.sorted, &last);
                prop_assert_eq!(window.percentile(q), of_sorted(&last, q));
            }
        }
    }
}
