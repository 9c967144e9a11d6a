//! What one may ask about accounts.

use super::Exchange;
use super::command::{AccountNo, MarginMode, OrderId, OrderRef, PositionMode, PositionSide};
use super::event::{ExchangeFill, FundingPayment, PositionSnapshot};
use super::listing::ListingStatus;
use super::order::OrderSnapshot;
use super::scale::notional;
use super::text::Asset;
use super::view::{BalanceView, FeeRates};
use crate::venue::Queue;
use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side, Ticks};
use rust_decimal::Decimal;

/// What accounts have. An account that was never opened has nothing.
impl Exchange {
    /// Every account, by number.
    pub fn accounts(&self) -> Vec<AccountNo> {
        self.accounts.keys().copied().collect()
    }

    /// Open orders, parked ones included, by id; of one instrument, or of all.
    pub fn open_orders(
        &self,
        account: AccountNo,
        instrument: Option<InstrumentNo>,
    ) -> Vec<OrderSnapshot> {
        let Some(of) = self.account(account) else { return Vec::new() };
        let mut ids = of.open_ids(instrument);
        ids.sort_unstable();
        ids.iter().map(|id| self.orders[id].snap).collect()
    }

    /// An open or remembered order. A client id stands for its newest order.
    pub fn order(&self, account: AccountNo, order: OrderRef) -> Option<OrderSnapshot> {
        let of = self.account(account)?;
        let id = match order {
            OrderRef::Id(id) => id,
            OrderRef::Client(client) => *of.clients.get(&client)?,
        };
        let open = self.orders.get(&id).map(|order| order.snap);
        open.filter(|snap| snap.account == account).or_else(|| of.closed.get(&id).copied())
    }

    /// Where a resting order stands at its price, in public lots; `None` when it does not rest.
    pub fn queue(&self, order: OrderId) -> Option<Queue> {
        let order = self.orders.get(&order)?;
        let (seq, price) = (order.seq?, order.snap.limit()?);
        let place = self.market(order.snap.instrument)?.own(order.snap.side).place(seq, price)?;
        Some(Queue { ahead: place.ahead, behind: place.behind() })
    }

    /// Closed orders that are remembered, with ids above `after`, by id; of one instrument, or of all.
    pub fn closed_orders(
        &self,
        account: AccountNo,
        instrument: Option<InstrumentNo>,
        after: OrderId,
        limit: usize,
    ) -> Vec<OrderSnapshot> {
        let Some(of) = self.account(account) else { return Vec::new() };
        of.closed
            .range(OrderId(after.0.saturating_add(1))..)
            .map(|(_, order)| *order)
            .filter(|order| instrument.is_none_or(|no| order.instrument == no))
            .take(limit)
            .collect()
    }

    /// Fills that are remembered, oldest first: those with [`ExchangeFill::fill_id`] above `after_id` and at `since`
    /// or later; of one instrument, or of all.
    pub fn fills(
        &self,
        account: AccountNo,
        instrument: Option<InstrumentNo>,
        after_id: u64,
        since: Nanos,
        limit: usize,
    ) -> Vec<ExchangeFill> {
        let Some(of) = self.account(account) else { return Vec::new() };
        let start = of.fills.partition_point(|fill| fill.fill_id <= after_id || fill.at < since);
        of.fills
            .range(start..)
            .filter(|fill| instrument.is_none_or(|no| fill.instrument == no))
            .take(limit)
            .copied()
            .collect()
    }

    /// Funding payments that are remembered, oldest first, at `since` or later.
    pub fn funding_payments(&self, account: AccountNo, since: Nanos) -> Vec<FundingPayment> {
        let Some(of) = self.account(account) else { return Vec::new() };
        let start = of.funding.partition_point(|payment| payment.at < since);
        of.funding.range(start..).copied().collect()
    }

    /// Every position that is not flat.
    pub fn positions(&self, account: AccountNo) -> Vec<PositionSnapshot> {
        let Some(of) = self.account(account) else { return Vec::new() };
        let held = of.positions.iter().filter(|(_, position)| !position.is_flat());
        held.map(|((no, side), _)| self.position_view(of, *no, *side)).collect()
    }

    /// One position, flat or not; `None` for spot and unknown instruments and accounts.
    pub fn position(
        &self,
        account: AccountNo,
        instrument: InstrumentNo,
        side: PositionSide,
    ) -> Option<PositionSnapshot> {
        let (of, market) = (self.account(account)?, self.market(instrument)?);
        (!market.is_spot).then(|| self.position_view(of, instrument, side))
    }

    /// Every balance, by asset, as displayed.
    pub fn balances(&self, account: AccountNo) -> Vec<BalanceView> {
        let Some(of) = self.account(account) else { return Vec::new() };
        of.wallets.keys().filter_map(|asset| self.balance(account, *asset)).collect()
    }

    /// One balance, as displayed.
    pub fn balance(&self, account: AccountNo, asset: Asset) -> Option<BalanceView> {
        let of = self.account(account)?;
        let extra = notional(of.wallets.get(&asset)?.shown_extra);
        let real = self.money_of(of, asset);
        let available = (real.available + extra).max(Notional::ZERO);
        Some(BalanceView { wallet: real.wallet + extra, available, ..real })
    }

    /// The leverage and margin mode of one instrument.
    pub fn leverage(&self, account: AccountNo, instrument: InstrumentNo) -> (u32, MarginMode) {
        let own = self.account(account).and_then(|of| of.terms.get(&instrument).copied());
        match own.or_else(|| self.market(instrument).map(|market| market.terms)) {
            Some(terms) => (terms.leverage, terms.mode),
            None => (self.config.default_leverage, self.config.default_margin),
        }
    }

    /// One-way or hedge.
    pub fn position_mode(&self, account: AccountNo) -> PositionMode {
        self.account(account).map_or(PositionMode::OneWay, |of| of.position_mode)
    }

    /// What the account pays on the instrument.
    pub fn fee_rates(&self, account: AccountNo, instrument: InstrumentNo) -> FeeRates {
        match (self.account(account), self.listing(instrument)) {
            (Some(of), Some(_)) => self.rates(of, instrument),
            (None, Some(listing)) => FeeRates {
                maker: listing.instrument.maker_fee,
                taker: listing.instrument.taker_fee,
            },
            (_, None) => FeeRates::default(),
        }
    }

    /// The moment of the dead-man timer of that scope; `None` when it is not armed.
    pub fn dead_man(&self, account: AccountNo, scope: &[InstrumentNo]) -> Option<Nanos> {
        let mut scope = scope.to_vec();
        scope.sort_unstable();
        scope.dedup();
        self.account(account)?.dead_men.get(&scope).copied()
    }

    /// How much more the account may buy or sell at that price, before fees: what "maximum order size" screens show.
    pub fn max_order(
        &self,
        account: AccountNo,
        instrument: InstrumentNo,
        side: Side,
        price: Ticks,
    ) -> Lots {
        let (Some(of), Some(market)) = (self.account(account), self.market(instrument)) else {
            return Lots::ZERO;
        };
        let listing = &self.listings[instrument.index()];
        if price.0 <= 0 || listing.status != ListingStatus::Trading {
            return Lots::ZERO;
        }
        let (asset, one) = match (market.is_spot, side) {
            (true, Side::Sell) => (market.base, market.scale.lot),
            (true, Side::Buy) => {
                (market.quote, market.scale.money(market.scale.worth(price, Lots(1))))
            }
            (false, _) => {
                let leverage = Decimal::from(self.terms(of, instrument).leverage);
                (market.settle, market.scale.money(market.scale.worth(price, Lots(1))) / leverage)
            }
        };
        let available = self.money_of(of, asset).available.decimal();
        let lots = available.checked_div(one).unwrap_or_default().floor();
        let lots = i64::try_from(lots.mantissa() / 10_i128.pow(lots.scale())).unwrap_or(i64::MAX);
        let against = match side {
            Side::Buy => of.position(instrument, PositionSide::Net).closable(Side::Buy),
            Side::Sell => of.position(instrument, PositionSide::Net).closable(Side::Sell),
        };
        Lots(lots.saturating_add(against.0)).min(listing.max_qty)
    }
}
