//! A rule in force: how often it was met, how often it struck.

use aurora_model::Nanos;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::rule::{Place, Rule};
use crate::dialect::Subject;

/// A rule's number on one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleId(pub(crate) u64);

/// A rule and its count.
#[derive(Clone, Debug)]
pub(crate) struct Armed {
    pub(crate) id: RuleId,
    pub(crate) rule: Rule,
    set_at: Nanos,
    pub(crate) met: u64,
    pub(crate) struck: u64,
    chance: ChaCha8Rng,
}

impl Armed {
    pub(crate) fn new(id: RuleId, rule: Rule, seed: u64, now: Nanos) -> Armed {
        let chance = ChaCha8Rng::seed_from_u64(seed ^ id.0.rotate_left(32));
        Armed { id, rule, set_at: now, met: 0, struck: 0, chance }
    }

    /// Whether it is in its window of time.
    pub(crate) fn is_due(&self, now: Nanos) -> bool {
        let age = now - self.set_at;
        let when = &self.rule.when;
        when.from <= age && !self.is_over(now)
    }

    /// Whether its window of time is over.
    pub(crate) fn is_over(&self, now: Nanos) -> bool {
        self.rule.when.to.is_some_and(|to| to <= now - self.set_at)
    }

    /// Counts one thing it is about, and says whether it strikes.
    pub(crate) fn strikes(&mut self, now: Nanos) -> bool {
        if !self.is_due(now) {
            return false;
        }
        self.met += 1;
        let when = &self.rule.when;
        let nth = when.nth.is_none_or(|nth| nth == self.met);
        let every = when.every.is_none_or(|every| self.met.is_multiple_of(every));
        let times = when.times.is_none_or(|times| self.struck < times);
        let chance = when.probability.is_none_or(|share| {
            let drawn = (self.chance.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            drawn < share
        });
        let strikes = nth && every && times && chance;
        self.struck += u64::from(strikes);
        strikes
    }
}

impl Place {
    /// Whether a request or frame is what the rule is about.
    pub(crate) fn is_about(&self, method: &str, path: &str, subject: &Subject) -> bool {
        let same = |want: &Option<String>, have: &str| {
            want.as_ref().is_none_or(|want| want.eq_ignore_ascii_case(have))
        };
        let begins = |want: &Option<String>, have: &str| {
            want.as_ref().is_none_or(|want| have.starts_with(want.as_str()))
        };
        let client_id = self
            .client_id
            .as_ref()
            .is_none_or(|want| subject.client_ids.iter().any(|id| id.starts_with(want.as_str())));
        self.topic.is_none()
            && same(&self.method, method)
            && begins(&self.path, path)
            && same(&self.action, subject.action.word())
            && begins(&self.operation, &subject.operation)
            && same(&self.symbol, subject.symbol.as_deref().unwrap_or_default())
            && client_id
    }

    /// Whether a channel is what the rule is about.
    pub(crate) fn is_about_topic(&self, name: &str) -> bool {
        let symbol = self
            .symbol
            .as_ref()
            .is_none_or(|symbol| name.to_ascii_lowercase().contains(&symbol.to_ascii_lowercase()));
        symbol && self.topic.as_ref().is_none_or(|topic| name.contains(topic.as_str()))
    }
}
