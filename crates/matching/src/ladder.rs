//! One side of a book, by price: an array near the touch, a map for what lies far behind it.
//!
//! Prices are kept as keys that grow away from the touch (an ask's price, a bid's price negated), so that the
//! best level is always the lowest key and one piece of code serves both sides. Sixty-four words of sixty-four
//! bits say which of the 4096 near levels hold something; one more word says which words do.

use std::collections::BTreeMap;

use aurora_model::{Lots, Side, Ticks};

const NEAR: usize = 4096;
const NEAR_SPAN: i64 = 4096;
/// How many near levels are kept in front of the best one when the window moves.
const LEAD: i64 = NEAR_SPAN / 4;

/// The levels of one side. A level that holds nothing is not there.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    sign: i64,
    /// The lowest key of the window; nothing in the ladder is below it.
    base: i64,
    near: Box<[i64]>,
    words: [u64; 64],
    summary: u64,
    far: BTreeMap<i64, i64>,
}

impl Ladder {
    pub(crate) fn new(side: Side) -> Ladder {
        let near = vec![0; NEAR].into_boxed_slice();
        Ladder {
            sign: -side.sign(),
            base: 0,
            near,
            words: [0; 64],
            summary: 0,
            far: BTreeMap::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.near.fill(0);
        self.words = [0; 64];
        self.summary = 0;
        self.far.clear();
    }

    /// The best price and what is there.
    pub(crate) fn best(&self) -> Option<(Ticks, Lots)> {
        self.at_or_after(self.base).map(|(key, qty)| (self.price(key), Lots(qty)))
    }

    /// The best level strictly worse than the price.
    pub(crate) fn worse_than(&self, price: Ticks) -> Option<(Ticks, Lots)> {
        self.at_or_after(self.key(price) + 1).map(|(key, qty)| (self.price(key), Lots(qty)))
    }

    pub(crate) fn get(&self, price: Ticks) -> Lots {
        let key = self.key(price);
        if self.is_near(key) {
            Lots(self.near[slot(key)])
        } else {
            Lots(self.far.get(&key).copied().unwrap_or(0))
        }
    }

    /// Makes the level hold exactly so much; zero removes it.
    pub(crate) fn set(&mut self, price: Ticks, qty: Lots) {
        let key = self.key(price);
        if !self.is_near(key) {
            return self.set_far(key, qty.0);
        }
        let slot = slot(key);
        self.near[slot] = qty.0;
        let (word, bit) = (slot / 64, 1 << (slot % 64));
        if qty.0 > 0 {
            self.words[word] |= bit;
            self.summary |= 1 << word;
        } else {
            self.words[word] &= !bit;
            if self.words[word] == 0 {
                self.summary &= !(1 << word);
            }
        }
    }

    /// Removes every level strictly better than the price.
    pub(crate) fn remove_better_than(&mut self, price: Ticks) {
        while let Some((best, _)) = self.best() {
            if self.key(price) <= self.key(best) {
                return;
            }
            self.set(best, Lots::ZERO);
        }
    }

    /// Moves the window so that it starts a little before the best level. Called now and then, when the touch
    /// has wandered off; correctness does not depend on it.
    pub(crate) fn recentre(&mut self) {
        if let Some((key, _)) = self.at_or_after(self.base)
            && self.base + 2 * LEAD < key
        {
            self.move_window(key - LEAD);
        }
    }

    fn set_far(&mut self, key: i64, qty: i64) {
        if key < self.base {
            if qty == 0 {
                return;
            }
            self.move_window(key - LEAD);
            return self.set(self.price(key), Lots(qty));
        }
        if qty == 0 {
            self.far.remove(&key);
        } else if self.summary == 0 && self.far.is_empty() {
            self.base = key - LEAD;
            self.set(self.price(key), Lots(qty));
        } else {
            self.far.insert(key, qty);
        }
    }

    fn move_window(&mut self, base: i64) {
        let mut levels = std::mem::take(&mut self.far);
        let mut next = self.base;
        while let Some((key, qty)) = self.near_at_or_after(next) {
            levels.insert(key, qty);
            next = key + 1;
        }
        self.clear();
        self.base = base;
        self.far = levels.split_off(&(base + NEAR_SPAN));
        for (key, qty) in levels {
            self.set(self.price(key), Lots(qty));
        }
    }

    fn at_or_after(&self, key: i64) -> Option<(i64, i64)> {
        self.near_at_or_after(key)
            .or_else(|| self.far.range(key..).next().map(|(key, qty)| (*key, *qty)))
    }

    fn near_at_or_after(&self, key: i64) -> Option<(i64, i64)> {
        let from = key.max(self.base);
        if !self.is_near(from) {
            return None;
        }
        // Slots wrap: the window's first key sits at its own slot, its last one just before that.
        let start = slot(from);
        let end = slot(self.base);
        let found = if end <= start {
            self.first_slot(start, NEAR).or_else(|| self.first_slot(0, end))
        } else {
            self.first_slot(start, end)
        }?;
        let key = from + i64::try_from((found + NEAR - start) % NEAR).expect("a slot is small");
        Some((key, self.near[found]))
    }

    /// The first occupied slot in `start..end`.
    fn first_slot(&self, start: usize, end: usize) -> Option<usize> {
        if end <= start {
            return None;
        }
        let first = start / 64;
        let rest = self.words[first] & (u64::MAX << (start % 64));
        let slot = if rest != 0 {
            first * 64 + rest.trailing_zeros() as usize
        } else {
            let later = if first == 63 { 0 } else { self.summary & (u64::MAX << (first + 1)) };
            if later == 0 {
                return None;
            }
            let word = later.trailing_zeros() as usize;
            word * 64 + self.words[word].trailing_zeros() as usize
        };
        (slot < end).then_some(slot)
    }

    fn is_near(&self, key: i64) -> bool {
        (0..NEAR_SPAN).contains(&(key - self.base))
    }

    fn key(&self, price: Ticks) -> i64 {
        self.sign * price.0
    }

    fn price(&self, key: i64) -> Ticks {
        Ticks(self.sign * key)
    }
}

fn slot(key: i64) -> usize {
    usize::try_from(key.rem_euclid(NEAR_SPAN)).expect("a remainder is not negative")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn levels(ladder: &Ladder) -> Vec<(i64, i64)> {
        let mut all = Vec::new();
        let mut next = ladder.best();
        while let Some((price, qty)) = next {
            all.push((price.0, qty.0));
            next = ladder.worse_than(price);
        }
        all
    }

    #[test]
    fn the_best_bid_is_the_highest_and_the_best_ask_the_lowest() {
        for (side, want) in [(Side::Buy, [(12, 3), (10, 1)]), (Side::Sell, [(10, 1), (12, 3)])] {
            let mut ladder = Ladder::new(side);
            for (price, qty) in [(10, 1), (11, 2), (12, 3), (11, 0)] {
                ladder.set(Ticks(price), Lots(qty));
            }
            assert_eq!(levels(&ladder), want);
            assert_eq!(ladder.get(Ticks(12)), Lots(3));
        }
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(
            updates in prop::collection::vec((0i64..20_000, 0i64..4, 0u8..20), 1..200),
        ) {
            for side in [Side::Buy, Side::Sell] {
                let mut ladder = Ladder::new(side);
                let mut map = BTreeMap::new();
                for (price, qty, chance) in &updates {
                    ladder.set(Ticks(*price), Lots(*qty));
                    map.insert(-side.sign() * price, *qty);
                    if *chance == 0 {
                        ladder.remove_better_than(Ticks(*price));
                        map = map.split_off(&(-side.sign() * price));
                    }
                    if *chance == 1 {
                        ladder.recentre();
                    }
                }
                let want: Vec<_> = map
                    .iter()
                    .filter(|(_, qty)| **qty > 0)
                    .map(|(key, qty)| (-side.sign() * key, *qty))
                    .collect();
                prop_assert_eq!(levels(&ladder), want);
                for (key, qty) in map {
                    prop_assert_eq!(ladder.get(Ticks(-side.sign() * key)), Lots(qty));
                }
            }
        }
    }
}
