//! What the account pays, and what its key may do: asked when it is ready, and every so often.

use aurora_model::Nanos;
use aurora_wire::{Note, Output};

use super::outcome::Outcome;
use super::{AccountSession, Pending};
use crate::encode;
use crate::rest::{self, List};

/// Tiers change once a day.
const EVERY: Nanos = Nanos(3_600_000_000_000);
/// After a failure.
const AGAIN: Nanos = Nanos(60_000_000_000);

impl AccountSession {
    /// One call for the key, and one an instrument.
    pub(super) fn wake_fees(&mut self, at: Nanos, out: &mut Output) {
        if at < self.fees_at {
            return;
        }
        self.fees_at = at + EVERY;
        self.call(Pending::Key, encode::query_api, out);
        let symbol = |rules: &aurora_wire::Rules| rules.instrument.symbol.clone();
        let symbols: Vec<String> = self.config.rules.iter().map(symbol).collect();
        for symbol in symbols {
            self.call(Pending::Fees, |no| encode::fee_rate(no, &symbol), out);
        }
    }

    pub(super) fn on_key(&mut self, at: Nanos, outcome: &Outcome<'_>, out: &mut Output) {
        let read = outcome
            .result()
            .and_then(|result| rest::key_rights(result).map_err(|error| error.to_string()));
        match read {
            Ok(key) => out.notes.push(Note::MayWithdraw(key.may_withdraw)),
            Err(words) => {
                self.fees_at = self.fees_at.min(at + AGAIN);
                out.notes.push(Note::Unreadable(format!("the key's rights: {words}")));
            }
        }
    }

    pub(super) fn on_fees(&mut self, at: Nanos, outcome: &Outcome<'_>, out: &mut Output) {
        let read = outcome.result().and_then(|result| {
            let rates = List::read(result).and_then(|list| rest::fee_rates(list.items));
            rates.map_err(|error| error.to_string())
        });
        let rates = match read {
            Ok(rates) => rates,
            Err(words) => {
                self.fees_at = self.fees_at.min(at + AGAIN);
                return out.notes.push(Note::Unreadable(format!("fees: {words}")));
            }
        };
        for (symbol, maker, taker) in rates {
            let rules = &self.config.rules;
            if let Some(rules) = rules.iter().find(|rules| rules.instrument.symbol == symbol) {
                out.notes.push(Note::Fees(rules.no, maker, taker));
            }
        }
    }
}
