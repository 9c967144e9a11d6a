//! Who may call the venue now, and who waits.
//!
//! One governor per venue, from the venue's own limits. More urgent calls go first, a share of every limit is
//! kept for cancels, and a call whose patience ends is refused unsent. Nothing is ever sent again: whoever wants
//! an answer twice asks twice, and waits twice.
//!
//! When the venue pushes back everything stops for as long as it says, longer each time it happens in a row; then
//! one single call tries, and the rest follow when its answer is a good one.

mod budget;
mod call;
mod pause;
mod penalty;
mod snapshot;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeMap;

use aurora_model::Nanos;
use aurora_wire::{Limit, Pushback, Urgency, Usage};

use budget::{Budget, Key};
pub use call::{Outcome, Ticket, Verdict, Want};
use pause::Pause;
use penalty::Penalties;
pub use penalty::Penalty;
use snapshot::place;
pub use snapshot::{GovernorSnapshot, LimitView};

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

/// The limits of one venue, who has spent them, and who waits.
#[derive(Debug)]
pub struct Governor {
    max_waiting: usize,
    budget: Budget,
    waiting: BTreeMap<(Urgency, Ticket), Waiting>,
    out: BTreeMap<Ticket, Sent>,
    penalties: Penalties,
    pause: Pause,
    counts: GovernorSnapshot,
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

impl Governor {
    /// A governor for those limits, nothing spent yet.
    pub fn new(limits: &'static [Limit], config: GovernorConfig) -> Governor {
        Governor {
            max_waiting: config.max_waiting,
            budget: Budget::new(limits, config),
            waiting: BTreeMap::new(),
            out: BTreeMap::new(),
            penalties: Penalties::default(),
            pause: Pause::none(),
            counts: GovernorSnapshot::default(),
        }
    }

    /// Takes a call in; [`Governor::poll`] says what becomes of it. Tickets count up.
    pub fn submit(&mut self, at: Nanos, ticket: Ticket, want: Want) {
        self.budget.note(&want);
        let until = at + want.patience;
        self.waiting.insert((want.urgency, ticket), Waiting { want, until, counted: false });
    }

    /// Decides what can be decided now.
    pub fn poll(&mut self, at: Nanos, out: &mut Vec<Verdict>) {
        self.budget.advance(at);
        self.refuse_the_overdue(at, out);
        for key in self.let_out(at) {
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

    /// Spends what may be spent now, the most urgent call first. What one call waits for is kept from those after it.
    fn let_out(&mut self, at: Nanos) -> Vec<(Urgency, Ticket)> {
        let mut blocked: Vec<Key> = Vec::new();
        let mut let_out: Vec<(Urgency, Ticket)> = Vec::new();
        for (&key, Waiting { want, .. }) in &self.waiting {
            if !self.pause.is_open(at) {
                break;
            }
            if want.urgency != Urgency::Cancel && self.penalties.until(at, want.path).is_some() {
                continue;
            }
            let keys = self.budget.keys(want);
            let fits = keys.iter().flatten().all(|&(key, units)| {
                !blocked.contains(&key) && self.budget.has_room(at, key, units, want.urgency)
            });
            if !fits {
                blocked.extend(keys.iter().flatten().map(|(key, _)| *key));
                continue;
            }
            for &(key, units) in keys.iter().flatten() {
                self.budget.spend(at, key, units);
            }
            self.pause.let_out(key.1);
            let_out.push(key);
        }
        let_out
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
        for &(key, units) in self.budget.keys(&sent.want).iter().flatten() {
            self.budget.answered(key, units);
        }
        for usage in usage {
            self.budget.correct(at, sent.want.instrument, *usage);
        }
        match outcome {
            _ if pushback.is_some() => {}
            Outcome::Status(500..) | Outcome::Lost | Outcome::NotSent => {
                self.penalties.failed(at, sent.want.path);
            }
            Outcome::Status(_) => self.penalties.worked(sent.want.path),
        }
        let Some(pushback) = pushback else {
            let is_good = matches!(outcome, Outcome::Status(..500));
            return self.pause.answered(at, ticket, is_good);
        };
        self.counts.pushbacks += 1;
        if let Some((limit, until)) = self.pause.push_back(at, sent.at, pushback) {
            self.budget.pause(limit, until);
        }
    }

    /// Takes a call back that still waits; `false` when it is gone already.
    pub fn withdraw(&mut self, ticket: Ticket) -> bool {
        let found = self.waiting.keys().find(|key| key.1 == ticket).copied();
        found.is_some_and(|key| self.waiting.remove(&key).is_some())
    }

    /// When [`Governor::poll`] may have something new to say; `Nanos(i64::MAX)` for never.
    pub fn wake_at(&self, at: Nanos) -> Nanos {
        let next = self.waiting.values().map(|Waiting { want, until, .. }| {
            let mut when = self.pause.until(at).unwrap_or(at);
            for &(key, units) in self.budget.keys(want).iter().flatten() {
                when = when.max(self.budget.room_at(at, key, units, want.urgency).unwrap_or(at));
            }
            if want.urgency != Urgency::Cancel {
                when = when.max(self.penalties.until(at, want.path).unwrap_or(at));
            }
            // What has room now waits for another call: its answer wakes us, or its own end does.
            if when <= at { *until } else { when.min(*until) }
        });
        next.min().unwrap_or(Nanos(i64::MAX))
    }

    /// Until when nothing at all goes; `None` when calls go.
    pub fn paused_until(&self, at: Nanos) -> Option<Nanos> {
        self.pause.until(at)
    }

    /// Whether the pause is a ban of this address.
    pub fn is_banned(&self, at: Nanos) -> bool {
        self.pause.is_banned(at)
    }

    /// How it stands, for people.
    pub fn snapshot(&mut self, at: Nanos) -> GovernorSnapshot {
        self.budget.advance(at);
        let mut snapshot = self.counts.clone();
        snapshot.limits.extend(self.budget.views(at));
        for key in self.waiting.keys() {
            snapshot.waiting[place(key.0)] += 1;
        }
        snapshot.paused_until = self.paused_until(at);
        snapshot.banned = self.is_banned(at);
        snapshot.penalties = self.penalties.now(at);
        snapshot
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
                .budget
                .keys(&waiting.want)
                .iter()
                .flatten()
                .any(|&(key, units)| self.budget.capacity(key) < units);
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
        let over = self.waiting.len().saturating_sub(refused.len() + self.max_waiting);
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
}
