//! Decimal texts to whole steps, exactly: no float on the way.

use rust_decimal::Decimal;

use crate::error::DecodeError;
use crate::scan::Scanner;

const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut n = 1;
    while n < 19 {
        powers[n] = powers[n - 1] * 10;
        n += 1;
    }
    powers
};

/// The step a price (tick) or quantity (lot) comes in: `units × 10^-decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    decimals: u8,
    units: i64,
    name: &'static str,
}

impl Step {
    /// A tick size; `None` when it is not above zero or has more than 18 digits.
    pub fn tick(size: Decimal) -> Option<Step> {
        Step::new(size, "tick")
    }

    /// A lot size; `None` when it is not above zero or has more than 18 digits.
    pub fn lot(size: Decimal) -> Option<Step> {
        Step::new(size, "lot")
    }

    fn new(size: Decimal, name: &'static str) -> Option<Step> {
        let size = size.normalize();
        let units = i64::try_from(size.mantissa()).ok().filter(|units| 0 < *units)?;
        let decimals = u8::try_from(size.scale()).ok().filter(|decimals| *decimals <= 18)?;
        Some(Step { decimals, units, name })
    }

    /// Reads a quoted decimal such as `"61800.20"` as a number of steps, zero or above.
    ///
    /// # Errors
    /// [`DecodeError::NotWhole`] when it lies between two steps.
    #[inline]
    pub fn read(&self, scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
        scanner.expect(b'"', "a number in quotes")?;
        let steps = self.unsigned(scanner)?;
        quote(scanner)?;
        Ok(steps)
    }

    /// The same with an optional minus.
    ///
    /// # Errors
    /// [`DecodeError::NotWhole`] when it lies between two steps.
    #[inline]
    pub fn read_signed(&self, scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
        scanner.expect(b'"', "a number in quotes")?;
        let steps = self.signed(scanner)?;
        quote(scanner)?;
        Ok(steps)
    }

    /// A decimal in quotes or without, with an optional minus.
    ///
    /// # Errors
    /// [`DecodeError::NotWhole`] when it lies between two steps.
    #[inline]
    pub fn read_any(&self, scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
        match scanner.peek()? {
            b'"' => self.read_signed(scanner),
            _ => self.signed(scanner),
        }
    }

    /// A text that is nothing but a decimal, with an optional minus: what [`Scanner::number`] gave.
    ///
    /// # Errors
    /// [`DecodeError::NotWhole`] when it lies between two steps; places are counted within the text.
    #[inline]
    pub fn of(&self, text: &[u8]) -> Result<i64, DecodeError> {
        let mut scanner = Scanner::new(text);
        let steps = self.signed(&mut scanner)?;
        match scanner.at() == text.len() {
            true => Ok(steps),
            false => Err(scanner.unexpected("a digit")),
        }
    }

    #[inline]
    fn signed(&self, scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
        if scanner.byte()? != b'-' {
            return self.unsigned(scanner);
        }
        scanner.bump();
        self.unsigned(scanner).map(|steps| -steps)
    }

    #[inline]
    fn unsigned(&self, scanner: &mut Scanner<'_>) -> Result<i64, DecodeError> {
        let from = scanner.at();
        let mut value = 0_i64;
        while let Some(digit) = scanner.digit() {
            value = value.wrapping_mul(10).wrapping_add(digit.cast_signed());
        }
        let digits = scanner.at() - from;
        if digits == 0 {
            scanner.byte()?;
            return Err(scanner.unexpected("a digit"));
        }
        let mut missing = self.decimals;
        if scanner.here() == Some(b'.') {
            scanner.bump();
            let point = scanner.at();
            while 0 < missing
                && let Some(digit) = scanner.digit()
            {
                value = value.wrapping_mul(10).wrapping_add(digit.cast_signed());
                missing -= 1;
            }
            while let Some(digit) = scanner.digit() {
                if digit != 0 {
                    return Err(DecodeError::NotWhole { at: from, step: self.name });
                }
            }
            if point == scanner.at() {
                scanner.byte()?;
                return Err(scanner.unexpected("a digit"));
            }
        }
        if 18 < digits + usize::from(self.decimals) {
            return Err(DecodeError::TooLarge { at: from });
        }
        value *= POWERS[usize::from(missing)];
        if self.units == 1 {
            return Ok(value);
        }
        if value % self.units != 0 {
            return Err(DecodeError::NotWhole { at: from, step: self.name });
        }
        Ok(value / self.units)
    }
}

#[inline]
fn quote(scanner: &mut Scanner<'_>) -> Result<(), DecodeError> {
    if scanner.byte()? != b'"' {
        return Err(scanner.unexpected("a digit or '\"'"));
    }
    scanner.bump();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(size: &str, text: &str) -> Result<i64, DecodeError> {
        let step = Step::tick(size.parse().unwrap()).unwrap();
        step.read(&mut Scanner::new(format!("\"{text}\"").as_bytes()))
    }

    #[test]
    fn trailing_zeros_do_not_matter_and_other_digits_do() {
        assert_eq!(read("0.1", "61800.20"), Ok(618_002));
        assert_eq!(read("0.10", "61800.2"), Ok(618_002));
        assert_eq!(read("0.1", "61800"), Ok(618_000));
        assert_eq!(read("0.1", "61800.25"), Err(DecodeError::NotWhole { at: 1, step: "tick" }));
        assert_eq!(read("0.25", "10.75"), Ok(43));
        assert_eq!(read("0.25", "10.80"), Err(DecodeError::NotWhole { at: 1, step: "tick" }));
        assert_eq!(read("100", "61800"), Ok(618));
    }

    #[test]
    fn what_is_no_plain_decimal_is_refused() {
        for text in ["", "-1", "1e5", "1.2.3", " 1", "NaN", ".5", "1234567890123456789"] {
            assert!(read("0.1", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_minus_and_missing_quotes_are_taken_where_asked_for() {
        let step = Step::lot("0.001".parse().unwrap()).unwrap();
        let any = |text: &str| step.read_any(&mut Scanner::new(text.as_bytes()));
        assert_eq!(any("\"-0.089\""), Ok(-89));
        assert_eq!(any("-0.089"), Ok(-89));
        assert_eq!(any("7"), Ok(7000));
        assert_eq!(step.of(b"-1.5"), Ok(-1500));
        assert_eq!(step.of(b"0"), Ok(0));
        for text in ["", "-", "1.5 ", "1e3", "--1", "1.", "0.0001", "9999999999999999"] {
            assert!(step.of(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(step.read_signed(&mut Scanner::new(b"\"-2\"")), Ok(-2000));
        assert!(step.read_signed(&mut Scanner::new(b"-2")).is_err());
    }

    proptest! {
        #[test]
        fn text_to_steps_is_what_exact_decimals_say(units in 0..1_000_000_000_000_i64, scale in 0..8_u32, zeros in 0..4_u32) {
            let step = Decimal::new(1, scale);
            let value = Decimal::from(units) * step;
            let text = format!("{value:.*}", (scale + zeros) as usize);
            prop_assert_eq!(read(&step.to_string(), &text), Ok(units));
        }
    }
}
