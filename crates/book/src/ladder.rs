//! One side of a book: an array near the touch, a sorted list far from it.
//!
//! A level's key grows toward the touch (the price for bids, its negative for asks), so both sides are
//! the same code and the best level has the largest key. The window is a ring: a key's slot is its low
//! bits, so moving the window moves no data; levels that leave go to [`Far`], levels that enter come
//! back from it. One bit a slot, and one bit for each word of those, find the next level in a few steps.

use crate::far::Far;

/// How many ticks the window spans; a power of two.
const WIDTH: i64 = 1 << 16;
const SLOTS: usize = 1 << 16;
/// How far above its lower end the best level is put when the window moves.
const BEST_AT: i64 = WIDTH / 4 * 3;
/// The window moves when the best level comes this near to its lower end.
const MARGIN: i64 = WIDTH / 8;
/// The best key of an empty side.
const NONE: i64 = i64::MIN;

/// One side of a book, best level last by key.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    /// The window holds every level with `low <= key`; no level has a key of `low + WIDTH` or more.
    low: i64,
    best: i64,
    qty: Box<[i64]>,
    bits: Box<[u64]>,
    groups: [u64; SLOTS / 64 / 64],
    far: Far,
}

impl Ladder {
    pub(crate) fn new() -> Ladder {
        Ladder {
            low: 0,
            best: NONE,
            qty: vec![0; SLOTS].into(),
            bits: vec![0; SLOTS / 64].into(),
            groups: [0; SLOTS / 64 / 64],
            far: Far::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        while self.best != NONE && self.low <= self.best {
            self.remove_best_in_window();
        }
        self.best = NONE;
        self.far.clear();
    }

    /// The best level's key and quantity.
    pub(crate) fn best(&self) -> Option<(i64, i64)> {
        (self.best != NONE).then(|| (self.best, self.qty[slot(self.best)]))
    }

    pub(crate) fn get(&self, key: i64) -> i64 {
        if self.best < key {
            0
        } else if key < self.low {
            self.far.get(key)
        } else {
            self.qty[slot(key)]
        }
    }

    /// Sets the quantity at the key and returns what was there.
    pub(crate) fn set(&mut self, key: i64, qty: i64) -> i64 {
        if self.best < key {
            return self.set_better_than_best(key, qty);
        }
        if key < self.low {
            return self.far.set(key, qty);
        }
        let at = slot(key);
        let old = std::mem::replace(&mut self.qty[at], qty);
        if qty != 0 {
            if old == 0 {
                self.mark(at);
            }
        } else if old != 0 {
            self.unmark(at);
            if key == self.best {
                self.find_best();
            }
        }
        old
    }

    /// Removes every level whose key is at least `from`.
    pub(crate) fn remove_from(&mut self, from: i64) {
        while from <= self.best {
            self.set(self.best, 0);
        }
        self.far.remove_from(from);
    }

    /// Levels from the best to the worst.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = (self.best != NONE).then_some(self.best);
        std::iter::successors(first, |&key| self.next_below(key))
            .map(|key| (key, self.qty[slot(key)]))
            .chain(self.far.iter())
    }

    fn set_better_than_best(&mut self, key: i64, qty: i64) -> i64 {
        if qty == 0 {
            return 0;
        }
        if self.best == NONE {
            self.low = key - BEST_AT;
        } else if self.low + WIDTH <= key {
            self.move_up(key - BEST_AT);
        }
        self.best = key;
        let at = slot(key);
        self.qty[at] = qty;
        self.mark(at);
        0
    }

    /// The best level went: the next one in the window, or the nearest far one.
    fn find_best(&mut self) {
        let next = self.next_below(self.best);
        if next.is_some_and(|next| MARGIN <= next - self.low) {
            self.best = next.unwrap_or(NONE);
            return;
        }
        self.best = next.or_else(|| Some(self.far.nearest()?.0)).unwrap_or(NONE);
        if self.best != NONE {
            self.move_down(self.best - BEST_AT);
        }
    }

    /// The largest key below `key` in the window.
    fn next_below(&self, key: i64) -> Option<i64> {
        let at = slot(key);
        let found = self.marked_before(at)?;
        // The ring may have wrapped to a key above: there is none below then.
        let below = key - ((at.wrapping_sub(found) & (SLOTS - 1)) as i64);
        (self.low <= below && below != key).then_some(below)
    }

    /// The nearest marked slot before `at`, going round the ring; `at` itself comes last.
    fn marked_before(&self, at: usize) -> Option<usize> {
        let word = at / 64;
        let below = self.bits[word] & ((1 << (at % 64)) - 1);
        if below != 0 {
            return Some(word * 64 + top_bit(below));
        }
        let group = word / 64;
        let below = self.groups[group] & ((1 << (word % 64)) - 1);
        if below != 0 {
            return Some(self.top_in(group * 64 + top_bit(below)));
        }
        let count = self.groups.len();
        (1..=count)
            .map(|back| (group + count - back) % count)
            .find(|&group| self.groups[group] != 0)
            .map(|group| self.top_in(group * 64 + top_bit(self.groups[group])))
    }

    fn top_in(&self, word: usize) -> usize {
        word * 64 + top_bit(self.bits[word])
    }

    /// Levels below the new lower end become far ones, worst first so that the list stays sorted.
    fn move_up(&mut self, low: i64) {
        for key in self.low..low.min(self.best + 1) {
            let at = slot(key);
            if self.qty[at] != 0 {
                self.far.push(key, std::mem::take(&mut self.qty[at]));
                self.unmark(at);
            }
        }
        self.low = low;
    }

    /// Far levels at or above the new lower end come back into the window.
    fn move_down(&mut self, low: i64) {
        self.low = low;
        while let Some((key, qty)) = self.far.pop_from(low) {
            let at = slot(key);
            self.qty[at] = qty;
            self.mark(at);
        }
    }

    fn remove_best_in_window(&mut self) {
        let at = slot(self.best);
        self.qty[at] = 0;
        self.unmark(at);
        self.best = self.next_below(self.best).unwrap_or(NONE);
    }

    fn mark(&mut self, at: usize) {
        self.bits[at / 64] |= 1 << (at % 64);
        self.groups[at / 64 / 64] |= 1 << (at / 64 % 64);
    }

    fn unmark(&mut self, at: usize) {
        let word = at / 64;
        self.bits[word] &= !(1 << (at % 64));
        if self.bits[word] == 0 {
            self.groups[word / 64] &= !(1 << (word % 64));
        }
    }
}

/// A key's place in the ring: its low bits.
const fn slot(key: i64) -> usize {
    (key & (WIDTH - 1)) as usize
}

const fn top_bit(word: u64) -> usize {
    63 - word.leading_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ladder: &Ladder) -> Vec<i64> {
        ladder.iter().map(|level| level.0).collect()
    }

    #[test]
    fn the_next_best_is_found_across_words_groups_and_the_end_of_the_ring() {
        let mut ladder = Ladder::new();
        let all = [70_000, 69_999, 69_930, 66_000, 65_536, 65_535, 61_000, 58_000];
        for key in all {
            ladder.set(key, 1);
        }
        assert_eq!(keys(&ladder), all);
        for left in 1..all.len() {
            ladder.set(all[left - 1], 0);
            assert_eq!(ladder.best(), Some((all[left], 1)));
            assert_eq!(keys(&ladder), all[left..]);
        }
        ladder.set(58_000, 0);
        assert_eq!(ladder.best(), None);
    }

    #[test]
    fn a_run_away_best_and_its_return_lose_no_level() {
        let mut ladder = Ladder::new();
        for key in (0..5000).map(|n| n * 7) {
            ladder.set(key, key + 1);
        }
        let before = keys(&ladder);
        ladder.set(10_000_000, 5);
        assert_eq!(ladder.best(), Some((10_000_000, 5)));
        assert_eq!(ladder.get(7), 8);
        ladder.set(10_000_000, 0);
        assert_eq!(keys(&ladder), before);
        assert_eq!(ladder.get(34_993), 34_994);
    }

    #[test]
    fn a_cleared_side_is_empty_everywhere() {
        let mut ladder = Ladder::new();
        for key in [-5, -500, -50_000] {
            ladder.set(key, 3);
        }
        ladder.clear();
        assert_eq!(ladder.best(), None);
        assert_eq!([-5, -500, -50_000].map(|key| ladder.get(key)), [0; 3]);
        ladder.set(-50_000, 4);
        assert_eq!(keys(&ladder), [-50_000]);
    }

    #[test]
    fn levels_at_and_above_a_key_are_removed() {
        let mut ladder = Ladder::new();
        for key in [1, 2, 50_000, 50_001] {
            ladder.set(key, 3);
        }
        ladder.remove_from(2);
        assert_eq!(keys(&ladder), [1]);
    }
}
