//! What the books say: positions, cash, profit, exposure.

use aurora_model::{Fill, InstrumentNo, Lots, Notional, Payoff, Price};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::exact::Exact;
use crate::holding::{Holding, Worth};
use crate::ledger::{Ledger, Purse};
use crate::seen::Sight;
use crate::view::{Counters, Equity, Exposure, Pnl, Position};

impl Ledger {
    /// Signed lots held; zero for an instrument the ledger does not know.
    pub fn position(&self, instrument: InstrumentNo) -> Lots {
        self.holdings.get(instrument.index()).map_or(Lots::ZERO, |held| Lots(held.books.position))
    }

    /// The position of every instrument that has or had one, in the order of the list.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.numbered()
            .filter(|(_, holding)| holding.books.fills != 0)
            .map(|(no, holding)| holding.view(no))
    }

    /// One instrument's position; `None` when it never had one.
    pub fn held(&self, instrument: InstrumentNo) -> Option<Position> {
        let holding = self.holdings.get(instrument.index())?;
        (holding.books.fills != 0).then(|| holding.view(instrument))
    }

    /// How many instruments are held now.
    pub fn open_positions(&self) -> usize {
        self.holdings.iter().filter(|holding| holding.books.position != 0).count()
    }

    /// Average price of the open position in ticks, as a statistic for strategies; `None` when flat.
    ///
    /// A few nanoseconds, where [`Ledger::held`] divides decimals.
    pub fn average_entry_ticks(&self, instrument: InstrumentNo) -> Option<f64> {
        let holding = self.holdings.get(instrument.index())?;
        holding.rules.average_ticks(holding.books.open_cost, holding.books.position)
    }

    /// Realized − fees + funding + unrealized, in [`crate::REPORTING_CURRENCY`]; without the rest of [`Pnl`] to sum.
    pub fn net(&self) -> Notional {
        self.net.notional()
    }

    /// Net profit since [`Ledger::start_day`]; as [`Pnl::day`], without the rest of it.
    pub fn day_pnl(&self) -> Notional {
        self.net.minus(self.day_start).map_or(Notional::ZERO, Exact::notional)
    }

    /// Every currency and what it began with.
    pub fn started_with(&self) -> impl Iterator<Item = (&str, Notional)> {
        self.purses.iter().map(|purse| (purse.currency.as_str(), purse.start.notional()))
    }

    /// Whether that fill was booked already.
    pub fn knows(&self, fill: &Fill) -> bool {
        let holding = self.holdings.get(fill.instrument.index());
        holding.is_some_and(|holding| holding.seen.look(fill.trade_id) == Sight::Known)
    }

    /// Cash in a currency: start + realized − fees + funding.
    pub fn cash(&self, currency: &str) -> Notional {
        let purse = self.purses.iter().find(|purse| purse.currency == currency);
        purse.map_or(Notional::ZERO, |purse| purse.cash.notional())
    }

    /// Cash, unrealized profit and equity of every settle currency, by name.
    pub fn equity(&self) -> Vec<Equity> {
        let of_purse = |(at, purse): (usize, &Purse)| {
            let held = self.holdings.iter().filter(|holding| holding.purse == at);
            let unrealized = sum(held.map(|holding| holding.worth.unrealized));
            let cash = purse.cash.notional();
            Equity { currency: purse.currency.clone(), cash, unrealized, equity: cash + unrealized }
        };
        self.purses.iter().enumerate().map(of_purse).collect()
    }

    /// Profit over all instruments.
    pub fn pnl(&self) -> Pnl {
        let total = |part: fn(&Worth) -> Exact| sum(self.holdings.iter().map(|h| part(&h.worth)));
        let (net, peak) = (self.net(), self.peak.notional());
        Pnl {
            realized: total(|worth| worth.reported_realized),
            fees: total(|worth| worth.reported_fees),
            funding: total(|worth| worth.reported_funding),
            unrealized: total(|worth| worth.reported_unrealized),
            net,
            day: self.day_pnl(),
            peak,
            drawdown: peak - net,
            max_drawdown: self.max_drawdown.notional(),
        }
    }

    /// What is at stake over all instruments.
    pub fn exposure(&self) -> Exposure {
        self.holdings.iter().fold(Exposure::default(), |sum, holding| {
            let notional = holding.notional();
            Exposure { net: sum.net + notional, gross: sum.gross + notional.abs() }
        })
    }

    /// What has been counted since the start.
    pub fn counters(&self) -> Counters {
        let fills = self.holdings.iter().map(|holding| holding.books.fills).sum();
        Counters {
            fills,
            duplicates: self.duplicates,
            maker_fills: self.maker_fills,
            taker_fills: fills - self.maker_fills,
            turnover: sum(self.holdings.iter().map(|holding| holding.books.turnover)),
        }
    }
}

impl Holding {
    fn view(&self, instrument: InstrumentNo) -> Position {
        let books = &self.books;
        Position {
            instrument,
            qty: Lots(books.position),
            average_entry: self.average_entry(),
            open_cost: books.open_cost.notional(),
            mark: Price::new(self.instrument.tick * Decimal::from(self.mark) / Decimal::TWO),
            notional: self.notional(),
            realized: books.realized.notional(),
            unrealized: self.worth.unrealized.notional(),
            fees: books.fees.notional(),
            funding: books.funding.notional(),
            bought: Lots(books.bought),
            sold: Lots(books.sold),
        }
    }

    fn average_entry(&self) -> Option<Price> {
        let qty = self.instrument.qty(Lots(self.books.position)).decimal().abs();
        let cost = self.books.open_cost.notional().decimal();
        let price = match self.rules.payoff {
            Payoff::Linear => cost.checked_div(qty)?,
            Payoff::Inverse => qty.checked_mul(self.instrument.multiplier)?.checked_div(cost)?,
        };
        let decimals = self.instrument.price_decimals() + 4;
        let rounding = RoundingStrategy::MidpointNearestEven;
        Price::new(price.round_dp_with_strategy(decimals, rounding).normalize())
    }

    /// Value at the mark in quote; plus is long.
    fn notional(&self) -> Notional {
        let books = &self.books;
        let value = self.rules.quote_value(self.mark, books.position.abs());
        value.unwrap_or_default().times_sign(books.position).notional()
    }
}

fn sum(amounts: impl Iterator<Item = Exact>) -> Notional {
    amounts.map(Exact::notional).fold(Notional::ZERO, |sum, amount| sum + amount)
}
