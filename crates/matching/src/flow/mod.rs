//! The generated market of the default start: seeded, endless, and alike recorded ones in what can be measured.
//!
//! `docs/guide/generated-market.md` says how alike. The parts: [`InstrumentSpec`] is how an instrument trades,
//! `climate` is what moves all of them, `crowd` is who sends market orders, `street` is one instrument's book with
//! those who quote (`quoting`) and take (`taking`) in it.

mod chance;
mod climate;
mod crowd;
mod quoting;
mod spec;
mod street;
mod taking;

use aurora_model::{InstrumentNo, MarketEvent, MarketKind, Nanos};

pub use spec::{Character, InstrumentSpec};

use climate::Climate;
use street::{Message, Street};

/// Events reach us this much after the exchange's own time stamp, which is in whole milliseconds.
const FEED_LATENCY: Nanos = Nanos(1_500_000);

/// A seeded market: the same seed, start and specs give the same events for ever, on any machine.
#[derive(Clone, Debug)]
pub struct GeneratedMarket {
    climate: Climate,
    streets: Vec<Street>,
}

impl GeneratedMarket {
    /// A market of these instruments; the first event of each is a snapshot at `start`.
    ///
    /// # Panics
    /// When there is no instrument.
    pub fn new(seed: u64, start: Nanos, specs: Vec<InstrumentSpec>) -> GeneratedMarket {
        assert!(!specs.is_empty(), "a market needs an instrument");
        let street = |(no, spec)| Street::new(InstrumentNo(no), spec, seed, start);
        GeneratedMarket {
            climate: Climate::new(seed, start),
            streets: (0..).zip(specs).map(street).collect(),
        }
    }

    /// The next event; `received_at` never goes back. There is always one more.
    pub fn next_event(&mut self) -> MarketEvent<'_> {
        loop {
            let next = (0..self.streets.len()).min_by_key(|i| self.streets[*i].next_at());
            let next = next.expect("there is an instrument");
            if let Some((at, message)) = self.streets[next].take_message() {
                return event(&self.streets[next], at, message);
            }
            self.climate.reach(self.streets[next].next_at());
            self.streets[next].act(&self.climate);
        }
    }
}

fn event(street: &Street, at: Nanos, message: Message) -> MarketEvent<'_> {
    let kind = match message {
        Message::Snapshot { last_id } => MarketKind::Snapshot { last_id, levels: &street.levels },
        Message::Diff { first_id, last_id } => MarketKind::Diff {
            first_id,
            last_id,
            prev_id: Some(first_id - 1),
            levels: &street.levels,
        },
        Message::Touch { update_id, bid, ask } => MarketKind::Bbo { update_id, bid, ask },
        Message::Trade { id, aggressor, price, qty } => {
            MarketKind::Trade { id, aggressor, price, qty }
        }
    };
    let exchange_at = Nanos::from_millis((at - FEED_LATENCY).millis());
    MarketEvent { instrument: street.no, exchange_at, received_at: at, kind }
}
