//! The invariants: what must hold after every fill, with no tolerance.

use aurora_model::{InstrumentNo, Lots, Notional};

use crate::exact::Exact;
use crate::holding::Holding;
use crate::ledger::Ledger;

/// An invariant that does not hold: a bug, and a reason to stop trading.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Position = bought − sold.
    #[error("instrument {}: position {} is not bought {} − sold {}", instrument.0, position.0, bought.0, sold.0)]
    Position {
        /// Which instrument.
        instrument: InstrumentNo,
        /// What the books hold.
        position: Lots,
        /// Independent total.
        bought: Lots,
        /// Independent total.
        sold: Lots,
    },
    /// A flat position costs nothing; an open one costs something, never below zero.
    #[error("instrument {}: an open cost of {open_cost} does not fit a position of {}", instrument.0, position.0)]
    OpenCost {
        /// Which instrument.
        instrument: InstrumentNo,
        /// What the books hold.
        position: Lots,
        /// What it is said to have cost.
        open_cost: Notional,
    },
    /// Realized profit = what the fills brought in + what is still tied up.
    #[error("instrument {}: realized {realized} is not the fills' {explained}", instrument.0)]
    Realized {
        /// Which instrument.
        instrument: InstrumentNo,
        /// What the books say.
        realized: Notional,
        /// What the fills say.
        explained: Notional,
    },
    /// Every booked fill has a trade id of its own.
    #[error("instrument {}: {fills} fills booked with {trade_ids} trade ids", instrument.0)]
    Fills {
        /// Which instrument.
        instrument: InstrumentNo,
        /// Booked.
        fills: u64,
        /// Remembered.
        trade_ids: u64,
    },
    /// Cash = start + Σ realized − Σ fees + Σ funding.
    #[error("{currency}: cash {cash} is not start + realized − fees + funding = {explained}")]
    Cash {
        /// Which currency.
        currency: String,
        /// What the purse holds.
        cash: Notional,
        /// What the instruments explain.
        explained: Notional,
    },
    /// Net profit = Σ instruments.
    #[error("net profit {net} is not the instruments' sum {explained}")]
    Net {
        /// The running total.
        net: Notional,
        /// The sum.
        explained: Notional,
    },
}

impl Ledger {
    /// Proves the books from totals kept independently of them.
    ///
    /// Costs a few dozen nanoseconds an instrument: cheap enough for every fill.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn check(&self) -> Result<(), Violation> {
        for (no, holding) in self.numbered() {
            check_holding(no, holding)?;
        }
        for (at, purse) in self.purses.iter().enumerate() {
            let of_purse = self.holdings.iter().filter(|holding| holding.purse == at);
            let explained = of_purse
                .map(|holding| &holding.books)
                .map(|of| of.realized.units() - of.fees.units() + of.funding.units())
                .sum::<i128>()
                + purse.start.units();
            if explained != purse.cash.units() {
                return Err(Violation::Cash {
                    currency: purse.currency.clone(),
                    cash: purse.cash.notional(),
                    explained: shown(explained),
                });
            }
        }
        let explained = self.holdings.iter().map(|h| h.worth.reported_net.units()).sum::<i128>();
        if explained != self.net.units() {
            return Err(Violation::Net { net: self.net.notional(), explained: shown(explained) });
        }
        Ok(())
    }
}

fn check_holding(instrument: InstrumentNo, holding: &Holding) -> Result<(), Violation> {
    let books = &holding.books;
    let position = Lots(books.position);
    if i128::from(books.position) != i128::from(books.bought) - i128::from(books.sold) {
        let (bought, sold) = (Lots(books.bought), Lots(books.sold));
        return Err(Violation::Position { instrument, position, bought, sold });
    }
    let is_flat = books.position == 0;
    if books.open_cost < Exact::ZERO || (is_flat && books.open_cost != Exact::ZERO) {
        let open_cost = books.open_cost.notional();
        return Err(Violation::OpenCost { instrument, position, open_cost });
    }
    let tied_up = books.open_cost.times_sign(books.position.signum() * holding.rules.sign());
    let explained = books.flow.units() + tied_up.units();
    if books.realized.units() != explained {
        let realized = books.realized.notional();
        return Err(Violation::Realized { instrument, realized, explained: shown(explained) });
    }
    let (fills, trade_ids) = (books.fills, holding.seen.count());
    if fills != trade_ids {
        return Err(Violation::Fills { instrument, fills, trade_ids });
    }
    Ok(())
}

/// For a message; a sum beyond the range is shown at its edge.
fn shown(units: i128) -> Notional {
    const EDGE: i128 = (1 << 96) - 1;
    Exact::new(units.clamp(-EDGE, EDGE)).unwrap_or_default().notional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::{Instrument, Payoff};
    use expect_test::{Expect, expect};
    use rust_decimal::Decimal;

    fn check(hurt: impl FnOnce(&mut Ledger), expected: &Expect) {
        let instrument = Instrument {
            id: "PAPER:SPOT:BTC-USDT".parse().unwrap(),
            symbol: "BTCUSDT".into(),
            payoff: Payoff::Linear,
            tick: Decimal::ONE,
            lot: Decimal::ONE,
            multiplier: Decimal::ONE,
            min_notional: Notional::ZERO,
            maker_fee: Decimal::ZERO,
            taker_fee: Decimal::ZERO,
        };
        let mut ledger = Ledger::new(vec![instrument], Default::default()).unwrap();
        assert_eq!(ledger.check(), Ok(()));
        hurt(&mut ledger);
        expected.assert_eq(&ledger.check().unwrap_err().to_string());
    }

    fn one() -> Exact {
        Exact::from_decimal(Decimal::ONE).unwrap()
    }

    #[test]
    fn every_number_that_is_changed_behind_the_books_is_found() {
        check(
            |l| l.holdings[0].books.position = 1,
            &expect!["instrument 0: position 1 is not bought 0 − sold 0"],
        );
        check(
            |l| l.holdings[0].books.open_cost = one(),
            &expect!["instrument 0: an open cost of 1 does not fit a position of 0"],
        );
        check(
            |l| l.holdings[0].books.realized = one(),
            &expect!["instrument 0: realized 1 is not the fills' 0"],
        );
        check(
            |l| l.holdings[0].books.fills = 2,
            &expect!["instrument 0: 2 fills booked with 0 trade ids"],
        );
        check(
            |l| l.holdings[0].books.fees = one(),
            &expect!["USDT: cash 0 is not start + realized − fees + funding = -1"],
        );
        check(|l| l.net = one(), &expect!["net profit 1 is not the instruments' sum 0"]);
    }
}
