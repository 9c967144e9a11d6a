//! Placing, changing, cancelling and finding orders.

use aurora_matching::exchange::{
    AmendOrder, CancelWhich, ClientId, Command, OrderId, OrderKind, OrderRef, OrderSnapshot,
    PlaceOrder,
};
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};
use serde_json::Value;

use super::call::Call;
use super::code::{Answer, ApiError, Attempt};
use super::json::{Object, list};
use super::order;
use super::params::Params;

/// The most orders in one batch, and the most ids in one batch cancel.
const BATCH: usize = 5;
const BATCH_IDS: usize = 10;

pub(super) fn place(call: &mut Call<'_, '_>) -> Answer {
    let is_ack = call.params.get("newOrderRespType").unwrap_or("ACK") == "ACK";
    let placed = placed(call)?;
    Ok(order::to_json(&placed, call.listed(placed.instrument), is_ack).end())
}

/// Checks the parameters and says what the order would be; nothing is placed.
pub(super) fn place_test(call: &mut Call<'_, '_>) -> Answer {
    let intent = intent(call)?;
    let listed = call.listed(intent.instrument);
    let price = match intent.kind {
        OrderKind::Limit(price) => price,
        OrderKind::Market => Ticks(0),
    };
    let qty = match intent.qty {
        aurora_matching::exchange::OrderQty::Lots(qty) => qty,
        _ => Lots::ZERO,
    };
    Ok(Object::new()
        .raw("orderId", 0)
        .text("symbol", &listed.symbol)
        .text("status", "NEW")
        .text("clientOrderId", intent.client_id.as_str())
        .price("price", listed, price)
        .text("avgPrice", "0.00")
        .qty("origQty", listed, qty)
        .text("executedQty", "0")
        .text("cumQty", "0")
        .text("cumQuote", "0")
        .text("timeInForce", order::life_word(intent.life))
        .text("type", if intent.kind == OrderKind::Market { "MARKET" } else { "LIMIT" })
        .text("side", order::side_word(intent.side))
        .text("positionSide", order::position_word(intent.position_side))
        .int("updateTime", call.now().millis())
        .end())
}

fn placed(call: &mut Call<'_, '_>) -> Result<OrderSnapshot, ApiError> {
    let intent = intent(call)?;
    call.order(&Command::Place(intent), Attempt::Place)
}

fn intent(call: &mut Call<'_, '_>) -> Result<PlaceOrder, ApiError> {
    let no = call.symbol()?;
    let base = PlaceOrder::limit(no, Side::Buy, Ticks(0), Lots(0));
    let at_match = |way: &str, side| match_price(call, no, way, side);
    let intent = order::place(call.params, call.listed(no), base, call.now(), at_match)?;
    Ok(PlaceOrder { client_id: own_id(call, intent.client_id), ..intent })
}

/// An order without a client's id gets one of the venue's.
pub(super) fn own_id(call: &mut Call<'_, '_>, id: ClientId) -> ClientId {
    if !id.is_empty() {
        return id;
    }
    call.venue.own_ids += 1;
    let text = format!("sim{:x}n{:x}", call.now().millis(), call.venue.own_ids);
    ClientId::new(&text).expect("two short numbers fit")
}

/// The price of a `priceMatch`: so deep on the other side, or on one's own.
fn match_price(
    call: &Call<'_, '_>,
    no: InstrumentNo,
    way: &str,
    side: Side,
) -> Result<Ticks, ApiError> {
    let (word, depth) = way.split_once('_').unwrap_or((way, "1"));
    let depth = match depth {
        "1" => 1,
        "5" => 5,
        "10" => 10,
        "20" => 20,
        _ => return Err(ApiError::new(-4183, "Price match is not valid.")),
    };
    let takes = match word {
        "OPPONENT" => true,
        "QUEUE" => false,
        _ => return Err(ApiError::new(-4183, "Price match is not valid.")),
    };
    let book = call.world.exchange.book(no, depth);
    let levels = if (side == Side::Buy) == takes { &book.asks } else { &book.bids };
    let level = levels.last().map(|level| level.0);
    level.ok_or_else(|| ApiError::new(-4131, "The book is empty: no price to match."))
}

pub(super) fn amend(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let listed = call.listed(no);
    let qty = call.params.decimal("quantity")?.ok_or_else(|| ApiError::missing("quantity"))?;
    let price = call.params.decimal("price")?.ok_or_else(|| ApiError::missing("price"))?;
    let (qty, price) = (listed.lots(qty)?, listed.ticks(price)?);
    let meant = order::order_ref(call.params)?;
    let found = find(call, no, meant).ok_or_else(|| gone(Attempt::Amend))?;
    if found.limit().is_none() {
        return Err(ApiError::new(-5025, "Only limit order is supported."));
    }
    if found.side != order::side(call.params)? {
        return Err(ApiError::new(-1117, "Invalid side."));
    }
    let command = Command::Amend(AmendOrder {
        order: OrderRef::Id(found.id),
        price: Some(price),
        qty: Some(qty),
        trigger_price: None,
        cancel_on_refusal: false,
    });
    let amended = call.order(&command, Attempt::Amend)?;
    let listed = call.listed(no);
    Ok(order::to_json(&amended, listed, false)
        .text("pair", &listed.symbol)
        .raw("modifyId", amended.amends)
        .end())
}

pub(super) fn cancel(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let meant = order::order_ref(call.params)?;
    cancel_one(call, no, meant)
}

fn cancel_one(call: &mut Call<'_, '_>, no: InstrumentNo, meant: OrderRef) -> Answer {
    let found = find(call, no, meant).ok_or_else(|| gone(Attempt::Cancel))?;
    let gone = call.order(&Command::Cancel(OrderRef::Id(found.id)), Attempt::Cancel)?;
    Ok(order::to_json(&gone, call.listed(no), false).end())
}

pub(super) fn cancel_all(call: &mut Call<'_, '_>) -> Answer {
    let instrument = Some(call.symbol()?);
    call.apply(&Command::CancelAll { instrument, which: CancelWhich::Working }, Attempt::Cancel)?;
    Ok(r#"{"code":200,"msg":"The operation of cancel all open order is done."}"#.to_owned())
}

pub(super) fn query(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let meant = order::order_ref(call.params)?;
    let found = find(call, no, meant).ok_or_else(|| gone(Attempt::Amend))?;
    Ok(order::to_json(&found, call.listed(no), false).end())
}

pub(super) fn query_open(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let meant = order::order_ref(call.params)?;
    let found = find(call, no, meant).filter(OrderSnapshot::is_open);
    let found = found.ok_or_else(|| gone(Attempt::Amend))?;
    Ok(order::to_json(&found, call.listed(no), false).end())
}

pub(super) fn open(call: &mut Call<'_, '_>) -> Answer {
    let no = call.params.has("symbol").then(|| call.symbol()).transpose()?;
    let orders = call.world.exchange.open_orders(call.account, no);
    let orders = orders.iter().filter(|order| !order::is_algo(order));
    Ok(list(orders.map(|each| order::to_json(each, call.listed(each.instrument), false).end())))
}

pub(super) fn all(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let limit = call.params.limit(500, 1_000)?;
    let from: Option<u64> = call.params.number("orderId")?;
    let after = OrderId(from.map_or(0, |id| id.saturating_sub(1)));
    let exchange = &call.world.exchange;
    let mut orders = exchange.closed_orders(call.account, Some(no), after, usize::MAX);
    let open = exchange.open_orders(call.account, Some(no));
    orders.extend(open.into_iter().filter(|order| after < order.id));
    let (since, until) = window(call.params)?;
    orders.retain(|order| {
        !order::is_algo(order) && since <= order.created_at && order.created_at <= until
    });
    orders.sort_by_key(|order| order.id);
    // With an id the oldest from there, without one the newest.
    let skipped = if from.is_some() { 0 } else { orders.len().saturating_sub(limit) };
    let shown = orders.iter().skip(skipped).take(limit);
    Ok(list(shown.map(|each| order::to_json(each, call.listed(no), false).end())))
}

/// `startTime` and `endTime`.
pub(super) fn window(params: &Params<'_>) -> Result<(Nanos, Nanos), ApiError> {
    let since = params.number("startTime")?.map_or(Nanos(0), Nanos::from_millis);
    let until = params.number("endTime")?.map_or(Nanos(i64::MAX), Nanos::from_millis);
    Ok((since, until))
}

pub(super) fn fills(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let limit = call.params.limit(500, 1_000)?;
    let (since, until) = window(call.params)?;
    let from: Option<u64> = call.params.number("fromId")?;
    let of_order: Option<u64> = call.params.number("orderId")?;
    let mut fills = call.world.exchange.fills(call.account, Some(no), 0, since, usize::MAX);
    fills.retain(|fill| {
        fill.at <= until
            && from.is_none_or(|from| from <= fill.trade_id)
            && of_order.is_none_or(|id| id == fill.order.0)
    });
    let from_oldest = from.is_some() || call.params.has("startTime");
    let skipped = if from_oldest { 0 } else { fills.len().saturating_sub(limit) };
    let listed = call.listed(no);
    Ok(list(fills.iter().skip(skipped).take(limit).map(|fill| {
        Object::new()
            .text("symbol", &listed.symbol)
            .raw("id", fill.trade_id)
            .raw("orderId", fill.order.0)
            .text("side", order::side_word(fill.side))
            .price("price", listed, fill.price)
            .qty("qty", listed, fill.qty)
            .money("realizedPnl", fill.realized.decimal())
            .money("quoteQty", fill.value.decimal())
            .money("commission", fill.fee.decimal())
            .text("commissionAsset", fill.fee_asset.as_str())
            .int("time", fill.at.millis())
            .text("positionSide", order::position_word(fill.position_side))
            .raw("buyer", fill.side == Side::Buy)
            .raw("maker", fill.liquidity == aurora_model::Liquidity::Maker)
            .end()
    })))
}

pub(super) fn place_batch(call: &mut Call<'_, '_>) -> Answer {
    each_of_batch(call, place)
}

pub(super) fn amend_batch(call: &mut Call<'_, '_>) -> Answer {
    each_of_batch(call, amend)
}

fn each_of_batch(call: &mut Call<'_, '_>, act: super::call::Handler) -> Answer {
    let orders = call.params.list("batchOrders")?;
    if orders.is_empty() || BATCH < orders.len() {
        return Err(ApiError::new(-4082, "Invalid number of batch place orders."));
    }
    let mut answers = Vec::new();
    for each in &orders {
        let params = Params::json(each);
        let mut one =
            Call { venue: call.venue, world: call.world, account: call.account, params: &params };
        answers.push(act(&mut one).unwrap_or_else(|error| error.body()));
    }
    Ok(list(answers))
}

pub(super) fn cancel_batch(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    // Some clients write the names in lower case, and the venue takes them.
    let named = |names: [&'static str; 2]| names.into_iter().find(|name| call.params.has(name));
    let ids = if let Some(name) = named(["orderIdList", "orderidlist"]) {
        let ids = call.params.list(name)?;
        let id = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        ids.iter().map(|value| OrderRef::Id(OrderId(id(value).unwrap_or(u64::MAX)))).collect()
    } else {
        let name = named(["origClientOrderIdList", "origclientorderidlist"]);
        let ids = call.params.list(name.unwrap_or("orderIdList"))?;
        let nobody = OrderRef::Id(OrderId(u64::MAX));
        let id = |value: &Value| ClientId::new(value.as_str()?).ok().map(OrderRef::Client);
        ids.iter().map(|value| id(value).unwrap_or(nobody)).collect::<Vec<_>>()
    };
    if ids.is_empty() || BATCH_IDS < ids.len() {
        return Err(ApiError::new(-4083, "Invalid number of batch cancel orders."));
    }
    let answers: Vec<String> = ids
        .into_iter()
        .map(|id| cancel_one(call, no, id).unwrap_or_else(|error| error.body()))
        .collect();
    Ok(list(answers))
}

pub(super) fn dead_man(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    call.params.need("countdownTime")?;
    let span: i64 = call.params.number("countdownTime")?.unwrap_or_default();
    let at = (0 < span).then(|| call.now() + Nanos::from_millis(span));
    call.apply(&Command::DeadMan { scope: vec![no], at }, Attempt::Cancel)?;
    let symbol = &call.listed(no).symbol;
    Ok(Object::new().text("symbol", symbol).quoted("countdownTime", span).end())
}

/// The order of that instrument, when it is no waiting conditional order.
fn find(call: &Call<'_, '_>, no: InstrumentNo, meant: OrderRef) -> Option<OrderSnapshot> {
    let found = call.world.exchange.order(call.account, meant)?;
    (found.instrument == no && !order::is_algo(&found)).then_some(found)
}

pub(super) fn gone(attempt: Attempt) -> ApiError {
    super::code::refused(aurora_matching::exchange::Refusal::UnknownOrder, attempt)
}

/// Orders by which the exchange closed positions.
pub(super) fn forced(call: &mut Call<'_, '_>) -> Answer {
    let no = call.params.has("symbol").then(|| call.symbol()).transpose()?;
    let orders = call.world.exchange.closed_orders(call.account, no, OrderId(0), usize::MAX);
    let orders = orders.iter().filter(|order| order.is_liquidation);
    Ok(list(orders.map(|each| order::to_json(each, call.listed(each.instrument), false).end())))
}
