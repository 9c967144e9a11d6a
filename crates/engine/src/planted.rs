//! What planted bugs do that the engine never does.

use aurora_gate::Stopwatch;
use aurora_model::{ClientOrderId, Nanos, ReportKind, VenueRefusal, VenueReport, VenueRequest};

use crate::effect::Effects;
use crate::engine::Engine;
use crate::record::Record;

impl<W: Stopwatch> Engine<W> {
    /// Sends an order a second time.
    pub(crate) fn send_again(&self, id: ClientOrderId, effects: &mut Effects) {
        if let Some(order) = self.orders.get(id) {
            effects.requests.push(VenueRequest::Place { id, intent: order.intent });
        }
    }

    /// Takes an order that nobody answered for a refused one.
    pub(crate) fn give_up(&mut self, at: Nanos, id: ClientOrderId, effects: &mut Effects) {
        let kind = ReportKind::Reject { id, refusal: VenueRefusal::NotSent };
        let report = VenueReport { venue_at: at, kind };
        self.record(at, Record::Report(report.clone()), effects);
        self.on_report(at, &report, effects);
    }
}
