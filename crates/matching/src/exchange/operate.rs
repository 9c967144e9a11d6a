//! What the operator and the fault plan may do.

use aurora_model::{InstrumentNo, Nanos, Notional, Side};
use rust_decimal::Decimal;

use super::Exchange;
use super::command::{AccountNo, OrderId};
use super::event::{EventKind, ExchangeEvent, FillKind};
use super::listing::ListingStatus;
use super::order::{CloseCause, OrderSnapshot};
use super::text::{Asset, ClientId};
use super::trade::Party;

impl Exchange {
    /// Starts or ends maintenance: every command is refused. Timers and the market go on.
    pub fn set_maintenance(&mut self, on: bool) {
        self.maintenance = on;
    }

    /// Takes an order under a client id that is taken, whatever the venue usually does: the worst that may happen to a
    /// desk that sends twice.
    pub fn take_reused_ids(&mut self, on: bool) {
        self.takes_reused_ids = on;
    }

    /// Whether it is under maintenance.
    pub fn is_maintenance(&self) -> bool {
        self.maintenance
    }

    /// Halts, resumes, settles or closes an instrument. Settling and closing cancel its orders; closing settles its
    /// positions at the mark price.
    pub fn set_status(
        &mut self,
        at: Nanos,
        no: InstrumentNo,
        status: ListingStatus,
        out: &mut Vec<ExchangeEvent>,
    ) {
        self.advance(at, out);
        let Some(listing) = self.listings.get_mut(no.index()) else { return };
        if listing.status == status {
            return;
        }
        listing.status = status;
        self.emit(EventKind::Listing { instrument: no, status }, out);
        if matches!(status, ListingStatus::Settling | ListingStatus::Closed) {
            self.close_everyones(no, |_| true, CloseCause::Halted, out);
        }
        if status == ListingStatus::Closed {
            self.settle_positions(no, out);
        }
        if status == ListingStatus::Trading {
            self.cross(no, Side::Buy, out);
            self.cross(no, Side::Sell, out);
            self.fire(no, out);
        }
    }

    /// Gives the instrument a tick that is a whole number of its own ticks: prices off it are refused from here on,
    /// orders resting off it are cancelled. Prices stay counted in the old tick; zero and one undo it.
    pub fn set_tick_multiple(
        &mut self,
        at: Nanos,
        no: InstrumentNo,
        multiple: i64,
        out: &mut Vec<ExchangeEvent>,
    ) {
        self.advance(at, out);
        let Some(market) = self.markets.get_mut(no.index()) else { return };
        let multiple = multiple.max(1);
        if market.tick_multiple == multiple {
            return;
        }
        market.tick_multiple = multiple;
        let status = self.listings[no.index()].status;
        self.emit(EventKind::Listing { instrument: no, status }, out);
        let is_off = |order: &OrderSnapshot| {
            order.limit().is_some_and(|price| price.0 % multiple != 0)
                || order.trigger.is_some_and(|trigger| trigger.price.0 % multiple != 0)
        };
        self.close_everyones(no, is_off, CloseCause::TickChanged, out);
    }

    /// The tick orders must be on, as a multiple of the listing's.
    pub fn tick_multiple(&self, no: InstrumentNo) -> i64 {
        self.markets.get(no.index()).map_or(1, |market| market.tick_multiple)
    }

    /// Makes the rate of the next settlements this, within the listing's cap, until `None` gives it back to the
    /// market.
    pub fn set_funding_rate(&mut self, no: InstrumentNo, rate: Option<Decimal>) {
        if let Some(market) = self.markets.get_mut(no.index()) {
            market.pricing.fixed_rate = rate;
        }
    }

    /// Makes [`Exchange::balance`] show so much more than there is, until it is called with zero: a venue that errs.
    /// Margin is not affected.
    pub fn shift_displayed_balance(&mut self, account: AccountNo, asset: Asset, by: Notional) {
        if let Some(of) = self.accounts.get_mut(&account) {
            of.wallets.entry(asset).or_default().shown_extra = by.decimal();
        }
    }

    /// Whether client ids that are taken are refused from here on.
    pub fn set_refuse_reused_ids(&mut self, refuse: bool) {
        self.config.refuse_reused_ids = refuse;
    }

    fn close_everyones(
        &mut self,
        no: InstrumentNo,
        wanted: impl Fn(&OrderSnapshot) -> bool,
        cause: CloseCause,
        out: &mut Vec<ExchangeEvent>,
    ) {
        for account in self.accounts() {
            self.close_all(account, Some(no), &wanted, cause, out);
        }
    }

    fn settle_positions(&mut self, no: InstrumentNo, out: &mut Vec<ExchangeEvent>) {
        let [(price, _), _] = self.markets[no.index()].pricing.in_ticks();
        let holders: Vec<AccountNo> = self.markets[no.index()].holders.iter().copied().collect();
        for account in holders {
            for (position_side, lots) in self.accounts[&account].held_in(no) {
                let side = if lots.0 < 0 { Side::Buy } else { Side::Sell };
                let party = Party {
                    account,
                    instrument: no,
                    side,
                    position_side,
                    order: OrderId(0),
                    client_id: ClientId::EMPTY,
                };
                let trade_id = self.markets[no.index()].tape.take_id();
                self.book_forced(&party, trade_id, price, lots.abs(), FillKind::Settlement, out);
            }
        }
    }
}
