//! Market events on their way to the desk.

use aurora_model::MarketEvent;
use aurora_wire::Output;

/// Market events of one venue, oldest first, owned.
///
/// Hand it back with [`super::Line::recycle`] and its buffers are used again.
#[derive(Clone, Debug, Default)]
pub struct MarketBatch {
    output: Output,
    len: usize,
}

impl MarketBatch {
    /// Adds an event; its levels are copied.
    pub fn push(&mut self, event: &MarketEvent<'_>) {
        self.output.market(event);
        self.len += 1;
    }

    /// The events, oldest first.
    pub fn events(&self) -> impl Iterator<Item = MarketEvent<'_>> {
        self.output.market_events()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Empties it, keeping its buffers.
    pub fn clear(&mut self) {
        self.output.clear();
        self.len = 0;
    }
}
