//! Orders that wait for a price.

use std::collections::BTreeSet;

use aurora_model::Ticks;

use super::command::{OrderId, Trigger, TriggerBy, TriggerWhen};

/// The parked orders of one instrument, by what they wait for.
#[derive(Clone, Debug, Default)]
pub(super) struct Triggers {
    waiting: BTreeSet<(TriggerBy, TriggerWhen, Ticks, OrderId)>,
}

impl Triggers {
    pub(super) fn park(&mut self, order: OrderId, trigger: &Trigger) {
        self.waiting.insert((trigger.by, trigger.when, trigger.price, order));
    }

    pub(super) fn remove(&mut self, order: OrderId, trigger: &Trigger) {
        self.waiting.remove(&(trigger.by, trigger.when, trigger.price, order));
    }

    /// One order whose price is reached, the most overdue first. `below` and `above` are the price rounded both ways.
    pub(super) fn due(&self, by: TriggerBy, below: Ticks, above: Ticks) -> Option<OrderId> {
        let first = (Ticks(i64::MIN), OrderId(0));
        let last = (Ticks(i64::MAX), OrderId(u64::MAX));
        let range = |when, from: (Ticks, OrderId), to: (Ticks, OrderId)| {
            self.waiting.range((by, when, from.0, from.1)..=(by, when, to.0, to.1))
        };
        let rises = range(TriggerWhen::Rises, first, (below, OrderId(u64::MAX))).next();
        let falls = || range(TriggerWhen::Falls, (above, OrderId(0)), last).next_back();
        rises.or_else(falls).map(|(_, _, _, order)| *order)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
