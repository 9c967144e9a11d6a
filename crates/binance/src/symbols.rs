//! The desk's instruments by the venue's names.

use aurora_model::{InstrumentNo, Lots, Ticks};
use aurora_wire::{DecodeError, Rules, Step};
use rust_decimal::Decimal;

use crate::decode::Decoder;

/// One instrument with its steps at hand.
#[derive(Clone, Debug)]
pub(crate) struct Symbol {
    pub(crate) rules: Rules,
    /// As streams are called: lower case.
    pub(crate) stream: String,
    pub(crate) tick: Step,
    pub(crate) lot: Step,
    pub(crate) decoder: Decoder,
}

impl Symbol {
    /// A price in ticks, a quantity in lots, signs kept; `None` between two steps.
    pub(crate) fn ticks(&self, price: Decimal) -> Option<Ticks> {
        whole(price, self.rules.instrument.tick).map(Ticks)
    }

    pub(crate) fn lots(&self, qty: Decimal) -> Option<Lots> {
        whole(qty, self.rules.wire_lot).map(Lots)
    }

    /// The same from texts.
    pub(crate) fn ticks_of(&self, text: &[u8]) -> Result<Ticks, DecodeError> {
        self.tick.of(text).map(Ticks)
    }

    pub(crate) fn lots_of(&self, text: &[u8]) -> Result<Lots, DecodeError> {
        self.lot.of(text).map(Lots)
    }
}

/// All of them; few enough to be searched one by one.
#[derive(Clone, Debug)]
pub(crate) struct Symbols(Vec<Symbol>);

impl Symbols {
    /// Instruments whose tick or lot is not above zero are left out: no order of theirs could be right.
    pub(crate) fn new(rules: Vec<Rules>) -> Symbols {
        let symbol = |rules: Rules| {
            Some(Symbol {
                stream: rules.instrument.symbol.to_lowercase(),
                tick: Step::tick(rules.instrument.tick)?,
                lot: Step::lot(rules.wire_lot)?,
                decoder: Decoder::new(&rules.instrument)?.with_agg_trades(),
                rules,
            })
        };
        Symbols(rules.into_iter().filter_map(symbol).collect())
    }

    pub(crate) fn all(&self) -> &[Symbol] {
        &self.0
    }

    /// By the venue's name.
    #[inline]
    pub(crate) fn named(&self, symbol: &[u8]) -> Option<(usize, &Symbol)> {
        self.0.iter().enumerate().find(|(_, one)| one.rules.instrument.symbol.as_bytes() == symbol)
    }

    pub(crate) fn get(&self, no: InstrumentNo) -> Option<&Symbol> {
        self.0.iter().find(|symbol| symbol.rules.no == no)
    }
}

/// `value / step` when that is a whole number that fits.
fn whole(value: Decimal, step: Decimal) -> Option<i64> {
    let steps = value.checked_div(step)?.normalize();
    let is_exact = steps.scale() == 0 && steps.checked_mul(step) == Some(value);
    is_exact.then(|| i64::try_from(steps.mantissa()).ok()).flatten()
}
