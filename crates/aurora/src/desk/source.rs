//! Where the market comes from: the generator, recorded tapes, or what venues have shown so far.

use anyhow::Result;
use aurora_binance::tape::TapeSet;
use aurora_matching::GeneratedMarket;
use aurora_model::{InstrumentNo, MarketEvent, Nanos};
use aurora_venue::MarketBatch;

/// A stream of market events on one time line.
pub(crate) enum Source {
    /// The built-in market; never ends.
    Generated(Box<GeneratedMarket>),
    /// Recorded files, merged by receive time.
    Tapes(Box<TapeSet>),
    /// Generated markets of several venues, merged by time; never ends.
    History(History),
}

impl Source {
    /// The next event; `None` at the end of the tape.
    pub(crate) fn next(&mut self) -> Result<Option<MarketEvent<'_>>> {
        match self {
            Source::Generated(market) => Ok(Some(market.next_event())),
            Source::Tapes(tapes) => Ok(tapes.next_event()?),
            Source::History(history) => Ok(history.next()),
        }
    }
}

/// Markets of several venues side by side.
pub(crate) struct History {
    lanes: Vec<Lane>,
    shown: usize,
}

/// One venue's market, one event ahead.
struct Lane {
    market: GeneratedMarket,
    /// The desk's number of each of the venue's instruments; `None` is not traded.
    places: Vec<Option<InstrumentNo>>,
    at: Nanos,
    held: MarketBatch,
}

impl History {
    pub(crate) fn new(markets: Vec<(GeneratedMarket, Vec<Option<InstrumentNo>>)>) -> History {
        let lanes = markets.into_iter().map(|(market, places)| {
            let mut lane = Lane { market, places, at: Nanos(0), held: MarketBatch::default() };
            lane.fetch();
            lane
        });
        History { lanes: lanes.collect(), shown: usize::MAX }
    }

    fn next(&mut self) -> Option<MarketEvent<'_>> {
        if let Some(lane) = self.lanes.get_mut(self.shown) {
            lane.fetch();
        }
        self.shown = (0..self.lanes.len()).min_by_key(|at| self.lanes[*at].at)?;
        self.lanes[self.shown].held.events().next()
    }
}

impl Lane {
    /// Draws until an instrument of ours comes up.
    fn fetch(&mut self) {
        self.held.clear();
        while self.held.is_empty() {
            let event = self.market.next_event();
            let place = self.places.get(event.instrument.index()).copied().flatten();
            if let Some(instrument) = place {
                self.at = event.received_at;
                self.held.push(&MarketEvent { instrument, ..event });
            }
        }
    }
}
