//! Take-profit and stop-loss of positions: closing orders the venue keeps for the account.
//!
//! A stop attached to an order waits until that order trades. Each position has one of either at most; they go with
//! the position.

use std::collections::BTreeMap;

use aurora_matching::exchange::{
    AccountNo, ClientId, Command, ExchangeFill, Life, OrderId, OrderKind, OrderQty, OrderRef,
    OrderSnapshot, OrderStatus, Outcome, PlaceOrder, PositionSide, PositionSnapshot, Refusal as No,
    StpMode, Trigger, TriggerBy, TriggerWhen,
};
use aurora_model::{InstrumentNo, Lots, Side, Ticks};
use rust_decimal::Decimal;

use super::ask::{Change, Stops};
use super::code::{self, Refusal};
use super::refused::{Asked, refused};
use super::rows::Counted;
use crate::dialect::World;

/// Which position.
pub(super) type Place = (AccountNo, InstrumentNo, PositionSide);

/// The closing orders of every position.
#[derive(Clone, Debug, Default)]
pub(super) struct StopOrders {
    attached: BTreeMap<OrderId, Stops>,
    held: BTreeMap<Place, Held>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    take_profit: Option<OrderId>,
    stop_loss: Option<OrderId>,
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    TakeProfit,
    StopLoss,
}

impl Held {
    fn place(&mut self, which: Which) -> &mut Option<OrderId> {
        match which {
            Which::TakeProfit => &mut self.take_profit,
            Which::StopLoss => &mut self.stop_loss,
        }
    }
}

impl StopOrders {
    /// The stops are set when the order trades.
    pub(super) fn attach(&mut self, order: OrderId, stops: Stops) {
        self.attached.insert(order, stops);
    }

    /// An order traded: what it brought along is set. A stop the market has passed already is left out.
    pub(super) fn on_fill(&mut self, world: &mut World<'_>, fill: &ExchangeFill) {
        if let Some(stops) = self.attached.remove(&fill.order) {
            let place = (fill.account, fill.instrument, fill.position_side);
            let _ = self.set(world, place, stops);
        }
    }

    /// An order changed: one that closed without trading takes what it brought along with it.
    pub(super) fn on_order(&mut self, order: &OrderSnapshot) {
        if !order.is_open() {
            self.attached.remove(&order.id);
        }
    }

    /// A position changed: a flat one has no stops.
    pub(super) fn on_position(
        &mut self,
        world: &mut World<'_>,
        account: AccountNo,
        position: &PositionSnapshot,
    ) {
        if position.lots != Lots::ZERO {
            return;
        }
        let place = (account, position.instrument, position.position_side);
        if let Some(held) = self.held.remove(&place) {
            for order in [held.take_profit, held.stop_loss].into_iter().flatten() {
                // It may have gone by itself: it is what closed the position.
                let _ = world.apply(account, &Command::Cancel(OrderRef::Id(order)));
            }
        }
    }

    /// Sets, moves or removes the stops of a position.
    pub(super) fn set(
        &mut self,
        world: &mut World<'_>,
        place: Place,
        stops: Stops,
    ) -> Result<(), Refusal> {
        let (account, instrument, side) = place;
        let position = world.exchange.position(account, instrument, side);
        let lots = position.map_or(Lots::ZERO, |position| position.lots);
        if lots == Lots::ZERO {
            return Err(Refusal::new(10_001, "can not set tp/sl/ts for zero position"));
        }
        let changes = [
            (Which::TakeProfit, stops.take_profit, stops.take_profit_by),
            (Which::StopLoss, stops.stop_loss, stops.stop_loss_by),
        ];
        let mut changed = false;
        for (which, change, by) in changes {
            changed |= match change {
                Change::Keep => false,
                Change::Remove => self.remove(world, place, which),
                Change::At(price) => self.move_to(world, place, which, (lots, price, by))?,
            };
        }
        if changed { Ok(()) } else { Err(code::STOP_UNCHANGED) }
    }

    /// The prices of a position's take-profit and stop-loss.
    pub(super) fn prices(
        &self,
        world: &World<'_>,
        place: Place,
    ) -> (Option<Decimal>, Option<Decimal>) {
        let held = self.held.get(&place).copied().unwrap_or_default();
        let listing = world.exchange.listing(place.1);
        let price = |id: Option<OrderId>| {
            let trigger = parked(world, place.0, id?)?.trigger?;
            Some(listing?.price(trigger.price))
        };
        (price(held.take_profit), price(held.stop_loss))
    }

    fn remove(&mut self, world: &mut World<'_>, place: Place, which: Which) -> bool {
        let old = self.held.get_mut(&place).and_then(|held| held.place(which).take());
        let Some(old) = old else { return false };
        world.apply(place.0, &Command::Cancel(OrderRef::Id(old))).is_ok()
    }

    fn move_to(
        &mut self,
        world: &mut World<'_>,
        place: Place,
        which: Which,
        (lots, price, by): (Lots, Ticks, TriggerBy),
    ) -> Result<bool, Refusal> {
        let old = *self.held.entry(place).or_default().place(which);
        let at = old.and_then(|id| parked(world, place.0, id)?.trigger);
        if at.is_some_and(|trigger| trigger.price == price && trigger.by == by) {
            return Ok(false);
        }
        let order = closing(place, which, (lots, price, by));
        let placed = match world.apply(place.0, &Command::Place(order)) {
            Ok(Outcome::Order(placed)) => placed,
            Ok(_) => return Err(code::SERVER_ERROR),
            Err(No::WouldTriggerAtOnce) => return Err(on_the_wrong_side(which, lots)),
            Err(no) => return Err(refused(no, Asked::Place(order.trigger))),
        };
        self.remove(world, place, which);
        *self.held.entry(place).or_default().place(which) = Some(placed.id);
        Ok(true)
    }
}

fn parked(world: &World<'_>, account: AccountNo, id: OrderId) -> Option<OrderSnapshot> {
    let order = world.exchange.order(account, OrderRef::Id(id))?;
    (order.status == OrderStatus::Parked).then_some(order)
}

fn closing(
    (_, instrument, position_side): Place,
    which: Which,
    (lots, price, by): (Lots, Ticks, TriggerBy),
) -> PlaceOrder {
    let is_long = Lots::ZERO < lots;
    let is_take_profit = which == Which::TakeProfit;
    PlaceOrder {
        instrument,
        client_id: ClientId::EMPTY,
        side: if is_long { Side::Sell } else { Side::Buy },
        kind: OrderKind::Market,
        qty: OrderQty::ClosePosition,
        life: Life::Gtc,
        reduce_only: true,
        position_side,
        stp: StpMode::None,
        trigger: Some(Trigger {
            price,
            by,
            when: if is_long == is_take_profit { TriggerWhen::Rises } else { TriggerWhen::Falls },
            close_on_trigger: true,
            is_take_profit,
        }),
        margin: None,
    }
}

fn on_the_wrong_side(which: Which, lots: Lots) -> Refusal {
    let (name, position) = match which {
        Which::TakeProfit => ("TakeProfit", Lots::ZERO < lots),
        Which::StopLoss => ("StopLoss", lots < Lots::ZERO),
    };
    let held = if Lots::ZERO < lots { "Buy" } else { "Sell" };
    let way = if position { "higher" } else { "lower" };
    Refusal::told(10_001, format!("{name} set for {held} position should be {way} than the price"))
}
