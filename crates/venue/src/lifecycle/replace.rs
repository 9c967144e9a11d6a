//! Cancel and replace: the new order leaves only when the old one is known to be gone.
//!
//! The new order's quantity is the whole that is wanted; what the old one filled by the end comes off it, so the two
//! together never trade more. Its id is its own: an id goes out in one placing request, ever.

use std::collections::BTreeMap;

use aurora_model::{ClientOrderId, Lots, Nanos, ReportKind};
use aurora_wire::{Ask, AskNo, Placement};

/// A new order that waited so long for the old one's end never leaves.
const PATIENCE: Nanos = Nanos(5_000_000_000);

/// What came of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The new order, with what is left to do, may leave.
    Place(AskNo, Placement),
    /// Nothing is left to do, or nothing is known in time: the new order never leaves. Why, in words.
    Dropped(Placement, &'static str),
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    no: AskNo,
    new: Placement,
    filled: Lots,
    until: Nanos,
}

/// Replacements that wait for the end of their old orders.
#[derive(Debug, Default)]
pub struct Replacements {
    waiting: BTreeMap<ClientOrderId, Waiting>,
}

impl Replacements {
    /// Begins one: returns the cancel to send; `None` when the old order is being replaced already.
    pub fn begin(
        &mut self,
        at: Nanos,
        no: AskNo,
        old: ClientOrderId,
        filled: Lots,
        new: Placement,
    ) -> Option<Ask> {
        if self.waiting.contains_key(&old) {
            return None;
        }
        self.waiting.insert(old, Waiting { no, new, filled, until: at + PATIENCE });
        Some(Ask::Cancel(old, new.intent.instrument))
    }

    /// Takes in what the venue says. A refused cancel settles nothing: the order may have filled or never arrived,
    /// and the query that follows tells.
    pub fn report(&mut self, kind: &ReportKind) -> Option<Replaced> {
        match kind {
            ReportKind::Fill(fill) => {
                let waiting = self.waiting.get_mut(&fill.order)?;
                waiting.filled += fill.qty;
                let is_done = waiting.new.intent.qty <= waiting.filled;
                is_done.then(|| self.end(fill.order, Lots::ZERO)).flatten()
            }
            ReportKind::Canceled { id, filled } | ReportKind::Expired { id, filled } => {
                self.end(*id, *filled)
            }
            ReportKind::Reject { id, .. } => self.end(*id, Lots::ZERO),
            ReportKind::Order { id, found: Some(order) } if !order.is_open => {
                self.end(*id, order.filled)
            }
            _ => None,
        }
    }

    /// The new orders whose time is over.
    pub fn overdue(&mut self, at: Nanos) -> Vec<Replaced> {
        let (due, waiting): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(_, w)| w.until <= at);
        self.waiting = waiting;
        let why = "it is not known in time whether the old order is gone";
        due.into_values().map(|waiting| Replaced::Dropped(waiting.new, why)).collect()
    }

    /// When [`Replacements::overdue`] will next have something; `Nanos(i64::MAX)` for never.
    pub fn wake_at(&self) -> Nanos {
        self.waiting.values().map(|waiting| waiting.until).min().unwrap_or(Nanos(i64::MAX))
    }

    fn end(&mut self, old: ClientOrderId, filled: Lots) -> Option<Replaced> {
        let Waiting { no, mut new, filled: seen, .. } = self.waiting.remove(&old)?;
        new.intent.qty -= filled.max(seen);
        if new.intent.qty <= Lots::ZERO {
            return Some(Replaced::Dropped(new, "the old order has filled all of it"));
        }
        Some(Replaced::Place(no, new))
    }
}
