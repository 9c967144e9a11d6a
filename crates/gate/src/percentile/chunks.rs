//! A sorted bag of up to some hundred thousand floats, in chunks that fit a few cache lines.

use super::{Key, lerp, place};

/// Values in one chunk at most. A push moves at most so many floats.
const CHUNK: usize = 256;
/// A chunk below this is joined with a neighbour when both fit comfortably.
const SPARSE: usize = CHUNK / 4;

/// A sorted bag. Push and remove cost a binary search over chunks and one short move; a percentile
/// counts chunks from the nearer end. All memory is reserved at the start: about 35 bytes a value.
#[derive(Clone, Debug)]
pub struct SortedChunks {
    /// `CHUNK` places for each chunk, by its slot.
    values: Vec<Key>,
    /// Slots without a chunk.
    free: Vec<u32>,
    /// The chunks in ascending order of their values.
    chunks: Vec<Chunk>,
    len: usize,
}

/// One chunk: its values are `values[slot × CHUNK..][..len]`, never empty.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    largest: Key,
    slot: u32,
    len: u32,
}

impl Chunk {
    fn start(self) -> usize {
        self.slot as usize * CHUNK
    }

    fn end(self) -> usize {
        self.start() + self.len as usize
    }
}

impl SortedChunks {
    /// An empty bag with room for so many values.
    pub fn with_capacity(capacity: usize) -> SortedChunks {
        // Two neighbours always hold more than half a chunk together, so four times the tight count is enough.
        let most = 4 * capacity.div_ceil(CHUNK) + 2;
        SortedChunks {
            values: Vec::with_capacity(most * CHUNK),
            free: Vec::with_capacity(most),
            chunks: Vec::with_capacity(most),
            len: 0,
        }
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets every value, keeping the room.
    pub fn clear(&mut self) {
        self.values.clear();
        self.free.clear();
        self.chunks.clear();
        self.len = 0;
    }

    /// Takes a value in.
    pub fn push(&mut self, value: f64) {
        let value = Key::of(value);
        self.len += 1;
        if self.chunks.is_empty() {
            let slot = self.take_slot();
            self.values[slot as usize * CHUNK] = value;
            self.chunks.push(Chunk { largest: value, slot, len: 1 });
            return;
        }
        let mut at = self.chunk_for(value).min(self.chunks.len() - 1);
        if self.chunks[at].len as usize == CHUNK {
            self.split(at);
            at += usize::from(self.chunks[at].largest < value);
        }
        let chunk = self.chunks[at];
        let held = &self.values[chunk.start()..chunk.end()];
        let place = chunk.start() + held.partition_point(|held| *held < value);
        self.values.copy_within(place..chunk.end(), place + 1);
        self.values[place] = value;
        self.chunks[at].len += 1;
        self.refresh(at);
    }

    /// Takes one copy of a value out; nothing happens when there is none.
    pub fn remove(&mut self, value: f64) {
        let value = Key::of(value);
        let at = self.chunk_for(value);
        let Some(chunk) = self.chunks.get(at).copied() else { return };
        let held = &self.values[chunk.start()..chunk.end()];
        let place = chunk.start() + held.partition_point(|held| *held < value);
        if place == chunk.end() || self.values[place] != value {
            return;
        }
        self.len -= 1;
        self.values.copy_within(place + 1..chunk.end(), place);
        self.chunks[at].len -= 1;
        if self.chunks[at].len == 0 {
            self.free.push(chunk.slot);
            self.chunks.remove(at);
            return;
        }
        self.refresh(at);
        if (self.chunks[at].len as usize) < SPARSE {
            self.join_with_neighbour(at);
        }
    }

    /// The percentile, `q` within 0 to 100; zero while the bag is empty.
    pub fn percentile(&self, q: f64) -> f64 {
        if self.len == 0 {
            return 0.0;
        }
        let (rank, fraction) = place(q, self.len);
        let (at, offset) = self.locate(rank);
        let chunk = self.chunks[at];
        let lower = self.values[chunk.start() + offset];
        let upper = if offset + 1 < chunk.len as usize {
            self.values[chunk.start() + offset + 1]
        } else {
            self.chunks.get(at + 1).map_or(lower, |next| self.values[next.start()])
        };
        lerp(lower.value(), upper.value(), fraction)
    }

    /// The chunk and the place in it of the value with that rank, counted from the nearer end.
    fn locate(&self, rank: usize) -> (usize, usize) {
        if rank < self.len / 2 {
            let mut before = 0;
            for (at, chunk) in self.chunks.iter().enumerate() {
                if rank < before + chunk.len as usize {
                    return (at, rank - before);
                }
                before += chunk.len as usize;
            }
        } else {
            let mut through = self.len;
            for (at, chunk) in self.chunks.iter().enumerate().rev() {
                through -= chunk.len as usize;
                if through <= rank {
                    return (at, rank - through);
                }
            }
        }
        unreachable!("the rank is below the number of values")
    }

    /// The first chunk that may hold the value: the first whose largest is not below it.
    fn chunk_for(&self, value: Key) -> usize {
        self.chunks.partition_point(|chunk| chunk.largest < value)
    }

    fn refresh(&mut self, at: usize) {
        self.chunks[at].largest = self.values[self.chunks[at].end() - 1];
    }

    fn take_slot(&mut self) -> u32 {
        if let Some(slot) = self.free.pop() {
            return slot;
        }
        let slot = self.values.len() / CHUNK;
        self.values.resize(self.values.len() + CHUNK, Key(0));
        u32::try_from(slot).expect("a bag holds far fewer than four billion chunks")
    }

    /// Moves the upper half of a full chunk into a new one behind it.
    fn split(&mut self, at: usize) {
        let slot = self.take_slot();
        let half = CHUNK / 2;
        let full = self.chunks[at];
        let new = Chunk { largest: full.largest, slot, len: full.len / 2 };
        self.values.copy_within(full.start() + half..full.end(), new.start());
        self.chunks[at].len = full.len - new.len;
        self.refresh(at);
        self.chunks.insert(at + 1, new);
    }

    /// Joins a sparse chunk with a neighbour when both stay within three quarters of one.
    fn join_with_neighbour(&mut self, at: usize) {
        let left = if at + 1 < self.chunks.len() { at } else { at.saturating_sub(1) };
        let Some(right) = self.chunks.get(left + 1).copied() else { return };
        let into = self.chunks[left];
        if (into.len + right.len) as usize > 3 * CHUNK / 4 {
            return;
        }
        self.values.copy_within(right.start()..right.end(), into.end());
        self.chunks[left].len += right.len;
        self.refresh(left);
        self.free.push(right.slot);
        self.chunks.remove(left + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::percentile::of_sorted;
    use proptest::prelude::*;

    fn check(steps: &[(bool, f64)], q: f64) {
        let mut bag = SortedChunks::with_capacity(steps.len());
        let room = bag.values.capacity();
        let mut naive: Vec<Key> = Vec::new();
        for (push, value) in steps {
            if *push || naive.is_empty() {
                bag.push(*value);
                let value = Key::of(*value);
                naive.insert(naive.partition_point(|held| *held < value), value);
            } else {
                let at = (value.abs() * 7919.0) as usize % naive.len();
                bag.remove(naive.remove(at).value());
            }
            assert_eq!(bag.len(), naive.len());
        }
        assert_eq!(bag.percentile(q), of_sorted(&naive, q));
        assert_eq!(bag.values.capacity(), room, "the bag never grows past what it reserved");
    }

    proptest! {
        #[test]
        fn the_bag_agrees_with_a_sorted_list(
            steps in prop::collection::vec((prop::bool::weighted(0.6), prop_oneof![-1e3..1e3, (0i32..4).prop_map(f64::from)]), 1..3000),
            q in 0.0..=100.0,
        ) {
            check(&steps, q);
        }
    }

    #[test]
    fn a_bag_filled_in_order_and_thinned_out_stays_within_its_room() {
        let count = 20_000;
        let mut bag = SortedChunks::with_capacity(count);
        let room = bag.values.capacity();
        for round in 0..3 {
            for i in 0..count {
                bag.push(f64::from(u32::try_from(i).unwrap()) + f64::from(round));
            }
            for i in (0..count).rev().filter(|i| i % 64 != 0).chain((0..count).step_by(64)) {
                bag.remove(f64::from(u32::try_from(i).unwrap()) + f64::from(round));
            }
            assert!(bag.is_empty());
        }
        assert_eq!(bag.values.capacity(), room);
    }

    #[test]
    fn removing_what_is_not_there_changes_nothing() {
        let mut bag = SortedChunks::with_capacity(4);
        bag.push(1.0);
        bag.remove(2.0);
        bag.remove(0.5);
        assert_eq!((bag.len(), bag.percentile(95.0)), (1, 1.0));
    }
}
