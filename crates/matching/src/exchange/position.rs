//! One position: lots, what they cost, and what open orders would add.

use aurora_model::{Lots, Nanos, Side, Ticks};
use rust_decimal::Decimal;

use super::command::PositionSide;
use super::scale::Scale;

/// A position of one account in one instrument, and the open orders that would grow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// Plus is long.
    pub(super) lots: Lots,
    /// What they cost, in quanta, without sign.
    pub(super) cost: i128,
    /// What was put beside it.
    pub(super) isolated: Decimal,
    /// Profit since it was last flat.
    pub(super) realized: Decimal,
    pub(super) opened_at: Nanos,
    pub(super) updated_at: Nanos,
    /// What opening buy orders at rest are worth at their limits, in quanta.
    pub(super) buys: i128,
    /// The same of opening sell orders.
    pub(super) sells: i128,
    /// How many open orders at work only reduce it.
    pub(super) reducers: u32,
}

/// What a trade did to a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traded {
    /// How many lots were closed.
    pub(super) closed: Lots,
    /// How many were opened.
    pub(super) opened: Lots,
    /// What those cost, in quanta.
    pub(super) opened_cost: i128,
    /// Profit, in quanta.
    pub(super) realized: i128,
    /// What part of the isolated margin came free.
    pub(super) released: Decimal,
}

impl Position {
    pub(super) fn is_flat(&self) -> bool {
        self.lots == Lots::ZERO
    }

    /// Buys or sells so much. What was bought at several prices leaves at their mean, rounded to whole quanta; the
    /// rounding stays in the position, so that in the end every quantum is accounted for.
    pub(super) fn trade(
        &mut self,
        side: Side,
        price: Ticks,
        qty: Lots,
        scale: &Scale,
        at: Nanos,
    ) -> Traded {
        let mut done = Traded::default();
        let is_against = self.lots.0.signum() == -side.sign();
        done.closed = if is_against { qty.min(self.lots.abs()) } else { Lots::ZERO };
        done.opened = qty - done.closed;
        if Lots::ZERO < done.closed {
            let held = self.lots.abs();
            let cost = self.cost * i128::from(done.closed.0) / i128::from(held.0);
            let gain = scale.worth(price, done.closed) - cost;
            done.realized = gain * i128::from(self.lots.0.signum()) * scale.long_sign();
            done.released = if done.closed == held {
                self.isolated
            } else {
                (self.isolated * Decimal::from(done.closed.0) / Decimal::from(held.0)).round_dp(8)
            };
            self.isolated -= done.released;
            self.cost -= cost;
            self.lots += Lots(side.sign() * done.closed.0);
            self.realized += scale.money(done.realized);
        }
        if Lots::ZERO < done.opened {
            if self.is_flat() {
                self.opened_at = at;
                self.realized = Decimal::ZERO;
            }
            done.opened_cost = scale.worth(price, done.opened);
            self.cost += done.opened_cost;
            self.lots += Lots(side.sign() * done.opened.0);
        }
        self.updated_at = at;
        done
    }

    /// How many lots an order of that side could close.
    pub(super) fn closable(&self, side: Side) -> Lots {
        if self.lots.0.signum() == -side.sign() { self.lots.abs() } else { Lots::ZERO }
    }

    /// The exposure margin is asked for, in settle money: of the position alone, and with the worse side of its
    /// orders.
    pub(super) fn exposure(
        &self,
        scale: &Scale,
        mark: Decimal,
        buys: i128,
        sells: i128,
    ) -> (Decimal, Decimal) {
        if self.is_flat() && buys == 0 && sells == 0 {
            return (Decimal::ZERO, Decimal::ZERO);
        }
        let alone = if self.is_flat() { Decimal::ZERO } else { scale.worth_at(mark, self.lots) };
        if buys == 0 && sells == 0 {
            return (alone, alone);
        }
        let signed = if self.lots.0 < 0 { -alone } else { alone };
        let bought = (signed + scale.money(buys)).abs();
        let sold = (signed - scale.money(sells)).abs();
        (alone, alone.max(bought).max(sold))
    }
}

/// Whether an order of that side on that position closes it: always so in hedge mode against its side.
pub(super) fn closes(position_side: PositionSide, side: Side) -> bool {
    matches!(
        (position_side, side),
        (PositionSide::Long, Side::Sell) | (PositionSide::Short, Side::Buy)
    )
}

#[cfg(test)]
mod tests {
    use aurora_model::{Instrument, Notional, Payoff};
    use proptest::prelude::*;

    use super::*;

    fn scale(payoff: Payoff) -> Scale {
        Scale::new(&Instrument {
            id: "PAPER:PERP:BTC-USDT".parse().unwrap(),
            symbol: "BTCUSDT".to_owned(),
            payoff,
            tick: Decimal::new(1, 1),
            lot: Decimal::ONE,
            multiplier: Decimal::from(100),
            min_notional: Notional::ZERO,
            maker_fee: Decimal::ZERO,
            taker_fee: Decimal::ZERO,
        })
    }

    #[test]
    fn an_inverse_contract_gains_in_base_when_the_price_rises() {
        let scale = scale(Payoff::Inverse);
        let mut position = Position::default();
        // 100 contracts of 100 quote: one base at 10 000, half a base at 20 000.
        position.trade(Side::Buy, Ticks(100_000), Lots(100), &scale, Nanos(1));
        let closed = position.trade(Side::Sell, Ticks(200_000), Lots(100), &scale, Nanos(2));
        assert_eq!(scale.money(closed.realized), Decimal::new(5, 1));
        assert!(position.is_flat() && position.cost == 0);
    }

    #[test]
    fn a_trade_through_zero_closes_and_opens() {
        let scale = scale(Payoff::Linear);
        let mut position = Position::default();
        position.trade(Side::Buy, Ticks(100), Lots(3), &scale, Nanos(1));
        let done = position.trade(Side::Sell, Ticks(110), Lots(5), &scale, Nanos(2));
        assert_eq!((done.closed, done.opened, done.realized), (Lots(3), Lots(2), 30));
        assert_eq!((position.lots, position.cost), (Lots(-2), 220));
        assert_eq!(scale.mean_price(position.lots, position.cost), Decimal::from(11));
    }

    proptest! {
        #[test]
        fn every_quantum_is_accounted_for(
            trades in prop::collection::vec((any::<bool>(), 1..1_000_i64, 1..100_i64), 1..60),
            inverse in any::<bool>(),
        ) {
            let scale = scale(if inverse { Payoff::Inverse } else { Payoff::Linear });
            let mut position = Position::default();
            let (mut realized, mut flow) = (0_i128, 0_i128);
            for (buys, price, qty) in trades {
                let side = if buys { Side::Buy } else { Side::Sell };
                let before = (position.lots, qty);
                let done = position.trade(side, Ticks(price), Lots(qty), &scale, Nanos(1));
                prop_assert_eq!(done.closed + done.opened, Lots(before.1));
                realized += done.realized;
                let worth = scale.worth(Ticks(price), done.closed) + done.opened_cost;
                flow -= i128::from(side.sign()) * worth * scale.long_sign();
            }
            let held = i128::from(position.lots.0.signum()) * position.cost * scale.long_sign();
            prop_assert_eq!(realized, flow + held);
        }
    }
}
