//! What has been told about each order, so that reports come once and in an order that can be true.
//!
//! The venue tells the same thing by answer, stream and query, late, twice and out of order. Downstream an order is
//! acknowledged before it ends, is not refused after it was acknowledged, and each fill is told once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Lots, Nanos, OrderIntent, ReportKind, Ticks, VenueOrder,
    VenueRefusal, VenueReport,
};
use aurora_wire::{Note, Output};

use crate::decode::{OrderStatus, OrderUpdate};
use crate::errors::refusal;

/// How many orders are remembered.
const KEPT: usize = 16_384;
/// How long a fill may be missing before it is asked for.
const FILL_WITHIN: Nanos = Nanos(1_000_000_000);
/// How long an amend may be unconfirmed before the order is asked about.
const AMEND_WITHIN: Nanos = Nanos(1_000_000_000);

/// What downstream knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Told {
    #[default]
    Nothing,
    Acked,
    Rejected,
    Ended,
}

/// New terms on their way.
#[derive(Clone, Copy, Debug)]
struct Amending {
    limit: Ticks,
    qty: Lots,
    until: Nanos,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// Went out in a placing request of this session.
    is_placed: bool,
    intent: Option<OrderIntent>,
    told: Told,
    amending: Option<Amending>,
    fills: BTreeSet<u128>,
    /// Sum of the fills told.
    filled: Lots,
    /// The most the venue said has filled.
    venue_filled: Lots,
    /// When the missing fills are asked for.
    ask_fills_at: Option<Nanos>,
}

/// Every order this session heard of, newest kept.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    known: BTreeMap<ClientOrderId, Known>,
    age: VecDeque<ClientOrderId>,
    /// Orders with a question open: an amend unconfirmed or fills missing.
    restless: BTreeSet<ClientOrderId>,
    foreign_fills: BTreeSet<u128>,
}

/// What must be asked about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Its fills.
    Fills(ClientOrderId, InstrumentNo),
    /// Whether its amend happened.
    Terms(ClientOrderId, InstrumentNo),
}

fn report(out: &mut Output, venue_at: Nanos, kind: ReportKind) {
    out.reports.push(VenueReport { venue_at, kind });
}

impl Orders {
    fn entry(&mut self, id: ClientOrderId) -> &mut Known {
        if !self.known.contains_key(&id) {
            self.age.push_back(id);
            if KEPT < self.age.len()
                && let Some(oldest) = self.age.pop_front()
            {
                self.known.remove(&oldest);
                self.restless.remove(&oldest);
            }
        }
        self.known.entry(id).or_default()
    }

    /// The order is about to go out; false when its id went out before.
    pub(crate) fn place(&mut self, id: ClientOrderId, intent: OrderIntent) -> bool {
        let known = self.entry(id);
        if known.is_placed || known.told != Told::Nothing {
            return false;
        }
        known.is_placed = true;
        known.intent = Some(intent);
        true
    }

    /// The order was refused for good.
    pub(crate) fn reject(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        refusal: VenueRefusal,
        out: &mut Output,
    ) {
        let known = self.entry(id);
        if known.told == Told::Nothing && known.fills.is_empty() {
            known.told = Told::Rejected;
            report(out, at, ReportKind::Reject { id, refusal });
        }
    }

    /// The order's terms as last confirmed.
    pub(crate) fn intent(&self, id: ClientOrderId) -> Option<OrderIntent> {
        self.known.get(&id)?.intent
    }

    /// Whether new terms are on their way.
    pub(crate) fn is_amending(&self, id: ClientOrderId) -> bool {
        self.known.get(&id).is_some_and(|known| known.amending.is_some())
    }

    /// The order with the terms that are on their way.
    pub(crate) fn amended_intent(&self, id: ClientOrderId) -> Option<OrderIntent> {
        let known = self.known.get(&id)?;
        let Amending { limit, qty, .. } = known.amending?;
        known.intent.map(|intent| OrderIntent { limit, qty, ..intent })
    }

    /// New terms go out.
    pub(crate) fn amend(&mut self, at: Nanos, id: ClientOrderId, limit: Ticks, qty: Lots) {
        let until = at + AMEND_WITHIN;
        self.entry(id).amending = Some(Amending { limit, qty, until });
        self.restless.insert(id);
    }

    /// New terms were refused: the order stands as it was.
    pub(crate) fn amend_refused(&mut self, id: ClientOrderId, why: String, out: &mut Output) {
        self.entry(id).amending = None;
        out.notes.push(Note::AmendRefused(id, why));
    }

    /// The amend changed nothing: nothing is on its way.
    pub(crate) fn amend_over(&mut self, id: ClientOrderId) {
        self.entry(id).amending = None;
    }

    /// The venue says something about an order of ours, on the stream.
    pub(crate) fn on_update(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        update: &OrderUpdate<'_>,
        out: &mut Output,
    ) {
        self.on_terms(id, update, false, out);
        let known = self.entry(id);
        let told = known.told;
        if update.status == OrderStatus::Unknown || matches!(told, Told::Rejected | Told::Ended) {
            return self.expect_fills(at, id, update.filled);
        }
        let is_untouched = update.filled == Lots::ZERO && known.fills.is_empty();
        if update.status == OrderStatus::Rejected && told == Told::Nothing && is_untouched {
            return self.reject(update.at, id, refusal(update.reason.as_bytes()), out);
        }
        if told == Told::Nothing {
            known.told = Told::Acked;
            report(out, update.at, ReportKind::Ack { id, venue_id: update.venue_id() });
        }
        let filled = update.filled;
        match update.status {
            OrderStatus::Canceled if update.by_cancel => {
                known.told = Told::Ended;
                report(out, update.at, ReportKind::Canceled { id, filled });
            }
            OrderStatus::Canceled | OrderStatus::Rejected => {
                known.told = Told::Ended;
                report(out, update.at, ReportKind::Expired { id, filled });
            }
            _ => {}
        }
        self.expect_fills(at, id, filled);
    }

    /// Terms and amends. `is_asked` when this is the answer to a question rather than news.
    fn on_terms(
        &mut self,
        id: ClientOrderId,
        update: &OrderUpdate<'_>,
        is_asked: bool,
        out: &mut Output,
    ) {
        let known = self.entry(id);
        let limit = update.limit.or(known.intent.map(|intent| intent.limit)).unwrap_or_default();
        let mut intent = known.intent.unwrap_or(OrderIntent {
            instrument: update.instrument,
            side: update.side,
            limit,
            qty: update.qty,
            time_in_force: update.time_in_force,
            reduce_only: update.reduce_only,
        });
        if 0 < update.qty.0 {
            (intent.limit, intent.qty) = (limit, update.qty);
        }
        known.intent = Some(intent);
        let Some(amending) = known.amending else { return };
        let is_done = (amending.limit, amending.qty) == (intent.limit, intent.qty);
        let is_over = is_asked || !matches!(update.status, OrderStatus::Open);
        if is_done {
            known.amending = None;
            out.notes.push(Note::Amended(id, intent.limit, intent.qty));
        } else if is_over {
            known.amending = None;
            let why = "the order's terms did not change".to_owned();
            out.notes.push(Note::AmendRefused(id, why));
        }
    }

    /// So much has filled by the venue: fills that are missing will be asked for.
    fn expect_fills(&mut self, at: Nanos, id: ClientOrderId, filled: Lots) {
        let known = self.entry(id);
        known.venue_filled = known.venue_filled.max(filled);
        if known.filled < known.venue_filled {
            known.ask_fills_at.get_or_insert(at + FILL_WITHIN);
            self.restless.insert(id);
        } else {
            known.ask_fills_at = None;
        }
    }

    /// A fill; told once.
    pub(crate) fn on_fill(&mut self, fill: &Fill, out: &mut Output) {
        if self.note_fill(fill) {
            report(out, fill.at, ReportKind::Fill(*fill));
        }
    }

    /// Remembers a fill; false when it was known.
    pub(crate) fn note_fill(&mut self, fill: &Fill) -> bool {
        let known = self.entry(fill.order);
        if !known.fills.insert(fill.trade_id) {
            return false;
        }
        known.filled += fill.qty;
        if known.venue_filled <= known.filled {
            known.ask_fills_at = None;
        }
        true
    }

    /// A fill that belongs to no order of ours; told once.
    pub(crate) fn on_foreign_fill(&mut self, link_id: &str, fill: &Fill, out: &mut Output) {
        if !self.foreign_fills.insert(fill.trade_id) {
            return;
        }
        if KEPT < self.foreign_fills.len() {
            self.foreign_fills.pop_first(); // Ids grow with time.
        }
        out.notes.push(Note::ForeignFill(link_id.to_owned(), *fill));
    }

    /// Whether the venue speaks of fills that have not been told.
    pub(crate) fn lacks_fills(&mut self, id: ClientOrderId, venue_filled: Lots) -> bool {
        self.entry(id).filled < venue_filled
    }

    /// The order as the venue tells it.
    pub(crate) fn venue_order(&self, id: ClientOrderId, update: &OrderUpdate<'_>) -> VenueOrder {
        let known = self.intent(id);
        let limit = update.limit.or(known.map(|intent| intent.limit));
        VenueOrder {
            id,
            venue_id: update.venue_id(),
            intent: OrderIntent {
                instrument: update.instrument,
                side: update.side,
                limit: limit.or(update.trigger).unwrap_or_default(),
                qty: update.qty,
                time_in_force: known.map_or(update.time_in_force, |intent| intent.time_in_force),
                reduce_only: update.reduce_only,
            },
            filled: update.filled,
            is_open: update.status == OrderStatus::Open,
        }
    }

    /// The answer to a question about an order; its fills have been told.
    pub(crate) fn on_answer(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        update: &OrderUpdate<'_>,
        out: &mut Output,
    ) {
        self.on_terms(id, update, true, out);
        let found = self.venue_order(id, update);
        let known = self.entry(id);
        let never_open = update.status == OrderStatus::Rejected
            && update.filled == Lots::ZERO
            && known.is_placed
            && known.told == Told::Nothing;
        if never_open {
            return self.reject(update.at, id, refusal(update.reason.as_bytes()), out);
        }
        if found.is_open && matches!(known.told, Told::Rejected | Told::Ended) {
            return; // The answer is older than what was told.
        }
        if known.told != Told::Rejected {
            known.told = if found.is_open { Told::Acked } else { Told::Ended };
        }
        report(out, update.at, ReportKind::Order { id, found: Some(found) });
        self.expect_fills(at, id, update.filled);
    }

    /// What is overdue.
    pub(crate) fn questions(&mut self, at: Nanos) -> Vec<Question> {
        let mut questions = Vec::new();
        let mut restless = std::mem::take(&mut self.restless);
        restless.retain(|id| {
            let Some(known) = self.known.get_mut(id) else { return false };
            let Some(intent) = known.intent else { return false };
            if known.ask_fills_at.is_some_and(|due| due <= at) {
                known.ask_fills_at = Some(at + FILL_WITHIN * 2);
                questions.push(Question::Fills(*id, intent.instrument));
            }
            if let Some(amending) = &mut known.amending
                && amending.until <= at
            {
                amending.until = at + AMEND_WITHIN * 2;
                questions.push(Question::Terms(*id, intent.instrument));
            }
            known.ask_fills_at.is_some() || known.amending.is_some()
        });
        self.restless = restless;
        questions
    }

    /// When [`Orders::questions`] has something to ask.
    pub(crate) fn wake_at(&self) -> Nanos {
        let due = |id| {
            let known = self.known.get(id)?;
            let amend = known.amending.map(|amending| amending.until);
            known.ask_fills_at.into_iter().chain(amend).min()
        };
        self.restless.iter().filter_map(due).min().unwrap_or(Nanos(i64::MAX))
    }
}
