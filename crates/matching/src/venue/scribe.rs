//! Writes down what happens and reports it, in that order.

use aurora_model::{
    ClientOrderId, Liquidity, Lots, Nanos, OrderIntent, ReportKind, Ticks, VenueReport,
};

use super::VenueOutput;
use super::account::Account;
use super::wire::Wire;
use crate::config::VenueConfig;
use crate::fact::VenueFact;

/// The account and the way back, for as long as one thing is being dealt with.
pub(super) struct Scribe<'a> {
    pub(super) account: &'a mut Account,
    pub(super) wire: &'a mut Wire,
    pub(super) config: &'a VenueConfig,
    pub(super) out: &'a mut VenueOutput,
}

impl Scribe<'_> {
    pub(super) fn accept(&mut self, id: ClientOrderId, intent: OrderIntent, at: Nanos) {
        let venue_id = self.account.next_venue_id();
        self.write(VenueFact::Accepted { at, id, venue_id, intent });
        self.tell(at, ReportKind::Ack { id, venue_id });
    }

    /// Fills the order with at most so much, and says how much it took.
    pub(super) fn fill(
        &mut self,
        id: ClientOrderId,
        price: Ticks,
        most: Lots,
        liquidity: Liquidity,
        at: Nanos,
    ) -> Lots {
        let qty = most.min(self.account.fillable(id));
        if Lots::ZERO < qty {
            let fill = self.account.make_fill(id, price, qty, liquidity, at);
            self.write(VenueFact::Filled(fill));
            self.tell(at, ReportKind::Fill(fill));
        }
        qty
    }

    pub(super) fn cancel(&mut self, id: ClientOrderId, at: Nanos) {
        self.write(VenueFact::Canceled { at, id });
        let filled = self.filled(id);
        self.tell(at, ReportKind::Canceled { id, filled });
    }

    pub(super) fn expire(&mut self, id: ClientOrderId, at: Nanos) {
        self.write(VenueFact::Expired { at, id });
        let filled = self.filled(id);
        self.tell(at, ReportKind::Expired { id, filled });
    }

    pub(super) fn tell(&mut self, at: Nanos, kind: ReportKind) {
        let deliver_at = self.wire.deliver_at(at, self.config);
        self.out.reports.push((deliver_at, VenueReport { venue_at: at, kind }));
    }

    pub(super) fn is_open(&self, id: ClientOrderId) -> bool {
        self.account.order(id).is_some_and(|order| order.is_open)
    }

    fn filled(&self, id: ClientOrderId) -> Lots {
        self.account.order(id).map_or(Lots::ZERO, |order| order.filled)
    }

    fn write(&mut self, fact: VenueFact) {
        self.account.book(&fact).expect("the venue states only what its own account allows");
        self.out.facts.push(fact);
    }
}
