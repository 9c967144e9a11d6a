//! Fates nobody could tell in time, and orders that were given up and live: both are for a person to look at.

use aurora_gate::Stopwatch;
use aurora_model::{ClientOrderId, InstrumentNo, Nanos, TradingState, TransitionCause};

use crate::alert::AlertCode;
use crate::effect::{Effects, Notice};
use crate::engine::Engine;
use crate::record::Record;

/// Clock uncertainty is taken in steps of this, so that the journal does not fill with it.
const STEP: Nanos = Nanos(50_000_000);

impl<W: Stopwatch> Engine<W> {
    /// Nobody could tell the order's fate for too long: its instrument takes no entry until a person resumes.
    pub(crate) fn unresolved(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        instrument: InstrumentNo,
        effects: &mut Effects,
    ) {
        let seconds = self.settings.deadlines.unresolved.seconds();
        let market = &self.markets[instrument.index()].instrument;
        let detail = format!("order {id} at {}: no answer settles it for {seconds} s", market.id);
        effects.notices.push(Notice::Alert { code: AlertCode::Unresolved, detail });
        self.hold_instrument(at, id, instrument, effects);
    }

    /// An order that was refused or declared dead is at the venue after all.
    pub(crate) fn given_up_and_alive(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        effects: &mut Effects,
    ) {
        let Some(order) = self.orders.get(id) else { return };
        let instrument = order.intent.instrument;
        let detail = format!(
            "order {id} at {} was given up and is alive at the venue: it is taken back and counts",
            self.markets[instrument.index()].instrument.id
        );
        let alert = Notice::Alert { code: AlertCode::DeadLive, detail: detail.clone() };
        effects.notices.push(alert);
        self.hold_instrument(at, id, instrument, effects);
        self.go(at, TradingState::Hold, TransitionCause::Reconciliation, detail, effects);
    }

    fn hold_instrument(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        instrument: InstrumentNo,
        effects: &mut Effects,
    ) {
        self.markets[instrument.index()].held = Some(id);
        self.record(at, Record::Held { id, instrument }, effects);
        let entries = self.orders.live().filter(|order| {
            order.intent.instrument == instrument && !order.intent.reduce_only && order.id != id
        });
        let entries: Vec<_> = entries.map(|order| order.id).collect();
        for entry in entries {
            self.cancel(at, entry, instrument, effects);
        }
    }

    /// A person lets every instrument go on.
    pub(crate) fn release_instruments(&mut self) {
        for market in &mut self.markets {
            market.held = None;
            market.breaker.release();
        }
    }

    /// How far off our measure of the venues' clocks may be.
    pub(crate) fn on_clock(&mut self, at: Nanos, uncertainty: Nanos, effects: &mut Effects) {
        let steps = (uncertainty.0.max(1) - 1) / STEP.0 + 1;
        let span = Nanos(steps * STEP.0);
        // Before the run begins there is nothing to write down to.
        if self.started && span != self.orders.uncertainty() {
            self.orders.set_uncertainty(span);
            self.record(at, Record::Uncertainty { span }, effects);
        }
    }
}
