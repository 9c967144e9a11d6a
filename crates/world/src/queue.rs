//! What is going to happen, in the order of its moments.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use aurora_model::Nanos;

/// Events by time; those of one moment in the order they were added.
#[derive(Debug)]
pub(crate) struct Queue<E> {
    heap: BinaryHeap<Entry<E>>,
    added: u64,
}

#[derive(Debug)]
struct Entry<E> {
    at: Nanos,
    no: u64,
    event: E,
}

impl<E> Queue<E> {
    pub(crate) fn new() -> Queue<E> {
        Queue { heap: BinaryHeap::with_capacity(64), added: 0 }
    }

    pub(crate) fn add(&mut self, at: Nanos, event: E) {
        self.added += 1;
        self.heap.push(Entry { at, no: self.added, event });
    }

    pub(crate) fn pop(&mut self) -> Option<(Nanos, E)> {
        self.heap.pop().map(|entry| (entry.at, entry.event))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Entry<E>) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Entry<E>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    /// The earliest is the greatest: a heap gives the greatest first.
    fn cmp(&self, other: &Entry<E>) -> Ordering {
        (other.at, other.no).cmp(&(self.at, self.no))
    }
}
