//! The market behind a venue: generated, or a recording in a loop, on the clock of now.

use std::path::PathBuf;

use aurora_binance::tape::{ClockShift, TapeError, TapeSet};
use aurora_matching::{GeneratedMarket, InstrumentSpec};
use aurora_model::{Instrument, InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Ticks};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Where a venue's market comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MarketSource {
    /// The seeded market of `aurora-matching`.
    #[default]
    Generated,
    /// Recorded Binance frames, looped; instruments are matched by base and quote.
    Tape(Vec<PathBuf>),
    /// No market: books stay empty until accounts' orders fill them. For tests.
    None,
}

/// The events of one venue's market, each with its moment on the exchange's clock.
#[derive(Debug)]
pub(crate) struct Feed {
    origin: Origin,
    pace: i64,
    /// What the market's own clock said at `started_at`.
    market_start: Nanos,
    started_at: Nanos,
    next: Option<Held>,
}

#[derive(Debug)]
enum Origin {
    Generated(Box<GeneratedMarket>),
    Tape(Tape),
    None,
}

/// One event, out of the market's buffers.
#[derive(Debug)]
struct Held {
    at: Nanos,
    event: MarketEvent<'static>,
    levels: Vec<Level>,
}

impl Feed {
    pub(crate) fn new(
        source: &MarketSource,
        specs: Vec<InstrumentSpec>,
        seed: u64,
        pace: u32,
        now: Nanos,
    ) -> Result<Feed, TapeError> {
        let mut market_start = now;
        let origin = match source {
            MarketSource::Generated => {
                Origin::Generated(Box::new(GeneratedMarket::new(seed, now, specs)))
            }
            MarketSource::Tape(paths) => {
                let tape = Tape::open(paths, specs)?;
                market_start = tape.starts_at();
                Origin::Tape(tape)
            }
            MarketSource::None => Origin::None,
        };
        let pace = i64::from(pace.max(1));
        Ok(Feed { origin, pace, market_start, started_at: now, next: None })
    }

    /// When the next event is due on the exchange's clock; `None` when there is none.
    pub(crate) fn next_at(&mut self) -> Result<Option<Nanos>, TapeError> {
        if self.next.is_none() {
            self.next = self.fetch()?;
        }
        Ok(self.next.as_ref().map(|held| held.at))
    }

    /// Hands over the event that [`Feed::next_at`] told of; both its times are that moment.
    pub(crate) fn show(&mut self, show: impl FnOnce(&MarketEvent<'_>)) {
        let Some(held) = self.next.take() else { return };
        let event = held.event.with_levels(&held.levels);
        show(&MarketEvent { received_at: held.at, exchange_at: held.at, ..event });
    }

    /// Says nothing more.
    pub(crate) fn stop(&mut self) {
        self.origin = Origin::None;
    }

    fn fetch(&mut self) -> Result<Option<Held>, TapeError> {
        let (event, levels) = match &mut self.origin {
            Origin::None => return Ok(None),
            Origin::Generated(market) => owned(&market.next_event()),
            Origin::Tape(tape) => tape.next()?,
        };
        let elapsed = event.received_at - self.market_start;
        let at = self.started_at + Nanos(elapsed.0 / self.pace);
        Ok(Some(Held { at, event, levels }))
    }
}

fn owned(event: &MarketEvent<'_>) -> (MarketEvent<'static>, Vec<Level>) {
    (event.with_levels(&[]), event.kind.levels().to_vec())
}

/// A recording that begins anew when it is over.
#[derive(Debug)]
struct Tape {
    paths: Vec<PathBuf>,
    set: TapeSet,
    specs: Vec<InstrumentSpec>,
    /// For each of the tape's instruments: ours, and how many of our ticks and lots one of its makes.
    places: Vec<Option<Place>>,
    first_at: Nanos,
    last_at: Nanos,
    /// How much later each event is than recorded, after so many loops.
    shift: Nanos,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    no: InstrumentNo,
    tick: Decimal,
    lot: Decimal,
}

/// Between the end of a recording and its next beginning.
const PAUSE: Nanos = Nanos::SECOND;

impl Tape {
    fn open(paths: &[PathBuf], specs: Vec<InstrumentSpec>) -> Result<Tape, TapeError> {
        let mut set = TapeSet::open(paths, ClockShift::Auto)?;
        set.skip_damaged();
        let starts = set.tracks().iter().map(aurora_binance::tape::Track::starts_at);
        let first_at = starts.min().unwrap_or_default();
        let places = set.tracks().iter().map(|track| place(&track.instrument, &specs)).collect();
        let (last_at, shift) = (first_at, Nanos(0));
        Ok(Tape { paths: paths.to_vec(), set, specs, places, first_at, last_at, shift })
    }

    fn starts_at(&self) -> Nanos {
        self.first_at
    }

    fn next(&mut self) -> Result<(MarketEvent<'static>, Vec<Level>), TapeError> {
        loop {
            let Some(event) = self.set.next_event()? else {
                self.rewind()?;
                continue;
            };
            self.last_at = event.received_at;
            let Some(place) = self.places[event.instrument.index()] else { continue };
            let (event, levels) = owned(&event);
            return Ok(place.ours(event, levels, self.shift));
        }
    }

    fn rewind(&mut self) -> Result<(), TapeError> {
        let shift = self.shift + (self.last_at - self.first_at) + PAUSE;
        *self = Tape::open(&self.paths, std::mem::take(&mut self.specs))?;
        self.shift = shift;
        Ok(())
    }
}

fn place(theirs: &Instrument, specs: &[InstrumentSpec]) -> Option<Place> {
    let same = |spec: &InstrumentSpec| {
        spec.instrument.id.base == theirs.id.base && spec.instrument.id.quote == theirs.id.quote
    };
    let place = specs.iter().position(same)?;
    let ours = &specs[place].instrument;
    Some(Place {
        no: InstrumentNo(u16::try_from(place).ok()?),
        tick: theirs.tick / ours.tick,
        lot: theirs.lot / ours.lot,
    })
}

impl Place {
    fn ours(
        self,
        event: MarketEvent<'static>,
        mut levels: Vec<Level>,
        shift: Nanos,
    ) -> (MarketEvent<'static>, Vec<Level>) {
        for level in &mut levels {
            (level.price, level.qty) = self.at(level.price, level.qty);
        }
        let at = |(price, qty)| self.at(price, qty);
        let kind = match event.kind {
            MarketKind::Bbo { update_id, bid, ask } => {
                MarketKind::Bbo { update_id, bid: at(bid), ask: at(ask) }
            }
            MarketKind::Trade { id, aggressor, price, qty } => {
                let (price, qty) = at((price, qty));
                MarketKind::Trade { id, aggressor, price, qty: qty.max(Lots(1)) }
            }
            other => other,
        };
        let received_at = event.received_at + shift;
        (MarketEvent { instrument: self.no, received_at, kind, ..event }, levels)
    }

    fn at(self, price: Ticks, qty: Lots) -> (Ticks, Lots) {
        let times = |value: i64, step: Decimal| {
            (Decimal::from(value) * step).round().to_i64().unwrap_or(value)
        };
        (Ticks(times(price.0, self.tick)), Lots(times(qty.0, self.lot)))
    }
}
