//! Exact sums of the decimals that venues and journals write.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul};

use anyhow::{Context, Result};

const PLACES: usize = 12;
const ONE: i128 = 1_000_000_000_000;

/// A decimal with up to twelve places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(i128);

impl Decimal {
    pub(crate) const ZERO: Decimal = Decimal(0);

    /// Reads `-1.230`.
    pub(crate) fn read(text: &str) -> Result<Decimal> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let number = format!("{whole}{part:0<PLACES$}");
        let fits = part.len() <= PLACES && number.bytes().all(|byte| byte.is_ascii_digit());
        let value = fits.then(|| number.parse::<i128>().ok()).flatten();
        Ok(Decimal(sign * value.with_context(|| format!("{text:?} is no decimal"))?))
    }
}

impl Add for Decimal {
    type Output = Decimal;

    fn add(self, other: Decimal) -> Decimal {
        Decimal(self.0 + other.0)
    }
}

impl Mul<i64> for Decimal {
    type Output = Decimal;

    fn mul(self, times: i64) -> Decimal {
        Decimal(self.0 * i128::from(times))
    }
}

impl Sum for Decimal {
    fn sum<I: Iterator<Item = Decimal>>(all: I) -> Decimal {
        all.fold(Decimal::ZERO, Add::add)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (
            self.0.unsigned_abs() / ONE.unsigned_abs(),
            self.0.unsigned_abs() % ONE.unsigned_abs(),
        );
        let sign = if self.0 < 0 { "-" } else { "" };
        let part = format!("{part:0PLACES$}");
        write!(f, "{sign}{whole}.{}", part.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact() {
        let sum: Decimal = ["0.1", "0.2", "-0.300", "4", "0.000000000001"]
            .map(|text| Decimal::read(text).unwrap())
            .into_iter()
            .sum();
        assert_eq!(sum, Decimal::read("4.000000000001").unwrap());
        assert_eq!(Decimal::read("0.0020").unwrap() * -3, Decimal::read("-0.006").unwrap());
        assert!(
            ["", "x", "1.2.3", "1e3", "0.0000000000001"]
                .iter()
                .all(|text| Decimal::read(text).is_err() || text.is_empty())
        );
    }
}
