//! What a trade does: to the order, to the position or the balances, to the house.

use aurora_model::{InstrumentNo, Liquidity, Lots, Notional, Side, Ticks};
use rust_decimal::Decimal;

use super::Exchange;
use super::command::{AccountNo, MarginMode, OrderId, PositionSide};
use super::event::{
    BalanceChange, ChangeReason, EventKind, ExchangeEvent, ExchangeFill, FillKind, PublicTrade,
};
use super::margin::add_to;
use super::order::{OrderCause, OrderStatus};
use super::scale::{notional, rounded};
use super::text::{Asset, ClientId};

/// Decimals of a mean price.
const AVERAGE_DECIMALS: u32 = 12;

/// One side of a trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Execution {
    pub(super) trade_id: u64,
    pub(super) price: Ticks,
    pub(super) qty: Lots,
    pub(super) liquidity: Liquidity,
    pub(super) kind: FillKind,
}

/// Who trades what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Party {
    pub(super) account: AccountNo,
    pub(super) instrument: InstrumentNo,
    pub(super) side: Side,
    pub(super) position_side: PositionSide,
    pub(super) order: OrderId,
    pub(super) client_id: ClientId,
}

/// What a trade brought one party.
#[derive(Clone, Copy, Debug)]
pub(super) struct Booked {
    pub(super) fill: ExchangeFill,
    changes: [Option<(Asset, Decimal)>; 2],
}

impl Exchange {
    pub(super) fn emit(&self, kind: EventKind, out: &mut Vec<ExchangeEvent>) {
        out.push(ExchangeEvent { at: self.now, kind });
    }

    /// Prints a trade on the tape.
    pub(super) fn print(
        &mut self,
        no: InstrumentNo,
        aggressor: Side,
        price: Ticks,
        qty: Lots,
        out: &mut Vec<ExchangeEvent>,
    ) -> u64 {
        let at = self.now;
        let tape = &mut self.markets[no.index()].tape;
        let id = tape.take_id();
        let trade = PublicTrade { instrument: no, id, aggressor, price, qty, at };
        tape.print(trade);
        self.emit(EventKind::PublicTrade(trade), out);
        id
    }

    /// Fills an open order: not more than is left of it.
    pub(super) fn fill_order(
        &mut self,
        id: OrderId,
        execution: Execution,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let at = self.now;
        let Some(order) = self.orders.get(&id) else { return };
        let s = order.snap;
        let party = Party {
            account: s.account,
            instrument: s.instrument,
            side: s.side,
            position_side: s.position_side,
            order: id,
            client_id: s.client_id,
        };
        assert!(execution.qty <= s.left(), "an order never fills more than it asks");
        self.unhold_filled(id, execution.qty, out);
        let booked = self.book_trade(&party, execution);
        let order = self.orders.get_mut(&id).expect("it was there a moment ago");
        let snap = &mut order.snap;
        snap.filled += execution.qty;
        snap.filled_value += booked.fill.value;
        order.paid += i128::from(execution.price.0) * i128::from(execution.qty.0);
        let tick = self.markets[s.instrument.index()].scale.tick;
        let paid = Decimal::from_i128_with_scale(order.paid, 0) * tick;
        snap.avg_price = Some((paid / Decimal::from(snap.filled.0)).round_dp(AVERAGE_DECIMALS));
        snap.fee += booked.fill.fee;
        snap.fee_asset = booked.fill.fee_asset;
        snap.realized += booked.fill.realized;
        snap.updated_at = at;
        snap.cause = OrderCause::Trade;
        let is_filled = snap.filled == snap.qty;
        snap.status = if is_filled { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
        let snap = *snap;
        self.emit(EventKind::Fill(booked.fill), out);
        self.emit(EventKind::Order(snap), out);
        if is_filled {
            self.finish(id, snap);
        }
        self.tell_booked(&party, &booked, out);
        self.settle_reducers(&party, out);
    }

    /// Books one side of a trade into an account: money, position, memory, house. Tells nobody yet.
    pub(super) fn book_trade(&mut self, party: &Party, execution: Execution) -> Booked {
        let Execution { trade_id, price, qty, liquidity, kind } = execution;
        let (at, no) = (self.now, party.instrument);
        let account = &self.accounts[&party.account];
        let rates = self.rates(account, no);
        let terms = self.terms(account, no);
        let rate = match (kind, liquidity) {
            (FillKind::Adl | FillKind::Settlement, _) => Decimal::ZERO,
            (_, Liquidity::Maker) => rates.maker,
            (_, Liquidity::Taker) => rates.taker,
        };
        let market = &mut self.markets[no.index()];
        let account = self.accounts.get_mut(&party.account).expect("it was there a moment ago");
        let worth = market.scale.worth(price, qty);
        let money = market.scale.money(worth);
        let sign = party.side.sign();
        market.street_lots -= sign * qty.0;
        market.street_flow += i128::from(sign) * worth;
        let mut realized = Decimal::ZERO;
        let (fee, fee_asset, changes) = if market.is_spot {
            let base = market.scale.lot * Decimal::from(qty.0);
            let (mut base_change, mut quote_change, fee, fee_asset);
            match party.side {
                Side::Buy => {
                    (fee, fee_asset) = (rounded(base * rate), market.base);
                    (base_change, quote_change) = (base, -money);
                    base_change -= fee;
                }
                Side::Sell => {
                    (fee, fee_asset) = (rounded(money * rate), market.quote);
                    (base_change, quote_change) = (-base, money);
                    quote_change -= fee;
                }
            }
            (fee, fee_asset, [Some((market.base, base_change)), Some((market.quote, quote_change))])
        } else {
            let fee = rounded(money * rate);
            let position = account.position_mut(no, party.position_side);
            let done = position.trade(party.side, price, qty, &market.scale, at);
            realized = market.scale.money(done.realized);
            if terms.mode == MarginMode::Isolated && Lots::ZERO < done.opened {
                let opened = market.scale.money(done.opened_cost);
                position.isolated += rounded(opened / Decimal::from(terms.leverage));
            }
            if account.positions_in(no).any(|(_, position)| !position.is_flat()) {
                market.holders.insert(account.no);
            } else {
                market.holders.remove(&account.no);
            }
            (fee, market.settle, [Some((market.settle, realized - fee)), None])
        };
        for (asset, change) in changes.into_iter().flatten() {
            add_to(account.wallets.entry(asset).or_default(), change, at);
        }
        self.house.entry(fee_asset).or_default().fees += fee;
        self.last_fill_id += 1;
        let value = self.listings[no.index()].instrument.notional(price, qty);
        let fill = ExchangeFill {
            account: party.account,
            fill_id: self.last_fill_id,
            trade_id,
            order: party.order,
            client_id: party.client_id,
            instrument: no,
            side: party.side,
            position_side: party.position_side,
            price,
            qty,
            value,
            fee: notional(fee),
            fee_asset,
            liquidity,
            realized: notional(realized),
            kind,
            at,
        };
        account.remember_fill(fill, &self.config);
        Booked { fill, changes }
    }

    /// Tells what a booked trade changed besides the order.
    pub(super) fn tell_booked(&self, party: &Party, booked: &Booked, out: &mut Vec<ExchangeEvent>) {
        let reason = match booked.fill.kind {
            FillKind::Trade => ChangeReason::Order,
            FillKind::Liquidation => ChangeReason::Liquidation,
            FillKind::Adl => ChangeReason::Adl,
            FillKind::Settlement => ChangeReason::Adjustment,
        };
        if !self.markets[party.instrument.index()].is_spot {
            self.tell_position(party.account, party.instrument, party.position_side, reason, out);
        }
        for (asset, change) in booked.changes.into_iter().flatten() {
            self.tell_balance(party.account, asset, change, reason, out);
        }
    }

    pub(super) fn tell_position(
        &self,
        account: AccountNo,
        no: InstrumentNo,
        side: PositionSide,
        reason: ChangeReason,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let Some(of) = self.accounts.get(&account) else { return };
        let position = self.position_view(of, no, side);
        self.emit(EventKind::Position { account, position, reason }, out);
    }

    pub(super) fn tell_balance(
        &self,
        account: AccountNo,
        asset: Asset,
        change: Decimal,
        reason: ChangeReason,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let Some(of) = self.accounts.get(&account) else { return };
        let wallet = of.wallets.get(&asset).copied().unwrap_or_default();
        let change = BalanceChange {
            account,
            asset,
            wallet: notional(wallet.amount),
            locked: notional(wallet.locked),
            change: notional(change),
            reason,
        };
        self.emit(EventKind::Balance(change), out);
    }

    /// Changes a wallet and tells it.
    pub(super) fn pay(
        &mut self,
        account: AccountNo,
        asset: Asset,
        change: Decimal,
        reason: ChangeReason,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let at = self.now;
        let Some(of) = self.accounts.get_mut(&account) else { return };
        add_to(of.wallets.entry(asset).or_default(), change, at);
        self.tell_balance(account, asset, change, reason, out);
    }

    /// All money of one currency: of the accounts, of the house, and of the street. Only transfers change it.
    pub fn total(&self, asset: Asset) -> Notional {
        let mut total = Decimal::ZERO;
        for account in self.accounts.values() {
            total += account.wallets.get(&asset).map_or(Decimal::ZERO, |wallet| wallet.amount);
            for ((no, _), position) in &account.positions {
                let market = &self.markets[no.index()];
                if market.settle == asset && !market.is_spot {
                    let sign = i128::from(position.lots.0.signum()) * market.scale.long_sign();
                    total -= market.scale.money(sign * position.cost);
                }
            }
        }
        if let Some(house) = self.house.get(&asset) {
            total += house.fees + house.insurance + house.funding;
        }
        for market in &self.markets {
            let flow = market.scale.money(market.street_flow * market.scale.long_sign());
            if market.settle == asset {
                total += flow;
            }
            if market.is_spot && market.base == asset {
                total += market.scale.lot * Decimal::from(market.street_lots);
            }
        }
        notional(total)
    }
}
