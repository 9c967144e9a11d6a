//! How lots and ticks of one instrument become money, without losing any of it.

use aurora_model::{Instrument, Lots, Notional, Payoff, Ticks};
use rust_decimal::Decimal;

/// Decimals of the base currency an inverse contract is counted in.
const INVERSE_DECIMALS: u32 = 12;
/// Decimals fees and funding are rounded to, toward zero.
pub(super) const MONEY_DECIMALS: u32 = 8;

/// What positions are counted in: whole quanta. A linear quantum is one lot at one tick, so nothing is ever rounded;
/// an inverse one is 10⁻¹² of the base currency.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    payoff: Payoff,
    pub(super) tick: Decimal,
    pub(super) lot: Decimal,
    multiplier: Decimal,
    quantum: Decimal,
}

impl Scale {
    pub(super) fn new(instrument: &Instrument) -> Scale {
        let quantum = match instrument.payoff {
            Payoff::Linear => instrument.tick * instrument.lot,
            Payoff::Inverse => Decimal::new(1, INVERSE_DECIMALS),
        };
        Scale {
            payoff: instrument.payoff,
            tick: instrument.tick,
            lot: instrument.lot,
            multiplier: instrument.multiplier,
            quantum,
        }
    }

    /// What so many lots are worth at the price, in quanta of the settle currency, without sign.
    pub(super) fn worth(&self, price: Ticks, lots: Lots) -> i128 {
        match self.payoff {
            Payoff::Linear => i128::from(price.0) * i128::from(lots.0.abs()),
            Payoff::Inverse => {
                let worth = self.worth_at(self.tick * Decimal::from(price.0), lots);
                (worth / self.quantum).mantissa()
            }
        }
    }

    /// The same at a price that need not be on the tick, as money.
    pub(super) fn worth_at(&self, price: Decimal, lots: Lots) -> Decimal {
        let qty = self.lot * Decimal::from(lots.0.abs());
        match self.payoff {
            Payoff::Linear => qty * price,
            Payoff::Inverse if price.is_zero() => Decimal::ZERO,
            Payoff::Inverse => (qty * self.multiplier / price).trunc_with_scale(INVERSE_DECIMALS),
        }
    }

    /// Quanta as money.
    pub(super) fn money(&self, quanta: i128) -> Decimal {
        Decimal::from_i128_with_scale(quanta, 0) * self.quantum
    }

    /// Plus one where a higher price is a gain for who is long, in the settle currency; for inverse contracts the
    /// worth falls when the price rises, so it is minus one.
    pub(super) const fn long_sign(&self) -> i128 {
        match self.payoff {
            Payoff::Linear => 1,
            Payoff::Inverse => -1,
        }
    }

    /// Profit of a position of so many lots that cost so much, at that price.
    pub(super) fn profit_at(&self, lots: Lots, cost: i128, price: Decimal) -> Decimal {
        let gain = self.worth_at(price, lots) - self.money(cost);
        if (0 < lots.0) == (0 < self.long_sign()) { gain } else { -gain }
    }

    /// The mean price of so many lots that cost so much; zero when there are none.
    pub(super) fn mean_price(&self, lots: Lots, cost: i128) -> Decimal {
        if lots == Lots::ZERO || cost == 0 {
            return Decimal::ZERO;
        }
        let qty = self.lot * Decimal::from(lots.0.abs());
        let price = match self.payoff {
            Payoff::Linear => self.money(cost) / qty,
            Payoff::Inverse => qty * self.multiplier / self.money(cost),
        };
        price.round_dp(self.tick.scale() + 6)
    }

    /// A price in ticks, toward the lower one; `None` when it has none.
    pub(super) fn ticks_below(&self, price: Decimal) -> Option<Ticks> {
        let ticks = price.checked_div(self.tick)?.floor();
        i64::try_from(ticks.mantissa().checked_div(10_i128.checked_pow(ticks.scale())?)?)
            .ok()
            .map(Ticks)
    }
}

/// Money, rounded as fees and funding are.
pub(super) fn rounded(money: Decimal) -> Decimal {
    money.trunc_with_scale(MONEY_DECIMALS)
}

/// The amount as [`Notional`].
pub(super) const fn notional(money: Decimal) -> Notional {
    Notional::new(money)
}
