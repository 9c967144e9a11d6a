//! Which trade ids were booked: every id is told apart from its repetition, however late it comes.
//!
//! Ids are kept as ranges, so a venue that numbers our fills one after another costs one range for ever,
//! and a venue whose trade ids we share with the whole market costs one range a fill. When the ranges
//! exceed [`Seen::capacity`], the lowest are forgotten and the ids below become *unknowable*: such a fill
//! is neither booked nor dropped but refused, because either could be wrong. A venue's trade ids grow
//! with time, so only a fill older than the last 262,144 of its instrument can meet this.

use std::collections::BTreeMap;

use aurora_model::saved::Saved;

/// Ranges remembered per instrument; about 5 MB at most.
const CAPACITY: usize = 1 << 18;

/// What is known about a trade id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    New,
    Known,
    /// Below the oldest id still remembered.
    Forgotten {
        floor: u128,
    },
}

/// The trade ids of one instrument.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// First id of a range to its last; ranges neither touch nor overlap.
    ranges: BTreeMap<u128, u128>,
    /// Ids below this are no longer told apart.
    floor: u128,
    count: u64,
    capacity: usize,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { ranges: BTreeMap::new(), floor: 0, count: 0, capacity: CAPACITY }
    }
}

impl Seen {
    /// How many different ids were taken.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn look(&self, id: u128) -> Sight {
        match self.ranges.range(..=id).next_back() {
            Some((_, last)) if id <= *last => Sight::Known,
            _ if id < self.floor => Sight::Forgotten { floor: self.floor },
            _ => Sight::New,
        }
    }

    pub(crate) fn save_state(&self, out: &mut Vec<u8>) {
        let Seen { ranges, floor, count, capacity: _ } = self;
        ranges.save(out);
        (*floor, *count).save(out);
    }

    pub(crate) fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.ranges = Saved::load(bytes)?;
        (self.floor, self.count) = Saved::load(bytes)?;
        Some(())
    }

    /// Remembers an id that [`Seen::look`] calls new.
    pub(crate) fn take(&mut self, id: u128) {
        let (mut first, mut last) = (id, id);
        if let Some((below_first, below_last)) = self.ranges.range(..id).next_back()
            && below_last + 1 == id
        {
            first = *below_first;
        }
        if let Some(above_last) = id.checked_add(1).and_then(|above| self.ranges.remove(&above)) {
            last = above_last;
        }
        self.ranges.insert(first, last);
        self.count += 1;
        while self.capacity < self.ranges.len() {
            let Some((_, last)) = self.ranges.pop_first() else { break };
            self.floor = last + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn ranges_know_exactly_what_a_set_knows(ids in prop::collection::vec(0u128..40, 0..80)) {
            let (mut seen, mut set) = (Seen::default(), BTreeSet::new());
            for id in ids {
                let sight = seen.look(id);
                prop_assert_eq!(sight == Sight::New, set.insert(id));
                if sight == Sight::New {
                    seen.take(id);
                }
            }
            prop_assert_eq!(seen.count(), set.len() as u64);
        }
    }

    #[test]
    fn ids_in_a_row_cost_one_range_in_whatever_order_they_come() {
        let mut seen = Seen::default();
        for id in (1..=1000).rev().chain(1002..2000).chain([1001, 0, u128::MAX]) {
            assert_eq!(seen.look(id), Sight::New);
            seen.take(id);
        }
        assert_eq!(seen.ranges.len(), 2);
        assert_eq!(seen.look(1001), Sight::Known);
    }

    #[test]
    fn what_was_forgotten_is_called_unknowable_never_new() {
        let mut seen = Seen { capacity: 2, ..Seen::default() };
        for id in [10, 20, 30] {
            seen.take(id);
        }
        assert_eq!(seen.look(10), Sight::Forgotten { floor: 11 });
        assert_eq!(seen.look(5), Sight::Forgotten { floor: 11 });
        assert_eq!(seen.look(15), Sight::New);
        assert_eq!(seen.look(20), Sight::Known);
    }
}
