//! Diffs that wait for a snapshot.

use aurora_model::Level;

use crate::continuity::DiffIds;

/// The most levels kept, some twenty busy seconds; past it the list starts over, and only a snapshot
/// newer than that joins.
const MAX_LEVELS: usize = 1 << 15;

/// An unbroken run of diffs, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    diffs: Vec<(DiffIds, usize)>,
    levels: Vec<Level>,
}

impl Pending {
    pub(crate) fn clear(&mut self) {
        self.diffs.clear();
        self.levels.clear();
    }

    pub(crate) fn push(&mut self, ids: DiffIds, levels: &[Level]) {
        if MAX_LEVELS < self.levels.len() + levels.len() {
            self.clear();
        }
        self.levels.extend_from_slice(levels);
        self.diffs.push((ids, self.levels.len()));
    }

    /// Every diff with its levels, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DiffIds, &[Level])> {
        let starts = std::iter::once(0).chain(self.diffs.iter().map(|diff| diff.1));
        starts.zip(&self.diffs).map(|(start, &(ids, end))| (ids, &self.levels[start..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::{Lots, Side, Ticks};

    #[test]
    fn what_waits_is_bounded() {
        let level = Level { side: Side::Buy, price: Ticks(1), qty: Lots(1) };
        let mut pending = Pending::default();
        for id in 0..40_000 {
            pending.push(DiffIds { first: id, last: id, prev: None }, &[level]);
        }
        let kept: Vec<_> = pending.iter().collect();
        assert_eq!(kept.len(), 40_000 - MAX_LEVELS);
        assert_eq!((kept[0].0.first, kept[0].1), (32_768, &[level][..]));
    }
}
