//! What the account pays: asked when it is ready, and every so often.

use aurora_model::Nanos;
use aurora_wire::{Note, Output};

use super::{AccountSession, Answered, Asked};
use crate::{answer, encode};

/// Tiers change once a day.
const EVERY: Nanos = Nanos(3_600_000_000_000);
/// After a failure.
const AGAIN: Nanos = Nanos(60_000_000_000);

impl AccountSession {
    /// One call an instrument.
    pub(super) fn ask_fees(&mut self, at: Nanos, out: &mut Output) {
        self.fees_at = at + EVERY;
        let calls: Vec<_> = self
            .symbols
            .all()
            .iter()
            .map(|symbol| encode::commission_rate(&symbol.rules))
            .collect();
        for call in calls {
            self.call(call, Asked::Fees, out);
        }
    }

    pub(super) fn fees(&mut self, at: Nanos, answered: Answered<'_>, out: &mut Output) {
        let told = answered
            .body()
            .and_then(|body| answer::commission(body).map_err(|error| error.to_string()));
        match told {
            Ok(told) => {
                if let Some((_, symbol)) = self.symbols.named(told.symbol.as_bytes()) {
                    let (maker, taker) = (told.maker_commission_rate, told.taker_commission_rate);
                    out.notes.push(Note::Fees(symbol.rules.no, maker, taker));
                }
            }
            Err(why) => {
                self.fees_at = self.fees_at.min(at + AGAIN);
                out.notes.push(Note::Unreadable(format!("fees: {why}")));
            }
        }
    }
}
