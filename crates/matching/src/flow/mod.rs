//! The generated market of the default start.

use aurora_model::{Instrument, InstrumentNo, MarketEvent, MarketKind, Nanos, Ticks};

/// One instrument of the generated market.
#[derive(Clone, Debug)]
pub struct InstrumentSpec {
    /// Its rules.
    pub instrument: Instrument,
    /// The price it starts at.
    pub start_price: Ticks,
}

/// A seeded market: the same seed, start and specs give the same events for ever.
#[derive(Clone, Debug)]
pub struct GeneratedMarket {
    at: Nanos,
}

impl GeneratedMarket {
    /// A market of these instruments whose first events are snapshots at `start`.
    pub fn new(_seed: u64, start: Nanos, _specs: Vec<InstrumentSpec>) -> GeneratedMarket {
        GeneratedMarket { at: start }
    }

    /// The next event; `received_at` never goes back. There is always one more.
    pub fn next_event(&mut self) -> MarketEvent<'_> {
        self.at = self.at + Nanos::MILLI;
        let kind = MarketKind::Diff { first_id: 1, last_id: 1, prev_id: None, levels: &[] };
        let instrument = InstrumentNo(0);
        MarketEvent { instrument, exchange_at: self.at, received_at: self.at, kind }
    }
}
