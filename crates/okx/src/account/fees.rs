//! What the account pays: asked when it is ready, and every so often.

use aurora_model::Nanos;
use aurora_wire::{Answer, Note, Output, Rules};
use rust_decimal::Decimal;

use super::answers::read;
use super::{AccountSession, Purpose};
use crate::decode::rest::FeeRates;
use crate::encode;
use crate::rules::inst_type;

/// Tiers change once a day.
const EVERY: Nanos = Nanos(3_600_000_000_000);
/// After a failure.
const AGAIN: Nanos = Nanos(60_000_000_000);

impl AccountSession {
    /// One call a kind of instrument.
    pub(super) fn ask_fees(&mut self, at: Nanos, out: &mut Output) {
        self.fees_at = at + EVERY;
        let all = self.catalog.all();
        let mut kinds: Vec<_> = all.map(|entry| inst_type(&entry.rules.instrument.id)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            self.call(Purpose::Fees, encode::trade_fee(kind), out);
        }
    }

    pub(super) fn on_fees(&mut self, at: Nanos, answer: &Answer<'_>, out: &mut Output) {
        let rows: Vec<FeeRates> = match read(answer) {
            Ok(rows) => rows,
            Err(words) => {
                self.fees_at = self.fees_at.min(at + AGAIN);
                return out.notes.push(Note::Unreadable(format!("fees: {words}")));
            }
        };
        for row in &rows {
            for entry in self.catalog.all() {
                if let Some((maker, taker)) = fees(row, &entry.rules) {
                    out.notes.push(Note::Fees(entry.rules.no, maker, taker));
                }
            }
        }
    }
}

/// The row's fees for an instrument, resting and taking; `None` when it is about others. The venue writes what is
/// paid below zero, we above.
fn fees(row: &FeeRates, rules: &Rules) -> Option<(Decimal, Decimal)> {
    let kind = inst_type(&rules.instrument.id);
    if row.inst_type != kind {
        return None;
    }
    let in_usdt = kind != "SPOT" && rules.instrument.settle_currency() == "USDT";
    let (maker, taker) = match in_usdt {
        true => (row.maker_usdt, row.taker_usdt),
        false => (row.maker, row.taker),
    };
    Some((-maker?, -taker?))
}
