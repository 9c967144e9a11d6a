//! New orders, and matching.

use aurora_model::{InstrumentNo, Liquidity, Lots, Side, Ticks};

use super::command::{
    AccountNo, Life, OrderId, OrderKind, OrderQty, Outcome, PlaceOrder, StpMode, TriggerBy,
};
use super::event::{EventKind, ExchangeEvent, FillKind};
use super::life::{Order, is_reducing};
use super::market::Meet;
use super::order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
use super::refusal::Refusal;
use super::timers::Timer;
use super::trade::Execution;
use super::{Exchange, Notional};

impl Exchange {
    pub(super) fn place(
        &mut self,
        account: AccountNo,
        ask: &PlaceOrder,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        self.check_words(&self.accounts[&account], ask)?;
        let mut snap = self.snapshot_of(account, ask)?;
        if snap.trigger.is_some() {
            if !self.is_triggered(&snap) {
                let id = self.accept(snap, OrderStatus::Parked, out);
                return Ok(Outcome::Order(self.find(account, id)));
            }
            if self.config.refuse_instant_trigger {
                return Err(Refusal::WouldTriggerAtOnce);
            }
            snap.triggered_at = Some(self.now);
        }
        snap.qty = self.admit(&snap)?;
        self.check_taking(&snap)?;
        let id = self.accept(snap, OrderStatus::New, out);
        self.start(id, out);
        self.fire(ask.instrument, out);
        Ok(Outcome::Order(self.find(account, id)))
    }

    /// The order as it will be, without a number yet.
    fn snapshot_of(&self, account: AccountNo, ask: &PlaceOrder) -> Result<OrderSnapshot, Refusal> {
        let of = &self.accounts[&account];
        let market = &self.markets[ask.instrument.index()];
        let mode = self.terms(of, ask.instrument).mode;
        if ask.margin.is_some_and(|margin| margin != mode) && !market.is_spot {
            self.may_change_margin_mode(of, ask.instrument)?;
        }
        let (qty, quote_qty) = match ask.qty {
            OrderQty::Lots(qty) => (qty, None),
            OrderQty::Quote(money) => (Lots::ZERO, Some(money)),
            OrderQty::ClosePosition => (Lots::ZERO, None),
        };
        Ok(OrderSnapshot {
            id: OrderId(0),
            client_id: ask.client_id,
            account,
            instrument: ask.instrument,
            side: ask.side,
            kind: ask.kind,
            qty,
            quote_qty,
            filled: Lots::ZERO,
            filled_value: Notional::ZERO,
            avg_price: None,
            life: ask.life,
            reduce_only: ask.reduce_only || ask.trigger.is_some_and(|t| t.close_on_trigger),
            close_position: ask.qty == OrderQty::ClosePosition,
            position_side: ask.position_side,
            margin: ask.margin.unwrap_or(mode),
            stp: ask.stp,
            trigger: ask.trigger,
            triggered_at: None,
            status: OrderStatus::New,
            cause: OrderCause::New,
            fee: Notional::ZERO,
            fee_asset: if market.is_spot && ask.side == Side::Buy {
                market.base
            } else {
                market.settle
            },
            realized: Notional::ZERO,
            created_at: self.now,
            updated_at: self.now,
            amends: 0,
            is_liquidation: false,
        })
    }

    /// Gives the order its number; from here on it exists.
    pub(super) fn accept(
        &mut self,
        mut snap: OrderSnapshot,
        status: OrderStatus,
        out: &mut Vec<ExchangeEvent>,
    ) -> OrderId {
        let is_parked = status == OrderStatus::Parked;
        self.adopt_margin_mode(&snap, out);
        self.last_order_id += 1;
        snap.id = OrderId(self.last_order_id);
        snap.status = status;
        snap.cause = if is_parked { OrderCause::Parked } else { OrderCause::New };
        self.keep_open(snap);
        self.emit(EventKind::Order(snap), out);
        snap.id
    }

    /// Puts an open order where open orders are: by number, in its account, among timers and triggers.
    pub(super) fn keep_open(&mut self, snap: OrderSnapshot) {
        if let Life::Gtd(until) = snap.life {
            self.timers.insert((until, Timer::Gtd(snap.id)));
        }
        if let (OrderStatus::Parked, Some(trigger)) = (snap.status, snap.trigger) {
            self.markets[snap.instrument.index()].triggers.park(snap.id, &trigger);
        }
        self.accounts.get_mut(&snap.account).expect("an order has an account").opened(&snap);
        self.orders.insert(snap.id, Order::new(snap));
    }

    /// Lets an accepted order do what it came for: take, then rest or close.
    pub(super) fn start(&mut self, id: OrderId, out: &mut Vec<ExchangeEvent>) {
        let Some(order) = self.orders.get(&id) else { return };
        let s = order.snap;
        let reach = self.reach(&s);
        let market = &self.markets[s.instrument.index()];
        if s.life == Life::PostOnly {
            let takes = reach.is_some_and(|reach| market.meet(s.side.opposite(), reach).is_some());
            if takes {
                return self.close(id, CloseCause::WouldTake, out);
            }
        } else if let Some(reach) = reach {
            if s.life == Life::Fok && self.offered_to(&s, reach, s.left()) < self.fillable(&s) {
                return self.close(id, CloseCause::FokUnfillable, out);
            }
            self.take(id, reach, out);
        }
        match (s.kind, s.life) {
            (OrderKind::Market, Life::Fok) | (_, Life::Fok) => {
                self.close(id, CloseCause::FokUnfillable, out);
            }
            (OrderKind::Market, _) => self.close(id, CloseCause::MarketRest, out),
            (_, Life::Ioc) => self.close(id, CloseCause::IocRest, out),
            (OrderKind::Limit(price), _) => self.rest(id, price, out),
        }
    }

    /// Takes what is there down to the price, by price and time.
    pub(super) fn take(&mut self, id: OrderId, reach: Ticks, out: &mut Vec<ExchangeEvent>) {
        while let Some(order) = self.orders.get(&id) {
            let s = order.snap;
            let left = self.fillable(&s);
            if left == Lots::ZERO {
                return self.close(id, CloseCause::NothingToReduce, out);
            }
            let against = s.side.opposite();
            let market = &self.markets[s.instrument.index()];
            match market.meet(against, reach) {
                None => return,
                Some(Meet::Street(price, offered)) => {
                    let (qty, at) = (left.min(offered), self.now);
                    self.markets[s.instrument.index()].eat(against, price, qty, at);
                    let trade_id = self.print(s.instrument, s.side, price, qty, out);
                    self.fill_order(id, taker(&s, trade_id, price, qty), out);
                }
                Some(Meet::Own(price, maker_id)) => {
                    let maker = self.orders[&maker_id].snap;
                    if maker.account == s.account && s.stp != StpMode::None {
                        if matches!(s.stp, StpMode::CancelMaker | StpMode::CancelBoth) {
                            self.close(maker_id, CloseCause::SelfTrade, out);
                        }
                        if matches!(s.stp, StpMode::CancelTaker | StpMode::CancelBoth) {
                            return self.close(id, CloseCause::SelfTrade, out);
                        }
                        continue;
                    }
                    let qty = left.min(self.fillable(&maker));
                    if qty == Lots::ZERO {
                        self.close(maker_id, CloseCause::NothingToReduce, out);
                        continue;
                    }
                    let trade_id = self.print(s.instrument, s.side, price, qty, out);
                    self.fill_order(maker_id, maker_side(trade_id, price, qty), out);
                    self.fill_order(id, taker(&s, trade_id, price, qty), out);
                }
            }
        }
    }

    /// Fills resting orders of that side that the public now offers to trade with, at their own price.
    pub(super) fn cross(&mut self, no: InstrumentNo, side: Side, out: &mut Vec<ExchangeEvent>) {
        let against = side.opposite();
        loop {
            let market = &self.markets[no.index()];
            let Some((price, _, id)) = market.own(side).front() else { return };
            let Some((offer, offered)) = market.depth.best(against) else { return };
            if super::market::is_better(side, offer, price) {
                return;
            }
            let qty = self.fillable(&self.orders[&id].snap).min(offered);
            if qty == Lots::ZERO {
                self.close(id, CloseCause::NothingToReduce, out);
                continue;
            }
            let at = self.now;
            self.markets[no.index()].eat(against, offer, qty, at);
            let trade_id = self.print(no, against, price, qty, out);
            self.fill_order(id, maker_side(trade_id, price, qty), out);
        }
    }

    /// Lets a public trade run down the queues of the side it hit. What our orders did not take is printed as it is.
    pub(super) fn run_public_trade(
        &mut self,
        no: InstrumentNo,
        aggressor: Side,
        price: Ticks,
        volume: Lots,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let side = aggressor.opposite();
        let mut left = volume;
        // Orders at better prices are met first, whatever the public had ahead of them.
        while Lots::ZERO < left {
            let Some((own, _, id)) = self.markets[no.index()].own(side).front() else { break };
            if !super::market::is_better(side, own, price) {
                break;
            }
            let qty = self.fillable(&self.orders[&id].snap).min(left);
            if qty == Lots::ZERO {
                self.close(id, CloseCause::NothingToReduce, out);
                continue;
            }
            let trade_id = self.print(no, aggressor, own, qty, out);
            self.fill_order(id, maker_side(trade_id, own, qty), out);
            left -= qty;
        }
        for (id, qty) in self.plan_level(no, side, price, left) {
            let qty = self.orders.get(&id).map_or(Lots::ZERO, |o| self.fillable(&o.snap).min(qty));
            if Lots::ZERO < qty {
                let trade_id = self.print(no, aggressor, price, qty, out);
                self.fill_order(id, maker_side(trade_id, price, qty), out);
                left -= qty;
            }
        }
        if Lots::ZERO < left {
            self.print(no, aggressor, price, left, out);
        }
    }

    /// Who at one price gets how much of a public trade; their places move.
    fn plan_level(
        &mut self,
        no: InstrumentNo,
        side: Side,
        price: Ticks,
        volume: Lots,
    ) -> Vec<(OrderId, Lots)> {
        let mut plan: Vec<(OrderId, Lots)> = Vec::new();
        let Some(level) = self.markets[no.index()].own_mut(side).level_mut(price) else {
            return plan;
        };
        let mut queue = std::mem::take(&mut level.orders);
        crate::venue::resting::run_trade(queue.make_contiguous(), price, volume, |ticket, most| {
            let order = &self.orders[&ticket.order].snap;
            let mut able = self.fillable(order);
            if is_reducing(order) {
                // Two orders that reduce one position share what there is to reduce.
                let same = |id: &OrderId| {
                    let other = &self.orders[id].snap;
                    is_reducing(other)
                        && (other.account, other.position_side)
                            == (order.account, order.position_side)
                };
                let planned: i64 = plan.iter().filter(|(id, _)| same(id)).map(|(_, q)| q.0).sum();
                let account = &self.accounts[&order.account];
                let closable = account.position(no, order.position_side).closable(order.side);
                able = able.min(Lots((closable.0 - planned).max(0)));
            }
            let qty = able.min(most);
            if Lots::ZERO < qty {
                plan.push((ticket.order, qty));
            }
            qty
        });
        if let Some(level) = self.markets[no.index()].own_mut(side).level_mut(price) {
            level.orders = queue;
        }
        plan
    }

    /// Sets off what waits for a price that has come, one after the other.
    pub(super) fn fire(&mut self, no: InstrumentNo, out: &mut Vec<ExchangeEvent>) {
        if !self.listings[no.index()].status.is_open() {
            return;
        }
        while !self.markets[no.index()].triggers.is_empty() {
            let market = &self.markets[no.index()];
            let last = market.tape.last().map(|trade| (trade.price, trade.price));
            let known = market.pricing.is_known();
            let [mark, index] = market.pricing.in_ticks().map(|price| known.then_some(price));
            let prices =
                [(TriggerBy::Last, last), (TriggerBy::Mark, mark), (TriggerBy::Index, index)];
            let due = |(by, price): (TriggerBy, Option<(Ticks, Ticks)>)| {
                price.and_then(|(below, above)| market.triggers.due(by, below, above))
            };
            let Some(id) = prices.into_iter().find_map(due) else { return };
            self.trigger(id, out);
        }
    }

    fn trigger(&mut self, id: OrderId, out: &mut Vec<ExchangeEvent>) {
        self.unpark(id);
        let at = self.now;
        let Some(order) = self.orders.get_mut(&id) else { return };
        order.snap.status = OrderStatus::New;
        order.snap.cause = OrderCause::Triggered;
        order.snap.triggered_at = Some(at);
        order.snap.updated_at = at;
        let snap = order.snap;
        match self.admit(&snap) {
            Err(refusal) => {
                self.emit(EventKind::Order(snap), out);
                self.close(id, CloseCause::TriggerRefused(refusal), out);
            }
            Ok(qty) => {
                let order = self.orders.get_mut(&id).expect("it was there a moment ago");
                order.snap.qty = qty;
                let snap = order.snap;
                self.emit(EventKind::Order(snap), out);
                self.start(id, out);
            }
        }
    }
}

fn taker(order: &OrderSnapshot, trade_id: u64, price: Ticks, qty: Lots) -> Execution {
    let kind = if order.is_liquidation { FillKind::Liquidation } else { FillKind::Trade };
    Execution { trade_id, price, qty, liquidity: Liquidity::Taker, kind }
}

fn maker_side(trade_id: u64, price: Ticks, qty: Lots) -> Execution {
    Execution { trade_id, price, qty, liquidity: Liquidity::Maker, kind: FillKind::Trade }
}
