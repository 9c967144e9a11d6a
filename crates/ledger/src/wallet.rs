//! Wallets at venues: what our books say each must hold since it was first told.
//!
//! A wallet is one settle currency at one venue. It must hold what the venue said at the start, plus what our books
//! have earned there since (realized profit, fees, funding), plus what the venue's statements say was moved. An asset
//! that a spot instrument touches is no such wallet: there, trading itself moves it.

use std::collections::BTreeSet;

use aurora_model::{InstrumentNo, Move, MoveKind, Nanos, Notional, Payoff, Statement, Venue};
use rust_decimal::RoundingStrategy;

use crate::error::LedgerError;
use crate::exact::{DECIMALS, Exact};
use crate::holding::{Books, Holding};
use crate::ledger::Ledger;

/// Rows of a statement may be told that late; older ones are taken for known.
const LATE: Nanos = Nanos(86_400 * 1_000_000_000);

/// One settle currency at one venue.
#[derive(Clone, Debug)]
pub(crate) struct Wallet {
    pub(crate) venue: Venue,
    pub(crate) currency: String,
    pub(crate) start: Option<WalletStart>,
    /// What moved it since, beside what our books know.
    pub(crate) moved: Exact,
}

/// Where comparing began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WalletStart {
    /// Rows of this moment and before are in it.
    pub(crate) at: Nanos,
    /// What the venue said it held.
    pub(crate) told: Exact,
    /// What our books had earned there by then.
    pub(crate) earned: Exact,
}

/// The rows of one venue's statements that were taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// The newest statement was of this moment.
    pub(crate) read_to: Nanos,
    /// Those that may be told again.
    pub(crate) known: BTreeSet<(Nanos, u128)>,
}

impl Rows {
    /// Rows before it are taken for known.
    fn floor(&self) -> Nanos {
        Nanos(self.read_to.0.saturating_sub(LATE.0))
    }

    fn knows(&self, row: &Move) -> bool {
        row.at < self.floor() || self.known.contains(&(row.at, row.id))
    }
}

/// How a wallet compares to what a venue says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletGap {
    /// What our books say it must hold.
    pub expected: Notional,
    /// What the venue says, less that.
    pub gap: Notional,
    /// The same without sign, in [`crate::REPORTING_CURRENCY`]; `None` while nothing says what the currency is worth.
    pub worth: Option<Notional>,
    /// Fills were booked in another order than they happened, and the position is still open: what was realized of it
    /// differs from the venue's until it is flat, though position and profit do not.
    pub unsettled: bool,
}

/// The wallets that can be compared.
pub(crate) fn wallets_of(holdings: &[Holding]) -> Vec<Wallet> {
    let is_spot = |holding: &&Holding| holding.instrument.id.class == "SPOT";
    let touched: BTreeSet<(Venue, &str)> = holdings
        .iter()
        .filter(is_spot)
        .flat_map(|holding| {
            let id = &holding.instrument.id;
            [(id.venue, id.base.as_str()), (id.venue, id.quote.as_str())]
        })
        .collect();
    let settled = holdings.iter().filter(|holding| !is_spot(holding)).map(Holding::wallet);
    let settled: BTreeSet<(Venue, &str)> = settled.collect();
    let wallet = |(venue, currency): &(Venue, &str)| Wallet {
        venue: *venue,
        currency: (*currency).to_owned(),
        start: None,
        moved: Exact::ZERO,
    };
    settled.difference(&touched).map(wallet).collect()
}

impl Holding {
    /// The wallet it settles in.
    fn wallet(&self) -> (Venue, &str) {
        (self.instrument.id.venue, self.instrument.settle_currency())
    }
}

impl Ledger {
    /// The wallets that can be compared, venue and currency.
    pub fn wallets(&self) -> impl Iterator<Item = (Venue, &str)> {
        self.wallets.iter().map(|wallet| (wallet.venue, wallet.currency.as_str()))
    }

    /// From when a venue's next statement must tell what moved its wallets; `None` before its first.
    pub fn statement_from(&self, venue: Venue) -> Option<Nanos> {
        self.rows.get(&venue).map(Rows::floor)
    }

    /// A statement of the wallets that are compared, each once, without the rows that are known. A wallet that the
    /// venue did not tell of holds nothing.
    pub fn news_of_statement(&self, venue: Venue, statement: &Statement) -> Statement {
        let ours = |asset: &str| self.wallet(venue, asset).is_some();
        let rows = self.rows.get(&venue);
        let here = self.wallets.iter().filter(|wallet| wallet.venue == venue);
        let wallets = here.map(|wallet| {
            let told = statement.wallets.iter().find(|(asset, _)| *asset == wallet.currency);
            (wallet.currency.clone(), told.map_or(Notional::ZERO, |(_, total)| *total))
        });
        let is_news = |row: &&Move| ours(&row.asset) && rows.is_none_or(|rows| !rows.knows(row));
        Statement {
            at: statement.at,
            wallets: wallets.collect(),
            moves: statement.moves.iter().filter(is_news).cloned().collect(),
        }
    }

    /// Takes a statement: each row is booked once. A wallet that was never told starts with what is told, and so does
    /// every one that is told of where it `restarts`; rows of before are in that.
    ///
    /// # Errors
    /// An amount that is out of range: it is not booked, nor is anything after it.
    pub fn apply_statement(
        &mut self,
        venue: Venue,
        statement: &Statement,
        restarts: bool,
    ) -> Result<(), LedgerError> {
        for row in &statement.moves {
            if self.rows.get(&venue).is_some_and(|rows| rows.knows(row)) {
                continue;
            }
            self.book_move(venue, row)?;
            self.rows.entry(venue).or_default().known.insert((row.at, row.id));
        }
        let rows = self.rows.entry(venue).or_default();
        rows.read_to = rows.read_to.max(statement.at);
        let floor = rows.floor();
        rows.known.retain(|(at, _)| floor <= *at);
        for (asset, total) in &statement.wallets {
            let Some(place) = self.wallet_at(venue, asset) else { continue };
            if restarts || self.wallets[place].start.is_none() {
                let out_of_range = || LedgerError::Amount { what: "a wallet", amount: *total };
                let told = told(*total).ok_or_else(out_of_range)?;
                let earned = self.earned(venue, asset).ok_or_else(out_of_range)?;
                let wallet = &mut self.wallets[place];
                wallet.start = Some(WalletStart { at: statement.at, told, earned });
                wallet.moved = Exact::ZERO;
            }
        }
        Ok(())
    }

    /// Funding of an instrument is part of its profit; anything else only moves the wallet.
    fn book_move(&mut self, venue: Venue, row: &Move) -> Result<(), LedgerError> {
        let Some(place) = self.wallet_at(venue, &row.asset) else { return Ok(()) };
        if self.wallets[place].start.is_none_or(|start| row.at <= start.at) {
            return Ok(());
        }
        let out_of_range =
            LedgerError::Amount { what: "a row of a venue's statement", amount: row.amount };
        let Some(amount) = told(row.amount) else { return Err(out_of_range) };
        let settles_here = |no: &InstrumentNo| {
            let holding = self.holdings.get(no.index());
            holding.is_some_and(|holding| holding.wallet() == (venue, row.asset.as_str()))
        };
        let booked = match row.kind {
            MoveKind::Funding(Some(no)) if settles_here(&no) => self.fund(no.index(), amount),
            _ => self.move_wallet(place, amount),
        };
        booked.ok_or(out_of_range)
    }

    fn move_wallet(&mut self, place: usize, amount: Exact) -> Option<()> {
        let wallet = &mut self.wallets[place];
        wallet.moved = wallet.moved.plus(amount)?;
        Some(())
    }

    /// Everything is computed before anything is changed.
    fn fund(&mut self, place: usize, amount: Exact) -> Option<()> {
        let holding = &self.holdings[place];
        let books = Books { funding: holding.books.funding.plus(amount)?, ..holding.books };
        let worth = books.worth(&holding.rules, holding.mark)?;
        let net = self.net_with(place, &worth)?;
        let cash = self.purses[holding.purse].cash.plus(amount)?;
        let holding = &mut self.holdings[place];
        (holding.books, holding.worth) = (books, worth);
        self.purses[holding.purse].cash = cash;
        self.set_net(net);
        Some(())
    }

    /// A wallet against what the venue says it holds; `None` for one that is not compared, or has not started.
    pub fn wallet_gap(&self, venue: Venue, currency: &str, told: Notional) -> Option<WalletGap> {
        let wallet = self.wallet(venue, currency)?;
        let expected = self.expected(wallet)?;
        let gap = self::told(told)?.minus(expected)?;
        let mut held = self.holdings.iter().filter(|h| h.wallet() == (venue, currency));
        let rated = |holding: &Holding| {
            (holding.rules.payoff == Payoff::Linear || 0 < holding.mark)
                .then(|| holding.rules.report(gap, holding.mark))?
        };
        let worth = held.clone().find_map(rated).map(|worth| worth.notional().abs());
        let unsettled = held.any(|holding| holding.books.is_disordered);
        Some(WalletGap { expected: expected.notional(), gap: gap.notional(), worth, unsettled })
    }

    /// What a wallet must hold; `None` before it was first told.
    pub fn wallet_expected(&self, venue: Venue, currency: &str) -> Option<Notional> {
        Some(self.expected(self.wallet(venue, currency)?)?.notional())
    }

    fn expected(&self, wallet: &Wallet) -> Option<Exact> {
        let start = wallet.start?;
        let now = self.earned(wallet.venue, &wallet.currency)?;
        start.told.plus(now.minus(start.earned)?)?.plus(wallet.moved)
    }

    /// What the books have earned in a wallet: realized − fees + funding.
    fn earned(&self, venue: Venue, currency: &str) -> Option<Exact> {
        let held = self.holdings.iter().filter(|holding| holding.wallet() == (venue, currency));
        held.map(|holding| &holding.books).try_fold(Exact::ZERO, |sum, books| {
            sum.plus(books.realized)?.minus(books.fees)?.plus(books.funding)
        })
    }

    fn wallet(&self, venue: Venue, currency: &str) -> Option<&Wallet> {
        self.wallet_at(venue, currency).map(|at| &self.wallets[at])
    }

    fn wallet_at(&self, venue: Venue, currency: &str) -> Option<usize> {
        self.wallets.iter().position(|one| one.venue == venue && one.currency == currency)
    }
}

/// What a venue tells, to the last decimal that is kept: some tell more.
fn told(amount: Notional) -> Option<Exact> {
    let rounding = RoundingStrategy::MidpointNearestEven;
    Exact::from_decimal(amount.decimal().round_dp_with_strategy(DECIMALS, rounding))
}
