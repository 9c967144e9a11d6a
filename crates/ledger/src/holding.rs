//! One instrument's books: the position at average cost, and the totals that prove it.

use aurora_model::{Fill, Instrument, Nanos};

use crate::exact::Exact;
use crate::rules::Rules;
use crate::seen::Seen;

/// What is held in one instrument, and how it came to be.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) instrument: Instrument,
    pub(crate) rules: Rules,
    /// Which purse the instrument settles in.
    pub(crate) purse: usize,
    pub(crate) seen: Seen,
    pub(crate) books: Books,
    /// Twice the mid in ticks; zero until the first mark or fill.
    pub(crate) mark: i64,
    /// The books at that mark.
    pub(crate) worth: Worth,
}

/// The running totals of one instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    /// Signed lots; plus is long.
    pub(crate) position: i64,
    /// What the open position cost, without sign, in the settle currency.
    pub(crate) open_cost: Exact,
    pub(crate) realized: Exact,
    pub(crate) fees: Exact,
    /// Plus was paid to us.
    pub(crate) funding: Exact,
    /// The newest fill's moment; and whether one came after a later one since the position was last flat.
    pub(crate) newest_at: Nanos,
    pub(crate) is_disordered: bool,
    // Kept apart from the above and only compared with it.
    pub(crate) bought: i64,
    pub(crate) sold: i64,
    /// Σ value received − Σ value given, over every fill.
    pub(crate) flow: Exact,
    pub(crate) fills: u64,
    /// Σ value of every fill, in quote.
    pub(crate) turnover: Exact,
}

/// One instrument's profit at a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Worth {
    /// In the settle currency.
    pub(crate) unrealized: Exact,
    /// In the reporting currency, as are the next three.
    pub(crate) reported_realized: Exact,
    pub(crate) reported_fees: Exact,
    pub(crate) reported_funding: Exact,
    pub(crate) reported_unrealized: Exact,
    /// Realized − fees + funding + unrealized.
    pub(crate) reported_net: Exact,
}

/// What one fill does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) books: Books,
    pub(crate) closed: i64,
    pub(crate) realized: Exact,
}

impl Books {
    /// The books after the fill; `None` when a number leaves its range.
    pub(crate) fn step(&self, rules: &Rules, fill: &Fill, fee: Exact) -> Option<Step> {
        let (qty, side) = (fill.qty.0, fill.side.sign());
        let half_ticks = fill.price.0.checked_mul(2)?;
        let value = rules.value(half_ticks, qty)?;
        let position = self.position.checked_add(side * qty)?;
        let mut books = Books {
            position,
            newest_at: self.newest_at.max(fill.at),
            is_disordered: position != 0 && (self.is_disordered || fill.at < self.newest_at),
            fees: self.fees.plus(fee)?,
            flow: self.flow.minus(value.times_sign(side * rules.sign()))?,
            fills: self.fills + 1,
            turnover: self.turnover.plus(rules.quote_value(half_ticks, qty)?)?,
            ..*self
        };
        match side {
            1 => books.bought = books.bought.checked_add(qty)?,
            _ => books.sold = books.sold.checked_add(qty)?,
        }
        let held = self.position.checked_abs()?;
        let closed = if self.position.signum() == -side { qty.min(held) } else { 0 };
        if closed == 0 {
            books.open_cost = self.open_cost.plus(value)?;
            return Some(Step { books, closed, realized: Exact::ZERO });
        }
        // A fill that flips the position closes all of it and opens the rest.
        let exit = if closed == qty { value } else { rules.value(half_ticks, closed)? };
        let entry = match closed == held {
            true => self.open_cost,
            false => rules.share(self.open_cost, closed, held)?,
        };
        let realized = exit.minus(entry)?.times_sign(self.position.signum() * rules.sign());
        books.open_cost = self.open_cost.minus(entry)?.plus(value.minus(exit)?)?;
        books.realized = self.realized.plus(realized)?;
        Some(Step { books, closed, realized })
    }

    /// What these books are worth at a mark above zero.
    pub(crate) fn worth(&self, rules: &Rules, mark: i64) -> Option<Worth> {
        let unrealized = match self.position {
            0 => Exact::ZERO,
            held => rules
                .value(mark, held.checked_abs()?)?
                .minus(self.open_cost)?
                .times_sign(held.signum() * rules.sign()),
        };
        let reported_realized = rules.report(self.realized, mark)?;
        let reported_fees = rules.report(self.fees, mark)?;
        let reported_funding = rules.report(self.funding, mark)?;
        let reported_unrealized = rules.report(unrealized, mark)?;
        Some(Worth {
            unrealized,
            reported_realized,
            reported_fees,
            reported_funding,
            reported_unrealized,
            reported_net: reported_realized
                .minus(reported_fees)?
                .plus(reported_funding)?
                .plus(reported_unrealized)?,
        })
    }
}
