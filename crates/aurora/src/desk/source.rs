//! Where the market comes from: the generator, or recorded tapes.

use anyhow::Result;
use aurora_binance::tape::TapeSet;
use aurora_matching::GeneratedMarket;
use aurora_model::MarketEvent;

/// A stream of market events on one time line.
pub(crate) enum Source {
    /// The built-in market; never ends.
    Generated(Box<GeneratedMarket>),
    /// Recorded files, merged by receive time.
    Tapes(Box<TapeSet>),
}

impl Source {
    /// The next event; `None` at the end of the tape.
    pub(crate) fn next(&mut self) -> Result<Option<MarketEvent<'_>>> {
        match self {
            Source::Generated(market) => Ok(Some(market.next_event())),
            Source::Tapes(tapes) => Ok(tapes.next_event()?),
        }
    }
}
