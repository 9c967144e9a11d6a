//! Changing an open order.

use aurora_model::{Lots, Ticks};

use super::Exchange;
use super::command::{AccountNo, AmendOrder, Life, OrderId, OrderKind, OrderRef, Outcome};
use super::config::WouldTakeRule;
use super::event::{EventKind, ExchangeEvent};
use super::life::is_reducing;
use super::listing::ListingStatus;
use super::order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
use super::refusal::Refusal;

impl Exchange {
    /// The order as it now is, open or remembered; the caller knows that it exists.
    pub(super) fn find(&self, account: AccountNo, id: OrderId) -> OrderSnapshot {
        self.order(account, OrderRef::Id(id)).expect("an order that was just dealt with is known")
    }

    /// The open order that is meant.
    pub(super) fn open_order(
        &self,
        account: AccountNo,
        order: OrderRef,
    ) -> Result<OrderSnapshot, Refusal> {
        let snap = self.order(account, order).ok_or(Refusal::UnknownOrder)?;
        match snap.status {
            OrderStatus::Filled => Err(Refusal::AlreadyFilled),
            status if status.is_open() => Ok(snap),
            _ => Err(Refusal::AlreadyClosed),
        }
    }

    pub(super) fn amend(
        &mut self,
        account: AccountNo,
        ask: &AmendOrder,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        let before = self.open_order(account, ask.order)?;
        let done = self.try_amend(&before, ask, out);
        if done.is_err() && ask.cancel_on_refusal {
            self.close(before.id, CloseCause::AmendRefused, out);
        }
        done?;
        self.fire(before.instrument, out);
        Ok(Outcome::Order(self.find(account, before.id)))
    }

    fn try_amend(
        &mut self,
        before: &OrderSnapshot,
        ask: &AmendOrder,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<(), Refusal> {
        if self.listings[before.instrument.index()].status != ListingStatus::Trading {
            return Err(Refusal::NotTrading);
        }
        let mut after = *before;
        if let Some(price) = ask.price {
            self.check_tick(before.instrument, price)?;
            if before.kind == OrderKind::Market {
                return Err(Refusal::NotSupported);
            }
            after.kind = OrderKind::Limit(price);
        }
        if let (Some(price), Some(trigger)) = (ask.trigger_price, &mut after.trigger) {
            self.check_tick(before.instrument, price)?;
            trigger.price = price;
        }
        if let Some(qty) = ask.qty {
            self.check_qty(before.instrument, before.kind, qty)?;
            after.qty = qty;
        }
        if after == *before {
            return if self.config.refuse_empty_amend {
                Err(Refusal::NothingToAmend)
            } else {
                Ok(())
            };
        }
        if after.qty <= before.filled && !before.close_position {
            if !self.config.amend_below_filled_closes {
                return Err(Refusal::QtyBelowFilled { filled: before.filled });
            }
            self.close(before.id, CloseCause::ByRequest, out);
            return Ok(());
        }
        after.amends += 1;
        after.updated_at = self.now;
        after.cause = OrderCause::Amended;
        if before.status == OrderStatus::Parked {
            self.amend_parked(before, after, out)
        } else {
            self.amend_resting(before, after, out)
        }
    }

    fn amend_parked(
        &mut self,
        before: &OrderSnapshot,
        after: OrderSnapshot,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<(), Refusal> {
        if self.config.refuse_instant_trigger && self.is_triggered(&after) {
            return Err(Refusal::WouldTriggerAtOnce);
        }
        let triggers = &mut self.markets[before.instrument.index()].triggers;
        if let (Some(old), Some(new)) = (before.trigger, after.trigger) {
            triggers.remove(before.id, &old);
            triggers.park(before.id, &new);
        }
        self.put(after, out);
        Ok(())
    }

    fn amend_resting(
        &mut self,
        before: &OrderSnapshot,
        after: OrderSnapshot,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<(), Refusal> {
        let (id, no, side) = (before.id, before.instrument, before.side);
        let OrderKind::Limit(price) = after.kind else { return Err(Refusal::NotSupported) };
        let moves = after.kind != before.kind;
        let grows = before.qty < after.qty;
        if moves {
            self.check_band(no, side, price)?;
        }
        let market = &self.markets[no.index()];
        let takes = moves && market.meet(side.opposite(), price).is_some();
        if takes && after.life == Life::PostOnly {
            if self.config.post_only_amend == WouldTakeRule::Cancel {
                self.put(after, out);
                self.close(id, CloseCause::AmendRefused, out);
                return Ok(());
            }
            return Err(Refusal::WouldTake);
        }
        let keeps_place = !moves && !grows && self.config.shrink_keeps_place;
        if keeps_place {
            self.shrink_in_place(before, after, out);
            return Ok(());
        }
        let OrderKind::Limit(old) = before.kind else { return Err(Refusal::NotSupported) };
        self.check_growth(before, &after, old, price)?;
        self.unrest(id, out);
        self.put(after, out);
        self.start(id, out);
        Ok(())
    }

    /// Whether the account can pay for what the amended order takes more than it did.
    fn check_growth(
        &self,
        before: &OrderSnapshot,
        after: &OrderSnapshot,
        old: Ticks,
        new: Ticks,
    ) -> Result<(), Refusal> {
        if is_reducing(after) {
            return Ok(());
        }
        let scale = &self.markets[before.instrument.index()].scale;
        let (held, wanted) = (scale.worth(old, before.left()), scale.worth(new, after.left()));
        let one = scale.worth(new, Lots(1)).max(1);
        let more = Lots(i64::try_from((wanted - held + one - 1) / one).unwrap_or(i64::MAX));
        let listing = &self.listings[before.instrument.index()];
        if listing.instrument.notional(new, after.qty) < listing.min_notional() {
            return Err(Refusal::BelowMinNotional { min: listing.min_notional() });
        }
        if more <= Lots::ZERO {
            return Ok(());
        }
        self.can_pay(&self.accounts[&before.account], after, new, more)
    }

    /// Only less of it, at the same place.
    fn shrink_in_place(
        &mut self,
        before: &OrderSnapshot,
        after: OrderSnapshot,
        out: &mut Vec<ExchangeEvent>,
    ) {
        let by = before.qty - after.qty;
        self.unhold_filled(before.id, by, out);
        self.put(after, out);
    }

    /// Replaces an open order's snapshot and tells it.
    fn put(&mut self, after: OrderSnapshot, out: &mut Vec<ExchangeEvent>) {
        if let Some(order) = self.orders.get_mut(&after.id) {
            order.snap = after;
        }
        self.emit(EventKind::Order(after), out);
    }
}
