//! Calls about orders.

use aurora_model::{ClientOrderId, Lots, Nanos, Side, Ticks, TimeInForce};
use aurora_wire::{Auth, Call, CallNo, Placement, RESOLVE_PATIENCE, Rules, Stp, Urgency};

use super::account::Which;
use super::text::{Object, Query, array};
use super::{post, read};
use crate::limits::{Path, costs};

/// What of the account's settings shows in an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Long and short positions are apart: every order names the one it belongs to.
    pub hedge: bool,
    /// What [`Stp::Default`] means.
    pub stp: Stp,
}

/// Self-trade modes and Bybit's word for each; the first is what we send by default. Only the taker's counts.
pub const STP_WORDS: &[(Stp, &str)] = &[
    (Stp::CancelTaker, "CancelTaker"),
    (Stp::CancelMaker, "CancelMaker"),
    (Stp::CancelBoth, "CancelBoth"),
];

/// Bybit's word for a side.
pub(crate) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
    }
}

const fn time_in_force_word(time_in_force: TimeInForce) -> &'static str {
    match time_in_force {
        TimeInForce::Gtc => "GTC",
        TimeInForce::Ioc => "IOC",
        TimeInForce::Fok => "FOK",
        TimeInForce::PostOnly => "PostOnly",
    }
}

fn stp_word(order: Stp, account: Stp) -> &'static str {
    let wanted = if order == Stp::Default { account } else { order };
    STP_WORDS.iter().find(|(stp, _)| *stp == wanted).map_or(STP_WORDS[0].1, |(_, word)| word)
}

/// The position an order belongs to: 0 one-way; 1 the long, 2 the short of a hedged account.
const fn position_idx(hedge: bool, side: Side, reduce_only: bool) -> u8 {
    match (hedge, side, reduce_only) {
        (false, ..) => 0,
        (true, Side::Buy, false) | (true, Side::Sell, true) => 1,
        (true, Side::Sell, false) | (true, Side::Buy, true) => 2,
    }
}

/// A new order without the category: what stands in a batch.
fn new_order(object: Object, rules: &Rules, order: &Placement, terms: Terms) -> Object {
    let intent = &order.intent;
    let mut object = object
        .text("symbol", &rules.instrument.symbol)
        .text("side", side_word(intent.side))
        .text("orderType", if order.market { "Market" } else { "Limit" })
        .text("qty", rules.wire_qty(intent.qty));
    if !order.market {
        object = object
            .text("price", rules.wire_price(intent.limit))
            .text("timeInForce", time_in_force_word(intent.time_in_force));
    }
    object = object
        .text("orderLinkId", order.id)
        .raw("positionIdx", position_idx(terms.hedge, intent.side, intent.reduce_only))
        .text("smpType", stp_word(order.stp, terms.stp));
    if let Some(trigger) = order.trigger {
        object = object
            .text("triggerPrice", rules.wire_price(trigger.price))
            .raw("triggerDirection", if trigger.on_fall { 2 } else { 1 })
            .text("triggerBy", if trigger.by_mark { "MarkPrice" } else { "LastPrice" });
    }
    let closes = order.trigger.is_some_and(|trigger| trigger.close_on_trigger);
    if intent.reduce_only || closes {
        object = object.raw("reduceOnly", true);
    }
    if closes {
        object = object.raw("closeOnTrigger", true);
    }
    object
}

/// What an amend changes; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewTerms {
    /// New limit.
    pub limit: Option<Ticks>,
    /// New whole quantity, what has filled included.
    pub qty: Option<Lots>,
}

fn amended(object: Object, rules: &Rules, id: ClientOrderId, terms: NewTerms) -> Object {
    let mut object = object.text("symbol", &rules.instrument.symbol).text("orderLinkId", id);
    if let Some(qty) = terms.qty {
        object = object.text("qty", rules.wire_qty(qty));
    }
    if let Some(limit) = terms.limit {
        object = object.text("price", rules.wire_price(limit));
    }
    object
}

fn canceled(object: Object, rules: &Rules, id: ClientOrderId) -> Object {
    object.text("symbol", &rules.instrument.symbol).text("orderLinkId", id)
}

fn linear() -> Object {
    Object::new().text("category", "linear")
}

/// One new order's JSON, as in `/v5/order/create` and on the trade socket.
pub fn create_body(rules: &Rules, order: &Placement, terms: Terms) -> String {
    new_order(linear(), rules, order, terms).end()
}

/// One amend's JSON.
pub fn amend_body(rules: &Rules, id: ClientOrderId, terms: NewTerms) -> String {
    amended(linear(), rules, id, terms).end()
}

/// One cancel's JSON.
pub fn cancel_body(rules: &Rules, id: ClientOrderId) -> String {
    canceled(linear(), rules, id).end()
}

fn batch(items: impl Iterator<Item = String>) -> String {
    linear().raw("request", array(items)).end()
}

/// The JSON of several new orders.
pub fn create_batch_body<'a>(
    orders: impl Iterator<Item = (&'a Rules, &'a Placement)>,
    terms: Terms,
) -> String {
    batch(orders.map(|(rules, order)| new_order(Object::new(), rules, order, terms).end()))
}

/// The JSON of several amends.
pub fn amend_batch_body<'a>(
    orders: impl Iterator<Item = (&'a Rules, ClientOrderId, NewTerms)>,
) -> String {
    batch(orders.map(|(rules, id, terms)| amended(Object::new(), rules, id, terms).end()))
}

/// The JSON of several cancels.
pub fn cancel_batch_body<'a>(orders: impl Iterator<Item = (&'a Rules, ClientOrderId)>) -> String {
    batch(orders.map(|(rules, id)| canceled(Object::new(), rules, id).end()))
}

/// A new order.
pub fn create(no: CallNo, body: String) -> Call {
    post(no, "/v5/order/create", body, Path::Create, Urgency::Place)
}

/// New terms for an open order.
pub fn amend(no: CallNo, body: String) -> Call {
    post(no, "/v5/order/amend", body, Path::Amend, Urgency::Amend)
}

/// The cancel of an open order.
pub fn cancel(no: CallNo, body: String) -> Call {
    post(no, "/v5/order/cancel", body, Path::Cancel, Urgency::Cancel)
}

fn counted(call: Call, path: Path, orders: u32) -> Call {
    Call { costs: costs(path, orders), ..call }
}

/// Several new orders; the limit counts each.
pub fn create_batch(no: CallNo, body: String, orders: u32) -> Call {
    let call = post(no, "/v5/order/create-batch", body, Path::CreateBatch, Urgency::Place);
    counted(call, Path::CreateBatch, orders)
}

/// Several amends; the limit counts each.
pub fn amend_batch(no: CallNo, body: String, orders: u32) -> Call {
    let call = post(no, "/v5/order/amend-batch", body, Path::AmendBatch, Urgency::Amend);
    counted(call, Path::AmendBatch, orders)
}

/// Several cancels; the limit counts each.
pub fn cancel_batch(no: CallNo, body: String, orders: u32) -> Call {
    let call = post(no, "/v5/order/cancel-batch", body, Path::CancelBatch, Urgency::Cancel);
    counted(call, Path::CancelBatch, orders)
}

/// The cancel of every open order of an instrument or settle currency.
pub fn cancel_all(no: CallNo, which: Which<'_>) -> Call {
    let body = match which {
        Which::Symbol(symbol) => linear().text("symbol", symbol),
        Which::Settle(coin) => linear().text("settleCoin", coin),
    };
    post(no, "/v5/order/cancel-all", body.end(), Path::CancelAll, Urgency::Cancel)
}

/// What an order would do to the margin, without placing it.
pub fn pre_check(no: CallNo, body: String) -> Call {
    post(no, "/v5/order/pre-check", body, Path::PreCheck, Urgency::Read)
}

fn orders(no: CallNo, path: &'static str, limit: Path, query: Query) -> Call {
    let call = read(no, path, query.end(), limit, Auth::Signed);
    Call { urgency: Urgency::Resolve, patience: RESOLVE_PATIENCE, ..call }
}

/// Open orders, fifty a page.
pub fn open_orders(no: CallNo, which: Which<'_>, cursor: Option<&str>) -> Call {
    let query = which.query(Query::linear()).add("openOnly", 0).add("limit", 50).cursor(cursor);
    orders(no, "/v5/order/realtime", Path::Realtime, query)
}

/// One order, open or among the last five hundred that ended since the venue's service started.
pub fn order_realtime(no: CallNo, symbol: &str, id: ClientOrderId) -> Call {
    let query = Query::linear().add("symbol", symbol).add("orderLinkId", id);
    orders(no, "/v5/order/realtime", Path::Realtime, query)
}

/// One order in the venue's archive; one that ended without a fill is there for a day.
pub fn order_history(no: CallNo, symbol: &str, id: ClientOrderId) -> Call {
    let query = Query::linear().add("symbol", symbol).add("orderLinkId", id);
    orders(no, "/v5/order/history", Path::History, query)
}

/// Fills of one order, a hundred a page.
pub fn executions_of(no: CallNo, symbol: &str, id: ClientOrderId, cursor: Option<&str>) -> Call {
    let query = Query::linear()
        .add("symbol", symbol)
        .add("orderLinkId", id)
        .add("limit", 100)
        .cursor(cursor);
    orders(no, "/v5/execution/list", Path::Executions, query)
}

/// Fills of the account between two moments at most seven days apart, newest first, a hundred a page.
pub fn executions(no: CallNo, from: Nanos, until: Nanos, cursor: Option<&str>) -> Call {
    let query = Query::linear()
        .add("startTime", from.millis())
        .add("endTime", until.millis())
        .add("limit", 100)
        .cursor(cursor);
    let call = orders(no, "/v5/execution/list", Path::Executions, query);
    Call { urgency: Urgency::Read, ..call }
}
