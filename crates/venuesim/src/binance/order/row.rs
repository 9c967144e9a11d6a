//! Orders in the venue's words, and as JSON.

use aurora_matching::exchange::{
    Life, OrderKind, OrderSnapshot, OrderStatus, PositionSide, StpMode, Trigger, TriggerBy,
};
use aurora_model::{Nanos, Side, Ticks};

use super::ALGO_IDS;
use crate::binance::json::Object;
use crate::binance::listed::Listed;

pub(in crate::binance) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "BUY",
        Side::Sell => "SELL",
    }
}

pub(in crate::binance) const fn position_word(side: PositionSide) -> &'static str {
    match side {
        PositionSide::Net => "BOTH",
        PositionSide::Long => "LONG",
        PositionSide::Short => "SHORT",
    }
}

pub(in crate::binance) const fn status_word(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Parked | OrderStatus::New => "NEW",
        OrderStatus::PartiallyFilled => "PARTIALLY_FILLED",
        OrderStatus::Filled => "FILLED",
        OrderStatus::Canceled => "CANCELED",
        OrderStatus::Expired => "EXPIRED",
        OrderStatus::ExpiredInMatch => "EXPIRED_IN_MATCH",
    }
}

pub(in crate::binance) const fn life_word(life: Life) -> &'static str {
    match life {
        Life::Gtc => "GTC",
        Life::Ioc => "IOC",
        Life::Fok => "FOK",
        Life::PostOnly => "GTX",
        Life::Gtd(_) => "GTD",
    }
}

pub(in crate::binance) const fn stp_word(stp: StpMode) -> &'static str {
    match stp {
        StpMode::None => "NONE",
        StpMode::CancelMaker => "EXPIRE_MAKER",
        StpMode::CancelTaker => "EXPIRE_TAKER",
        StpMode::CancelBoth => "EXPIRE_BOTH",
    }
}

pub(in crate::binance) const fn working_word(order: &OrderSnapshot) -> &'static str {
    match order.trigger {
        Some(Trigger { by: TriggerBy::Mark, .. }) => "MARK_PRICE",
        _ => "CONTRACT_PRICE",
    }
}

/// The type as it now is: a triggered stop is a plain order.
pub(in crate::binance) const fn type_word(order: &OrderSnapshot) -> &'static str {
    match order.kind {
        OrderKind::Limit(_) => "LIMIT",
        OrderKind::Market => "MARKET",
    }
}

/// The type as it was placed.
pub(in crate::binance) const fn original_type_word(order: &OrderSnapshot) -> &'static str {
    let Some(trigger) = order.trigger else { return type_word(order) };
    match (trigger.is_take_profit, order.kind) {
        (false, OrderKind::Limit(_)) => "STOP",
        (false, OrderKind::Market) => "STOP_MARKET",
        (true, OrderKind::Limit(_)) => "TAKE_PROFIT",
        (true, OrderKind::Market) => "TAKE_PROFIT_MARKET",
    }
}

pub(in crate::binance) fn good_till(order: &OrderSnapshot) -> i64 {
    match order.life {
        Life::Gtd(until) => until.millis(),
        _ => 0,
    }
}

/// The client's id as the venue shows it: forced orders have one of the venue's.
pub(in crate::binance) fn shown_client_id(order: &OrderSnapshot) -> String {
    if order.is_liquidation {
        return format!("autoclose-{}", order.id.0);
    }
    order.client_id.as_str().to_owned()
}

/// An order as JSON. An acknowledgement does not know yet what has filled.
pub(in crate::binance) fn to_json(order: &OrderSnapshot, listed: &Listed, is_ack: bool) -> Object {
    let (status, filled) = if is_ack {
        (OrderStatus::New, aurora_model::Lots::ZERO)
    } else {
        (order.status, order.filled)
    };
    let average = order.avg_price.filter(|_| !is_ack).unwrap_or_default();
    let average = average.round_dp(listed.price_precision + 3);
    let value = if is_ack { Default::default() } else { order.filled_value.decimal() };
    Object::new()
        .raw("orderId", order.id.0)
        .text("symbol", &listed.symbol)
        .text("status", status_word(status))
        .text("clientOrderId", &shown_client_id(order))
        .price("price", listed, order.limit().unwrap_or_default())
        .quoted("avgPrice", format_args!("{average:.2}"))
        .qty("origQty", listed, order.qty)
        .qty("executedQty", listed, filled)
        .qty("cumQty", listed, filled)
        .money("cumQuote", value)
        .text("timeInForce", life_word(order.life))
        .text("type", type_word(order))
        .raw("reduceOnly", order.reduce_only)
        .raw("closePosition", order.close_position)
        .text("side", side_word(order.side))
        .text("positionSide", position_word(order.position_side))
        .price("stopPrice", listed, order.trigger.map_or(Ticks(0), |trigger| trigger.price))
        .text("workingType", working_word(order))
        .raw("priceProtect", false)
        .text("origType", original_type_word(order))
        .text("priceMatch", "NONE")
        .text("selfTradePreventionMode", stp_word(order.stp))
        .int("goodTillDate", good_till(order))
        .int("time", order.created_at.millis())
        .int("updateTime", order.updated_at.millis())
}

/// A conditional order's state.
pub(in crate::binance) fn algo_status(order: &OrderSnapshot) -> &'static str {
    match (order.status, order.triggered_at) {
        (OrderStatus::Parked, _) => "NEW",
        (OrderStatus::Canceled, None) => "CANCELED",
        (_, None) => "EXPIRED",
        (status, Some(_)) if status.is_open() => "TRIGGERED",
        (_, Some(_)) => "FINISHED",
    }
}

/// A conditional order as JSON.
pub(in crate::binance) fn algo_json(order: &OrderSnapshot, listed: &Listed) -> String {
    let actual = order.triggered_at.map(|_| order.id.0.to_string()).unwrap_or_default();
    Object::new()
        .raw("algoId", order.id.0 + ALGO_IDS)
        .text("clientAlgoId", order.client_id.as_str())
        .text("algoType", "CONDITIONAL")
        .text("orderType", original_type_word(order))
        .text("symbol", &listed.symbol)
        .text("side", side_word(order.side))
        .text("positionSide", position_word(order.position_side))
        .text("timeInForce", life_word(order.life))
        .qty("quantity", listed, order.qty)
        .text("algoStatus", algo_status(order))
        .text("actualOrderId", &actual)
        .quoted("actualPrice", order.avg_price.unwrap_or_default().round_dp(5))
        .price("triggerPrice", listed, order.trigger.map_or(Ticks(0), |trigger| trigger.price))
        .price("price", listed, order.limit().unwrap_or_default())
        .raw("icebergQuantity", "null")
        .text("selfTradePreventionMode", stp_word(order.stp))
        .text("workingType", working_word(order))
        .text("priceMatch", "NONE")
        .raw("closePosition", order.close_position)
        .raw("priceProtect", false)
        .raw("reduceOnly", order.reduce_only)
        .int("createTime", order.created_at.millis())
        .int("updateTime", order.updated_at.millis())
        .int("triggerTime", order.triggered_at.map_or(0, Nanos::millis))
        .int("goodTillDate", good_till(order))
        .end()
}
