//! Matching: who trades with whom, by price and time.

use super::Exchange;
use super::command::{Life, OrderId, OrderKind, StpMode};
use super::event::{ExchangeEvent, FillKind};
use super::life::is_reducing;
use super::market::{Meet, is_better};
use super::order::{CloseCause, OrderSnapshot};
use super::trade::Execution;
use aurora_model::{InstrumentNo, Liquidity, Lots, Side, Ticks};

impl Exchange {
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
            (_, Life::Fok) => self.close(id, CloseCause::FokUnfillable, out),
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
            if is_better(side, offer, price) {
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
            if !is_better(side, own, price) {
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
}

fn taker(order: &OrderSnapshot, trade_id: u64, price: Ticks, qty: Lots) -> Execution {
    let kind = if order.is_liquidation { FillKind::Liquidation } else { FillKind::Trade };
    Execution { trade_id, price, qty, liquidity: Liquidity::Taker, kind }
}

fn maker_side(trade_id: u64, price: Ticks, qty: Lots) -> Execution {
    Execution { trade_id, price, qty, liquidity: Liquidity::Maker, kind: FillKind::Trade }
}
