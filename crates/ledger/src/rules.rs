//! What a quantity at a price is worth in the settle currency, exactly.

use aurora_model::{Instrument, Payoff};
use rust_decimal::Decimal;

use crate::error::LedgerError;
use crate::exact::{DECIMALS, Exact, divide_half_even, units};
use crate::{COUNTED_AT_PAR, MONEY_DECIMALS};

/// An instrument's arithmetic, prepared as integers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) payoff: Payoff,
    /// Linear: one lot over half a tick, in quote. Inverse: one lot's face value in quote.
    lot_value: i128,
    /// The tick is `tick_mantissa / tick_scale`.
    tick_mantissa: i128,
    tick_scale: i128,
    /// Quotients are rounded to a multiple of this.
    grain: i128,
}

impl Rules {
    pub(crate) fn new(instrument: &Instrument) -> Result<Rules, LedgerError> {
        let quote = &instrument.id.quote;
        if !COUNTED_AT_PAR.contains(&quote.as_str()) {
            let symbol = instrument.symbol.clone();
            return Err(LedgerError::Unconvertible { symbol, quote: quote.clone() });
        }
        Rules::prepare(instrument)
            .ok_or_else(|| LedgerError::Rules { symbol: instrument.symbol.clone() })
    }

    fn prepare(instrument: &Instrument) -> Option<Rules> {
        let Instrument { tick, lot, multiplier, payoff, .. } = instrument;
        if [tick, lot, multiplier].into_iter().any(|step| *step <= Decimal::ZERO) {
            return None;
        }
        let (lot_value, decimals) = match payoff {
            Payoff::Linear => {
                let step = tick.checked_mul(*lot)?.normalize();
                (units(step)? / 2, step.scale())
            }
            Payoff::Inverse => (units(lot.checked_mul(*multiplier)?)?, 0),
        };
        let tick = tick.normalize();
        (decimals < DECIMALS).then_some(())?;
        Some(Rules {
            payoff: *payoff,
            lot_value,
            tick_mantissa: tick.mantissa(),
            tick_scale: 10i128.checked_pow(tick.scale())?,
            grain: 10i128.pow(DECIMALS - decimals.max(MONEY_DECIMALS)),
        })
    }

    /// Plus one where a long position earns when its value grows; minus one for inverse, where the
    /// value in base shrinks as the price rises.
    pub(crate) const fn sign(&self) -> i64 {
        match self.payoff {
            Payoff::Linear => 1,
            Payoff::Inverse => -1,
        }
    }

    /// The value in the settle currency; both arguments above zero.
    pub(crate) fn value(&self, half_ticks: i64, lots: i64) -> Option<Exact> {
        let (half_ticks, face) = (i128::from(half_ticks), self.lot_value.checked_mul(lots.into())?);
        match self.payoff {
            Payoff::Linear => Exact::new(face.checked_mul(half_ticks)?),
            Payoff::Inverse => {
                let face = face.checked_mul(2 * self.tick_scale)?;
                let price = half_ticks.checked_mul(self.tick_mantissa)?;
                self.quotient(face, price)
            }
        }
    }

    /// The value in quote: price times quantity, or the face value of inverse contracts.
    pub(crate) fn quote_value(&self, half_ticks: i64, lots: i64) -> Option<Exact> {
        match self.payoff {
            Payoff::Linear => self.value(half_ticks, lots),
            Payoff::Inverse => Exact::new(self.lot_value.checked_mul(lots.into())?),
        }
    }

    /// `part` of `whole` lots' cost.
    pub(crate) fn share(&self, cost: Exact, part: i64, whole: i64) -> Option<Exact> {
        self.quotient(cost.units().checked_mul(part.into())?, whole.into())
    }

    /// Settle money in the reporting currency, at this mark.
    pub(crate) fn report(&self, amount: Exact, half_ticks: i64) -> Option<Exact> {
        match self.payoff {
            Payoff::Linear => Some(amount),
            Payoff::Inverse => {
                let price = i128::from(half_ticks).checked_mul(self.tick_mantissa)?;
                self.quotient(amount.units().checked_mul(price)?, 2 * self.tick_scale)
            }
        }
    }

    /// The price in ticks at which so many lots cost that much, as a statistic.
    pub(crate) fn average_ticks(&self, cost: Exact, lots: i64) -> Option<f64> {
        if lots == 0 || cost == Exact::ZERO {
            return None;
        }
        let face = self.lot_value as f64 * lots.unsigned_abs() as f64;
        let cost = cost.units() as f64;
        Some(match self.payoff {
            Payoff::Linear => cost / face / 2.0,
            Payoff::Inverse => face / cost * self.tick_scale as f64 / self.tick_mantissa as f64,
        })
    }

    /// The one place where money is divided.
    fn quotient(&self, value: i128, divisor: i128) -> Option<Exact> {
        let grains = divide_half_even(value, divisor.checked_mul(self.grain)?);
        Exact::new(grains.checked_mul(self.grain)?)
    }
}
