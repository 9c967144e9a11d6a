//! The venue's account against ours: fills we missed are booked, a difference stops trading.

use std::collections::BTreeMap;

use aurora_gate::Stopwatch;
use aurora_model::{
    Fill, InstrumentNo, Lots, Nanos, ReportKind, TradingState, TransitionCause, VenueOrder,
    VenueReport, VenueRequest,
};
use aurora_planted::{Bug, active};

use crate::alert::AlertCode;
use crate::effect::{Effects, Notice};
use crate::engine::Engine;

/// A difference is looked at again after so long, and while it stays the same after 10 s and then every 15:
/// what was on its way may have come, and a person can only release a desk that agrees with its venue.
const SWEEP_AGAIN: Nanos = Nanos(5_000_000_000);
const SWEEP_AT_LEAST: Nanos = Nanos(15_000_000_000);

/// How the venue's account compares to ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconciliation {
    /// The venue has not answered yet.
    Awaited,
    /// No difference.
    Agreed,
    /// A difference, in words. It is shown, never invented away.
    Differs(String),
}

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn reconcile(
        &mut self,
        at: Nanos,
        open: &[VenueOrder],
        fills: &[Fill],
        positions: &[(InstrumentNo, Lots)],
        effects: &mut Effects,
    ) {
        for fill in fills {
            self.book(at, fill, effects);
        }
        let known = open.iter().filter(|order| self.orders.get(order.id).is_some());
        let known: Vec<VenueOrder> = known.copied().collect();
        for order in known {
            let kind = ReportKind::Order { id: order.id, found: Some(order) };
            self.on_report(at, &VenueReport { venue_at: at, kind }, effects);
        }
        // What followed from it was written down: a replay does not judge again.
        if !self.started {
            return;
        }
        let difference = self.strange_order(open).or_else(|| self.strange_position(positions));
        let difference = difference.filter(|_| !active(Bug::DifferenceIgnored));
        match difference {
            None => self.reconciliation = Reconciliation::Agreed,
            // A clock that went back puts fills before those we know: ask for all of them before it counts.
            Some(_) if Nanos(0) < self.swept_from => {
                self.swept_from = Nanos(0);
                effects.requests.push(VenueRequest::Sweep { since: self.swept_from });
            }
            Some(difference) => {
                let differs = Reconciliation::Differs(difference.clone());
                if self.reconciliation == differs {
                    self.sweep_wait = (self.sweep_wait * 2).min(SWEEP_AT_LEAST);
                } else {
                    self.sweep_wait = SWEEP_AGAIN;
                    let detail = difference.clone();
                    effects.notices.push(Notice::Alert { code: AlertCode::Mismatch, detail });
                }
                self.reconciliation = differs;
                self.sweep_again_at = at + self.sweep_wait;
                self.go(
                    at,
                    TradingState::Hold,
                    TransitionCause::Reconciliation,
                    difference,
                    effects,
                );
            }
        }
    }

    /// A sweep without the fills that are booked already: it tells of every fill again and again, and each time
    /// would stand in the journal. `None` is any other report.
    pub(crate) fn news_of(&self, report: &VenueReport) -> Option<VenueReport> {
        let ReportKind::Account { open, fills, positions } = &report.kind else { return None };
        let new = fills.iter().filter(|fill| !self.ledger.knows(fill));
        let kind = ReportKind::Account {
            open: open.clone(),
            fills: new.copied().collect(),
            positions: positions.clone(),
        };
        Some(VenueReport { venue_at: report.venue_at, kind })
    }

    /// Asks for the whole account again while ours differs from it, or an order lacks fills that the venue told of:
    /// two that are missing may leave the position as it is.
    pub(crate) fn look_again(&mut self, at: Nanos, effects: &mut Effects) {
        let differs = matches!(self.reconciliation, Reconciliation::Differs(_));
        let settled = at + Nanos(-self.settings.deadlines.settle.0);
        let lacks_fills = || self.orders.live().any(|order| order.lacks_fills_since(settled));
        if self.sweep_again_at <= at && (differs || lacks_fills()) {
            self.sweep_again_at = at + self.sweep_wait.max(SWEEP_AGAIN);
            let since = if active(Bug::SweepFromNow) { at } else { Nanos(0) };
            effects.requests.push(VenueRequest::Sweep { since });
        }
    }

    fn strange_order(&self, open: &[VenueOrder]) -> Option<String> {
        let strange = open.iter().find(|order| self.orders.get(order.id).is_none())?;
        Some(format!("the venue has order {} open, the journal does not know it", strange.id))
    }

    fn strange_position(&self, positions: &[(InstrumentNo, Lots)]) -> Option<String> {
        let theirs: BTreeMap<InstrumentNo, Lots> = positions.iter().copied().collect();
        self.markets.iter().find_map(|market| {
            let (ours, theirs) = (
                self.ledger.position(market.no),
                theirs.get(&market.no).copied().unwrap_or(Lots::ZERO),
            );
            (ours != theirs).then(|| {
                let id = &market.instrument.id;
                format!("{id}: ours {} lots, the venue's {} lots", ours.0, theirs.0)
            })
        })
    }
}
