//! Frames of the connection that will take over, kept until it does: played then, they leave nothing out, and what
//! was seen before is dropped by its ids.

use aurora_model::Nanos;

/// More than this are minutes of frames: whatever the first ones say is long known.
const MOST_KEPT: usize = 20_000;

#[derive(Clone, Debug, Default)]
pub(super) struct Overlap {
    frames: Vec<(Nanos, Vec<u8>)>,
    /// By instrument: what the first diff says came before it.
    first_prev: Vec<Option<u64>>,
}

impl Overlap {
    pub(super) fn keep(&mut self, at: Nanos, frame: &[u8]) {
        self.frames.push((at, frame.to_vec()));
    }

    /// Notes the first diff of the instrument at that place.
    pub(super) fn diff(&mut self, place: usize, prev: Option<u64>) {
        if self.first_prev.len() <= place {
            self.first_prev.resize(place + 1, None);
        }
        self.first_prev[place] = self.first_prev[place].or(prev);
    }

    /// Whether nothing lies between what was passed on up to `last` and the first diff kept.
    pub(super) fn covers(&self, place: usize, last: Option<u64>) -> bool {
        match (self.first_prev.get(place).copied().flatten(), last) {
            (Some(prev), Some(last)) => prev <= last,
            // Nothing is passed on: there is nothing to join.
            (_, None) => true,
            (None, Some(_)) => false,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        MOST_KEPT <= self.frames.len()
    }

    pub(super) fn take(&mut self) -> Vec<(Nanos, Vec<u8>)> {
        self.first_prev.clear();
        std::mem::take(&mut self.frames)
    }

    pub(super) fn clear(&mut self) {
        self.take();
    }
}
