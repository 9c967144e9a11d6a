//! Numbers with a meaning: a price is not a quantity, and neither is money.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// UTC nanoseconds since the Unix epoch, or a span of nanoseconds where a name says so.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Nanos(pub i64);

impl Nanos {
    /// One millisecond.
    pub const MILLI: Nanos = Nanos(1_000_000);
    /// One second.
    pub const SECOND: Nanos = Nanos(1_000_000_000);

    /// A span or instant of so many milliseconds.
    pub const fn from_millis(millis: i64) -> Nanos {
        Nanos(millis.saturating_mul(1_000_000))
    }

    /// Whole milliseconds, rounded toward the past.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Seconds as a statistic; never used to order events.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add for Nanos {
    type Output = Nanos;
    fn add(self, span: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(span.0))
    }
}

/// So many times a span.
impl Mul<i64> for Nanos {
    type Output = Nanos;
    fn mul(self, times: i64) -> Nanos {
        Nanos(self.0.saturating_mul(times))
    }
}

impl Sub for Nanos {
    type Output = Nanos;
    fn sub(self, earlier: Nanos) -> Nanos {
        Nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A price as a whole number of the instrument's ticks. Zero and below never come from a venue.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Ticks(pub i64);

impl Add for Ticks {
    type Output = Ticks;
    fn add(self, other: Ticks) -> Ticks {
        Ticks(self.0 + other.0)
    }
}

impl Sub for Ticks {
    type Output = Ticks;
    fn sub(self, other: Ticks) -> Ticks {
        Ticks(self.0 - other.0)
    }
}

/// A quantity as a whole number of the instrument's lots. Plus means bought where it is signed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Lots(pub i64);

impl Lots {
    /// Nothing.
    pub const ZERO: Lots = Lots(0);

    /// The size without its sign.
    pub const fn abs(self) -> Lots {
        Lots(self.0.abs())
    }
}

impl Add for Lots {
    type Output = Lots;
    fn add(self, other: Lots) -> Lots {
        Lots(self.0 + other.0)
    }
}

impl AddAssign for Lots {
    fn add_assign(&mut self, other: Lots) {
        self.0 += other.0;
    }
}

impl Sub for Lots {
    type Output = Lots;
    fn sub(self, other: Lots) -> Lots {
        Lots(self.0 - other.0)
    }
}

impl SubAssign for Lots {
    fn sub_assign(&mut self, other: Lots) {
        self.0 -= other.0;
    }
}

impl Neg for Lots {
    type Output = Lots;
    fn neg(self) -> Lots {
        Lots(-self.0)
    }
}

macro_rules! decimal_newtype {
    ($name:ident) => {
        impl $name {
            /// The exact decimal.
            pub const fn decimal(self) -> Decimal {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

/// Quote currency per one unit of base; always above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(Decimal);
decimal_newtype!(Price);

impl Price {
    /// `None` for zero and below: no venue we speak to quotes such a price.
    pub fn new(value: Decimal) -> Option<Price> {
        (Decimal::ZERO < value).then_some(Price(value))
    }
}

/// An amount of base currency, or of contracts where the instrument says so. Plus means bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Qty(Decimal);
decimal_newtype!(Qty);

impl Qty {
    /// Any decimal is a quantity.
    pub const fn new(value: Decimal) -> Qty {
        Qty(value)
    }
}

/// Money: an amount of one currency, exact. Plus means ours.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Notional(Decimal);
decimal_newtype!(Notional);

impl Notional {
    /// No money.
    pub const ZERO: Notional = Notional(Decimal::ZERO);

    /// Any decimal is an amount of money.
    pub const fn new(value: Decimal) -> Notional {
        Notional(value)
    }

    /// The amount without its sign.
    pub fn abs(self) -> Notional {
        Notional(self.0.abs())
    }

    /// As a statistic, for charts and ratios; never converted back.
    pub fn to_f64(self) -> f64 {
        decimal_to_f64(self.0)
    }
}

impl FromStr for Notional {
    type Err = rust_decimal::Error;
    fn from_str(text: &str) -> Result<Notional, rust_decimal::Error> {
        text.parse().map(Notional)
    }
}

impl Add for Notional {
    type Output = Notional;
    fn add(self, other: Notional) -> Notional {
        Notional(self.0 + other.0)
    }
}

impl AddAssign for Notional {
    fn add_assign(&mut self, other: Notional) {
        self.0 += other.0;
    }
}

impl Sub for Notional {
    type Output = Notional;
    fn sub(self, other: Notional) -> Notional {
        Notional(self.0 - other.0)
    }
}

impl SubAssign for Notional {
    fn sub_assign(&mut self, other: Notional) {
        self.0 -= other.0;
    }
}

impl Neg for Notional {
    type Output = Notional;
    fn neg(self) -> Notional {
        Notional(-self.0)
    }
}

/// The only product of a price and a quantity is money.
impl Mul<Qty> for Price {
    type Output = Notional;
    fn mul(self, qty: Qty) -> Notional {
        Notional(self.0 * qty.0)
    }
}

/// Hundredths of a percent, as a statistic.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Bps(pub f64);

/// A decimal as a statistic. Beyond 15 significant digits it is the nearest float.
pub fn decimal_to_f64(value: Decimal) -> f64 {
    use rust_decimal::prelude::ToPrimitive;
    value.to_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_of_zero_is_no_price() {
        assert_eq!(Price::new(Decimal::ZERO), None);
        assert_eq!(Price::new(-Decimal::ONE), None);
    }

    #[test]
    fn price_times_quantity_is_exact_money() {
        let price = Price::new("61800.10".parse().unwrap()).unwrap();
        let qty = Qty::new("0.003".parse().unwrap());
        assert_eq!((price * qty).to_string(), "185.40030");
    }

    #[test]
    fn milliseconds_before_the_epoch_round_toward_the_past() {
        assert_eq!(Nanos(-1).millis(), -1);
        assert_eq!(Nanos::from_millis(1_723_161_256_299).millis(), 1_723_161_256_299);
    }
}
