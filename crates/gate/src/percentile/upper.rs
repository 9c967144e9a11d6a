//! One high percentile of a bag, with only its upper part kept in order.
//!
//! Values below a pivot are merely counted: for the p95 that is seven of eight, and costs one comparison.
//! The rest is kept sorted. The pivot rises as the upper part grows; when so much of it has left that the
//! percentile falls below the pivot, the bag asks to be rebuilt from its values. A rebuild leaves an
//! eighth above the pivot, and at least a sixteenth must leave before the next: its cost is spread over
//! thousands of pushes.

use super::chunks::SortedChunks;
use super::{Key, lerp, place};

/// Below so many values everything is kept sorted.
const ALWAYS_SORTED: usize = 1024;

/// A bag of floats that knows one percentile, `q` of 95 and above.
#[derive(Clone, Debug)]
pub(super) struct UpperPercentile {
    q: f64,
    /// Values below are counted, values from here on are sorted.
    pivot: Key,
    below: usize,
    sorted: SortedChunks,
    scratch: Vec<Key>,
}

impl UpperPercentile {
    /// An empty bag with room for so many values.
    pub(super) fn with_capacity(q: f64, capacity: usize) -> UpperPercentile {
        assert!((95.0..=100.0).contains(&q), "only percentiles from 95 on lie in the upper part");
        UpperPercentile {
            q,
            pivot: Key::LEAST,
            below: 0,
            sorted: SortedChunks::with_capacity(capacity),
            scratch: Vec::with_capacity(capacity),
        }
    }

    /// Takes a value in.
    pub(super) fn push(&mut self, value: Key) {
        if value < self.pivot {
            self.below += 1;
            return;
        }
        self.sorted.push(value);
        let len = self.len();
        let kept = self.sorted.len();
        if (len / 8).max(ALWAYS_SORTED) < kept {
            self.below += self.sorted.drop_smallest(kept - (len / 16).max(ALWAYS_SORTED / 2));
            self.pivot = self.sorted.smallest().expect("at least half is kept");
        }
    }

    /// Takes one copy of a value out that was taken in before.
    pub(super) fn remove(&mut self, value: Key) {
        if value < self.pivot {
            self.below -= 1;
        } else {
            self.sorted.remove(value);
        }
    }

    /// Forgets every value.
    pub(super) fn clear(&mut self) {
        self.pivot = Key::LEAST;
        self.below = 0;
        self.sorted.clear();
    }

    /// The percentile, zero while the bag is empty; `None` when a rebuild is due.
    pub(super) fn get(&self) -> Option<f64> {
        let len = self.len();
        if len == 0 {
            return Some(0.0);
        }
        let (rank, fraction) = place(self.q, len);
        let (lower, upper) = self.sorted.neighbours(rank.checked_sub(self.below)?)?;
        Some(lerp(lower.value(), upper.value(), fraction))
    }

    /// Sorts the upper eighth anew, given every value the bag holds.
    pub(super) fn rebuild(&mut self, values: impl Iterator<Item = Key>) {
        self.scratch.clear();
        self.scratch.extend(values);
        let len = self.scratch.len();
        let at = len - (len / 8).max(ALWAYS_SORTED).min(len);
        self.pivot = match self.scratch.get(at) {
            Some(_) if 0 < at => *self.scratch.select_nth_unstable(at).1,
            _ => Key::LEAST,
        };
        // Copies of the pivot may lie on either side of its place.
        let pivot = self.pivot;
        self.scratch.retain(|value| pivot <= *value);
        self.scratch.sort_unstable();
        self.below = len - self.scratch.len();
        self.sorted.fill(&self.scratch);
    }

    fn len(&self) -> usize {
        self.below + self.sorted.len()
    }
}
