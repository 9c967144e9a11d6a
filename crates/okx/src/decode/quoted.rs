//! A text to be read as a number once its instrument is known.

use aurora_model::{Lots, Ticks};
use aurora_wire::{DecodeError, Step};
use rust_decimal::Decimal;

/// A text on the wire; an empty one means that there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quoted<'a>(pub &'a [u8]);

impl<'a> Quoted<'a> {
    /// No text.
    pub const NONE: Quoted<'static> = Quoted(b"");

    /// As it stands.
    #[inline]
    pub const fn text(&self) -> &'a [u8] {
        self.0
    }

    /// Whether there is none, or only a zero.
    #[inline]
    pub fn is_nothing(&self) -> bool {
        matches!(self.0, b"" | b"0")
    }

    /// As a price; `None` when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no whole number of ticks, or below zero.
    #[inline]
    pub fn ticks(&self, step: &Step) -> Result<Option<Ticks>, DecodeError> {
        if self.is_nothing() {
            return Ok(None);
        }
        let ticks = self.steps(step)?;
        Ok((ticks != 0).then_some(Ticks(ticks)))
    }

    /// As a quantity; zero when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no whole number of lots, or below zero.
    #[inline]
    pub fn lots(&self, step: &Step) -> Result<Lots, DecodeError> {
        if self.is_nothing() { Ok(Lots::ZERO) } else { self.steps(step).map(Lots) }
    }

    #[inline]
    fn steps(&self, step: &Step) -> Result<i64, DecodeError> {
        match step.of(self.0)? {
            steps if steps < 0 => Err(DecodeError::Unexpected { at: 0, wanted: "no minus" }),
            steps => Ok(steps),
        }
    }

    /// As an exact decimal; zero when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no plain decimal.
    pub fn decimal(&self) -> Result<Decimal, DecodeError> {
        if self.0.is_empty() {
            return Ok(Decimal::ZERO);
        }
        let text =
            std::str::from_utf8(self.0).ok().filter(|text| !text.contains(['_', '+', 'e', 'E']));
        text.and_then(|text| Decimal::from_str_exact(text).ok())
            .ok_or(DecodeError::Unexpected { at: 0, wanted: "a decimal" })
    }

    /// As a whole number; zero when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is none.
    #[inline]
    pub fn whole(&self) -> Result<u64, DecodeError> {
        if self.0.is_empty() {
            return Ok(0);
        }
        let digit = |value: u64, byte: &u8| {
            let digit = u64::from(byte.wrapping_sub(b'0'));
            (digit < 10).then(|| value.checked_mul(10)?.checked_add(digit)).flatten()
        };
        self.0
            .iter()
            .try_fold(0, digit)
            .ok_or(DecodeError::Unexpected { at: 0, wanted: "a whole number" })
    }
}
