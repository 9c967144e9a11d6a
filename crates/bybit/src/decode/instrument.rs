//! Which instrument a frame is about, and the steps its numbers come in.

use aurora_model::{InstrumentNo, Lots, Ticks};
use aurora_wire::scan::Scanner;
use aurora_wire::{DecodeError, Rules, Step};

/// What reading numbers of one instrument takes.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    symbol: Box<[u8]>,
    /// The currency its profits and fees come in.
    pub(crate) settle: Box<[u8]>,
    pub(crate) no: InstrumentNo,
    pub(crate) tick: Step,
    pub(crate) lot: Step,
}

/// Reads frames of the instruments it was made for; frames of others are passed over.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// By symbol.
    known: Vec<Known>,
}

impl Decoder {
    /// For these instruments; one whose tick or lot is not above zero is left out.
    pub fn new(rules: &[Rules]) -> Decoder {
        let known = |rules: &Rules| {
            Some(Known {
                symbol: rules.instrument.symbol.as_bytes().into(),
                settle: rules.instrument.settle_currency().as_bytes().into(),
                no: rules.no,
                tick: Step::tick(rules.instrument.tick)?,
                lot: Step::lot(rules.wire_lot)?,
            })
        };
        let mut known: Vec<Known> = rules.iter().filter_map(known).collect();
        known.sort_by(|a, b| a.symbol.cmp(&b.symbol));
        Decoder { known }
    }

    #[inline]
    pub(crate) fn find(&self, symbol: &[u8]) -> Option<&Known> {
        if let [only] = &self.known[..] {
            return (*only.symbol == *symbol).then_some(only);
        }
        let at = self.known.binary_search_by(|known| (*known.symbol).cmp(symbol)).ok()?;
        Some(&self.known[at])
    }
}

impl Known {
    /// A price; `None` for an empty text and for zero, which is how "no price" is written.
    #[inline]
    pub(crate) fn price(&self, value: &[u8]) -> Result<Option<Ticks>, DecodeError> {
        if matches!(value, b"" | b"\"\"" | b"null") {
            return Ok(None);
        }
        let ticks = self.tick.read(&mut Scanner::new(value))?;
        Ok((0 < ticks).then_some(Ticks(ticks)))
    }

    /// A price that must be there.
    #[inline]
    pub(crate) fn some_price(
        &self,
        value: &[u8],
        field: &'static str,
    ) -> Result<Ticks, DecodeError> {
        if value.is_empty() {
            return Err(DecodeError::Missing { field });
        }
        self.price(value)?.ok_or(DecodeError::NotAPrice { field })
    }

    /// A quantity; an empty text is none.
    #[inline]
    pub(crate) fn qty(&self, value: &[u8]) -> Result<Lots, DecodeError> {
        if matches!(value, b"" | b"\"\"" | b"null") {
            return Ok(Lots::ZERO);
        }
        self.lot.read(&mut Scanner::new(value)).map(Lots)
    }

    /// A quantity that must be there and above zero.
    #[inline]
    pub(crate) fn some_qty(&self, value: &[u8], field: &'static str) -> Result<Lots, DecodeError> {
        match self.qty(value)? {
            Lots(0) => Err(DecodeError::Missing { field }),
            lots => Ok(lots),
        }
    }
}
