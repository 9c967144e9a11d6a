//! The life of an order on our side of the wire: everything that is decided before a request leaves.
//!
//! Every ask passes here. What the venue would refuse, or what would do harm, never leaves and is answered with a
//! refusal; batches are cut to what the venue takes; replaced orders wait for the old one's end; orders with an end
//! of their own are cancelled by a timer where the venue has none.

mod batch;
mod check;
mod counts;
mod own;
mod replace;
mod stp;

use std::collections::BTreeMap;

use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderNo, ReportKind, Ticks, VenueRefusal, VenueReport,
};
use aurora_wire::{Amendment, Ask, AskNo, Capabilities, Note, Placement, PriceLimits, Rules};

pub use check::{Check, Facts, Refused, refusal};
pub use counts::LifecycleCounts;
pub use own::{OwnOrder, OwnOrders};
pub use replace::{Replaced, Replacements};
pub use stp::{StpRow, stp_table};

use crate::state::{States, VenueState};
use crate::views::Views;

/// What an ask is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) rules: &'a [Rules],
    pub(crate) states: &'a States,
    pub(crate) views: &'a Views,
    pub(crate) marks: &'a BTreeMap<InstrumentNo, Ticks>,
    pub(crate) limits: &'a BTreeMap<InstrumentNo, PriceLimits>,
}

/// What became of an ask.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// New orders that never leave: their refusal, and why in words.
    pub(crate) refused: Vec<(ClientOrderId, VenueRefusal, String)>,
    /// What there is to say about everything else that does not leave.
    pub(crate) notes: Vec<Note>,
    /// What the session is asked.
    pub(crate) asks: Vec<(AskNo, Ask)>,
}

/// Judges and follows the orders of one account.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    capabilities: Capabilities,
    post_only_max_age: Nanos,
    own: OwnOrders,
    replacements: Replacements,
    /// Orders that end by our own timer.
    ends: BTreeMap<(Nanos, ClientOrderId), InstrumentNo>,
    replaced: Vec<Replaced>,
    counts: LifecycleCounts,
}

impl Lifecycle {
    pub(crate) fn new(capabilities: Capabilities, post_only_max_age: Nanos) -> Lifecycle {
        Lifecycle {
            capabilities,
            post_only_max_age,
            own: OwnOrders::default(),
            replacements: Replacements::default(),
            ends: BTreeMap::new(),
            replaced: Vec::new(),
            counts: LifecycleCounts::default(),
        }
    }

    /// Judges an ask.
    pub(crate) fn pass(
        &mut self,
        at: Nanos,
        no: AskNo,
        ask: Ask,
        around: &Surroundings<'_>,
    ) -> Passed {
        let mut passed = Passed::default();
        match ask {
            Ask::Place(placement) => {
                if let Some(placement) = self.place(at, placement, around, &mut passed) {
                    passed.asks.push((no, Ask::Place(placement)));
                }
            }
            Ask::PlaceMany(placements) => {
                let placements: Vec<_> = placements
                    .into_iter()
                    .filter_map(|placement| self.place(at, placement, around, &mut passed))
                    .collect();
                let most = self.capabilities.batch[0];
                let asks = &mut passed.asks;
                let cut = batch::split(no, placements, most, Ask::Place, Ask::PlaceMany, asks);
                self.counts.batches_split += u64::from(cut);
            }
            Ask::Amend(amendment) => {
                if self.amend(amendment, around, &mut passed) {
                    passed.asks.push((no, Ask::Amend(amendment)));
                }
            }
            Ask::AmendMany(amendments) => {
                let amendments: Vec<_> = amendments
                    .into_iter()
                    .filter(|amendment| self.amend(*amendment, around, &mut passed))
                    .collect();
                let most = self.capabilities.batch[1];
                let asks = &mut passed.asks;
                let cut = batch::split(no, amendments, most, Ask::Amend, Ask::AmendMany, asks);
                self.counts.batches_split += u64::from(cut);
            }
            Ask::Cancel(id, instrument) => {
                self.cancel(id);
                passed.asks.push((no, Ask::Cancel(id, instrument)));
            }
            Ask::CancelMany(ids) => {
                ids.iter().for_each(|(id, _)| self.cancel(*id));
                let most = self.capabilities.batch[2];
                let single = |(id, instrument)| Ask::Cancel(id, instrument);
                let asks = &mut passed.asks;
                let cut = batch::split(no, ids, most, single, Ask::CancelMany, asks);
                self.counts.batches_split += u64::from(cut);
            }
            Ask::CancelAll(instrument) => {
                self.own.cancel_all(instrument);
                passed.asks.push((no, Ask::CancelAll(instrument)));
            }
            Ask::Leverage(instrument, leverage) => {
                let rules = around.rules.iter().find(|rules| rules.no == instrument);
                match rules.filter(|rules| rules.max_leverage < leverage || leverage == 0) {
                    Some(rules) => {
                        let most = rules.max_leverage;
                        let why = format!("leverage {leverage}: must be from 1 to {most}");
                        passed.notes.push(Note::Answered(no, Err(why)));
                    }
                    None => passed.asks.push((no, Ask::Leverage(instrument, leverage))),
                }
            }
            other => passed.asks.push((no, other)),
        }
        passed
    }

    /// Cancels an order and places another when it is gone.
    pub(crate) fn replace(
        &mut self,
        at: Nanos,
        no: AskNo,
        old: ClientOrderId,
        new: Placement,
    ) -> Passed {
        let mut passed = Passed::default();
        let filled = self.own.get(old).map_or(Lots::ZERO, |own| own.filled);
        match self.replacements.begin(at, no, old, filled, new) {
            Some(cancel) => {
                self.cancel(old);
                self.counts.cancel_replaced += 1;
                passed.asks.push((no, cancel));
            }
            None => {
                let why = format!("order {old} is being replaced already");
                passed.refused.push((new.id, VenueRefusal::NotSent, why));
            }
        }
        passed
    }

    /// Takes in what the venue says.
    pub(crate) fn report(&mut self, report: &VenueReport) {
        self.replaced.extend(self.replacements.report(&report.kind));
        self.own.report(&report.kind);
        if let ReportKind::Reject { id, .. }
        | ReportKind::Canceled { id, .. }
        | ReportKind::Expired { id, .. } = report.kind
        {
            self.ends.retain(|(_, have), _| *have != id);
        }
    }

    /// The order has new terms.
    pub(crate) fn amended(&mut self, id: ClientOrderId, limit: Ticks, qty: Lots) {
        if let Some(own) = self.own.get_mut(id) {
            (own.intent.limit, own.intent.qty, own.amending) = (limit, qty, false);
        }
    }

    /// An amend came to nothing, or nobody knows what came of it.
    pub(crate) fn not_amended(&mut self, id: ClientOrderId) {
        if let Some(own) = self.own.get_mut(id) {
            own.amending = false;
        }
    }

    /// A position by the venue's or the desk's own count.
    pub(crate) fn position(&mut self, instrument: InstrumentNo, lots: Lots) {
        self.own.set_position(instrument, lots);
    }

    /// New orders of replaced ones whose turn has come; they are judged once more.
    pub(crate) fn follow_ups(&mut self, at: Nanos, around: &Surroundings<'_>) -> Passed {
        let mut all = Passed::default();
        let mut replaced = std::mem::take(&mut self.replaced);
        replaced.extend(self.replacements.overdue(at));
        for replaced in replaced {
            match replaced {
                Replaced::Place(no, placement) => {
                    let passed = self.pass(at, no, Ask::Place(placement), around);
                    all.refused.extend(passed.refused);
                    all.asks.extend(passed.asks);
                }
                Replaced::Dropped(placement, why) => {
                    all.refused.push((placement.id, VenueRefusal::NotSent, why.to_owned()));
                }
            }
        }
        all
    }

    /// There is something for [`Lifecycle::follow_ups`].
    pub(crate) fn has_follow_ups(&self, at: Nanos) -> bool {
        !self.replaced.is_empty() || self.replacements.wake_at() <= at
    }

    /// Cancels of orders whose own end has come.
    pub(crate) fn due(&mut self, at: Nanos) -> Vec<Ask> {
        let first_later = (at + Nanos(1), ClientOrderId::new(0, 0, OrderNo(0)));
        let later = self.ends.split_off(&first_later);
        let due = std::mem::replace(&mut self.ends, later);
        let open = due.into_iter().filter(|((_, id), _)| self.own.get(*id).is_some());
        let cancels: Vec<_> = open.map(|((_, id), no)| Ask::Cancel(id, no)).collect();
        self.counts.good_until_cancels += cancels.len() as u64;
        for cancel in &cancels {
            if let Ask::Cancel(id, _) = cancel {
                self.cancel(*id);
            }
        }
        cancels
    }

    /// When [`Lifecycle::due`] or [`Lifecycle::follow_ups`] will next have something.
    pub(crate) fn wake_at(&self) -> Nanos {
        let end = self.ends.keys().next().map_or(Nanos(i64::MAX), |(end, _)| *end);
        end.min(self.replacements.wake_at())
    }

    pub(crate) fn counts(&self) -> LifecycleCounts {
        self.counts
    }

    fn place(
        &mut self,
        at: Nanos,
        mut placement: Placement,
        around: &Surroundings<'_>,
        passed: &mut Passed,
    ) -> Option<Placement> {
        let instrument = placement.intent.instrument;
        let facts = Facts {
            rules: around.rules.iter().find(|rules| rules.no == instrument),
            state: around.states.of(instrument),
            mark: around.marks.get(&instrument).copied(),
            limits: around.limits.get(&instrument).copied(),
            book_age: around.views.age(at, instrument),
            has_market: around.views.count() != 0,
            post_only_max_age: self.post_only_max_age,
        };
        if let Some((check, refusal, why)) = refusal(&placement, &facts, &self.own) {
            self.count(check);
            passed.refused.push((placement.id, refusal, why));
            return None;
        }
        if placement.intent.reduce_only && self.own.crossing(&placement).is_some() {
            stp::clear_the_way(&mut placement, &self.capabilities);
        }
        if let Some(end) = placement.good_until.filter(|_| !self.capabilities.good_until) {
            self.ends.insert((end, placement.id), instrument);
            placement.good_until = None;
        }
        self.counts.placed += 1;
        self.own.placed(&placement);
        Some(placement)
    }

    /// Whether the amend may leave. One at a time, and only of an order the venue has acknowledged.
    fn amend(
        &mut self,
        amendment: Amendment,
        around: &Surroundings<'_>,
        passed: &mut Passed,
    ) -> bool {
        let Amendment { id, intent } = amendment;
        let rules = around.rules.iter().find(|rules| rules.no == intent.instrument);
        let mark = around.marks.get(&intent.instrument).copied();
        let limits = around.limits.get(&intent.instrument);
        let by_limits = limits.filter(|limits| limits.forbid(&intent));
        let by_rules = rules.and_then(|rules| rules.refusal(&intent, mark));
        let by_rules = by_rules.or(by_limits.map(|_| VenueRefusal::OutsideBand));
        let why = if !self.capabilities.amend {
            Some("this venue cannot amend: replace the order, under a new id".to_owned())
        } else if VenueState::PostOnlyWindow < around.states.of(intent.instrument) {
            Some(format!(
                "the venue or instrument is {}",
                around.states.of(intent.instrument).code()
            ))
        } else if let Some(refusal) = by_rules {
            Some(refusal.code().to_owned())
        } else {
            match self.own.get(id) {
                Some(own) if !own.acked => Some("the order is not acknowledged yet".to_owned()),
                Some(own) if own.canceling => Some("the order is being cancelled".to_owned()),
                Some(own) if own.amending => Some("another amend is under way".to_owned()),
                _ => None,
            }
        };
        if let Some(own) = self.own.get_mut(id).filter(|_| why.is_none()) {
            own.amending = true;
        }
        let may = why.is_none();
        passed.notes.extend(why.map(|why| Note::AmendRefused(id, why)));
        may
    }

    fn cancel(&mut self, id: ClientOrderId) {
        if let Some(own) = self.own.get_mut(id) {
            own.canceling = true;
        }
    }

    fn count(&mut self, check: Check) {
        let counter = match check {
            Check::Rules => &mut self.counts.refused_by_rules,
            Check::State => &mut self.counts.refused_by_state,
            Check::Stale => &mut self.counts.refused_stale,
            Check::Flip => &mut self.counts.refused_flip,
            Check::SelfMatch => &mut self.counts.stp_blocked_self_match,
        };
        *counter += 1;
    }
}
