//! Commands: which is done where; cancelling, dead men, transfers.

use super::Exchange;
use super::account::{Account, Wallet};
use super::command::{AccountNo, CancelWhich, Command, OrderRef, Outcome};
use super::event::{ChangeReason, ExchangeEvent};
use super::order::{CloseCause, OrderSnapshot, OrderStatus};
use super::refusal::Refusal;
use super::text::Asset;
use super::timers::Timer;
use aurora_model::{InstrumentNo, Nanos, Notional};
use rust_decimal::Decimal;

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
}
