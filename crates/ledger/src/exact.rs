//! Exact money as a whole number of 10⁻¹⁵: a sum never rounds, and what does not fit is `None`.

use aurora_model::Notional;
use rust_decimal::Decimal;

/// How many decimals are kept.
pub(crate) const DECIMALS: u32 = 15;

/// Money in units of 10⁻¹⁵ of its currency; always small enough to be shown as a decimal exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(i128);

impl Exact {
    pub(crate) const ZERO: Exact = Exact(0);
    /// The widest decimal has 96 bits.
    const LIMIT: u128 = (1 << 96) - 1;

    pub(crate) fn new(units: i128) -> Option<Exact> {
        (units.unsigned_abs() <= Exact::LIMIT).then_some(Exact(units))
    }

    pub(crate) const fn units(self) -> i128 {
        self.0
    }

    pub(crate) fn from_decimal(value: Decimal) -> Option<Exact> {
        let value = value.normalize();
        let missing = DECIMALS.checked_sub(value.scale())?;
        Exact::new(value.mantissa().checked_mul(10i128.pow(missing))?)
    }

    pub(crate) fn notional(self) -> Notional {
        Notional::new(Decimal::from_i128_with_scale(self.0, DECIMALS).normalize())
    }

    pub(crate) fn plus(self, other: Exact) -> Option<Exact> {
        Exact::new(self.0 + other.0)
    }

    pub(crate) fn minus(self, other: Exact) -> Option<Exact> {
        Exact::new(self.0 - other.0)
    }

    /// The same amount with the sign of `sign` applied: −1, 0 or 1.
    pub(crate) fn times_sign(self, sign: i64) -> Exact {
        Exact(self.0 * i128::from(sign.signum()))
    }
}

/// `value × 10^DECIMALS`; `None` when that is not whole or does not fit.
pub(crate) fn units(value: Decimal) -> Option<i128> {
    Exact::from_decimal(value).map(Exact::units)
}

/// The quotient rounded half to even; the divisor is above zero.
pub(crate) fn divide_half_even(value: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (value.div_euclid(divisor), value.rem_euclid(divisor));
    match rest.cmp(&(divisor - rest)) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_to_the_even_neighbour_on_both_sides_of_zero() {
        let rounded: Vec<i128> =
            [5, 15, 25, 14, 16, -5, -15, -25, -14, -16].map(|v| divide_half_even(v, 10)).into();
        assert_eq!(rounded, [0, 2, 2, 1, 2, 0, -2, -2, -1, -2]);
    }

    #[test]
    fn money_survives_the_round_trip_and_finer_money_is_refused() {
        for text in ["0", "-0.000000000000001", "79000000000000.000000000000001", "12.5"] {
            let money: Decimal = text.parse().unwrap();
            assert_eq!(Exact::from_decimal(money).unwrap().notional().to_string(), text);
        }
        assert_eq!(Exact::from_decimal("0.0000000000000001".parse().unwrap()), None);
        assert_eq!(Exact::from_decimal(Decimal::MAX), None);
    }
}
