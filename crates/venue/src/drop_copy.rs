//! Two independent paths for fills, compared.
//!
//! The first path is the account's own stream and answers; the second is a sweep or another stream. Each fill must
//! come by both within the grace time. One that only the second path told is handed on, so nothing is lost; one
//! that only the first told is a mismatch too, and stays in the books: the venue said it.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{Fill, InstrumentNo, Nanos};

/// What names a fill.
type Key = (InstrumentNo, u128);

/// Fills remembered as complete, so that a late repeat is no news.
const REMEMBERED: usize = 4096;

/// What came of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Only the second path told this fill: the first one lost it. Hand it on.
    MissedByFirst(Fill),
    /// Only the first path told this fill.
    MissedBySecond(Fill),
    /// Both told it, differently: first path, second path.
    Differs(Fill, Fill),
}

/// Counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DropCopyCounts {
    /// Told by both paths alike.
    pub matched: u64,
    /// Told by the second path only.
    pub missed_by_first: u64,
    /// Told by the first path only.
    pub missed_by_second: u64,
    /// Told differently.
    pub differing: u64,
}

impl DropCopyCounts {
    /// Everything that was not matched.
    pub const fn mismatches(&self) -> u64 {
        self.missed_by_first + self.missed_by_second + self.differing
    }
}

/// Fills told by one path so far.
///
/// While the second path has never spoken there is none, and nothing is held against the first.
#[derive(Debug)]
pub struct DropCopy {
    grace: Nanos,
    first: BTreeMap<Key, (Fill, Nanos)>,
    second: BTreeMap<Key, (Fill, Nanos)>,
    done: BTreeMap<Key, ()>,
    done_order: VecDeque<Key>,
    second_spoke: bool,
    /// Nothing is overdue before.
    due_at: Nanos,
    counts: DropCopyCounts,
}

impl DropCopy {
    /// A comparison in which the other path has so long to tell a fill; longer than the second path's period.
    pub fn new(grace: Nanos) -> DropCopy {
        DropCopy {
            grace,
            first: BTreeMap::new(),
            second: BTreeMap::new(),
            done: BTreeMap::new(),
            done_order: VecDeque::new(),
            second_spoke: false,
            due_at: Nanos(i64::MAX),
            counts: DropCopyCounts::default(),
        }
    }

    /// A fill came by the first path. Returns a finding when the second had told it otherwise.
    pub fn first(&mut self, at: Nanos, fill: &Fill) -> Option<Finding> {
        let key = key(fill);
        if self.done.contains_key(&key) || self.first.contains_key(&key) {
            return None;
        }
        let Some((other, _)) = self.second.remove(&key) else {
            self.first.insert(key, (*fill, at));
            self.due_at = self.due_at.min(at + self.grace);
            return None;
        };
        self.compare(key, *fill, other)
    }

    /// A fill the desk learnt by asking: nobody needs to tell it again.
    pub fn known(&mut self, fill: &Fill) {
        let key = key(fill);
        self.first.remove(&key);
        self.second.remove(&key);
        if !self.done.contains_key(&key) {
            self.remember(key);
        }
    }

    /// A fill came by the second path. Returns a finding when the first had told it otherwise.
    pub fn second(&mut self, at: Nanos, fill: &Fill) -> Option<Finding> {
        self.second_spoke = true;
        let key = key(fill);
        if self.done.contains_key(&key) || self.second.contains_key(&key) {
            return None;
        }
        let Some((other, _)) = self.first.remove(&key) else {
            self.second.insert(key, (*fill, at));
            self.due_at = self.due_at.min(at + self.grace);
            return None;
        };
        self.compare(key, other, *fill)
    }

    /// Takes out what one path alone has told for longer than the grace time.
    pub fn overdue(&mut self, at: Nanos, out: &mut Vec<Finding>) {
        let due = |from: &BTreeMap<Key, (Fill, Nanos)>| -> Vec<Key> {
            let late = from.iter().filter(|(_, (_, since))| self.grace <= at - *since);
            late.map(|(key, _)| *key).collect()
        };
        let (first, second) = (due(&self.first), due(&self.second));
        for key in second {
            let (fill, _) = self.second.remove(&key).expect("it was just looked at");
            self.counts.missed_by_first += 1;
            self.remember(key);
            out.push(Finding::MissedByFirst(fill));
        }
        for key in first {
            let (fill, _) = self.first.remove(&key).expect("it was just looked at");
            self.remember(key);
            if !self.second_spoke {
                continue;
            }
            self.counts.missed_by_second += 1;
            out.push(Finding::MissedBySecond(fill));
        }
        let since = self.first.values().chain(self.second.values()).map(|(_, since)| *since).min();
        self.due_at = since.map_or(Nanos(i64::MAX), |since| since + self.grace);
    }

    /// When [`DropCopy::overdue`] may next have something; `Nanos(i64::MAX)` for never.
    pub fn wake_at(&self) -> Nanos {
        self.due_at
    }

    /// How many fills one path alone has told so far.
    pub fn pending(&self) -> usize {
        self.first.len() + self.second.len()
    }

    /// Counters since the start.
    pub fn counts(&self) -> DropCopyCounts {
        self.counts
    }

    fn compare(&mut self, key: Key, first: Fill, second: Fill) -> Option<Finding> {
        self.remember(key);
        let terms = |fill: &Fill| (fill.order, fill.side, fill.price, fill.qty);
        if terms(&first) == terms(&second) {
            self.counts.matched += 1;
            return None;
        }
        self.counts.differing += 1;
        Some(Finding::Differs(first, second))
    }

    fn remember(&mut self, key: Key) {
        if self.done_order.len() == REMEMBERED
            && let Some(oldest) = self.done_order.pop_front()
        {
            self.done.remove(&oldest);
        }
        self.done_order.push_back(key);
        self.done.insert(key, ());
    }
}

fn key(fill: &Fill) -> Key {
    (fill.instrument, fill.trade_id)
}

#[cfg(test)]
mod tests {
    use aurora_model::{ClientOrderId, Liquidity, Lots, Notional, OrderNo, Side, Ticks};

    use super::*;

    fn fill(trade_id: u128) -> Fill {
        Fill {
            trade_id,
            instrument: InstrumentNo(0),
            order: ClientOrderId::new(0, 1, OrderNo(1)),
            side: Side::Buy,
            price: Ticks(100),
            qty: Lots(2),
            fee: Notional::ZERO,
            liquidity: Liquidity::Maker,
            at: Nanos(0),
        }
    }

    fn overdue(paths: &mut DropCopy, at: i64) -> Vec<Finding> {
        let mut out = Vec::new();
        paths.overdue(Nanos(at), &mut out);
        out
    }

    #[test]
    fn a_fill_told_twice_by_both_paths_is_one_match() {
        let mut paths = DropCopy::new(Nanos(10));
        for _ in 0..2 {
            assert_eq!(paths.first(Nanos(0), &fill(1)), None);
            assert_eq!(paths.second(Nanos(3), &fill(1)), None);
        }
        assert_eq!(overdue(&mut paths, 99), []);
        assert_eq!(paths.counts(), DropCopyCounts { matched: 1, ..DropCopyCounts::default() });
    }

    #[test]
    fn a_fill_the_first_path_lost_is_handed_on_after_the_grace_time_once() {
        let mut paths = DropCopy::new(Nanos(10));
        paths.second(Nanos(0), &fill(1));
        assert_eq!(paths.wake_at(), Nanos(10));
        assert_eq!(overdue(&mut paths, 9), []);
        assert_eq!(overdue(&mut paths, 10), [Finding::MissedByFirst(fill(1))]);
        assert_eq!(overdue(&mut paths, 11), []);
        assert_eq!(paths.first(Nanos(12), &fill(1)), None);
        assert_eq!((paths.counts().mismatches(), paths.pending()), (1, 0));
    }

    #[test]
    fn a_fill_only_the_first_path_told_is_a_mismatch_once_there_is_a_second_path() {
        let mut paths = DropCopy::new(Nanos(10));
        paths.first(Nanos(0), &fill(7));
        assert_eq!(overdue(&mut paths, 10), []);
        paths.second(Nanos(0), &fill(8));
        paths.first(Nanos(0), &fill(8));
        paths.first(Nanos(0), &fill(1));
        assert_eq!(overdue(&mut paths, 10), [Finding::MissedBySecond(fill(1))]);
        assert_eq!(paths.counts().missed_by_second, 1);
    }

    #[test]
    fn two_stories_about_one_fill_are_shown_side_by_side_and_fees_do_not_matter() {
        let mut paths = DropCopy::new(Nanos(10));
        paths.first(Nanos(0), &fill(1));
        let other = Fill { qty: Lots(3), ..fill(1) };
        assert_eq!(paths.second(Nanos(1), &other), Some(Finding::Differs(fill(1), other)));
        paths.first(Nanos(0), &fill(2));
        let without_fee = Fill { fee: Notional::new(1.into()), ..fill(2) };
        assert_eq!(paths.second(Nanos(1), &without_fee), None);
    }
}
