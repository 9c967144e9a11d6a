//! What the venue tells: an order takes a step, a fill is booked, the venue takes more or less than before.

use aurora_exec::Change;
use aurora_gate::{Outcome, PosttradeEvent, Stopwatch};
use aurora_ledger::Booked;
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Nanos, OrderState, ReportKind, TradingState,
    TransitionCause, VenueRefusal, VenueReport, VenueState,
};

use crate::effect::{Effects, Notice};
use crate::engine::Engine;
use crate::record::Record;

/// So many of the last orders at a venue count for the share that it refused.
const OUTCOMES: usize = 50;

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn on_report(&mut self, at: Nanos, report: &VenueReport, effects: &mut Effects) {
        if let ReportKind::Account { open, fills, positions } = &report.kind {
            self.reconcile(at, open, fills, positions, effects);
            return;
        }
        // What it proved was written down when it was heard; a replay does not judge it again.
        if !self.started && matches!(report.kind, ReportKind::Order { found: None, .. }) {
            return;
        }
        match self.orders.on_report(at, report) {
            Ok(Change::None) => {}
            Ok(Change::Order(id, _)) => {
                if let ReportKind::Order { found: None, .. } = report.kind {
                    self.record(at, Record::Absent { id }, effects);
                }
                self.on_step(at, id, effects);
            }
            Ok(Change::Adopted(id)) => {
                effects.notices.push(Notice::Order(id));
                self.given_up_and_alive(at, id, effects);
            }
            Ok(Change::Fill(fill)) => self.book(at, &fill, effects),
            Err(fault) => self.go(
                at,
                TradingState::Hold,
                TransitionCause::Reconciliation,
                fault.to_string(),
                effects,
            ),
        }
    }

    /// An order took a step by the venue's word.
    pub(crate) fn on_step(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        effects.notices.push(Notice::Order(id));
        let Some(order) = self.orders.get(id) else { return };
        let market = &mut self.markets[order.intent.instrument.index()];
        let refused = order.state == OrderState::Reject;
        let judged = order.refusal.is_none_or(VenueRefusal::judges_the_order);
        if refused {
            market.quiet_until = at + self.settings.quiet;
            if !judged {
                market.no_exit_until = at + self.settings.quiet;
            }
        }
        // A venue that is closed or pushes back says nothing about how well our orders are made.
        if order.state == OrderState::Ack || (refused && judged) {
            let outcomes = self.outcomes.entry(market.instrument.id.venue).or_default();
            if outcomes.len() == OUTCOMES {
                outcomes.pop_front();
            }
            outcomes.push_back(refused);
        }
    }

    /// The venue takes more or less than before; what rests where nothing is taken any more is taken back.
    pub(crate) fn on_venue(
        &mut self,
        at: Nanos,
        instrument: InstrumentNo,
        state: VenueState,
        effects: &mut Effects,
    ) {
        self.markets[instrument.index()].venue_state = state;
        if VenueState::Quarantine <= state {
            let here = self.orders.live().filter(|order| order.intent.instrument == instrument);
            let here: Vec<_> = here.map(|order| order.id).collect();
            for id in here {
                self.cancel(at, id, instrument, effects);
            }
        }
    }

    /// Books a fill once, however often it is told.
    pub(crate) fn book(&mut self, at: Nanos, fill: &Fill, effects: &mut Effects) {
        let booking = match self.ledger.apply_fill(fill) {
            Ok(Booked::New(booking)) => booking,
            Ok(Booked::Duplicate) => return,
            Err(fault) => {
                let reason = fault.to_string();
                return self.go(
                    at,
                    TradingState::Hold,
                    TransitionCause::Reconciliation,
                    reason,
                    effects,
                );
            }
        };
        self.last_fill_at = self.last_fill_at.max(fill.at);
        let order = self.orders.get(fill.order);
        let was_refused = order.is_some_and(|order| order.state == OrderState::Reject);
        if let Err(fault) = self.orders.booked(fill, at) {
            let reason = fault.to_string();
            self.go(at, TradingState::Hold, TransitionCause::Reconciliation, reason, effects);
        }
        if let Err(violation) = self.ledger.check() {
            let reason = violation.to_string();
            self.go(at, TradingState::Hold, TransitionCause::Invariant, reason, effects);
        }
        if was_refused {
            self.given_up_and_alive(at, fill.order, effects);
        }
        let market = &mut self.markets[fill.instrument.index()];
        self.turnover.add(market.instrument.notional(fill.price, fill.qty));
        let by = (fill.side, fill.order);
        market.breaker.filled(at, by, booking.position.0, &self.settings.brakes);
        let filled = self.orders.get(fill.order).map_or(fill.qty, |order| order.filled);
        let worth = market.instrument.notional(fill.price, filled);
        let report = PosttradeEvent {
            symbol: Some(&market.instrument.symbol),
            order_id: Some(fill.order.as_str()),
            notional: Some(worth.to_f64()),
            side: Some(fill.side.word()),
            outcome: Outcome::Success,
            closes: booking.closed.0 != 0 && booking.position.0 == 0,
        };
        self.gate.posttrade(at, &report);
        effects.notices.push(Notice::Filled(*fill, booking));
        effects.notices.push(Notice::Order(fill.order));
    }
}
