//! Leverage, margin mode, position mode, and the margin of isolated positions.

use super::Exchange;
use super::account::{Account, Terms};
use super::command::{AccountNo, MarginMode, Outcome, PositionMode, PositionSide};
use super::event::{ChangeReason, EventKind, ExchangeEvent};
use super::listing::ListingStatus;
use super::order::OrderSnapshot;
use super::refusal::Refusal;
use aurora_model::{InstrumentNo, Notional};
use rust_decimal::Decimal;

impl Exchange {
    pub(super) fn set_leverage(
        &mut self,
        account: AccountNo,
        no: InstrumentNo,
        leverage: u32,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        let max = self.contract(no)?;
        if leverage == 0 || max < leverage {
            return Err(Refusal::LeverageTooHigh { max });
        }
        let before = self.terms(&self.accounts[&account], no);
        if before.leverage == leverage {
            return Err(Refusal::Unchanged);
        }
        let settle = self.markets[no.index()].settle;
        let own = self.account_mut(account).terms.insert(no, Terms { leverage, ..before });
        let money = self.money_of(&self.accounts[&account], settle);
        let worth = money.wallet + money.cross_unrealized - money.isolated - money.locked;
        let cross = match before.mode {
            MarginMode::Cross => money.position_margin,
            MarginMode::Isolated => Notional::ZERO,
        };
        if leverage < before.leverage && worth < cross + money.order_margin {
            let terms = &mut self.account_mut(account).terms;
            match own {
                Some(before) => terms.insert(no, before),
                None => terms.remove(&no),
            };
            let needed = cross + money.order_margin;
            return Err(Refusal::InsufficientMargin { needed, available: worth });
        }
        self.tell_terms(account, no, out);
        Ok(Outcome::Done)
    }

    pub(super) fn set_margin_mode(
        &mut self,
        account: AccountNo,
        no: InstrumentNo,
        mode: MarginMode,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        self.contract(no)?;
        let of = &self.accounts[&account];
        let before = self.terms(of, no);
        if before.mode == mode {
            return Err(Refusal::Unchanged);
        }
        self.may_change_margin_mode(of, no)?;
        self.account_mut(account).terms.insert(no, Terms { mode, ..before });
        self.tell_terms(account, no, out);
        Ok(Outcome::Done)
    }

    pub(super) fn may_change_margin_mode(
        &self,
        account: &Account,
        no: InstrumentNo,
    ) -> Result<(), Refusal> {
        if account.positions_in(no).any(|(_, position)| !position.is_flat()) {
            return Err(Refusal::PositionInTheWay);
        }
        if 0 < account.open_count(no) {
            return Err(Refusal::OpenOrdersInTheWay);
        }
        Ok(())
    }

    /// An order that names its margin mode brings it along.
    pub(super) fn adopt_margin_mode(
        &mut self,
        order: &OrderSnapshot,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let (account, no) = (order.account, order.instrument);
        let before = self.terms(&self.accounts[&account], no);
        if before.mode != order.margin && !self.markets[no.index()].is_spot {
            let terms = Terms { mode: order.margin, ..before };
            self.account_mut(account).terms.insert(no, terms);
            self.tell_terms(account, no, out);
        }
    }

    pub(super) fn set_position_mode(
        &mut self,
        account: AccountNo,
        mode: PositionMode,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        let of = &self.accounts[&account];
        if of.position_mode == mode {
            return Err(Refusal::Unchanged);
        }
        if of.open.iter().any(|(no, _)| !self.markets[no.index()].is_spot) {
            return Err(Refusal::OpenOrdersInTheWay);
        }
        if of.positions.values().any(|position| !position.is_flat()) {
            return Err(Refusal::PositionInTheWay);
        }
        self.account_mut(account).position_mode = mode;
        self.tell_settings(account, out);
        Ok(Outcome::Done)
    }

    pub(super) fn move_margin(
        &mut self,
        account: AccountNo,
        no: InstrumentNo,
        side: PositionSide,
        amount: Notional,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        self.contract(no)?;
        let of = &self.accounts[&account];
        let position = of.position(no, side);
        if position.is_flat() {
            return Err(Refusal::NoPosition);
        }
        if self.terms(of, no).mode != MarginMode::Isolated {
            return Err(Refusal::NotSupported);
        }
        let market = &self.markets[no.index()];
        let view = self.position_view(of, no, side);
        let (needed, available) = if amount < Notional::ZERO {
            let loss = Notional::new(view.unrealized.decimal().min(Decimal::ZERO));
            (-amount, view.isolated + loss - view.initial_margin)
        } else {
            (amount, self.money_of(of, market.settle).available)
        };
        if available < needed {
            return Err(Refusal::InsufficientMargin { needed, available });
        }
        let settle = market.settle;
        self.account_mut(account).position_mut(no, side).isolated += amount.decimal();
        self.tell_position(account, no, side, ChangeReason::Margin, out);
        self.tell_balance(account, settle, Decimal::ZERO, ChangeReason::Margin, out);
        Ok(Outcome::Done)
    }

    /// The most leverage of an instrument that has leverage.
    fn contract(&self, no: InstrumentNo) -> Result<u32, Refusal> {
        let listing = self.listing(no).ok_or(Refusal::UnknownInstrument)?;
        if listing.status == ListingStatus::Closed {
            return Err(Refusal::NotTrading);
        }
        if listing.is_spot() { Err(Refusal::NotSupported) } else { Ok(listing.max_leverage.max(1)) }
    }

    pub(super) fn tell_settings(&self, account: AccountNo, out: &mut Vec<ExchangeEvent>) {
        let of = &self.accounts[&account];
        let (position_mode, fee_tier) = (of.position_mode, of.fee_tier);
        self.emit(EventKind::Settings { account, position_mode, fee_tier }, out);
    }

    fn tell_terms(&self, account: AccountNo, no: InstrumentNo, out: &mut Vec<ExchangeEvent>) {
        let Terms { leverage, mode } = self.terms(&self.accounts[&account], no);
        self.emit(EventKind::Leverage { account, instrument: no, leverage, mode }, out);
    }
}
