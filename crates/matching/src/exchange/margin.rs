//! What an account can pay for.

use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side, Ticks};
use rust_decimal::Decimal;

use super::account::{Account, Terms, Wallet};
use super::command::{MarginMode, PositionSide};
use super::event::PositionSnapshot;
use super::market::Market;
use super::order::OrderSnapshot;
use super::position::Position;
use super::refusal::Refusal;
use super::scale::notional;
use super::text::Asset;
use super::view::{BalanceView, FeeRates};
use super::{AccountNo, Exchange};

impl Exchange {
    pub(super) fn terms(&self, account: &Account, no: InstrumentNo) -> Terms {
        account.terms.get(&no).copied().unwrap_or(self.markets[no.index()].terms)
    }

    pub(super) fn rates(&self, account: &Account, no: InstrumentNo) -> FeeRates {
        let own = &self.listings[no.index()].instrument;
        match self.config.fee_tiers.get(account.fee_tier) {
            Some((maker, taker)) => FeeRates { maker: *maker, taker: *taker },
            None => FeeRates { maker: own.maker_fee, taker: own.taker_fee },
        }
    }

    /// One currency of an account, as it is; what is shown may be shifted.
    pub(super) fn money_of(&self, account: &Account, asset: Asset) -> BalanceView {
        let wallet = account.wallets.get(&asset).copied().unwrap_or_default();
        let mut sum = Sum::default();
        for ((no, _), position) in &account.positions {
            let market = &self.markets[no.index()];
            let has_orders = position.buys != 0 || position.sells != 0;
            if market.settle == asset && !market.is_spot && (!position.is_flat() || has_orders) {
                let terms = self.terms(account, *no);
                sum.add(position, market, terms, self.listings[no.index()].maintenance_rate);
            }
        }
        sum.view(asset, &wallet)
    }

    /// Whether the account can pay for an order of so many lots at that price.
    pub(super) fn can_pay(
        &self,
        account: &Account,
        order: &OrderSnapshot,
        price: Ticks,
        qty: Lots,
    ) -> Result<(), Refusal> {
        let market = &self.markets[order.instrument.index()];
        let rate = self.rates(account, order.instrument).taker.max(Decimal::ZERO);
        if market.is_spot {
            let (asset, needed) = match order.side {
                Side::Sell => (market.base, market.scale.lot * Decimal::from(qty.0)),
                Side::Buy => {
                    let cost = order.quote_qty.map(Notional::decimal);
                    let worth = || market.scale.money(market.scale.worth(price, qty));
                    (market.quote, cost.unwrap_or_else(worth))
                }
            };
            return enough(needed, || self.money_of(account, asset).available.decimal());
        }
        let terms = self.terms(account, order.instrument);
        let position = account.position(order.instrument, order.position_side);
        let add = market.scale.worth(price, qty);
        let (mut buys, mut sells) = (position.buys, position.sells);
        let exposure =
            |buys, sells| position.exposure(&market.scale, market.pricing.mark, buys, sells).1;
        let before = exposure(buys, sells);
        match order.side {
            Side::Buy => buys += add,
            Side::Sell => sells += add,
        }
        let more = exposure(buys, sells) - before;
        if more <= Decimal::ZERO {
            return Ok(());
        }
        let needed = more / Decimal::from(terms.leverage) + market.scale.money(add) * rate;
        enough(needed, || self.money_of(account, market.settle).available.decimal())
    }

    /// A position with everything that is computed from it.
    pub(super) fn position_view(
        &self,
        account: &Account,
        no: InstrumentNo,
        side: PositionSide,
    ) -> PositionSnapshot {
        let market = &self.markets[no.index()];
        let position = account.position(no, side);
        let terms = self.terms(account, no);
        let rate = self.listings[no.index()].maintenance_rate;
        let mark = market.pricing.mark;
        let mut sum = Sum::default();
        sum.add(&position, market, terms, rate);
        let worth = if position.is_flat() {
            Decimal::ZERO
        } else {
            market.scale.worth_at(mark, position.lots)
        };
        PositionSnapshot {
            instrument: no,
            position_side: side,
            lots: position.lots,
            cost: position.cost,
            entry_price: market.scale.mean_price(position.lots, position.cost),
            margin: terms.mode,
            isolated: notional(position.isolated),
            leverage: terms.leverage,
            realized: notional(position.realized),
            mark,
            unrealized: notional(sum.unrealized),
            notional: notional(worth),
            initial_margin: notional(worth / Decimal::from(terms.leverage)),
            maintenance_margin: notional(worth * rate),
            liquidation_price: self.liquidation_price(account, no, &position, terms),
            opened_at: position.opened_at,
            updated_at: position.updated_at,
        }
    }

    /// The mark price at which the position's margin is used up, all else staying as it is. Linear contracts only.
    fn liquidation_price(
        &self,
        account: &Account,
        no: InstrumentNo,
        position: &Position,
        terms: Terms,
    ) -> Option<Decimal> {
        let market = &self.markets[no.index()];
        if position.is_flat() || market.scale.long_sign() < 0 {
            return None;
        }
        let rate = self.listings[no.index()].maintenance_rate;
        let own = market.scale.profit_at(position.lots, position.cost, market.pricing.mark);
        let behind = match terms.mode {
            MarginMode::Isolated => position.isolated,
            MarginMode::Cross => {
                let money = self.money_of(account, market.settle);
                let worth = market.scale.worth_at(market.pricing.mark, position.lots);
                let others = money.maintenance_margin.decimal() - worth * rate;
                (money.wallet - money.isolated + money.cross_unrealized).decimal() - own - others
            }
        };
        // behind + lots × (price − entry) = |lots| × price × rate, solved for the price.
        let qty = market.scale.lot * Decimal::from(position.lots.0);
        let cost = market.scale.money(position.cost) * Decimal::from(position.lots.0.signum());
        let slope = qty - qty.abs() * rate;
        let price = (cost - behind).checked_div(slope)?.round_dp(market.scale.tick.scale() + 4);
        (Decimal::ZERO < price).then_some(price)
    }

    pub(super) fn account(&self, no: AccountNo) -> Option<&Account> {
        self.accounts.get(&no)
    }
}

fn enough(needed: Decimal, available: impl FnOnce() -> Decimal) -> Result<(), Refusal> {
    let available = available();
    if needed <= available {
        return Ok(());
    }
    let (needed, available) = (notional(needed.normalize()), notional(available.normalize()));
    Err(Refusal::InsufficientMargin { needed, available })
}

/// What positions in one currency take and give.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    unrealized: Decimal,
    cross_unrealized: Decimal,
    isolated: Decimal,
    cross_position_margin: Decimal,
    position_margin: Decimal,
    order_margin: Decimal,
    /// Of cross positions; an isolated one has its own.
    maintenance: Decimal,
}

impl Sum {
    fn add(&mut self, position: &Position, market: &Market, terms: Terms, rate: Decimal) {
        let mark = market.pricing.mark;
        let leverage = Decimal::from(terms.leverage);
        let (alone, all) = position.exposure(&market.scale, mark, position.buys, position.sells);
        if alone != all {
            self.order_margin += (all - alone) / leverage;
        }
        if position.is_flat() {
            return;
        }
        let profit = market.scale.profit_at(position.lots, position.cost, mark);
        self.unrealized += profit;
        match terms.mode {
            MarginMode::Cross => {
                self.cross_unrealized += profit;
                self.cross_position_margin += alone / leverage;
                self.position_margin += alone / leverage;
                self.maintenance += alone * rate;
            }
            MarginMode::Isolated => {
                self.isolated += position.isolated;
                self.position_margin += position.isolated;
            }
        }
    }

    fn view(&self, asset: Asset, wallet: &Wallet) -> BalanceView {
        let free = wallet.amount - wallet.locked - self.isolated + self.cross_unrealized
            - self.cross_position_margin
            - self.order_margin;
        BalanceView {
            asset,
            wallet: notional(wallet.amount),
            locked: notional(wallet.locked),
            unrealized: notional(self.unrealized),
            cross_unrealized: notional(self.cross_unrealized),
            isolated: notional(self.isolated),
            position_margin: notional(self.position_margin),
            order_margin: notional(self.order_margin),
            maintenance_margin: notional(self.maintenance),
            available: notional(free.max(Decimal::ZERO)),
            updated_at: wallet.updated_at,
        }
    }
}

/// The moment a wallet changed, and how.
pub(super) fn add_to(wallet: &mut Wallet, change: Decimal, at: Nanos) {
    if !change.is_zero() {
        wallet.amount += change;
        wallet.updated_at = at;
    }
}
