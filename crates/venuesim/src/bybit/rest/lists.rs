//! Lists of orders and executions.

use aurora_matching::exchange::{AccountNo, OrderId, OrderRef, OrderSnapshot, OrderStatus};
use aurora_model::{InstrumentNo, Nanos};
use serde_json::{Value, json};

use super::page::Page;
use crate::bybit::ask;
use crate::bybit::code::Refusal;
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::{FillRow, OrderRow, order_status};
use crate::bybit::{Bybit, ids};
use crate::dialect::World;

/// How many closed orders `order/realtime` still knows.
const REMEMBERED: usize = 500;

/// Which orders a list request means.
struct Wanted {
    instrument: Option<InstrumentNo>,
    coins: Option<(String, String)>,
    id: Option<OrderId>,
    link_id: Option<String>,
    status: Option<String>,
    parked: Option<bool>,
}

impl Wanted {
    fn read(world: &World<'_>, params: &Params) -> Result<Wanted, Refusal> {
        let text = |name: &str| params.text(name).map(|text| text.into_owned());
        let no = |id: String| OrderId(ids::order_no(&id).unwrap_or(u64::MAX));
        Ok(Wanted {
            instrument: ask::maybe_instrument(world.exchange, params)?,
            coins: match (text("baseCoin"), text("settleCoin")) {
                (None, None) => None,
                (base, settle) => Some((base.unwrap_or_default(), settle.unwrap_or_default())),
            },
            id: text("orderId").map(no),
            link_id: text("orderLinkId"),
            status: text("orderStatus"),
            parked: text("orderFilter").map(|filter| filter != "Order"),
        })
    }

    fn by_id(&self) -> bool {
        self.id.is_some() || self.link_id.is_some()
    }

    fn takes(&self, world: &World<'_>, order: &OrderSnapshot) -> bool {
        self.instrument.is_none_or(|no| no == order.instrument)
            && self.coins.as_ref().is_none_or(|coins| of_coins(world, order, coins))
            && self.id.is_none_or(|id| id == order.id)
            && self.link_id.as_ref().is_none_or(|id| id == order.client_id.as_str())
            && self.status.as_ref().is_none_or(|status| status == order_status(order))
            && self.parked.is_none_or(|parked| parked == (order.status == OrderStatus::Parked))
    }
}

fn of_coins(world: &World<'_>, order: &OrderSnapshot, (base, settle): &(String, String)) -> bool {
    world.exchange.listing(order.instrument).is_some_and(|listing| {
        let instrument = &listing.instrument;
        (base.is_empty() || *base == instrument.id.base)
            && (settle.is_empty() || settle == instrument.settle_currency())
    })
}

fn closed(world: &World<'_>, account: AccountNo, wanted: &Wanted) -> Vec<OrderSnapshot> {
    world.exchange.closed_orders(account, wanted.instrument, OrderId(0), usize::MAX)
}

fn order_list(world: &World<'_>, page: &Page, mut orders: Vec<OrderSnapshot>) -> Answer {
    orders.sort_by_key(|order| std::cmp::Reverse(order.id));
    let (orders, cursor) = page.cut(orders, |order| order.id.0);
    let rows: Vec<OrderRow<'_>> = orders
        .iter()
        .filter_map(|order| Some(OrderRow::new(order, world.exchange.listing(order.instrument)?)))
        .collect();
    Ok(Reply::new(&json!({ "category": "linear", "list": rows, "nextPageCursor": cursor })))
}

/// Open orders; with `openOnly=1` the last closed ones, by an id either.
pub(super) fn realtime(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    if let Some(empty) = elsewhere(params)? {
        return Ok(empty);
    }
    let wanted = Wanted::read(world, params)?;
    if wanted.instrument.is_none() && wanted.coins.is_none() && !wanted.by_id() {
        return Err(Refusal::params("symbol, settleCoin or baseCoin is required"));
    }
    let page = Page::read(params, 20, 50)?;
    let recent = params.number::<u8>("openOnly")?.unwrap_or(0) != 0;
    let mut orders = Vec::new();
    if !recent || wanted.by_id() {
        orders = world.exchange.open_orders(account, wanted.instrument);
    }
    if recent || wanted.by_id() {
        let closed = closed(world, account, &wanted);
        orders.extend(closed.into_iter().rev().take(REMEMBERED));
    }
    orders.retain(|order| wanted.takes(world, order));
    order_list(world, &page, orders)
}

/// Every order that is remembered, open ones too.
pub(super) fn history(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    if let Some(empty) = elsewhere(params)? {
        return Ok(empty);
    }
    let wanted = Wanted::read(world, params)?;
    let page = Page::read(params, 20, 50)?;
    let mut orders = closed(world, account, &wanted);
    orders.extend(world.exchange.open_orders(account, wanted.instrument));
    orders.retain(|order| wanted.takes(world, order) && page.takes(order.created_at));
    order_list(world, &page, orders)
}

/// The empty list of a category that has nothing here.
fn elsewhere(params: &Params) -> Result<Option<Reply>, Refusal> {
    let category = params.required("category")?;
    match category.as_ref() {
        "linear" => Ok(None),
        "spot" | "inverse" | "option" => {
            let empty = json!({ "category": category, "list": [], "nextPageCursor": "" });
            Ok(Some(Reply::new(&empty)))
        }
        _ => ask::linear(params).map(|()| None),
    }
}

/// Fills and funding payments, by one counter.
pub(super) fn executions(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    if let Some(empty) = elsewhere(params)? {
        return Ok(empty);
    }
    let wanted = Wanted::read(world, params)?;
    let page = Page::read(params, 50, 100)?;
    let kind = params.text("execType");
    let exchange = &*world.exchange;
    let mut rows: Vec<(u64, Value)> = Vec::new();
    if kind.as_deref() != Some("Funding") {
        let fills = exchange.fills(account, wanted.instrument, 0, Nanos(i64::MIN), usize::MAX);
        for fill in fills.iter().filter(|fill| {
            page.takes(fill.at)
                && wanted.id.is_none_or(|id| id == fill.order)
                && wanted.link_id.as_ref().is_none_or(|id| id == fill.client_id.as_str())
        }) {
            let Some(listing) = exchange.listing(fill.instrument) else { continue };
            let order = exchange.order(account, OrderRef::Id(fill.order));
            let mark = exchange.mark_price(fill.instrument);
            let row = FillRow::new(fill, listing, order.as_ref(), mark.as_ref());
            if kind.as_deref().is_none_or(|kind| kind == row.exec_type()) {
                rows.push((fill.fill_id, json!(row)));
            }
        }
    }
    if kind.as_deref().is_none_or(|kind| kind == "Funding") && !wanted.by_id() {
        for paid in exchange.funding_payments(account, Nanos(i64::MIN)) {
            let here = wanted.instrument.is_none_or(|no| no == paid.instrument);
            let Some(listing) = exchange.listing(paid.instrument) else { continue };
            if here && page.takes(paid.at) {
                rows.push((paid.id, json!(FillRow::funding(&paid, listing))));
            }
        }
    }
    rows.sort_by_key(|(no, _)| std::cmp::Reverse(*no));
    let (rows, cursor) = page.cut(rows, |(no, _)| *no);
    let list: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Reply::new(&json!({ "category": "linear", "list": list, "nextPageCursor": cursor })))
}
