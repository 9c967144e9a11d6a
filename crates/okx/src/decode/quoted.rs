//! A text with its quotes on, to be read as a number once its instrument is known.

use aurora_model::{Lots, Ticks};
use aurora_wire::scan::Scanner;
use aurora_wire::{DecodeError, Step};
use rust_decimal::Decimal;

/// A quoted text; `""` means that there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quoted<'a>(&'a [u8]);

impl<'a> Quoted<'a> {
    /// No text.
    pub const NONE: Quoted<'static> = Quoted(b"");

    /// Takes the text at the scanner, which walks over `bytes`.
    ///
    /// # Errors
    /// [`DecodeError`] when no whole text stands here.
    #[inline]
    pub(crate) fn take(
        bytes: &'a [u8],
        scanner: &mut Scanner<'a>,
    ) -> Result<Quoted<'a>, DecodeError> {
        scanner.peek()?;
        let from = scanner.at();
        scanner.string()?;
        Ok(Quoted(&bytes[from..scanner.at()]))
    }

    /// Without its quotes.
    #[inline]
    pub fn text(&self) -> &'a [u8] {
        match self.0 {
            [_, text @ .., _] => text,
            _ => b"",
        }
    }

    /// Whether there is none, or only a zero.
    #[inline]
    pub fn is_nothing(&self) -> bool {
        matches!(self.text(), b"" | b"0")
    }

    /// As a price; `None` when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no whole number of ticks.
    #[inline]
    pub fn ticks(&self, step: &Step) -> Result<Option<Ticks>, DecodeError> {
        if self.is_nothing() {
            return Ok(None);
        }
        self.steps(step).map(|ticks| Some(Ticks(ticks)))
    }

    /// As a quantity; zero when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no whole number of lots.
    #[inline]
    pub fn lots(&self, step: &Step) -> Result<Lots, DecodeError> {
        if self.is_nothing() { Ok(Lots::ZERO) } else { self.steps(step).map(Lots) }
    }

    fn steps(&self, step: &Step) -> Result<i64, DecodeError> {
        let mut scanner = Scanner::new(self.0);
        let steps = step.read(&mut scanner)?;
        if scanner.at() == self.0.len() { Ok(steps) } else { Err(scanner.unexpected("a number")) }
    }

    /// As an exact decimal; zero when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no plain decimal.
    pub fn decimal(&self) -> Result<Decimal, DecodeError> {
        let text = self.text();
        if text.is_empty() {
            return Ok(Decimal::ZERO);
        }
        let plain = text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+'));
        let parsed = std::str::from_utf8(text).ok().filter(|_| plain);
        parsed
            .and_then(|text| Decimal::from_str_exact(text).ok())
            .ok_or(DecodeError::Unexpected { at: 0, wanted: "a decimal" })
    }

    /// As a whole number; zero when there is none.
    ///
    /// # Errors
    /// [`DecodeError`] when it is none.
    #[inline]
    pub fn whole(&self) -> Result<u64, DecodeError> {
        if self.text().is_empty() {
            return Ok(0);
        }
        let mut scanner = Scanner::new(&self.0[1..]);
        let value = scanner.uint()?;
        scanner.expect(b'"', "a digit or '\"'")?;
        Ok(value)
    }
}
