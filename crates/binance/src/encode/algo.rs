//! Conditional orders: Binance keeps them apart from plain ones, as "algo orders".

use aurora_model::{ClientOrderId, Nanos};
use aurora_wire::{Call, Method, Placement, PriceTrigger, Rules, Urgency};

use super::order::{position_side, price, side, stp, time_in_force};
use super::params::{Params, Shape};
use super::{ORDER_WINDOW_MS, READ_WINDOW_MS};

const ALGO: &str = "/fapi/v1/algoOrder";

/// A conditional order; `hedge` when the account keeps long and short positions apart. `None` when the placement has
/// no trigger.
///
/// A buy that waits for a rise and a sell that waits for a fall are stops, the other two take profit.
pub fn place_algo(rules: &Rules, order: &Placement, hedge: bool) -> Option<Call> {
    let trigger = order.trigger?;
    let intent = &order.intent;
    let limit = !order.market;
    let reduces = intent.reduce_only || trigger.close_on_trigger;
    let params = Params::new()
        .with("algoType", "CONDITIONAL")
        .with("symbol", &rules.instrument.symbol)
        .with("side", side(intent.side))
        .maybe("positionSide", hedge.then(|| position_side(intent.side, reduces)))
        .with("type", kind(order, trigger))
        .maybe("timeInForce", limit.then(|| time_in_force(intent, order.good_until)))
        .maybe("price", limit.then(|| price(rules, intent.limit)))
        .with("triggerPrice", price(rules, trigger.price))
        .with("workingType", if trigger.by_mark { "MARK_PRICE" } else { "CONTRACT_PRICE" });
    let params = match trigger.close_on_trigger {
        // Closes the whole position; quantity and reduceOnly must not be told then.
        true if order.market => params.with("closePosition", "true"),
        _ => params
            .with("quantity", rules.wire_qty(intent.qty))
            .maybe("reduceOnly", (reduces && !hedge).then_some("true")),
    };
    let until = order.good_until.map(|until| until.millis() / 1000 * 1000);
    let params = params
        .with("clientAlgoId", order.id)
        .maybe("selfTradePreventionMode", stp(order.stp))
        .maybe("goodTillDate", until)
        .with("recvWindow", ORDER_WINDOW_MS);
    let shape = Shape { orders: (1, 1), ..Shape::signed(Method::Post, ALGO, 0) };
    Some(shape.urgent(Urgency::Place).call_for(rules.no, params))
}

fn kind(order: &Placement, trigger: PriceTrigger) -> &'static str {
    let is_stop = (order.intent.side == aurora_model::Side::Sell) == trigger.on_fall;
    match (is_stop, order.market) {
        (true, true) => "STOP_MARKET",
        (true, false) => "STOP",
        (false, true) => "TAKE_PROFIT_MARKET",
        (false, false) => "TAKE_PROFIT",
    }
}

/// Cancels a conditional order.
pub fn cancel_algo(rules: &Rules, id: ClientOrderId) -> Call {
    by_id(Method::Delete, Urgency::Cancel, rules, id)
}

/// What became of a conditional order.
pub fn query_algo(rules: &Rules, id: ClientOrderId) -> Call {
    by_id(Method::Get, Urgency::Resolve, rules, id)
}

fn by_id(method: Method, urgency: Urgency, rules: &Rules, id: ClientOrderId) -> Call {
    let params = Params::new().with("clientAlgoId", id).with("recvWindow", READ_WINDOW_MS);
    Shape::signed(method, ALGO, 1).urgent(urgency).call_for(rules.no, params)
}

/// Cancels every conditional order of an instrument.
pub fn cancel_all_algos(rules: &Rules) -> Call {
    let params =
        Params::new().with("symbol", &rules.instrument.symbol).with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Delete, "/fapi/v1/algoOpenOrders", 1)
        .urgent(Urgency::Cancel)
        .call_for(rules.no, params)
}

/// Every conditional order still waiting.
pub fn open_algos() -> Call {
    Shape::signed(Method::Get, "/fapi/v1/openAlgoOrders", 40)
        .call(Params::new().with("recvWindow", READ_WINDOW_MS))
}

/// Conditional orders of an instrument, waiting and not, from that time.
pub fn all_algo_orders(rules: &Rules, since: Nanos) -> Call {
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("startTime", since.millis())
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Get, "/fapi/v1/allAlgoOrders", 5).call_for(rules.no, params)
}
