//! A sorted bag of up to some hundred thousand floats, in chunks that fit a few cache lines.

use super::Key;

/// Values in one chunk at most. A push moves at most so many floats.
const CHUNK: usize = 128;
/// A chunk below this is joined with a neighbour when both fit comfortably.
const SPARSE: usize = CHUNK / 4;

/// A sorted bag. Push and remove cost a binary search over chunks and one short move; a percentile
/// counts chunks from the nearer end. All memory is reserved at the start: about 35 bytes a value.
#[derive(Clone, Debug)]
pub(super) struct SortedChunks {
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
    pub(super) fn with_capacity(capacity: usize) -> SortedChunks {
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
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Forgets every value, keeping the room.
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.free.clear();
        self.chunks.clear();
        self.len = 0;
    }

    /// Takes a value in.
    pub(super) fn push(&mut self, value: Key) {
        self.len += 1;
        if self.chunks.is_empty() {
            self.append(&[value]);
            return;
        }
        let mut at = self.chunk_for(value).min(self.chunks.len() - 1);
        if self.chunks[at].len as usize == CHUNK {
            self.split(at);
            at += usize::from(self.chunks[at].largest < value);
        }
        let chunk = self.chunks[at];
        let place = chunk.start() + self.held(chunk).partition_point(|held| *held < value);
        self.values.copy_within(place..chunk.end(), place + 1);
        self.values[place] = value;
        self.chunks[at].len += 1;
        self.refresh(at);
    }

    /// Takes one copy of a value out; nothing happens when there is none.
    pub(super) fn remove(&mut self, value: Key) {
        let at = self.chunk_for(value);
        let Some(chunk) = self.chunks.get(at).copied() else { return };
        let place = chunk.start() + self.held(chunk).partition_point(|held| *held < value);
        if place == chunk.end() || self.values[place] != value {
            return;
        }
        self.len -= 1;
        self.values.copy_within(place + 1..chunk.end(), place);
        self.shrink(at, 1);
    }

    /// Takes out the smallest values: a chunk's worth, or a run of equal ones. Values equal to the
    /// smallest one kept are all kept. Does nothing and returns zero when that would be more than `most`.
    pub(super) fn drop_smallest(&mut self, most: usize) -> usize {
        let Some(first) = self.chunks.first().copied() else { return 0 };
        let run = first.largest;
        if self.values[first.start()] < run {
            let count = self.held(first).partition_point(|held| *held < run);
            return if count <= most { self.cut(0, count) } else { 0 };
        }
        let whole = self.chunks.partition_point(|chunk| chunk.largest <= run);
        let Some(last) = self.chunks.get(whole).copied() else { return 0 };
        let rest = self.held(last).partition_point(|held| *held <= run);
        let count = rest + self.chunks[..whole].iter().map(|c| c.len as usize).sum::<usize>();
        if most < count {
            return 0;
        }
        self.free.extend(self.chunks.drain(..whole).map(|chunk| chunk.slot));
        self.len -= count - rest;
        self.cut(0, rest);
        count
    }

    /// Replaces everything by values already sorted.
    pub(super) fn fill(&mut self, sorted: &[Key]) {
        self.clear();
        self.len = sorted.len();
        for part in sorted.chunks(CHUNK / 2) {
            self.append(part);
        }
    }

    /// The smallest value.
    pub(super) fn smallest(&self) -> Option<Key> {
        self.chunks.first().map(|chunk| self.values[chunk.start()])
    }

    /// The value with that rank and the next larger one, or it again at the end; `None` past the end.
    pub(super) fn neighbours(&self, rank: usize) -> Option<(Key, Key)> {
        let (at, offset) = self.locate(rank)?;
        let held = self.held(self.chunks[at]);
        let next = held.get(offset + 1).copied();
        let next = next.or_else(|| Some(self.values[self.chunks.get(at + 1)?.start()]));
        Some((held[offset], next.unwrap_or(held[offset])))
    }

    /// The chunk and the place in it of the value with that rank, counted from the nearer end.
    fn locate(&self, rank: usize) -> Option<(usize, usize)> {
        if rank < self.len / 2 {
            let mut before = 0;
            for (at, chunk) in self.chunks.iter().enumerate() {
                if rank < before + chunk.len as usize {
                    return Some((at, rank - before));
                }
                before += chunk.len as usize;
            }
        } else if rank < self.len {
            let mut through = self.len;
            for (at, chunk) in self.chunks.iter().enumerate().rev() {
                through -= chunk.len as usize;
                if through <= rank {
                    return Some((at, rank - through));
                }
            }
        }
        None
    }

    /// The first chunk that may hold the value: the first whose largest is not below it.
    fn chunk_for(&self, value: Key) -> usize {
        self.chunks.partition_point(|chunk| chunk.largest < value)
    }

    fn held(&self, chunk: Chunk) -> &[Key] {
        &self.values[chunk.start()..chunk.end()]
    }

    fn refresh(&mut self, at: usize) {
        self.chunks[at].largest = self.values[self.chunks[at].end() - 1];
    }

    /// A new last chunk with values not below any held.
    fn append(&mut self, sorted: &[Key]) {
        let slot = self.take_slot();
        let len = u32::try_from(sorted.len()).expect("a chunk is short");
        let chunk = Chunk { largest: sorted[sorted.len() - 1], slot, len };
        self.values[chunk.start()..chunk.end()].copy_from_slice(sorted);
        self.chunks.push(chunk);
    }

    /// Takes the first so many values out of a chunk that has more.
    fn cut(&mut self, at: usize, count: usize) -> usize {
        let chunk = self.chunks[at];
        self.values.copy_within(chunk.start() + count..chunk.end(), chunk.start());
        self.len -= count;
        self.shrink(at, count);
        count
    }

    /// A chunk has become shorter at the end: it may go, or join a neighbour.
    fn shrink(&mut self, at: usize, count: usize) {
        self.chunks[at].len -= u32::try_from(count).expect("a chunk is short");
        if self.chunks[at].len == 0 {
            self.free.push(self.chunks[at].slot);
            self.chunks.remove(at);
            return;
        }
        self.refresh(at);
        if (self.chunks[at].len as usize) < SPARSE {
            self.join_with_neighbour(at);
        }
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
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(i64),
        /// Removes a held value by its rank, counted around.
        Remove(usize),
        DropSmallest(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let value = prop_oneof![-1000..1000_i64, 0..4_i64];
        let step = prop_oneof![
            60 => value.prop_map(Step::Push),
            38 => any::<usize>().prop_map(Step::Remove),
            2 => (0..300_usize).prop_map(Step::DropSmallest),
        ];
        prop::collection::vec(step, 1..3000)
    }

    proptest! {
        #[test]
        fn the_bag_agrees_with_a_sorted_list(steps in steps()) {
            let mut bag = SortedChunks::with_capacity(steps.len());
            let room = bag.values.capacity();
            let mut naive: Vec<Key> = Vec::new();
            for step in steps {
                match step {
                    Step::Push(value) => {
                        bag.push(Key(value));
                        naive.insert(naive.partition_point(|held| *held < Key(value)), Key(value));
                    }
                    Step::Remove(rank) if !naive.is_empty() => {
                        bag.remove(naive.remove(rank % naive.len()));
                    }
                    Step::Remove(_) => bag.remove(Key(1)),
                    Step::DropSmallest(most) => {
                        let count = bag.drop_smallest(most);
                        prop_assert!(count <= most);
                        let last = naive.drain(..count).next_back();
                        prop_assert!(count == 0 || last < naive.first().copied());
                    }
                }
                prop_assert_eq!(bag.len(), naive.len());
                prop_assert_eq!(bag.smallest(), naive.first().copied());
            }
            for rank in 0..=naive.len() {
                let next = naive.get(rank + 1).or(naive.get(rank));
                let expected = naive.get(rank).map(|value| (*value, *next.unwrap()));
                prop_assert_eq!(bag.neighbours(rank), expected);
            }
            prop_assert_eq!(bag.values.capacity(), room);
        }
    }

    #[test]
    fn a_bag_filled_and_thinned_out_again_and_again_stays_within_its_room() {
        let values: Vec<Key> = (0..20_000).map(Key).collect();
        let mut bag = SortedChunks::with_capacity(values.len());
        let room = bag.values.capacity();
        for _ in 0..3 {
            values.iter().for_each(|value| bag.push(*value));
            let thinned = values.iter().rev().filter(|value| value.0 % 64 != 0);
            thinned.chain(values.iter().step_by(64)).for_each(|value| bag.remove(*value));
            assert_eq!(bag.len(), 0);
            bag.fill(&values);
            assert_eq!(bag.neighbours(7), Some((Key(7), Key(8))));
            bag.clear();
        }
        assert_eq!(bag.values.capacity(), room);
    }
}
