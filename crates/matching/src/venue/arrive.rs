//! A request arrives: it is refused for a reason, or done and answered.

use aurora_model::{
    ClientOrderId, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderIntent, ReportKind, Side,
    Ticks, TimeInForce, VenueRefusal, VenueRequest,
};

use super::resting::Resting;
use super::scribe::Scribe;
use super::wire::OnTheWay;
use super::{PaperVenue, VenueOutput};

/// Above this many ticks or lots a notional might not fit its decimal.
const MOST: i64 = 10_000_000_000_000;

impl PaperVenue {
    pub(super) fn arrive(&mut self, way: &OnTheWay, out: &mut VenueOutput) {
        let at = way.arrives_at;
        match way.request {
            VenueRequest::Place { id, intent } => match self.refusal(id, &intent, way) {
                Some(refusal) => self.scribe(out).tell(at, ReportKind::Reject { id, refusal }),
                None => self.place(id, intent, at, out),
            },
            VenueRequest::Cancel { id, .. } => self.cancel(id, at, out),
            VenueRequest::CancelAll => {
                let open: Vec<_> = self.account.open_orders().map(|order| order.id).collect();
                for id in open {
                    self.cancel(id, at, out);
                }
            }
            VenueRequest::Query { id, .. } => {
                let found = self.account.order(id).copied();
                self.scribe(out).tell(at, ReportKind::Order { id, found });
            }
            VenueRequest::Sweep { since } => {
                let answer = ReportKind::Account {
                    open: self.account.open_orders().copied().collect(),
                    fills: self.account.fills_since(since).to_vec(),
                    positions: self.account.positions(),
                };
                self.scribe(out).tell(at, answer);
            }
            // It lives in the desk's own process, and dies with it; it keeps positions, not wallets.
            VenueRequest::DeadMan { .. } | VenueRequest::Statement { .. } => {}
        }
    }

    fn scribe<'a>(&'a mut self, out: &'a mut VenueOutput) -> Scribe<'a> {
        Scribe { account: &mut self.account, wire: &mut self.wire, config: &self.config, out }
    }

    fn cancel(&mut self, id: ClientOrderId, at: Nanos, out: &mut VenueOutput) {
        let Some(order) = self.account.order(id).filter(|order| order.is_open).copied() else {
            return self.scribe(out).tell(at, ReportKind::CancelRejected { id });
        };
        let market = &mut self.markets[order.intent.instrument.index()];
        market.side_mut(order.intent.side).retain(|resting| resting.id != id);
        self.scribe(out).cancel(id, at);
    }

    /// Takes what it may take, then rests or ends.
    fn place(&mut self, id: ClientOrderId, intent: OrderIntent, at: Nanos, out: &mut VenueOutput) {
        self.scribe(out).accept(id, intent, at);
        let (no, against) = (intent.instrument, intent.side.opposite());
        while let Some((price, offered)) = self.markets[no.index()].depth.best(against) {
            if !is_within(intent.side, price, intent.limit) {
                break;
            }
            let taken = self.scribe(out).fill(id, price, offered, Liquidity::Taker, at);
            self.markets[no.index()].depth.eat(against, price, taken);
            if taken < offered {
                break;
            }
        }
        if self.scribe(out).is_open(id) {
            match intent.time_in_force {
                TimeInForce::Ioc | TimeInForce::Fok => self.scribe(out).expire(id, at),
                TimeInForce::Gtc | TimeInForce::PostOnly => self.rest(id, &intent),
            }
        }
        self.settle(no, at, out);
    }

    fn rest(&mut self, id: ClientOrderId, intent: &OrderIntent) {
        let market = &mut self.markets[intent.instrument.index()];
        let displayed = market.depth.displayed(intent.side, intent.limit);
        let resting = Resting::at_the_back(id, intent.side, intent.limit, displayed);
        let orders = market.side_mut(intent.side);
        let place =
            orders.partition_point(|o| o.price == intent.limit || o.stands_before(intent.limit));
        orders.insert(place, resting);
    }

    /// Why the order is refused, if it is. The first reason in this order is the one told.
    fn refusal(
        &self,
        id: ClientOrderId,
        intent: &OrderIntent,
        way: &OnTheWay,
    ) -> Option<VenueRefusal> {
        let is_late = self.config.receive_window.is_some_and(|w| w < way.arrives_at - way.sent_at);
        let is_known = intent.instrument.index() < self.markets.len();
        let fits = |number: i64| (1..=MOST).contains(&number);
        if self.account.order(id).is_some() {
            Some(VenueRefusal::DuplicateId)
        } else if is_late {
            Some(VenueRefusal::Late)
        } else if !is_known || !fits(intent.limit.0) || !fits(intent.qty.0) {
            Some(VenueRefusal::BadIncrement)
        } else if !intent.reduce_only && self.worth(intent) < self.min_notional(intent) {
            Some(VenueRefusal::BelowMinNotional)
        } else if intent.reduce_only && self.reducible(intent) == Lots::ZERO {
            Some(VenueRefusal::WouldNotReduce)
        } else if self.reducible(intent) < intent.qty
            && !intent.reduce_only
            && self.is_too_much(intent)
        {
            Some(VenueRefusal::InsufficientMargin)
        } else {
            self.cannot_trade_so(intent)
        }
    }

    fn cannot_trade_so(&self, intent: &OrderIntent) -> Option<VenueRefusal> {
        let market = &self.markets[intent.instrument.index()];
        let against = intent.side.opposite();
        let reaches = |price| is_within(intent.side, price, intent.limit);
        let meets_ours = market.side(against).first().is_some_and(|best| reaches(best.price));
        let would_take = market.depth.best(against).is_some_and(|(price, _)| reaches(price));
        match intent.time_in_force {
            TimeInForce::PostOnly if meets_ours || would_take => Some(VenueRefusal::WouldTake),
            _ if meets_ours => Some(VenueRefusal::SelfTrade),
            TimeInForce::Fok => {
                let offers = market.depth.offers(against).take_while(|(price, _)| reaches(*price));
                let offered: i64 = offers.map(|(_, qty)| qty.0).sum();
                let most = if intent.reduce_only { self.reducible(intent) } else { intent.qty };
                (offered.min(most.0) < intent.qty.0).then_some(VenueRefusal::CannotFillWhole)
            }
            _ => None,
        }
    }

    fn worth(&self, intent: &OrderIntent) -> Notional {
        let instrument = &self.account.instruments[intent.instrument.index()];
        instrument.notional(intent.limit, intent.qty)
    }

    fn min_notional(&self, intent: &OrderIntent) -> Notional {
        self.account.instruments[intent.instrument.index()].min_notional
    }

    fn reducible(&self, intent: &OrderIntent) -> Lots {
        self.account.reducible(intent.instrument, intent.side)
    }

    /// Whether positions, open orders and this one together are worth more than the account may have.
    fn is_too_much(&self, intent: &OrderIntent) -> bool {
        let Some(buying_power) = self.config.buying_power else { return false };
        let positions = self.account.positions();
        let held = positions.iter().map(|(no, lots)| self.position_worth(*no, *lots));
        let open = self.account.open_orders().filter(|order| !order.intent.reduce_only);
        let ordered = open.map(|order| {
            let rest = OrderIntent { qty: order.intent.qty - order.filled, ..order.intent };
            self.worth(&rest)
        });
        let total = held.chain(ordered).fold(self.worth(intent), |sum, worth| sum + worth);
        buying_power < total
    }

    /// At the touch; where there is none, at our own last price.
    fn position_worth(&self, no: InstrumentNo, lots: Lots) -> Notional {
        let side = if Lots::ZERO < lots { Side::Buy } else { Side::Sell };
        let touch = self.markets[no.index()].depth.best(side).map(|(price, _)| price);
        let ours =
            || self.account.fills_since(Nanos(i64::MIN)).iter().rfind(|fill| fill.instrument == no);
        let price = touch.or_else(|| ours().map(|fill| fill.price)).unwrap_or(Ticks(0));
        self.account.instruments[no.index()].notional(price, lots)
    }
}

/// Whether a price is no worse than the limit, for an order of that side.
fn is_within(side: Side, price: Ticks, limit: Ticks) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => limit <= price,
    }
}
