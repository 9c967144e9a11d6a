//! Whose margin is used up, and what closing their positions comes to: liquidation and the insurance fund.

use super::Exchange;
use super::account::Account;
use super::command::{AccountNo, Life, MarginMode, OrderId, OrderKind, PositionSide, StpMode};
use super::event::{ChangeReason, EventKind, ExchangeEvent};
use super::order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
use super::scale::rounded;
use super::text::{Asset, ClientId};
use super::trade::Party;
use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// What the house has of one currency. Zero is where it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct House {
    pub(super) fees: Decimal,
    pub(super) insurance: Decimal,
    pub(super) funding: Decimal,
}

impl Exchange {
    /// Takes over every account whose margin is used up.
    pub(super) fn judge_margins(&mut self, out: &mut Vec<ExchangeEvent>) {
        let holders: BTreeSet<AccountNo> =
            self.markets.iter().flat_map(|market| market.holders.iter().copied()).collect();
        for account in holders {
            self.judge(account, false, out);
        }
    }

    /// Takes the account over: cancels its orders, closes its positions.
    pub fn force_liquidation(
        &mut self,
        at: Nanos,
        account: AccountNo,
        out: &mut Vec<ExchangeEvent>,
    ) {
        self.advance(at, out);
        if self.accounts.contains_key(&account) {
            self.judge(account, true, out);
        }
    }

    fn judge(&mut self, account: AccountNo, force: bool, out: &mut Vec<ExchangeEvent>) {
        for (no, side) in self.held(account, MarginMode::Isolated, None) {
            let view = self.position_view(&self.accounts[&account], no, side);
            if force || view.isolated + view.unrealized <= view.maintenance_margin {
                self.close_all(account, Some(no), |_| true, CloseCause::Liquidation, out);
                self.liquidate(account, no, side, out);
                self.fire(no, out);
            }
        }
        let assets: BTreeSet<Asset> = self
            .held(account, MarginMode::Cross, None)
            .into_iter()
            .map(|(no, _)| self.markets[no.index()].settle)
            .collect();
        for asset in assets {
            let money = self.money_of(&self.accounts[&account], asset);
            let equity = money.wallet - money.isolated + money.cross_unrealized;
            if force || equity <= money.maintenance_margin {
                self.take_over(account, asset, out);
            }
        }
    }

    /// The positions of an account in instruments that trade, with that margin mode.
    fn held(
        &self,
        account: AccountNo,
        mode: MarginMode,
        settle: Option<Asset>,
    ) -> Vec<(InstrumentNo, PositionSide)> {
        let of: &Account = &self.accounts[&account];
        let held = of.positions.iter().filter(|((no, _), position)| {
            let trades = self.listings[no.index()].status.is_open();
            !position.is_flat()
                && trades
                && self.terms(of, *no).mode == mode
                && settle.is_none_or(|settle| self.markets[no.index()].settle == settle)
        });
        held.map(|(key, _)| *key).collect()
    }

    fn take_over(&mut self, account: AccountNo, settle: Asset, out: &mut Vec<ExchangeEvent>) {
        let numbers: Vec<InstrumentNo> = self
            .numbers()
            .filter(|no| {
                let market = &self.markets[no.index()];
                !market.is_spot && market.settle == settle
            })
            .collect();
        for no in &numbers {
            self.close_all(account, Some(*no), |_| true, CloseCause::Liquidation, out);
        }
        for (no, side) in self.held(account, MarginMode::Cross, Some(settle)) {
            self.liquidate(account, no, side, out);
        }
        let of = &self.accounts[&account];
        let rest = self.money_of(of, settle);
        let missing = rest.isolated - rest.wallet;
        if Notional::ZERO < missing
            && self.held(account, MarginMode::Cross, Some(settle)).is_empty()
        {
            self.insure(account, settle, missing.decimal(), out);
        }
        for no in numbers {
            self.fire(no, out);
        }
    }

    /// The insurance fund pays (plus) or takes (minus).
    fn insure(
        &mut self,
        account: AccountNo,
        asset: Asset,
        amount: Decimal,
        out: &mut Vec<ExchangeEvent>,
    ) {
        self.house.entry(asset).or_default().insurance -= amount;
        self.pay(account, asset, amount, ChangeReason::Insurance, out);
    }

    /// Closes one position: in the market, then against other accounts, then against the house.
    fn liquidate(
        &mut self,
        account: AccountNo,
        no: InstrumentNo,
        position_side: PositionSide,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let of = &self.accounts[&account];
        let view = self.position_view(of, no, position_side);
        let settle = self.markets[no.index()].settle;
        let before = self.money_of(of, settle).wallet.decimal();
        let side = if view.lots.0 < 0 { Side::Buy } else { Side::Sell };
        let bankruptcy_price = self.bankruptcy_price(of, no, position_side);
        let qty = view.lots.abs();
        let event = EventKind::Liquidation {
            account,
            instrument: no,
            position_side,
            side,
            qty,
            mark: view.mark,
            bankruptcy_price,
        };
        self.emit(event, out);
        let order = self.liquidation_order(account, no, side, position_side, qty);
        let id = self.accept(order, OrderStatus::New, out);
        if let Some(reach) = self.reach(&order) {
            self.take(id, reach, out);
        }
        self.close(id, CloseCause::Liquidation, out);
        let party = Party {
            account,
            instrument: no,
            side,
            position_side,
            order: id,
            client_id: ClientId::EMPTY,
        };
        self.deleverage(&party, bankruptcy_price, out);
        let fee = rounded(view.notional.decimal() * self.config.liquidation_fee);
        let after = self.money_of(&self.accounts[&account], settle).wallet.decimal();
        let left = match view.margin {
            MarginMode::Isolated => view.isolated.decimal() + after - before,
            MarginMode::Cross => after,
        };
        let change = if left < Decimal::ZERO && view.margin == MarginMode::Isolated {
            -left
        } else {
            -fee.min(left.max(Decimal::ZERO))
        };
        if !change.is_zero() {
            self.insure(account, settle, change, out);
        }
    }

    fn liquidation_order(
        &self,
        account: AccountNo,
        no: InstrumentNo,
        side: Side,
        position_side: PositionSide,
        qty: Lots,
    ) -> OrderSnapshot {
        OrderSnapshot {
            id: OrderId(0),
            client_id: ClientId::EMPTY,
            account,
            instrument: no,
            side,
            kind: OrderKind::Market,
            qty,
            quote_qty: None,
            filled: Lots::ZERO,
            filled_value: Notional::ZERO,
            avg_price: None,
            life: Life::Ioc,
            reduce_only: true,
            close_position: false,
            position_side,
            margin: self.terms(&self.accounts[&account], no).mode,
            stp: StpMode::None,
            trigger: None,
            triggered_at: None,
            status: OrderStatus::New,
            cause: OrderCause::New,
            fee: Notional::ZERO,
            fee_asset: self.markets[no.index()].settle,
            realized: Notional::ZERO,
            created_at: self.now,
            updated_at: self.now,
            amends: 0,
            is_liquidation: true,
        }
    }
}
