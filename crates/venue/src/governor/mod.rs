//! Who may call the venue now, and who waits.
//!
//! One governor per venue, from the venue's own limits. More urgent calls go first, a share of every limit is
//! kept for cancels, and a call whose patience ends is refused unsent. Nothing is ever sent again: whoever wants
//! an answer twice asks twice, and waits twice.
//!
//! When the venue pushes back everything stops for as long as it says, longer each time it happens in a row; then
//! one single call tries, and the rest follow when its answer is a good one.

mod penalty;
mod snapshot;
#[cfg(test)]
mod tests;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Call, Cost, Limit, LimitNo, Pushback, Scope, Urgency, Usage};

use penalty::Penalties;
pub use penalty::Penalty;
use snapshot::place;
pub use snapshot::{GovernorSnapshot, LimitView};
use window::Window;

/// A limit, and the instrument where it is counted by instrument.
type Key = (LimitNo, Option<InstrumentNo>);

/// What a call spends of up to three limits.
type Spending = [Option<(Key, u32)>; 3];

/// A call's number at the governor, counted up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GovernorConfig {
    /// The share of every limit that only cancels may use; between zero and one.
    pub cancel_share: f64,
    /// Added to every window: calls that leave evenly may arrive bunched.
    pub slack: Nanos,
    /// The most calls that may wait; one more and the least urgent is refused.
    pub max_waiting: usize,
}

impl Default for GovernorConfig {
    fn default() -> GovernorConfig {
        GovernorConfig { cancel_share: 0.2, slack: Nanos::from_millis(50), max_waiting: 512 }
    }
}

/// What a call asks of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// Its route.
    pub path: &'static str,
    /// Who goes first.
    pub urgency: Urgency,
    /// What it costs.
    pub costs: [Cost; 3],
    /// For limits counted by instrument.
    pub instrument: Option<InstrumentNo>,
    /// How long it may wait.
    pub patience: Nanos,
}

impl From<&Call> for Want {
    fn from(call: &Call) -> Want {
        let Call { path, urgency, costs, instrument, patience, .. } = *call;
        Want { path, urgency, costs, instrument, patience }
    }
}

/// What the governor decided about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes now.
    Send(Ticket),
    /// It never goes; why, in words.
    Refuse(Ticket, String),
}

/// How a call that went ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The venue answered, with that HTTP status.
    Status(u16),
    /// It could not be sent after all.
    NotSent,
    /// No answer came.
    Lost,
}

/// The limits of one venue, who has spent them, and who waits.
#[derive(Debug)]
pub struct Governor {
    limits: &'static [Limit],
    config: GovernorConfig,
    windows: BTreeMap<Key, Window>,
    waiting: BTreeMap<(Urgency, Ticket), Waiting>,
    out: BTreeMap<Ticket, Sent>,
    /// Limits that some cancel has cost; empty until the first one.
    cancel_costs: BTreeSet<LimitNo>,
    penalties: Penalties,
    paused_until: Nanos,
    paused_at: Nanos,
    banned: bool,
    strikes: u32,
    calm_since: Nanos,
    /// After a pause: one call tries, and nothing follows until it is answered.
    probe: Probe,
    counts: GovernorSnapshot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    No,
    Due,
    Out(Ticket),
}

#[derive(Debug)]
struct Waiting {
    want: Want,
    until: Nanos,
    counted: bool,
}

#[derive(Debug)]
struct Sent {
    want: Want,
    at: Nanos,
}

/// A pause the venue does not spell out, doubled each time in a row.
const FIRST_PAUSE: Nanos = Nanos(250_000_000);
const LONGEST_PAUSE: Nanos = Nanos(60_000_000_000);
/// After so long without a push back it is forgotten how often there was one.
const FORGIVEN_AFTER: Nanos = Nanos(30_000_000_000);
const LONG_AGO: Nanos = Nanos(i64::MIN / 2);

impl Governor {
    /// A governor for those limits, nothing spent yet.
    pub fn new(limits: &'static [Limit], config: GovernorConfig) -> Governor {
        Governor {
            limits,
            config,
            windows: BTreeMap::new(),
            waiting: BTreeMap::new(),
            out: BTreeMap::new(),
            cancel_costs: BTreeSet::new(),
            penalties: Penalties::default(),
            paused_until: LONG_AGO,
            paused_at: LONG_AGO,
            banned: false,
            strikes: 0,
            calm_since: LONG_AGO,
            probe: Probe::No,
            counts: GovernorSnapshot::default(),
        }
    }

    /// Takes a call in; [`Governor::poll`] says what becomes of it. Tickets count up.
    pub fn submit(&mut self, at: Nanos, ticket: Ticket, want: Want) {
        if want.urgency == Urgency::Cancel {
            let costs = want.costs.iter().filter(|cost| cost.units != 0);
            self.cancel_costs.extend(costs.map(|cost| cost.limit));
        }
        let until = at + want.patience;
        self.waiting.insert((want.urgency, ticket), Waiting { want, until, counted: false });
    }

    /// Decides what can be decided now.
    pub fn poll(&mut self, at: Nanos, out: &mut Vec<Verdict>) {
        for window in self.windows.values_mut() {
            window.advance(at);
        }
        self.refuse_the_overdue(at, out);
        let mut blocked: Vec<Key> = Vec::new();
        let mut let_out: Vec<(Urgency, Ticket)> = Vec::new();
        for (&key, waiting) in &self.waiting {
            if !self.is_open(at) {
                break;
            }
            let want = waiting.want;
            if want.urgency != Urgency::Cancel && self.penalties.until(at, want.path).is_some() {
                continue;
            }
            let keys = self.keys(&want);
            let fits = keys.iter().flatten().all(|&(key, units)| {
                !blocked.contains(&key) && self.has_room(at, key, units, want.urgency)
            });
            if !fits {
                blocked.extend(keys.iter().flatten().map(|(key, _)| *key));
                continue;
            }
            for &(key, units) in keys.iter().flatten() {
                let window = window_of(&mut self.windows, self.limits, self.config.slack, key);
                window.spend(at, units);
            }
            if self.probe == Probe::Due {
                self.probe = Probe::Out(key.1);
            }
            let_out.push(key);
        }
        for key in let_out {
            let waiting = self.waiting.remove(&key).expect("it was just looked at");
            self.counts.sent[place(key.0)] += 1;
            self.out.insert(key.1, Sent { want: waiting.want, at });
            out.push(Verdict::Send(key.1));
        }
        for (key, waiting) in &mut self.waiting {
            if !waiting.counted {
                waiting.counted = true;
                self.counts.throttled[place(key.0)] += 1;
            }
        }
    }

    /// Takes in how a call ended, and what its answer says about limits.
    pub fn answered(
        &mut self,
        at: Nanos,
        ticket: Ticket,
        outcome: Outcome,
        usage: &[Usage],
        pushback: Option<Pushback>,
    ) {
        let Some(sent) = self.out.remove(&ticket) else { return };
        for &(key, units) in self.keys(&sent.want).iter().flatten() {
            if let Some(window) = self.windows.get_mut(&key) {
                window.answered(units);
            }
        }
        for usage in usage {
            self.correct(at, sent.want.instrument, *usage);
        }
        match outcome {
            _ if pushback.is_some() => {}
            Outcome::Status(500..) | Outcome::Lost | Outcome::NotSent => {
                self.penalties.failed(at, sent.want.path);
            }
            Outcome::Status(_) => self.penalties.worked(sent.want.path),
        }
        if let Some(pushback) = pushback {
            self.push_back(at, sent.at, pushback);
        } else if self.probe == Probe::Out(ticket) {
            let good = matches!(outcome, Outcome::Status(..500));
            self.probe = if good { Probe::No } else { Probe::Due };
            self.calm_since = at;
        }
    }

    /// Takes a call back that still waits; `false` when it is gone already.
    pub fn withdraw(&mut self, ticket: Ticket) -> bool {
        let found = self.waiting.keys().find(|key| key.1 == ticket).copied();
        found.is_some_and(|key| self.waiting.remove(&key).is_some())
    }

    /// When [`Governor::poll`] may have something new to say; `Nanos(i64::MAX)` for never.
    pub fn wake_at(&self, at: Nanos) -> Nanos {
        let next = self.waiting.values().map(|waiting| {
            let mut when = at.0.max(self.paused_until.0);
            for &(key, units) in self.keys(&waiting.want).iter().flatten() {
                let reserve = self.reserve(key, units, waiting.want.urgency);
                let room = self.windows.get(&key).map(|w| w.room_at(at, units, reserve));
                when = when.max(room.flatten().map_or(at.0, |room| room.0));
            }
            if waiting.want.urgency != Urgency::Cancel {
                when = when.max(self.penalties.until(at, waiting.want.path).map_or(0, |p| p.0));
            }
            // What has room now waits for another call: its answer wakes us, or its own end does.
            if when <= at.0 { waiting.until.0 } else { when.min(waiting.until.0) }
        });
        Nanos(next.min().unwrap_or(i64::MAX))
    }

    /// Until when nothing at all goes; `None` when calls go.
    pub fn paused_until(&self, at: Nanos) -> Option<Nanos> {
        (at < self.paused_until).then_some(self.paused_until)
    }

    /// Whether the pause is a ban of this address.
    pub fn is_banned(&self, at: Nanos) -> bool {
        self.banned && at < self.paused_until
    }

    /// How it stands, for people.
    pub fn snapshot(&mut self, at: Nanos) -> GovernorSnapshot {
        let mut snapshot = self.counts.clone();
        for window in self.windows.values_mut() {
            window.advance(at);
        }
        for (&(no, instrument), window) in &self.windows {
            let Some(limit) = self.limits.get(usize::from(no.0)) else { continue };
            snapshot.limits.push(LimitView {
                name: limit.name,
                instrument,
                used: window.used(),
                capacity: window.capacity,
                reserved: self.reserve((no, instrument), 0, Urgency::Read),
                per: limit.per,
                paused_until: (at < window.paused_until).then_some(window.paused_until),
            });
        }
        for key in self.waiting.keys() {
            snapshot.waiting[place(key.0)] += 1;
        }
        snapshot.paused_until = self.paused_until(at);
        snapshot.banned = self.is_banned(at);
        snapshot.penalties = self.penalties.now(at);
        snapshot
    }

    fn is_open(&self, at: Nanos) -> bool {
        self.paused_until <= at && !matches!(self.probe, Probe::Out(_))
    }

    fn refuse_the_overdue(&mut self, at: Nanos, out: &mut Vec<Verdict>) {
        let paused = self.paused_until(at);
        let banned = self.is_banned(at);
        let mut refused: Vec<((Urgency, Ticket), String)> = Vec::new();
        for (&key, waiting) in &self.waiting {
            // A new order that cannot leave in time is better known at once; everything else may as well wait.
            let hopeless = matches!(key.0, Urgency::Place | Urgency::Amend)
                && paused.is_some_and(|until| waiting.until <= until);
            let too_dear = self
                .keys(&waiting.want)
                .iter()
                .flatten()
                .any(|&(key, units)| self.capacity(key) < units);
            if too_dear {
                refused.push((key, "the call costs more than the venue's limit holds".to_owned()));
            } else if waiting.until <= at || hopeless {
                let why = match (paused, banned) {
                    (Some(_), true) => "this address is banned by the venue for now",
                    (Some(_), false) => "the venue asked for a pause",
                    _ => "no room under the venue's limits in time",
                };
                refused.push((key, why.to_owned()));
            }
        }
        let over = self.waiting.len().saturating_sub(refused.len() + self.config.max_waiting);
        let least: Vec<_> = self
            .waiting
            .keys()
            .rev()
            .filter(|k| refused.iter().all(|r| r.0 != **k))
            .take(over)
            .copied()
            .collect();
        refused.extend(least.into_iter().map(|key| (key, "too many calls wait".to_owned())));
        for (key, why) in refused {
            self.waiting.remove(&key);
            self.counts.refused[place(key.0)] += 1;
            out.push(Verdict::Refuse(key.1, why));
        }
    }

    fn push_back(&mut self, at: Nanos, sent_at: Nanos, pushback: Pushback) {
        self.counts.pushbacks += 1;
        if FORGIVEN_AFTER < at - self.calm_since && FORGIVEN_AFTER < at - self.paused_until {
            self.strikes = 0;
        }
        // Calls that were under way when the pause began bring the same message: it counts once.
        if self.paused_at < sent_at || pushback.ban {
            self.strikes += 1;
        }
        self.paused_at = at;
        let own = FIRST_PAUSE.0 << self.strikes.saturating_sub(1).min(20);
        let pause = pushback.pause.0.max(own.min(LONGEST_PAUSE.0));
        let until = Nanos(at.0.saturating_add(pause));
        match pushback.limit {
            Some(limit) if !pushback.ban => {
                let same = self.windows.iter_mut().filter(|(key, _)| key.0 == limit);
                same.for_each(|(_, window)| window.paused_until = window.paused_until.max(until));
                if matches!(self.probe, Probe::Out(_)) {
                    self.probe = Probe::No;
                }
            }
            _ => {
                self.banned = pushback.ban || self.is_banned(at);
                self.paused_until = self.paused_until.max(until);
                self.probe = Probe::Due;
            }
        }
    }

    fn correct(&mut self, at: Nanos, instrument: Option<InstrumentNo>, usage: Usage) {
        let key = self.key(usage.limit, instrument);
        let window = window_of(&mut self.windows, self.limits, self.config.slack, key);
        if let Some(capacity) = usage.capacity {
            window.capacity = capacity;
        }
        window.correct(at, usage.used, usage.resets_at);
    }

    fn has_room(&self, at: Nanos, key: Key, units: u32, urgency: Urgency) -> bool {
        match self.windows.get(&key) {
            Some(window) => {
                window.paused_until <= at
                    && window.has_room(units, self.reserve(key, units, urgency))
            }
            None => units <= self.capacity(key),
        }
    }

    fn keys(&self, want: &Want) -> Spending {
        want.costs.map(|cost| {
            (cost.units != 0).then(|| (self.key(cost.limit, want.instrument), cost.units))
        })
    }

    fn key(&self, limit: LimitNo, instrument: Option<InstrumentNo>) -> Key {
        let by_instrument = self.limits.get(usize::from(limit.0));
        let by_instrument = by_instrument.is_some_and(|l| l.scope == Scope::Instrument);
        (limit, instrument.filter(|_| by_instrument))
    }

    fn capacity(&self, key: Key) -> u32 {
        let table = self.limits.get(usize::from(key.0.0)).map_or(u32::MAX, |limit| limit.capacity);
        self.windows.get(&key).map_or(table, |window| window.capacity)
    }

    /// Units that only cancels may use. A limit of a few units has none to spare, one that cancels do not cost needs
    /// none, and a call that fills the limit by itself may have it all when it is empty.
    fn reserve(&self, key: Key, units: u32, urgency: Urgency) -> u32 {
        let is_shared = self.cancel_costs.is_empty() || self.cancel_costs.contains(&key.0);
        if urgency == Urgency::Cancel || !is_shared {
            return 0;
        }
        let capacity = self.capacity(key);
        let share = f64::from(capacity) * self.config.cancel_share.clamp(0.0, 0.9);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below capacity"
        )]
        let share = share as u32;
        share.min(capacity.saturating_sub(units))
    }
}

fn window_of<'a>(
    windows: &'a mut BTreeMap<Key, Window>,
    limits: &'static [Limit],
    slack: Nanos,
    key: Key,
) -> &'a mut Window {
    windows.entry(key).or_insert_with(|| {
        let limit = limits.get(usize::from(key.0.0));
        // A cost of a limit that is in no table costs nothing that we know of.
        let (capacity, per) = limit.map_or((u32::MAX, Nanos(1)), |l| (l.capacity, l.per));
        Window::new(capacity, per + slack)
    })
}
