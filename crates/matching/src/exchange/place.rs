//! New orders: from the request to an order that exists.

use super::Exchange;
use super::command::{AccountNo, Life, OrderId, OrderQty, Outcome, PlaceOrder};
use super::event::{EventKind, ExchangeEvent};
use super::life::Order;
use super::order::{OrderCause, OrderSnapshot, OrderStatus};
use super::refusal::Refusal;
use super::timers::Timer;
use aurora_model::{Lots, Notional, Side};

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
}
