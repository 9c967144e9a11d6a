//! Commands of accounts that are not about placing or amending.

use aurora_model::{InstrumentNo, Nanos, Notional};
use rust_decimal::Decimal;

use super::Exchange;
use super::account::{Account, Terms, Wallet};
use super::command::{
    AccountNo, CancelWhich, Command, MarginMode, OrderRef, Outcome, PositionMode, PositionSide,
};
use super::event::{ChangeReason, EventKind, ExchangeEvent};
use super::listing::ListingStatus;
use super::order::{CloseCause, OrderSnapshot, OrderStatus};
use super::refusal::Refusal;
use super::text::Asset;
use super::timers::Timer;

/// No single transfer moves more.
const MOST_MONEY: i64 = 1_000_000_000_000_000;

impl Exchange {
    /// Does one command of one account, opening the account when it is new. Fills and changes go to `out`, among
    /// them those that the answer sums up.
    ///
    /// # Errors
    /// [`Refusal`] when the command was not done.
    pub fn apply(
        &mut self,
        at: Nanos,
        account: AccountNo,
        command: &Command,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        self.open_account(at, account, out);
        if self.maintenance {
            return Err(Refusal::Maintenance);
        }
        match command {
            Command::Place(ask) => self.place(account, ask, out),
            Command::Amend(ask) => self.amend(account, ask, out),
            Command::Cancel(order) => self.cancel(account, *order, out),
            Command::CancelAll { instrument, which } => {
                self.cancel_all(account, *instrument, *which, out)
            }
            Command::DeadMan { scope, at } => self.set_dead_man(account, scope, *at),
            Command::SetLeverage { instrument, leverage } => {
                self.set_leverage(account, *instrument, *leverage, out)
            }
            Command::SetMarginMode { instrument, mode } => {
                self.set_margin_mode(account, *instrument, *mode, out)
            }
            Command::SetPositionMode(mode) => self.set_position_mode(account, *mode, out),
            Command::MoveMargin { instrument, position_side, amount } => {
                self.move_margin(account, *instrument, *position_side, *amount, out)
            }
            Command::Transfer { asset, amount } => self.transfer(account, *asset, *amount, out),
            Command::SetFeeTier(tier) => {
                self.account_mut(account).fee_tier = *tier;
                self.tell_settings(account, out);
                Ok(Outcome::Done)
            }
        }
    }

    /// Opens the account with the starting balances, when it is new.
    pub fn open_account(&mut self, at: Nanos, account: AccountNo, out: &mut Vec<ExchangeEvent>) {
        self.advance(at, out);
        if self.accounts.contains_key(&account) {
            return;
        }
        self.accounts.insert(account, Account::new(account));
        self.tell_settings(account, out);
        for (asset, amount) in self.config.starting_balances.clone() {
            let updated_at = self.now;
            let wallet = Wallet { updated_at, ..Wallet::default() };
            self.account_mut(account).wallets.insert(asset, wallet);
            self.pay(account, asset, amount.decimal(), ChangeReason::Opened, out);
        }
    }

    pub(super) fn account_mut(&mut self, account: AccountNo) -> &mut Account {
        self.accounts.get_mut(&account).expect("a command opens its account first")
    }

    fn cancel(
        &mut self,
        account: AccountNo,
        order: OrderRef,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        let id = self.open_order(account, order)?.id;
        self.close(id, CloseCause::ByRequest, out);
        Ok(Outcome::Order(self.find(account, id)))
    }

    fn cancel_all(
        &mut self,
        account: AccountNo,
        instrument: Option<InstrumentNo>,
        which: CancelWhich,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        if instrument.is_some_and(|no| self.listing(no).is_none()) {
            return Err(Refusal::UnknownInstrument);
        }
        let wanted = |order: &OrderSnapshot| match which {
            CancelWhich::All => true,
            CancelWhich::Working => order.status != OrderStatus::Parked,
            CancelWhich::Parked => order.status == OrderStatus::Parked,
        };
        let ids = self.close_all(account, instrument, wanted, CloseCause::CancelAll, out);
        Ok(Outcome::Canceled(ids))
    }

    fn set_dead_man(
        &mut self,
        account: AccountNo,
        scope: &[InstrumentNo],
        at: Option<Nanos>,
    ) -> Result<Outcome, Refusal> {
        if scope.iter().any(|no| self.listing(*no).is_none()) {
            return Err(Refusal::UnknownInstrument);
        }
        let mut scope = scope.to_vec();
        scope.sort_unstable();
        scope.dedup();
        let armed = &mut self.account_mut(account).dead_men;
        let before = match at {
            Some(at) => armed.insert(scope, at),
            None => armed.remove(&scope),
        };
        if let Some(before) = before
            && !self.account_mut(account).dead_men.values().any(|other| *other == before)
        {
            self.timers.remove(&(before, Timer::DeadMan(account)));
        }
        if let Some(at) = at {
            self.timers.insert((at, Timer::DeadMan(account)));
        }
        Ok(Outcome::Done)
    }

    fn set_leverage(
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

    fn set_margin_mode(
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

    fn set_position_mode(
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

    fn move_margin(
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

    fn transfer(
        &mut self,
        account: AccountNo,
        asset: Asset,
        amount: Notional,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        let available = self.money_of(&self.accounts[&account], asset).available;
        if amount < Notional::ZERO && available < -amount {
            return Err(Refusal::InsufficientMargin { needed: -amount, available });
        }
        if Decimal::from(MOST_MONEY) < amount.decimal() {
            return Err(Refusal::NotSupported);
        }
        self.pay(account, asset, amount.decimal(), ChangeReason::Transfer, out);
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

    fn tell_settings(&self, account: AccountNo, out: &mut Vec<ExchangeEvent>) {
        let of = &self.accounts[&account];
        let (position_mode, fee_tier) = (of.position_mode, of.fee_tier);
        self.emit(EventKind::Settings { account, position_mode, fee_tier }, out);
    }

    fn tell_terms(&self, account: AccountNo, no: InstrumentNo, out: &mut Vec<ExchangeEvent>) {
        let Terms { leverage, mode } = self.terms(&self.accounts[&account], no);
        self.emit(EventKind::Leverage { account, instrument: no, leverage, mode }, out);
    }
}
