//! Orders: place, amend, cancel, look up.

use aurora_model::{ClientOrderId, Nanos, OrderIntent, Side, TimeInForce};
use aurora_wire::{Amendment, Call, Method, Placement, Rules, Stp, Urgency};
use rust_decimal::Decimal;

use super::params::{Params, Shape};
use super::{ORDER_WINDOW_MS, READ_WINDOW_MS};
use crate::protocol::STP;

const ORDER: &str = "/fapi/v1/order";
const BATCH: &str = "/fapi/v1/batchOrders";

/// Which order is meant.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// By our id.
    Ours(ClientOrderId),
    /// By the venue's.
    Venues(u64),
}

impl Order {
    fn add(self, params: Params) -> Params {
        match self {
            Order::Ours(id) => params.with("origClientOrderId", id),
            Order::Venues(id) => params.with("orderId", id),
        }
    }
}

/// A new order; `hedge` when the account keeps long and short positions apart. Whatever decides its end at once is
/// answered in full, the rest as soon as it is taken.
pub fn place(rules: &Rules, order: &Placement, hedge: bool) -> Call {
    place_at(ORDER, rules, order, hedge)
}

/// The same, checked by the venue and thrown away.
pub fn test(rules: &Rules, order: &Placement, hedge: bool) -> Call {
    place_at("/fapi/v1/order/test", rules, order, hedge)
}

fn place_at(path: &'static str, rules: &Rules, order: &Placement, hedge: bool) -> Call {
    let orders = if path == ORDER { (1, 1) } else { (0, 0) };
    let shape = Shape { orders, ..Shape::signed(Method::Post, path, 0) };
    let params = fields(rules, order, hedge)
        .into_iter()
        .fold(Params::new(), |params, (name, value)| params.with(name, value))
        .with("recvWindow", ORDER_WINDOW_MS);
    shape.urgent(Urgency::Place).call_for(rules.no, params)
}

/// Up to five new orders in one request; each is answered on its own.
pub fn place_many(rules: &[&Rules], orders: &[Placement], hedge: bool) -> Call {
    let list = rules.iter().zip(orders).map(|(rules, order)| json(&fields(rules, order, hedge)));
    batch(Method::Post, Urgency::Place, &joined(list))
}

/// The fields of a new order under the venue's names.
fn fields(rules: &Rules, order: &Placement, hedge: bool) -> Vec<(&'static str, String)> {
    let intent = &order.intent;
    let mut fields = vec![
        ("symbol", rules.instrument.symbol.clone()),
        ("side", side(intent.side).to_owned()),
        ("type", if order.market { "MARKET" } else { "LIMIT" }.to_owned()),
    ];
    if !order.market {
        fields.push(("timeInForce", time_in_force(intent, order.good_until).to_owned()));
    }
    fields.push(("quantity", rules.wire_qty(intent.qty).to_string()));
    if !order.market {
        fields.push(("price", rules.wire_price(intent.limit).to_string()));
    }
    match position_side(intent.side, intent.reduce_only) {
        side if hedge => fields.push(("positionSide", side.to_owned())),
        _ if intent.reduce_only => fields.push(("reduceOnly", "true".to_owned())),
        _ => {}
    }
    fields.push(("newClientOrderId", order.id.as_str().to_owned()));
    let ends_at_once = matches!(intent.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
    let answer = if order.market || ends_at_once { "RESULT" } else { "ACK" };
    fields.push(("newOrderRespType", answer.to_owned()));
    if let Some(word) = stp(order.stp) {
        fields.push(("selfTradePreventionMode", word.to_owned()));
    }
    if let (Some(until), TimeInForce::Gtc) = (order.good_until, intent.time_in_force) {
        // The venue keeps whole seconds only.
        fields.push(("goodTillDate", (until.millis() / 1000 * 1000).to_string()));
    }
    fields
}

/// New terms; both price and quantity must be told. The order loses its place in the queue.
pub fn amend(rules: &Rules, order: &Amendment) -> Call {
    let shape = Shape { orders: (1, 1), ..Shape::signed(Method::Put, ORDER, 0) };
    let params = amend_fields(rules, order)
        .into_iter()
        .fold(Params::new(), |params, (name, value)| params.with(name, value))
        .with("recvWindow", ORDER_WINDOW_MS);
    shape.urgent(Urgency::Amend).call_for(rules.no, params)
}

/// Up to five amendments in one request.
pub fn amend_many(rules: &[&Rules], orders: &[Amendment]) -> Call {
    let list = rules.iter().zip(orders).map(|(rules, order)| json(&amend_fields(rules, order)));
    batch(Method::Put, Urgency::Amend, &joined(list))
}

fn amend_fields(rules: &Rules, order: &Amendment) -> Vec<(&'static str, String)> {
    vec![
        ("symbol", rules.instrument.symbol.clone()),
        ("side", side(order.intent.side).to_owned()),
        ("quantity", rules.wire_qty(order.intent.qty).to_string()),
        ("price", rules.wire_price(order.intent.limit).to_string()),
        ("origClientOrderId", order.id.as_str().to_owned()),
    ]
}

/// Cancels an order.
pub fn cancel(rules: &Rules, order: Order) -> Call {
    let params = order.add(Params::new().with("symbol", &rules.instrument.symbol));
    Shape::signed(Method::Delete, ORDER, 1)
        .urgent(Urgency::Cancel)
        .call_for(rules.no, params.with("recvWindow", READ_WINDOW_MS))
}

/// Cancels up to ten orders of one instrument.
pub fn cancel_many(rules: &Rules, ids: &[ClientOrderId]) -> Call {
    let list = joined(ids.iter().map(|id| format!("\"{id}\"")));
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("origClientOrderIdList", list)
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Delete, BATCH, 1).urgent(Urgency::Cancel).call_for(rules.no, params)
}

/// Cancels every open order of an instrument.
pub fn cancel_all(rules: &Rules) -> Call {
    Shape::signed(Method::Delete, "/fapi/v1/allOpenOrders", 1)
        .urgent(Urgency::Cancel)
        .call_for(rules.no, of(rules))
}

/// Cancels every open order of an instrument after `countdown` unless called again; zero disarms.
pub fn countdown(rules: &Rules, countdown: Nanos) -> Call {
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("countdownTime", countdown.millis())
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Post, "/fapi/v1/countdownCancelAll", 10)
        .urgent(Urgency::Cancel)
        .call_for(rules.no, params)
}

/// What became of an order; open or not.
pub fn query(rules: &Rules, order: Order) -> Call {
    let params = order.add(Params::new().with("symbol", &rules.instrument.symbol));
    Shape::signed(Method::Get, ORDER, 1)
        .urgent(Urgency::Resolve)
        .call_for(rules.no, params.with("recvWindow", READ_WINDOW_MS))
}

/// An order as long as it is open.
pub fn open_order(rules: &Rules, order: Order) -> Call {
    let params = order.add(Params::new().with("symbol", &rules.instrument.symbol));
    Shape::signed(Method::Get, "/fapi/v1/openOrder", 1)
        .urgent(Urgency::Resolve)
        .call_for(rules.no, params.with("recvWindow", READ_WINDOW_MS))
}

/// Every open order, of one instrument or of the account.
pub fn open_orders(rules: Option<&Rules>) -> Call {
    let weight = if rules.is_some() { 1 } else { 40 };
    let shape = Shape::signed(Method::Get, "/fapi/v1/openOrders", weight);
    match rules {
        Some(rules) => shape.call_for(rules.no, of(rules)),
        None => shape.call(Params::new().with("recvWindow", READ_WINDOW_MS)),
    }
}

/// The most orders [`all_orders`] tells.
pub const MOST_ORDERS: usize = 1000;

/// The newest orders of an instrument, open and not: at most [`MOST_ORDERS`], at most seven days.
pub fn all_orders(rules: &Rules) -> Call {
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("limit", MOST_ORDERS)
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Get, "/fapi/v1/allOrders", 5)
        .urgent(Urgency::Resolve)
        .call_for(rules.no, params)
}

/// Fills of an instrument: from a trade id on, or within at most seven days; at most a thousand.
pub fn user_trades(rules: &Rules, from_id: Option<u64>, span: Option<(Nanos, Nanos)>) -> Call {
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .maybe("fromId", from_id)
        .maybe("startTime", span.map(|(from, _)| from.millis()))
        .maybe("endTime", span.map(|(_, to)| to.millis()))
        .with("limit", 1000)
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Get, "/fapi/v1/userTrades", 5).call_for(rules.no, params)
}

fn batch(method: Method, urgency: Urgency, list: &str) -> Call {
    let shape = Shape { orders: (5, 1), ..Shape::signed(method, BATCH, 5) };
    let params = Params::new().with("batchOrders", list).with("recvWindow", ORDER_WINDOW_MS);
    shape.urgent(urgency).call(params)
}

fn of(rules: &Rules) -> Params {
    Params::new().with("symbol", &rules.instrument.symbol).with("recvWindow", READ_WINDOW_MS)
}

/// Our values hold no character that JSON would have escaped.
fn json(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    format!("{{{}}}", fields.join(","))
}

fn joined(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

pub(super) const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "BUY",
        Side::Sell => "SELL",
    }
}

/// The position an order of a hedged account is for. It must be told there, and `reduceOnly` must not: an order
/// against its position reduces by itself.
pub(super) const fn position_side(side: Side, reduces: bool) -> &'static str {
    match (side, reduces) {
        (Side::Buy, false) | (Side::Sell, true) => "LONG",
        (Side::Sell, false) | (Side::Buy, true) => "SHORT",
    }
}

pub(super) fn time_in_force(intent: &OrderIntent, until: Option<Nanos>) -> &'static str {
    match (intent.time_in_force, until) {
        (TimeInForce::Gtc, Some(_)) => "GTD",
        (TimeInForce::Gtc, None) => "GTC",
        (TimeInForce::Ioc, _) => "IOC",
        (TimeInForce::Fok, _) => "FOK",
        (TimeInForce::PostOnly, _) => "GTX",
    }
}

pub(super) fn stp(mode: Stp) -> Option<&'static str> {
    if mode == Stp::Default {
        return None;
    }
    STP.iter().find(|(ours, _)| *ours == mode).map(|(_, word)| *word)
}

/// A trigger or price as the venue writes it.
pub(super) fn price(rules: &Rules, ticks: aurora_model::Ticks) -> Decimal {
    rules.wire_price(ticks)
}
