//! Whether an order may go to work now, and for how much.

use aurora_model::{InstrumentNo, Lots, Notional, Side, Ticks};
use rust_decimal::Decimal;

use super::Exchange;
use super::account::Account;
use super::command::{
    Life, OrderKind, OrderQty, PlaceOrder, PositionMode, PositionSide, TriggerBy, TriggerWhen,
};
use super::config::{ClientIdRule, WouldTakeRule};
use super::life::is_reducing;
use super::listing::ListingStatus;
use super::order::OrderSnapshot;
use super::refusal::Refusal;

/// No price is above so many ticks.
const MOST_TICKS: i64 = 1_000_000_000_000;

impl Exchange {
    /// What an order's words alone may be refused for, before the account and the market are looked at.
    pub(super) fn check_words(&self, account: &Account, ask: &PlaceOrder) -> Result<(), Refusal> {
        let listing = self.listing(ask.instrument).ok_or(Refusal::UnknownInstrument)?;
        if !listing.status.is_open() {
            return Err(Refusal::NotTrading);
        }
        let is_net = ask.position_side == PositionSide::Net;
        let wants_net = listing.is_spot() || account.position_mode == PositionMode::OneWay;
        if is_net != wants_net {
            return Err(Refusal::PositionModeMismatch);
        }
        if listing.is_spot() && (ask.reduce_only || ask.qty == OrderQty::ClosePosition) {
            return Err(Refusal::NotSupported);
        }
        let is_market = ask.kind == OrderKind::Market;
        match ask.life {
            Life::PostOnly if is_market => return Err(Refusal::BadLife),
            Life::Gtd(until) if until <= self.now => return Err(Refusal::BadLife),
            _ => {}
        }
        if let OrderKind::Limit(price) = ask.kind {
            self.check_tick(ask.instrument, price)?;
        }
        if let Some(trigger) = ask.trigger {
            self.check_tick(ask.instrument, trigger.price)?;
        }
        match ask.qty {
            OrderQty::Lots(qty) => self.check_qty(ask.instrument, ask.kind, qty)?,
            OrderQty::Quote(money) if money <= Notional::ZERO => return Err(Refusal::QtyNotOnLot),
            OrderQty::Quote(_) if !is_market => return Err(Refusal::NotSupported),
            _ => {}
        }
        if let Some(taken) = self.taken(account, ask) {
            return Err(Refusal::DuplicateClientId(taken));
        }
        let may_rest =
            ask.trigger.is_some() || !(is_market || matches!(ask.life, Life::Ioc | Life::Fok));
        if may_rest && listing.max_open_orders <= account.open_count(ask.instrument) {
            return Err(Refusal::TooManyOpenOrders { max: listing.max_open_orders });
        }
        Ok(())
    }

    /// The order that has the client id already, where that matters.
    fn taken(&self, account: &Account, ask: &PlaceOrder) -> Option<super::OrderId> {
        if self.takes_reused_ids || !self.config.refuse_reused_ids || ask.client_id.is_empty() {
            return None;
        }
        let taken = *account.clients.get(&ask.client_id)?;
        let counts = match self.config.client_ids {
            ClientIdRule::AmongRemembered => true,
            ClientIdRule::AmongOpen => self.orders.contains_key(&taken),
        };
        counts.then_some(taken)
    }

    pub(super) fn check_tick(&self, no: InstrumentNo, price: Ticks) -> Result<(), Refusal> {
        if price.0 <= 0 || price.0 % self.markets[no.index()].tick_multiple != 0 {
            return Err(Refusal::PriceNotOnTick);
        }
        if MOST_TICKS < price.0 {
            return Err(Refusal::PriceTooHigh { limit: Ticks(MOST_TICKS) });
        }
        Ok(())
    }

    pub(super) fn check_qty(
        &self,
        no: InstrumentNo,
        kind: OrderKind,
        qty: Lots,
    ) -> Result<(), Refusal> {
        let listing = &self.listings[no.index()];
        if qty.0 <= 0 {
            return Err(Refusal::QtyNotOnLot);
        }
        if qty < listing.min_qty {
            return Err(Refusal::QtyTooSmall { min: listing.min_qty });
        }
        let max = match kind {
            OrderKind::Limit(_) => listing.max_qty,
            OrderKind::Market => listing.max_market_qty,
        };
        if max < qty { Err(Refusal::QtyTooLarge { max }) } else { Ok(()) }
    }

    /// Whether the order may go to work in this market with this account; the quantity it has then.
    pub(super) fn admit(&self, order: &OrderSnapshot) -> Result<Lots, Refusal> {
        let account = &self.accounts[&order.account];
        let no = order.instrument;
        let (listing, market) = (&self.listings[no.index()], &self.markets[no.index()]);
        let touch = market.best(order.side.opposite());
        let price = match order.kind {
            OrderKind::Market => touch.ok_or(Refusal::NoMarket)?.0,
            OrderKind::Limit(price) => {
                if !market.pricing.is_known() {
                    return Err(Refusal::NoMarket);
                }
                self.check_band(no, order.side, price)?;
                price
            }
        };
        let reduces = is_reducing(order);
        if listing.status == ListingStatus::Settling && !reduces {
            return Err(Refusal::NotTrading);
        }
        let mut qty = order.qty;
        if let Some(money) = order.quote_qty {
            qty = self.affordable(order, money);
            if qty < listing.min_qty {
                return Err(Refusal::BelowMinNotional { min: listing.min_notional() });
            }
        }
        if reduces {
            let position = account.position(no, order.position_side);
            let closable = position.closable(order.side);
            if closable == Lots::ZERO {
                return Err(Refusal::NothingToReduce);
            }
            if order.close_position {
                return Ok(closable);
            }
            return Ok(if self.config.cut_reduce_only { qty.min(closable) } else { qty });
        }
        let min = listing.min_notional();
        if listing.instrument.notional(price, qty) < min && order.quote_qty.is_none() {
            return Err(Refusal::BelowMinNotional { min });
        }
        self.can_pay(account, order, price, qty)?;
        Ok(qty)
    }

    /// Whether a limit is within the bands around the mark price.
    pub(super) fn check_band(
        &self,
        no: InstrumentNo,
        side: Side,
        price: Ticks,
    ) -> Result<(), Refusal> {
        let Some((highest, lowest)) = self.price_limits(no) else { return Err(Refusal::NoMarket) };
        match side {
            Side::Buy if highest < price => return Err(Refusal::PriceTooHigh { limit: highest }),
            Side::Sell if price < lowest => return Err(Refusal::PriceTooLow { limit: lowest }),
            _ => {}
        }
        let Some(band) = self.listings[no.index()].passive_band else { return Ok(()) };
        let [(below, above), _] = self.markets[no.index()].pricing.in_ticks();
        let (low, high) = (below - share(below, band), above + share(above, band));
        match side {
            Side::Buy if price < low => Err(Refusal::PriceTooLow { limit: low }),
            Side::Sell if high < price => Err(Refusal::PriceTooHigh { limit: high }),
            _ => Ok(()),
        }
    }

    /// The highest price a buy limit and the lowest a sell limit may have now; `None` without a market.
    pub fn price_limits(&self, no: InstrumentNo) -> Option<(Ticks, Ticks)> {
        let (listing, market) = (self.listings.get(no.index())?, self.markets.get(no.index())?);
        if !market.pricing.is_known() {
            return None;
        }
        let [(below, above), _] = market.pricing.in_ticks();
        Some((above + share(above, listing.price_band), below - share(below, listing.price_band)))
    }

    /// How far an order may go into the book: its limit, or the band around the touch.
    pub(super) fn reach(&self, order: &OrderSnapshot) -> Option<Ticks> {
        let no = order.instrument.index();
        match order.kind {
            OrderKind::Limit(price) => Some(price),
            OrderKind::Market => {
                let (touch, _) = self.markets[no].best(order.side.opposite())?;
                let away = share(touch, self.listings[no].price_band);
                Some(touch + Ticks(order.side.sign() * away.0))
            }
        }
    }

    /// How many whole lots a market order gets for so much money.
    fn affordable(&self, order: &OrderSnapshot, money: Notional) -> Lots {
        let market = &self.markets[order.instrument.index()];
        let Some(reach) = self.reach(order) else { return Lots::ZERO };
        let against = order.side.opposite();
        let mut left = money.decimal();
        let mut lots = Lots::ZERO;
        for (price, offered) in market.levels(against) {
            if super::market::is_better(against, reach, price) {
                break;
            }
            let one = market.scale.money(market.scale.worth(price, Lots(1)));
            let fit = left.checked_div(one).unwrap_or_default().floor();
            let fit = i64::try_from(fit.mantissa() / 10_i128.pow(fit.scale())).unwrap_or(i64::MAX);
            let take = offered.min(Lots(fit));
            lots += take;
            left -= one * Decimal::from(take.0);
            if take < offered {
                break;
            }
        }
        lots.min(self.listings[order.instrument.index()].max_market_qty)
    }

    /// How much is offered to the order down to the price, without its own account's orders where it may not meet
    /// them.
    pub(super) fn offered_to(&self, order: &OrderSnapshot, reach: Ticks, enough: Lots) -> Lots {
        let market = &self.markets[order.instrument.index()];
        let against = order.side.opposite();
        let mut offered = Lots::ZERO;
        for (price, qty) in market.levels(against) {
            if super::market::is_better(against, reach, price) || enough <= offered {
                break;
            }
            offered += qty;
        }
        if order.stp == super::StpMode::None {
            return offered;
        }
        let own = market
            .own(against)
            .orders()
            .take_while(|r| !super::market::is_better(against, reach, r.price));
        let own = own.filter_map(|r| self.orders.get(&r.id.order));
        let own = own.filter(|own| own.snap.account == order.account);
        offered - Lots(own.map(|own| own.snap.left().0).sum())
    }

    /// What the venue refuses at once of what the book would do to the order.
    pub(super) fn check_taking(&self, order: &OrderSnapshot) -> Result<(), Refusal> {
        let market = &self.markets[order.instrument.index()];
        let Some(reach) = self.reach(order) else { return Ok(()) };
        let refuses = |rule: WouldTakeRule| rule == WouldTakeRule::Refuse;
        match order.life {
            Life::PostOnly if refuses(self.config.post_only) => {
                match market.meet(order.side.opposite(), reach) {
                    Some(_) => Err(Refusal::WouldTake),
                    None => Ok(()),
                }
            }
            Life::Fok
                if refuses(self.config.fok)
                    && self.offered_to(order, reach, order.qty) < order.qty =>
            {
                Err(Refusal::FokCannotFill)
            }
            _ => Ok(()),
        }
    }

    /// Whether the order's trigger has been reached already.
    pub(super) fn is_triggered(&self, order: &OrderSnapshot) -> bool {
        let Some(trigger) = order.trigger else { return false };
        let market = &self.markets[order.instrument.index()];
        let [mark, index] = market.pricing.in_ticks();
        let (below, above) = match trigger.by {
            TriggerBy::Last => match market.tape.last() {
                Some(trade) => (trade.price, trade.price),
                None => return false,
            },
            TriggerBy::Mark => mark,
            TriggerBy::Index => index,
        };
        match trigger.when {
            TriggerWhen::Rises => trigger.price <= below,
            TriggerWhen::Falls => above <= trigger.price,
        }
    }
}

/// A fraction of a price, rounded down, in ticks.
fn share(price: Ticks, fraction: Decimal) -> Ticks {
    let part = (Decimal::from(price.0) * fraction).floor();
    let ticks = part.mantissa() / 10_i128.pow(part.scale());
    Ticks(i64::try_from(ticks).unwrap_or(i64::MAX / 4))
}
