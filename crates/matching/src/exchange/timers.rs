//! What happens by the clock: marks, funding, dead men, orders that run out.

use aurora_model::{InstrumentNo, MarketEvent, MarketKind, Nanos, Side};
use rust_decimal::Decimal;

use super::Exchange;
use super::command::{AccountNo, OrderId};
use super::event::{ChangeReason, EventKind, ExchangeEvent, FundingPayment, FundingRecord};
use super::listing::ListingStatus;
use super::market::next_multiple;
use super::order::CloseCause;
use super::scale::{notional, rounded};

/// Something to do at a moment. In the order in which they are done when they are due together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// Compute mark prices and judge margins.
    Mark,
    /// Settle funding of one instrument.
    Funding(InstrumentNo),
    /// A dead-man timer of the account runs out.
    DeadMan(AccountNo),
    /// An order runs out.
    Gtd(OrderId),
}

impl Exchange {
    /// When [`Exchange::advance`] has something to do next: a timer, funding, mark prices.
    pub fn next_at(&self) -> Option<Nanos> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Does everything that is due at `to` or before. Time never goes back: an earlier moment does nothing.
    pub fn advance(&mut self, to: Nanos, out: &mut Vec<ExchangeEvent>) {
        while let Some(&(due, timer)) = self.timers.first()
            && due <= to
        {
            self.timers.remove(&(due, timer));
            self.now = self.now.max(due);
            match timer {
                Timer::Mark => self.mark_all(due, to, out),
                Timer::Funding(no) => self.settle_funding(no, due, to, out),
                Timer::DeadMan(account) => self.fire_dead_man(account, due, out),
                Timer::Gtd(id) => self.close(id, CloseCause::GtdExpired, out),
            }
        }
        self.now = self.now.max(to);
    }

    /// Shows it the market, after doing what was due before. The first event of an instrument is a snapshot.
    pub fn on_market(&mut self, event: &MarketEvent<'_>, out: &mut Vec<ExchangeEvent>) {
        self.advance(event.received_at, out);
        let no = event.instrument;
        let Some(listing) = self.listings.get(no.index()) else { return };
        let trades = listing.status.is_open();
        if let MarketKind::Trade { aggressor, price, qty, .. } = event.kind {
            if trades {
                self.run_public_trade(no, aggressor, price, qty, out);
                self.fire(no, out);
            }
            return;
        }
        let at = self.now;
        let market = &mut self.markets[no.index()];
        market.take_book(&event.kind, self.config.queue, at);
        if !market.pricing.is_known() {
            self.mark_one(no, out);
        }
        if trades {
            self.cross(no, Side::Buy, out);
            self.cross(no, Side::Sell, out);
            self.fire(no, out);
        }
    }

    /// Marks every market, judges every margin. A long silence is one step.
    fn mark_all(&mut self, due: Nanos, to: Nanos, out: &mut Vec<ExchangeEvent>) {
        let every = self.config.mark_interval;
        self.timers.insert((next_after(due, to, every), Timer::Mark));
        for no in self.numbers() {
            if self.listings[no.index()].status != ListingStatus::Closed {
                self.mark_one(no, out);
                self.fire(no, out);
            }
        }
        self.judge_margins(out);
    }

    fn mark_one(&mut self, no: InstrumentNo, out: &mut Vec<ExchangeEvent>) {
        let at = self.now;
        let market = &mut self.markets[no.index()];
        let touch = (market.best(Side::Buy), market.best(Side::Sell));
        let (Some((bid, _)), Some((ask, _))) = touch else { return };
        market.pricing.see(bid, ask, market.scale.tick, at);
        if let Some(mark) = self.mark_price(no) {
            self.emit(EventKind::Mark(mark), out);
        }
    }

    fn settle_funding(
        &mut self,
        no: InstrumentNo,
        due: Nanos,
        to: Nanos,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let listing = &self.listings[no.index()];
        let Some(every) = listing.funding_interval else { return };
        let next = next_after(due, to, every);
        self.timers.insert((next, Timer::Funding(no)));
        if listing.status == ListingStatus::Closed {
            return;
        }
        let cap = listing.funding_cap;
        let market = &mut self.markets[no.index()];
        market.pricing.next_funding_at = Some(next);
        if !market.pricing.is_known() {
            return;
        }
        let rate = market.pricing.rate(cap);
        self.settle_at(no, due, rate, out);
    }

    /// Funding is paid now, out of turn, at that rate; nothing while nobody knows the mark price.
    pub fn force_funding(
        &mut self,
        at: Nanos,
        no: InstrumentNo,
        rate: Decimal,
        out: &mut Vec<ExchangeEvent>,
    ) {
        self.advance(at, out);
        if self.markets[no.index()].pricing.is_known() {
            self.settle_at(no, self.now, rate, out);
        }
    }

    fn settle_at(
        &mut self,
        no: InstrumentNo,
        at: Nanos,
        rate: Decimal,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let pricing = &mut self.markets[no.index()].pricing;
        let record = FundingRecord { instrument: no, at, rate, mark: pricing.mark };
        pricing.settled(record);
        self.emit(EventKind::FundingSettled(record), out);
        let holders: Vec<AccountNo> = self.markets[no.index()].holders.iter().copied().collect();
        for account in holders {
            self.pay_funding(account, &record, out);
        }
    }

    fn pay_funding(
        &mut self,
        account: AccountNo,
        record: &FundingRecord,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let no = record.instrument;
        let market = &self.markets[no.index()];
        let (settle, at) = (market.settle, record.at);
        for (position_side, lots) in self.accounts[&account].held_in(no) {
            let worth = self.markets[no.index()].scale.worth_at(record.mark, lots);
            let sign = Decimal::from(-lots.0.signum());
            let amount = rounded(worth * record.rate * sign);
            self.last_fill_id += 1;
            let payment = FundingPayment {
                account,
                id: self.last_fill_id,
                instrument: no,
                position_side,
                lots,
                mark: record.mark,
                rate: record.rate,
                amount: notional(amount),
                asset: settle,
                at,
            };
            self.house.entry(settle).or_default().funding -= amount;
            let of = self.accounts.get_mut(&account).expect("a holder is an account");
            of.remember_funding(payment, &self.config);
            self.emit(EventKind::Funding(payment), out);
            self.pay(account, settle, amount, ChangeReason::Funding, out);
        }
    }

    fn fire_dead_man(&mut self, account: AccountNo, due: Nanos, out: &mut Vec<ExchangeEvent>) {
        let Some(of) = self.accounts.get_mut(&account) else { return };
        let mut scopes = Vec::new();
        of.dead_men.retain(|scope, at| {
            if *at <= due {
                scopes.push(scope.clone());
            }
            due < *at
        });
        for scope in scopes {
            let wanted = |order: &super::OrderSnapshot| {
                scope.is_empty() || scope.contains(&order.instrument)
            };
            self.close_all(account, None, wanted, CloseCause::DeadMan, out);
        }
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = InstrumentNo> + use<> {
        (0..self.listings.len())
            .map(|no| InstrumentNo(u16::try_from(no).expect("listings are few")))
    }
}

/// The next time of something regular: the next multiple, or, after a long silence, the last one before now.
fn next_after(due: Nanos, to: Nanos, every: Nanos) -> Nanos {
    let next = next_multiple(due, every);
    if next + every * 100 < to { next_multiple(to - every, every) } else { next }
}
