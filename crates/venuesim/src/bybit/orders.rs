//! Placing, amending and cancelling: what REST and the trade socket have in common.

use aurora_matching::exchange::{
    AccountNo, CancelWhich, ClientId, Command, OrderId, OrderKind, OrderQty, OrderSnapshot,
    OrderStatus, Outcome, PlaceOrder,
};
use aurora_model::{InstrumentNo, Lots, Nanos};
use serde::Serialize;
use serde_json::{Value, json};

use super::Bybit;
use super::ask::{self, Placement};
use super::code::{self, Refusal};
use super::ids;
use super::params::Params;
use super::refused::{Asked, refused};
use super::reply::{Answer, Reply};
use crate::dialect::World;

/// The most orders in one batch.
const MOST_IN_BATCH: usize = 20;
/// The most conditional orders an account may have in one instrument.
const MOST_CONDITIONAL: usize = 10;

/// Which of the three a request or batch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Create,
    Amend,
    Cancel,
}

/// The order a request was about; what every one of them is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    order_id: String,
    order_link_id: String,
}

impl Named {
    fn of(order: &OrderSnapshot) -> Named {
        let order_link_id = order.client_id.as_str().to_owned();
        Named { order_id: ids::order_id(order.id.0), order_link_id }
    }
}

/// Does one deed.
pub(super) fn one(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    deed: Deed,
    params: &Params,
) -> Result<Named, Refusal> {
    match deed {
        Deed::Create => create(bybit, world, account, params),
        Deed::Amend => amend(world, account, params),
        Deed::Cancel => cancel(world, account, params),
    }
}

/// Does a deed to every order of `request`; what became of each stands beside it.
pub(super) fn batch(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    deed: Deed,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    let items = params.objects("request")?;
    if items.is_empty() || MOST_IN_BATCH < items.len() {
        return Err(Refusal::params(format!("request must have 1 to {MOST_IN_BATCH} orders")));
    }
    let created_at = world.now;
    let (mut list, mut ext) = (Vec::new(), Vec::new());
    for item in items {
        let item = item.with("category", "linear");
        let done = one(bybit, world, account, deed, &item);
        list.push(batch_row(deed, &item, &done, created_at));
        ext.push(match done {
            Ok(_) => json!({ "code": 0, "msg": "OK" }),
            Err(no) => json!({ "code": no.code, "msg": no.message }),
        });
    }
    Ok(Reply::batch(&json!({ "list": list }), &json!({ "list": ext })))
}

fn batch_row(deed: Deed, item: &Params, done: &Result<Named, Refusal>, at: Nanos) -> Value {
    let text = |name: &str| item.text(name).unwrap_or_default().into_owned();
    let (order_id, link_id) = match done {
        Ok(named) => (named.order_id.clone(), named.order_link_id.clone()),
        Err(_) if deed == Deed::Create => (String::new(), text("orderLinkId")),
        Err(_) => (text("orderId"), text("orderLinkId")),
    };
    let mut row = json!({
        "category": "linear",
        "symbol": text("symbol"),
        "orderId": order_id,
        "orderLinkId": link_id,
    });
    if deed == Deed::Create {
        let at = if done.is_ok() { at.millis().to_string() } else { String::new() };
        row["createAt"] = Value::String(at);
    }
    row
}

fn create(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Result<Named, Refusal> {
    let Placement { order, stops } = ask::place(world.exchange, params)?;
    if order.trigger.is_some() {
        room_for_conditional(world, account, order.instrument)?;
    }
    let mut first = None;
    for part in parts(world, &order) {
        match place(world, account, part) {
            Ok(placed) => first = first.or(Some(placed)),
            // What was placed before stands; the rest of a split order finds nothing to reduce.
            Err(refusal) => first = Some(first.ok_or(refusal)?),
        }
    }
    let first = first.expect("an order has at least one part");
    if stops.ask_something() {
        bybit.stops.attach(first.id, stops);
    }
    Ok(Named::of(&first))
}

fn place(
    world: &mut World<'_>,
    account: AccountNo,
    order: PlaceOrder,
) -> Result<OrderSnapshot, Refusal> {
    match world.apply(account, &Command::Place(order)) {
        Ok(Outcome::Order(placed)) => Ok(placed),
        Ok(_) => Err(code::SERVER_ERROR),
        Err(no) => Err(refused(no, Asked::Place(order.trigger))),
    }
}

/// The order, in pieces no larger than the largest when it only reduces: Bybit splits those by itself.
fn parts(world: &World<'_>, order: &PlaceOrder) -> Vec<PlaceOrder> {
    let largest =
        world.exchange.listing(order.instrument).map_or(Lots::ZERO, |listing| match order.kind {
            OrderKind::Limit(_) => listing.max_qty,
            OrderKind::Market => listing.max_market_qty,
        });
    let OrderQty::Lots(whole) = order.qty else { return vec![*order] };
    if !order.reduce_only || whole <= largest || largest <= Lots::ZERO {
        return vec![*order];
    }
    let mut parts = Vec::new();
    let mut left = whole;
    while Lots::ZERO < left {
        let qty = left.min(largest);
        left -= qty;
        let client_id = if parts.is_empty() { order.client_id } else { ClientId::EMPTY };
        parts.push(PlaceOrder { qty: OrderQty::Lots(qty), client_id, ..*order });
    }
    parts
}

fn room_for_conditional(
    world: &World<'_>,
    account: AccountNo,
    instrument: InstrumentNo,
) -> Result<(), Refusal> {
    let open = world.exchange.open_orders(account, Some(instrument));
    let waiting = open.iter().filter(|order| order.status == OrderStatus::Parked);
    if waiting.count() < MOST_CONDITIONAL { Ok(()) } else { Err(code::STOP_ORDERS) }
}

fn amend(world: &mut World<'_>, account: AccountNo, params: &Params) -> Result<Named, Refusal> {
    let (instrument, amend) = ask::amend(world.exchange, params)?;
    let order = world.exchange.order(account, amend.order).ok_or(code::GONE_AMEND)?;
    if order.instrument != instrument {
        return Err(code::GONE_AMEND);
    }
    match world.apply(account, &Command::Amend(amend)) {
        Ok(Outcome::Order(order)) => Ok(Named::of(&order)),
        Ok(_) => Err(code::SERVER_ERROR),
        Err(no) => Err(refused(no, Asked::Amend)),
    }
}

fn cancel(world: &mut World<'_>, account: AccountNo, params: &Params) -> Result<Named, Refusal> {
    let (instrument, wanted) = ask::cancel(world.exchange, params)?;
    let order = world.exchange.order(account, wanted).ok_or(code::GONE_CANCEL)?;
    if order.instrument != instrument {
        return Err(code::GONE_CANCEL);
    }
    match world.apply(account, &Command::Cancel(wanted)) {
        Ok(Outcome::Order(order)) => Ok(Named::of(&order)),
        Ok(_) => Err(code::SERVER_ERROR),
        Err(no) => Err(refused(no, Asked::Cancel)),
    }
}

/// Cancels every order in scope, and names them.
pub(super) fn cancel_all(
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Result<Vec<Named>, Refusal> {
    ask::linear(params)?;
    let which = match params.text("orderFilter").as_deref() {
        None => CancelWhich::All,
        Some("Order") => CancelWhich::Working,
        Some("StopOrder" | "tpslOrder" | "OcoOrder") => CancelWhich::Parked,
        Some(other) => return Err(Refusal::params(format!("orderFilter {other:?} is unknown"))),
    };
    let scope = scope(world, params)?;
    let known = world.exchange.open_orders(account, None);
    let mut gone = Vec::new();
    for instrument in scope {
        let all = Command::CancelAll { instrument, which };
        match world.apply(account, &all) {
            Ok(Outcome::Canceled(ids)) => gone.extend(ids),
            Ok(_) => return Err(code::SERVER_ERROR),
            Err(no) => return Err(refused(no, Asked::Cancel)),
        }
    }
    let named = |id: &OrderId| known.iter().find(|order| order.id == *id).map(Named::of);
    Ok(gone.iter().filter_map(named).collect())
}

/// The instruments a symbol, a base coin or a settle coin stands for; `None` is all of them.
pub(super) fn scope(
    world: &World<'_>,
    params: &Params,
) -> Result<Vec<Option<InstrumentNo>>, Refusal> {
    if let Some(no) = ask::maybe_instrument(world.exchange, params)? {
        return Ok(vec![Some(no)]);
    }
    let base = params.text("baseCoin");
    let settle = params.text("settleCoin");
    if base.is_none() && settle.is_none() {
        return Err(Refusal::params("symbol, settleCoin or baseCoin is required"));
    }
    let listings = (0..).zip(world.exchange.listings());
    let within = listings.filter(|(_, listing)| {
        let instrument = &listing.instrument;
        base.as_ref().is_none_or(|coin| **coin == instrument.id.base)
            && settle.as_ref().is_none_or(|coin| **coin == *instrument.settle_currency())
    });
    Ok(within.map(|(no, _)| Some(InstrumentNo(no))).collect())
}
