//! Closing a position against other accounts, and at which price.

use super::Exchange;
use super::account::Account;
use super::command::{AccountNo, MarginMode, OrderId, PositionSide};
use super::event::{EventKind, ExchangeEvent, FillKind};
use super::text::ClientId;
use super::trade::{Execution, Party};
use aurora_model::{InstrumentNo, Liquidity, Lots, Side, Ticks};
use rust_decimal::Decimal;

impl Exchange {
    /// The price at which closing leaves nothing of the margin behind the position; the mark price where that
    /// cannot be said.
    pub(super) fn bankruptcy_price(
        &self,
        account: &Account,
        no: InstrumentNo,
        side: PositionSide,
    ) -> Ticks {
        let market = &self.markets[no.index()];
        let [(below, above), _] = market.pricing.in_ticks();
        let position = account.position(no, side);
        let mark = if position.lots.0 < 0 { above } else { below };
        if market.scale.long_sign() < 0 {
            return mark;
        }
        let behind = match self.terms(account, no).mode {
            MarginMode::Isolated => {
                let profit =
                    market.scale.profit_at(position.lots, position.cost, market.pricing.mark);
                position.isolated + profit
            }
            MarginMode::Cross => {
                let money = self.money_of(account, market.settle);
                (money.wallet - money.isolated + money.cross_unrealized).decimal()
            }
        };
        let qty = market.scale.lot * Decimal::from(position.lots.0);
        let away = behind.checked_div(qty).unwrap_or_default();
        let price = market.scale.ticks_below(market.pricing.mark - away).unwrap_or(mark);
        // A rich account taken over by force would not go bankrupt anywhere near.
        Ticks(price.0.clamp((mark.0 / 2).max(1), mark.0.saturating_mul(2).max(1)))
    }

    /// What the market did not take is closed against accounts that gain most, then against the house.
    pub(super) fn deleverage(
        &mut self,
        victim: &Party,
        price: Ticks,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let no = victim.instrument;
        for (account, position_side) in self.deleverage_queue(victim) {
            let left = self.accounts[&victim.account].position(no, victim.position_side).lots.abs();
            let held = self.accounts[&account].position(no, position_side).lots;
            let qty = left.min(held.abs());
            if qty == Lots::ZERO {
                break;
            }
            let side = if held.0 < 0 { Side::Buy } else { Side::Sell };
            let client_id = ClientId::EMPTY;
            let other = Party {
                account,
                instrument: no,
                side,
                position_side,
                order: OrderId(0),
                client_id,
            };
            let trade_id = self.markets[no.index()].tape.take_id();
            self.book_forced(victim, trade_id, price, qty, FillKind::Adl, out);
            self.book_forced(&other, trade_id, price, qty, FillKind::Adl, out);
            self.emit(EventKind::Adl { account, instrument: no, position_side, qty, price }, out);
        }
        let left = self.accounts[&victim.account].position(no, victim.position_side).lots.abs();
        if Lots::ZERO < left {
            let trade_id = self.markets[no.index()].tape.take_id();
            self.book_forced(victim, trade_id, price, left, FillKind::Adl, out);
        }
    }

    /// Books a trade that no order made, and tells it.
    pub(super) fn book_forced(
        &mut self,
        party: &Party,
        trade_id: u64,
        price: Ticks,
        qty: Lots,
        kind: FillKind,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let execution = Execution { trade_id, price, qty, liquidity: Liquidity::Taker, kind };
        let booked = self.book_trade(party, execution);
        self.emit(EventKind::Fill(booked.fill), out);
        self.tell_booked(party, &booked, out);
        self.settle_reducers(party, out);
    }

    /// Accounts with the opposite position, by what they gain on it, times leverage.
    fn deleverage_queue(&self, victim: &Party) -> Vec<(AccountNo, PositionSide)> {
        let no = victim.instrument;
        let mut queue = Vec::new();
        for account in self.markets[no.index()].holders.iter().filter(|a| **a != victim.account) {
            let of = &self.accounts[account];
            for (side, position) in of.positions_in(no) {
                if position.closable(victim.side.opposite()) == Lots::ZERO {
                    continue;
                }
                let view = self.position_view(of, no, side);
                let gain = view.unrealized.decimal().checked_div(view.notional.decimal());
                let rank = gain.unwrap_or_default() * Decimal::from(view.leverage);
                queue.push((-rank, *account, side));
            }
        }
        queue.sort_unstable();
        queue.into_iter().map(|(_, account, side)| (account, side)).collect()
    }
}
