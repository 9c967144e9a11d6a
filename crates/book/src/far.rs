//! Levels too far from the touch for the window: a sorted list, seldom looked at.
//!
//! Keys grow toward the touch, so the level that enters the window next is at the end. A deleted level
//! stays as a hole with quantity zero: levels that flicker cost no move of memory, and a new level may
//! fill the hole next to it.

/// Below so many holes the list is never compacted.
const FEW_HOLES: usize = 256;

/// A sorted list of `(key, quantity)` with holes.
#[derive(Clone, Debug)]
pub(crate) struct Far {
    levels: Vec<(i64, i64)>,
    holes: usize,
}

impl Far {
    pub(crate) fn new() -> Far {
        Far { levels: Vec::with_capacity(4096), holes: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.levels.clear();
        self.holes = 0;
    }

    pub(crate) fn get(&self, key: i64) -> i64 {
        match self.levels.binary_search_by_key(&key, |level| level.0) {
            Ok(at) => self.levels[at].1,
            Err(_) => 0,
        }
    }

    /// Sets the quantity at the key and returns what was there.
    pub(crate) fn set(&mut self, key: i64, qty: i64) -> i64 {
        match self.levels.binary_search_by_key(&key, |level| level.0) {
            Ok(at) => {
                let old = std::mem::replace(&mut self.levels[at].1, qty);
                match (old, qty) {
                    (0, 1..) => self.holes -= 1,
                    (1.., 0) => self.dig(),
                    _ => {}
                }
                old
            }
            Err(_) if qty == 0 => 0,
            Err(at) => {
                self.insert(at, (key, qty));
                0
            }
        }
    }

    /// The level nearest to the touch.
    pub(crate) fn nearest(&self) -> Option<(i64, i64)> {
        self.levels.iter().rev().copied().find(|level| level.1 != 0)
    }

    /// Takes the nearest level out when its key is at least `from`.
    pub(crate) fn pop_from(&mut self, from: i64) -> Option<(i64, i64)> {
        while let Some(&(key, qty)) = self.levels.last() {
            if qty != 0 && key < from {
                return None;
            }
            self.levels.pop();
            if qty != 0 {
                return Some((key, qty));
            }
            self.holes -= 1;
        }
        None
    }

    /// Adds a level nearer to the touch than all others.
    pub(crate) fn push(&mut self, key: i64, qty: i64) {
        debug_assert!(self.levels.last().is_none_or(|last| last.0 < key), "out of order");
        self.levels.push((key, qty));
    }

    /// Removes every level whose key is at least `from`.
    pub(crate) fn remove_from(&mut self, from: i64) {
        while self.pop_from(from).is_some() {}
    }

    /// Levels from the nearest to the farthest.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.levels.iter().rev().copied().filter(|level| level.1 != 0)
    }

    fn insert(&mut self, at: usize, level: (i64, i64)) {
        let hole = [at.checked_sub(1), Some(at)]
            .into_iter()
            .flatten()
            .find(|&beside| matches!(self.levels.get(beside), Some((_, 0))));
        match hole {
            Some(hole) => {
                self.levels[hole] = level;
                self.holes -= 1;
            }
            None => self.levels.insert(at, level),
        }
    }

    fn dig(&mut self) {
        self.holes += 1;
        if FEW_HOLES < self.holes && self.levels.len() < 2 * self.holes {
            self.levels.retain(|level| level.1 != 0);
            self.holes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_no_level_and_is_used_again() {
        let mut far = Far::new();
        for key in [10, 30, 20] {
            assert_eq!(far.set(key, key), 0);
        }
        assert_eq!(far.set(20, 0), 20);
        assert_eq!(far.get(20), 0);
        assert_eq!(far.set(25, 7), 0);
        assert_eq!(far.levels.len(), 3);
        assert_eq!(far.iter().collect::<Vec<_>>(), [(30, 30), (25, 7), (10, 10)]);
    }

    #[test]
    fn only_levels_that_enter_the_window_are_taken() {
        let mut far = Far::new();
        for key in [1, 2, 3, 4] {
            far.set(key, 9);
        }
        far.set(4, 0);
        assert_eq!(far.nearest(), Some((3, 9)));
        assert_eq!(far.pop_from(2), Some((3, 9)));
        assert_eq!(far.pop_from(2), Some((2, 9)));
        assert_eq!(far.pop_from(2), None);
        far.push(8, 1);
        assert_eq!(far.iter().collect::<Vec<_>>(), [(8, 1), (1, 9)]);
    }

    #[test]
    fn many_holes_are_filled_up() {
        let mut far = Far::new();
        for key in 0..1000 {
            far.set(key, 1);
        }
        for key in 0..900 {
            far.set(key, 0);
        }
        assert!(far.levels.len() < 600);
        assert_eq!(far.iter().count(), 100);
    }
}
