//! The ledger: every fill booked once, every purse and mark up to date.

use std::collections::BTreeMap;

use aurora_model::{Fill, Instrument, InstrumentNo, Liquidity, Lots, Notional, Payoff, Venue};
use aurora_planted::{Bug, active};

use crate::error::LedgerError;
use crate::exact::Exact;
use crate::holding::{Books, Holding, Worth};
use crate::rules::Rules;
use crate::seen::{Seen, Sight};
use crate::view::{Booked, Booking};
use crate::wallet::{Rows, Wallet, wallets_of};

/// Positions, cash and profit of one account.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) holdings: Vec<Holding>,
    pub(crate) purses: Vec<Purse>,
    /// Σ over instruments, in the reporting currency.
    pub(crate) net: Exact,
    pub(crate) day_start: Exact,
    pub(crate) peak: Exact,
    pub(crate) max_drawdown: Exact,
    pub(crate) duplicates: u64,
    pub(crate) maker_fills: u64,
    pub(crate) wallets: Vec<Wallet>,
    pub(crate) rows: BTreeMap<Venue, Rows>,
}

/// The cash of one settle currency.
#[derive(Clone, Debug)]
pub(crate) struct Purse {
    pub(crate) currency: String,
    pub(crate) start: Exact,
    pub(crate) cash: Exact,
}

impl Ledger {
    /// An empty ledger; [`InstrumentNo`] is the place in `instruments`, `cash` the start by currency.
    ///
    /// # Errors
    /// When an instrument's numbers are unusable, its quote cannot be reported, or cash is too fine.
    pub fn new(
        instruments: Vec<Instrument>,
        cash: BTreeMap<String, Notional>,
    ) -> Result<Ledger, LedgerError> {
        let mut cash = cash;
        for instrument in &instruments {
            cash.entry(instrument.settle_currency().to_owned()).or_default();
        }
        let purses = cash
            .into_iter()
            .map(|(currency, amount)| {
                let start = exact("the starting cash", amount)?;
                Ok(Purse { currency, start, cash: start })
            })
            .collect::<Result<Vec<_>, LedgerError>>()?;
        let holdings = instruments
            .into_iter()
            .map(|instrument| Holding::new(instrument, &purses))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Ledger {
            wallets: wallets_of(&holdings),
            rows: BTreeMap::new(),
            holdings,
            purses,
            net: Exact::ZERO,
            day_start: Exact::ZERO,
            peak: Exact::ZERO,
            max_drawdown: Exact::ZERO,
            duplicates: 0,
            maker_fills: 0,
        })
    }

    /// Books a fill, once: the instrument and the trade id name it. Order of arrival does not matter to
    /// position, fees and net profit; realized profit is by average cost in the order of booking.
    ///
    /// # Errors
    /// A fill that cannot be right, or can no longer be told from a repetition; nothing is booked then.
    pub fn apply_fill(&mut self, fill: &Fill) -> Result<Booked, LedgerError> {
        let at = self.index(fill.instrument)?;
        let Fill { trade_id, price, qty, .. } = *fill;
        if price.0 <= 0 || qty.0 <= 0 {
            return Err(LedgerError::NotPositive { trade_id, price: price.0, qty: qty.0 });
        }
        let holding = &self.holdings[at];
        let keeper =
            if active(Bug::FillKeyWithoutInstrument) { &self.holdings[0] } else { holding };
        match keeper.seen.look(trade_id) {
            Sight::New => {}
            Sight::Known if active(Bug::FillBookedTwice) => {}
            Sight::Known => {
                self.duplicates += 1;
                return Ok(Booked::Duplicate);
            }
            Sight::Forgotten { floor } => {
                let symbol = holding.instrument.symbol.clone();
                return Err(LedgerError::Forgotten { symbol, trade_id, floor });
            }
        }
        let fee = exact("a fee", fill.fee)?;
        let booking = self.book(at, fill, fee).ok_or_else(|| self.overflow(at))?;
        self.maker_fills += u64::from(fill.liquidity == Liquidity::Maker);
        Ok(Booked::New(booking))
    }

    /// Everything is computed before anything is changed.
    fn book(&mut self, at: usize, fill: &Fill, fee: Exact) -> Option<Booking> {
        let holding = &self.holdings[at];
        let step = holding.books.step(&holding.rules, fill, fee)?;
        let mark = if holding.mark == 0 { fill.price.0.checked_mul(2)? } else { holding.mark };
        let worth = step.books.worth(&holding.rules, mark)?;
        let net = self.net_with(at, &worth)?;
        let cash = self.purses[holding.purse]
            .cash
            .plus(step.realized)?
            .minus(if active(Bug::FeeAdded) { Exact::ZERO.minus(fee)? } else { fee })?;

        let holding = &mut self.holdings[at];
        self.purses[holding.purse].cash = cash;
        holding.books = step.books;
        holding.mark = mark;
        holding.worth = worth;
        holding.seen.take(fill.trade_id);
        if active(Bug::FillKeyWithoutInstrument) && at != 0 {
            self.holdings[0].seen.take(fill.trade_id);
        }
        self.set_net(net);
        Some(Booking {
            closed: Lots(step.closed),
            opened: Lots(fill.qty.0 - step.closed),
            realized: step.realized.notional(),
            fee: fill.fee,
            position: Lots(step.books.position),
        })
    }

    /// Values an instrument at its mid, given exactly as best bid + best ask, in ticks (so: half-ticks).
    ///
    /// Until the first mark the price of the first fill stands in. Cheap when nothing is held.
    ///
    /// # Errors
    /// An unknown instrument, a mark of zero or below, or a value out of range; the old mark stays.
    pub fn mark(&mut self, instrument: InstrumentNo, half_ticks: i64) -> Result<(), LedgerError> {
        let at = self.index(instrument)?;
        let holding = &mut self.holdings[at];
        if holding.mark == half_ticks {
            return Ok(());
        }
        if half_ticks <= 0 {
            let symbol = holding.instrument.symbol.clone();
            return Err(LedgerError::MarkNotPositive { symbol, half_ticks });
        }
        let moves = holding.books.position != 0 || holding.rules.payoff == Payoff::Inverse;
        if moves && holding.books.fills != 0 {
            self.revalue(at, half_ticks).ok_or_else(|| self.overflow(at))?;
        }
        self.holdings[at].mark = half_ticks;
        Ok(())
    }

    fn revalue(&mut self, at: usize, mark: i64) -> Option<()> {
        let holding = &self.holdings[at];
        let worth = holding.books.worth(&holding.rules, mark)?;
        let net = self.net_with(at, &worth)?;
        self.holdings[at].worth = worth;
        self.set_net(net);
        Some(())
    }

    /// Makes this moment the start of the day for [`Pnl::day`].
    pub fn start_day(&mut self) {
        self.day_start = self.net;
    }

    /// The instruments, in the order of their numbers.
    pub fn instruments(&self) -> impl Iterator<Item = &Instrument> {
        self.holdings.iter().map(|holding| &holding.instrument)
    }

    pub(crate) fn numbered(&self) -> impl Iterator<Item = (InstrumentNo, &Holding)> {
        (0..).map(InstrumentNo).zip(&self.holdings)
    }

    fn index(&self, instrument: InstrumentNo) -> Result<usize, LedgerError> {
        let known = self.holdings.len();
        let at = instrument.index();
        if at < known { Ok(at) } else { Err(LedgerError::UnknownInstrument { instrument, known }) }
    }

    fn overflow(&self, at: usize) -> LedgerError {
        LedgerError::Overflow { symbol: self.holdings[at].instrument.symbol.clone() }
    }

    pub(crate) fn net_with(&self, at: usize, worth: &Worth) -> Option<Exact> {
        self.net.minus(self.holdings[at].worth.reported_net)?.plus(worth.reported_net)
    }

    pub(crate) fn set_net(&mut self, net: Exact) {
        self.net = net;
        self.peak = self.peak.max(net);
        let drawdown = self.peak.minus(net).unwrap_or(self.max_drawdown);
        self.max_drawdown = self.max_drawdown.max(drawdown);
    }
}

impl Holding {
    fn new(instrument: Instrument, purses: &[Purse]) -> Result<Holding, LedgerError> {
        let rules = Rules::new(&instrument)?;
        let currency = instrument.settle_currency();
        let purse = purses.iter().position(|purse| purse.currency == currency);
        let purse = purse.expect("every settle currency was given a purse");
        let (seen, books, worth) = (Seen::default(), Books::default(), Worth::default());
        Ok(Holding { instrument, rules, purse, seen, books, mark: 0, worth })
    }
}

fn exact(what: &'static str, amount: Notional) -> Result<Exact, LedgerError> {
    Exact::from_decimal(amount.decimal()).ok_or(LedgerError::Amount { what, amount })
}
