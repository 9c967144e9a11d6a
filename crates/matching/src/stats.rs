//! A market in numbers: generated and recorded ones are measured by the same ruler.

use aurora_model::MarketEvent;

/// Accumulates over the events of one instrument.
#[derive(Clone, Debug, Default)]
pub struct MarketStats {
    events: u64,
}

impl MarketStats {
    /// Takes in one event.
    pub fn observe(&mut self, event: &MarketEvent<'_>) {
        self.events += event.kind.event_count() as u64;
    }
}
