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

    /// The fast way for the text after an opening quote: what [`Step::read`] would give, and how many bytes it took,
    /// closing quote included. `None` is no verdict: the text is long, cut off or odd, and [`Step::read`] must look.
    #[inline]
    pub fn plain(&self, text: &[u8]) -> Option<(i64, usize)> {
        let (whole, digits) = swar::digits(text)?;
        let want = usize::from(self.decimals);
        if digits == 0 || 18 < digits + want {
            return None;
        }
        let scaled = whole * POWERS[want];
        let (value, length) = match *text.get(digits)? {
            b'"' => (scaled, digits + 1),
            b'.' => {
                let (part, decimals) = swar::digits(text.get(digits + 1..)?)?;
                let length = digits + 1 + decimals;
                if decimals == 0 || *text.get(length)? != b'"' {
                    return None;
                }
                (scaled + to_decimals(part, decimals, want)?, length + 1)
            }
            _ => return None,
        };
        if self.units == 1 {
            return Some((value, length));
        }
        (value % self.units == 0).then_some((value / self.units, length))
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

/// A decimal part with so many decimals as one with as many as wanted; `None` when digits would be lost, or there are
/// too many to say so quickly.
#[inline]
fn to_decimals(part: i64, have: usize, want: usize) -> Option<i64> {
    match have.checked_sub(want) {
        None | Some(0) => Some(part * POWERS[want - have]),
        Some(1) if part % 10 == 0 => Some(part / 10),
        Some(2) if part % 100 == 0 => Some(part / 100),
        Some(_) => None,
    }
}

/// Eight bytes of text at once, the first in the lowest byte.
mod swar {
    const ONES: u64 = u64::MAX / 255;

    /// The number that the digits at the beginning make, and how many there are: at most seven. `None` when there are
    /// more, or the text ends within eight bytes.
    #[inline]
    pub(super) fn digits(text: &[u8]) -> Option<(i64, usize)> {
        let window = u64::from_le_bytes(*text.first_chunk()?);
        let values = window ^ (ONES * 0x30);
        // The upper bit of every byte that is above nine.
        let others = (values.wrapping_add(ONES * 0x76) | values) & (ONES << 7);
        let digits = others.trailing_zeros() as usize / 8;
        if digits == 8 {
            return None;
        }
        // To the upper end; what comes in below is zero. In two steps, because there may be no digit at all.
        let aligned = values << (8 * (7 - digits)) << 8;
        let pairs = aligned.wrapping_mul(2_561) >> 8;
        let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(6_553_601) >> 16;
        let value = (fours & 0x0000_ffff_0000_ffff).wrapping_mul(42_949_672_960_001) >> 32;
        Some((value.cast_signed(), digits))
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
        fn the_fast_way_says_nothing_else_than_the_slow_one(
            text in "[0-9]{0,9}(\\.[0-9]{0,4})?[0-9.\"a-f/:-]{0,3}",
            size in prop::sample::select(vec!["0.1", "0.001", "0.05", "1", "25", "0.00000001"]),
        ) {
            let step = Step::tick(size.parse().unwrap()).unwrap();
            let padded = format!("{text}\",\"            ");
            if let Some((value, used)) = step.plain(padded.as_bytes()) {
                let quoted = format!("\"{padded}");
                let mut scanner = Scanner::new(quoted.as_bytes());
                prop_assert_eq!(step.read(&mut scanner), Ok(value));
                prop_assert_eq!(scanner.at(), used + 1);
            }
        }

        #[test]
        fn the_fast_way_reads_what_markets_send(units in 0..10_000_000_i64, scale in 0..5_u32, zeros in 0..3_u32) {
            let step = Step::tick(Decimal::new(1, scale)).unwrap();
            let value = Decimal::from(units) * Decimal::new(1, scale);
            let text = format!("{value:.*}", (scale + zeros) as usize);
            let read = step.plain(format!("{text}\",\"               ").as_bytes());
            prop_assert_eq!(read, Some((units, text.len() + 1)));
        }

        #[test]
        fn text_to_steps_is_what_exact_decimals_say(units in 0..1_000_000_000_000_i64, scale in 0..8_u32, zeros in 0..4_u32) {
            let step = Decimal::new(1, scale);
            let value = Decimal::from(units) * step;
            let text = format!("{value:.*}", (scale + zeros) as usize);
            prop_assert_eq!(read(&step.to_string(), &text), Ok(units));
        }
    }
}
