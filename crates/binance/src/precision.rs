//! How fine the numbers of a recording are, for instruments whose steps we do not know.

use aurora_model::{Lots, Ticks};

use crate::wire::Numbers;
use aurora_wire::DecodeError;
use aurora_wire::scan::Scanner;

/// The most decimals seen, trailing zeros aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Precision {
    pub(crate) price: u32,
    pub(crate) qty: u32,
}

impl Precision {
    pub(crate) fn or(self, other: Precision) -> Precision {
        Precision { price: self.price.max(other.price), qty: self.qty.max(other.qty) }
    }
}

/// Only decimals are counted; every price reads as one tick and every quantity as one lot.
impl Numbers for Precision {
    #[inline]
    fn price(&mut self, scanner: &mut Scanner<'_>) -> Result<Ticks, DecodeError> {
        self.price = self.price.max(decimals(scanner)?);
        Ok(Ticks(1))
    }

    #[inline]
    fn qty(&mut self, scanner: &mut Scanner<'_>) -> Result<Lots, DecodeError> {
        self.qty = self.qty.max(decimals(scanner)?);
        Ok(Lots(1))
    }
}

#[inline]
fn decimals(scanner: &mut Scanner<'_>) -> Result<u32, DecodeError> {
    scanner.expect(b'"', "a number in quotes")?;
    if scanner.digit().is_none() {
        return Err(scanner.unexpected("a digit"));
    }
    while scanner.digit().is_some() {}
    let (mut place, mut finest) = (0, 0);
    if scanner.byte()? == b'.' {
        scanner.bump();
        while let Some(digit) = scanner.digit() {
            place += 1;
            if digit != 0 {
                finest = place;
            }
        }
    }
    if scanner.byte()? != b'"' {
        return Err(scanner.unexpected("a digit or '\"'"));
    }
    scanner.bump();
    Ok(finest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_are_no_precision() {
        let count = |text: &str| decimals(&mut Scanner::new(text.as_bytes()));
        assert_eq!(count("\"61800.20000000\""), Ok(1));
        assert_eq!(count("\"0.00056000\""), Ok(5));
        assert_eq!(count("\"100\""), Ok(0));
        assert!(count("\"-1\"").is_err());
        assert!(count("\"1.5").is_err());
    }
}
