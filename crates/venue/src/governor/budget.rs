//! What every limit holds, and what has been spent of it.

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Limit, LimitNo, Scope, Urgency, Usage};

use super::GovernorConfig;
use super::call::Want;
use super::snapshot::LimitView;
use super::window::Window;

/// A limit, and the instrument where it is counted by instrument.
pub(super) type Key = (LimitNo, Option<InstrumentNo>);

/// What a call spends of up to three limits.
pub(super) type Spending = [Option<(Key, u32)>; 3];

/// The limits of one venue.
#[derive(Debug)]
pub(super) struct Budget {
    limits: &'static [Limit],
    cancel_share: f64,
    slack: Nanos,
    windows: BTreeMap<Key, Window>,
    /// Limits that some cancel has cost; empty until the first one.
    cancel_costs: BTreeSet<LimitNo>,
}

impl Budget {
    /// Nothing spent yet.
    pub(super) const fn new(limits: &'static [Limit], config: GovernorConfig) -> Budget {
        Budget {
            limits,
            cancel_share: config.cancel_share,
            slack: config.slack,
            windows: BTreeMap::new(),
            cancel_costs: BTreeSet::new(),
        }
    }

    /// Lets the windows slide to now.
    pub(super) fn advance(&mut self, at: Nanos) {
        self.windows.values_mut().for_each(|window| window.advance(at));
    }

    /// A call was asked for: what cancels cost is kept free for them.
    pub(super) fn note(&mut self, want: &Want) {
        if want.urgency == Urgency::Cancel {
            let costs = want.costs.iter().filter(|cost| cost.units != 0);
            self.cancel_costs.extend(costs.map(|cost| cost.limit));
        }
    }

    /// What the call will spend.
    pub(super) fn keys(&self, want: &Want) -> Spending {
        want.costs.map(|cost| {
            (cost.units != 0).then(|| (self.key(cost.limit, want.instrument), cost.units))
        })
    }

    /// Whether that much may be spent now.
    pub(super) fn has_room(&self, at: Nanos, key: Key, units: u32, urgency: Urgency) -> bool {
        match self.windows.get(&key) {
            Some(window) => {
                window.paused_until <= at
                    && window.has_room(units, self.reserve(key, units, urgency))
            }
            None => units <= self.capacity(key),
        }
    }

    /// When that much may be spent; `None` when that is known only once something happens.
    pub(super) fn room_at(
        &self,
        at: Nanos,
        key: Key,
        units: u32,
        urgency: Urgency,
    ) -> Option<Nanos> {
        self.windows.get(&key)?.room_at(at, units, self.reserve(key, units, urgency))
    }

    /// Spends it.
    pub(super) fn spend(&mut self, at: Nanos, key: Key, units: u32) {
        self.window(key).spend(at, units);
    }

    /// What was spent is known at the venue now.
    pub(super) fn answered(&mut self, key: Key, units: u32) {
        if let Some(window) = self.windows.get_mut(&key) {
            window.answered(units);
        }
    }

    /// The venue's own count of a limit.
    pub(super) fn correct(&mut self, at: Nanos, instrument: Option<InstrumentNo>, usage: Usage) {
        let window = self.window(self.key(usage.limit, instrument));
        if let Some(capacity) = usage.capacity {
            window.capacity = capacity;
        }
        window.correct(at, usage.used, usage.resets_at);
    }

    /// Nothing is spent of a limit until then.
    pub(super) fn pause(&mut self, limit: LimitNo, until: Nanos) {
        let same = self.windows.iter_mut().filter(|(key, _)| key.0 == limit);
        same.for_each(|(_, window)| window.paused_until = window.paused_until.max(until));
    }

    /// The most a limit holds.
    pub(super) fn capacity(&self, key: Key) -> u32 {
        let table = self.limits.get(usize::from(key.0.0)).map_or(u32::MAX, |limit| limit.capacity);
        self.windows.get(&key).map_or(table, |window| window.capacity)
    }

    /// How every limit stands, for people.
    pub(super) fn views(&self, at: Nanos) -> impl Iterator<Item = LimitView> {
        self.windows.iter().filter_map(move |(&(no, instrument), window)| {
            let limit = self.limits.get(usize::from(no.0))?;
            Some(LimitView {
                name: limit.name,
                instrument,
                used: window.used(),
                capacity: window.capacity,
                reserved: self.reserve((no, instrument), 0, Urgency::Read),
                per: limit.per,
                paused_until: (at < window.paused_until).then_some(window.paused_until),
            })
        })
    }

    fn key(&self, limit: LimitNo, instrument: Option<InstrumentNo>) -> Key {
        let by_instrument = self.limits.get(usize::from(limit.0));
        let by_instrument = by_instrument.is_some_and(|l| l.scope == Scope::Instrument);
        (limit, instrument.filter(|_| by_instrument))
    }

    /// Units that only cancels may use. A limit of a few units has none to spare, one that cancels do not cost needs
    /// none, and a call that fills the limit by itself may have it all when it is empty.
    fn reserve(&self, key: Key, units: u32, urgency: Urgency) -> u32 {
        let is_shared = self.cancel_costs.is_empty() || self.cancel_costs.contains(&key.0);
        if urgency == Urgency::Cancel || !is_shared {
            return 0;
        }
        let capacity = self.capacity(key);
        let share = f64::from(capacity) * self.cancel_share.clamp(0.0, 0.9);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below capacity"
        )]
        let share = share as u32;
        share.min(capacity.saturating_sub(units))
    }

    fn window(&mut self, key: Key) -> &mut Window {
        self.windows.entry(key).or_insert_with(|| {
            let limit = self.limits.get(usize::from(key.0.0));
            // A cost of a limit that is in no table costs nothing that we know of.
            let (capacity, per) = limit.map_or((u32::MAX, Nanos(1)), |l| (l.capacity, l.per));
            Window::new(capacity, per + self.slack)
        })
    }
}
