//! One instrument as the engine sees it: its book, what is read from it, and who trades it.
//!
//! What a market event sets going is at the end.

use aurora_book::{Applied, Book, Continuity, FeatureParams, Features};
use aurora_gate::Stopwatch;
use aurora_model::{
    ClientOrderId, Instrument, InstrumentNo, MarketEvent, Nanos, Reason, ReasonCode, Ticks,
    VenueState,
};
use aurora_signal::Strategy;

use crate::brakes::Breaker;

use crate::effect::Effects;
use crate::engine::Engine;

/// What an instrument starts with.
#[derive(Debug)]
pub struct MarketSettings {
    /// Its rules.
    pub instrument: Instrument,
    /// How its messages chain.
    pub continuity: Continuity,
    /// The windows its features are measured over.
    pub features: FeatureParams,
    /// Who trades it; `None` is only watched.
    pub strategy: Option<Box<dyn Strategy>>,
}

/// One instrument's market.
#[derive(Debug)]
pub struct Market {
    /// Its place in the list.
    pub no: InstrumentNo,
    /// Its rules.
    pub instrument: Instrument,
    /// Its book.
    pub book: Book,
    /// What is read from book and trades.
    pub features: Features,
    pub(crate) strategy: Option<Box<dyn Strategy>>,
    /// When the strategy was last asked.
    pub(crate) ticked_at: Nanos,
    /// No new entry before this: the last one was denied or refused.
    pub(crate) quiet_until: Nanos,
    /// No new exit before this: the venue would not look at the last one.
    pub(crate) no_exit_until: Nanos,
    pub(crate) breaker: Breaker,
    /// The order whose fate a person must look at before anything new is opened here.
    pub held: Option<ClientOrderId>,
    /// What the venue takes there.
    pub venue_state: VenueState,
    /// Twice the mid that the ledger was last told, in ticks.
    pub(crate) marked: i64,
    /// The last message's way from the venue to us.
    pub(crate) latency: Nanos,
    /// How many messages were missing so far.
    pub gaps: u64,
}

impl Market {
    pub(crate) fn new(no: InstrumentNo, settings: MarketSettings) -> Market {
        Market {
            no,
            instrument: settings.instrument,
            book: Book::new(settings.continuity),
            features: Features::new(settings.features),
            strategy: settings.strategy,
            ticked_at: Nanos(i64::MIN),
            quiet_until: Nanos(i64::MIN),
            no_exit_until: Nanos(i64::MIN),
            breaker: Breaker::default(),
            held: None,
            venue_state: VenueState::Normal,
            marked: 0,
            latency: Nanos(0),
            gaps: 0,
        }
    }

    pub(crate) fn on_event(&mut self, event: &MarketEvent<'_>) {
        if event.exchange_at.0 != 0 {
            self.latency = Nanos((event.received_at - event.exchange_at).0.max(0));
        }
        let applied = self.book.apply(event);
        if matches!(applied, Applied::Gap { .. }) {
            self.gaps += 1;
        }
        self.features.on_event(event, &self.book, applied);
    }

    /// Why it takes no entry now.
    pub(crate) fn quarantined(&self, at: Nanos) -> Option<Reason> {
        let held = self.held.map(|_| Reason::new(ReasonCode::InstrumentHold));
        held.or_else(|| self.breaker.quarantined(at))
    }

    /// Whether somebody trades it.
    pub fn is_traded(&self) -> bool {
        self.strategy.is_some()
    }

    /// Twice the mid in ticks, so that a half tick is whole; `None` while a side is empty.
    pub fn half_ticks(&self) -> Option<i64> {
        self.book.touch().map(|touch| touch.bid.0 + touch.ask.0)
    }

    /// How far a price is from the mid on the side that costs us, in bps; below zero is passive.
    pub(crate) fn band_bps(&self, side: aurora_model::Side, price: Ticks) -> f64 {
        let Some(touch) = self.book.touch() else { return f64::INFINITY };
        (price.0 as f64 - touch.mid()) / touch.mid() * 1e4 * side.sign() as f64
    }
}

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn on_market(&mut self, at: Nanos, event: &MarketEvent<'_>, effects: &mut Effects) {
        let market = &mut self.markets[event.instrument.index()];
        market.on_event(event);
        if at - market.ticked_at < self.settings.tick {
            return;
        }
        market.ticked_at = at;
        let no = market.no;
        if !self.mark(no) {
            return;
        }
        if self.started && self.status.state.may_open() {
            self.day_loss(at, effects);
            self.brake(at, effects);
            self.watch_budget(at, effects);
            self.tick(at, no, effects);
        }
    }

    /// Tells the ledger what the instrument is worth; false when nobody can tell.
    fn mark(&mut self, no: InstrumentNo) -> bool {
        let market = &mut self.markets[no.index()];
        let Some(half_ticks) = market.half_ticks() else { return false };
        market.breaker.mid(market.ticked_at, half_ticks);
        if half_ticks == market.marked {
            return true;
        }
        market.marked = half_ticks;
        self.ledger.mark(no, half_ticks).is_ok()
    }
}
