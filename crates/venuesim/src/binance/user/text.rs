//! The events of the user stream, in the venue's words.

use aurora_matching::exchange::{
    ChangeReason, ExchangeFill, MarginMode, OrderCause, OrderSnapshot, OrderStatus,
    PositionSnapshot,
};
use aurora_model::{Liquidity, Lots, Nanos, Ticks};

use crate::binance::json::Object;
use crate::binance::listed::Listed;
use crate::binance::order;

pub(super) fn config_update(now: Nanos, at: Nanos) -> Object {
    Object::new().text("e", "ACCOUNT_CONFIG_UPDATE").int("E", now.millis()).int("T", at.millis())
}

pub(super) const fn reason_word(reason: ChangeReason) -> &'static str {
    match reason {
        ChangeReason::Opened | ChangeReason::Transfer => "DEPOSIT",
        ChangeReason::Order => "ORDER",
        ChangeReason::Funding => "FUNDING_FEE",
        ChangeReason::Liquidation | ChangeReason::Adl => "ORDER",
        ChangeReason::Insurance => "INSURANCE_CLEAR",
        ChangeReason::Margin => "MARGIN_TRANSFER",
        ChangeReason::Adjustment => "ADJUSTMENT",
    }
}

pub(super) fn position_text(position: &PositionSnapshot, listed: &Listed) -> String {
    let is_isolated = position.margin == MarginMode::Isolated;
    Object::new()
        .text("s", &listed.symbol)
        .qty("pa", listed, position.lots)
        .money("ep", position.entry_price)
        .money("bep", position.entry_price)
        .money("cr", position.realized.decimal())
        .money("up", position.unrealized.decimal())
        .text("mt", if is_isolated { "isolated" } else { "cross" })
        .money("iw", position.isolated.decimal())
        .text("ps", order::position_word(position.position_side))
        .end()
}

pub(super) fn trade_lite(fill: &ExchangeFill, listed: &Listed, now: Nanos) -> String {
    Object::new()
        .text("e", "TRADE_LITE")
        .int("E", now.millis())
        .int("T", fill.at.millis())
        .text("s", &listed.symbol)
        .qty("q", listed, fill.qty)
        .price("p", listed, fill.price)
        .raw("m", fill.liquidity == Liquidity::Maker)
        .text("c", fill.client_id.as_str())
        .text("S", order::side_word(fill.side))
        .price("L", listed, fill.price)
        .qty("l", listed, fill.qty)
        .raw("t", fill.trade_id)
        .raw("i", fill.order.0)
        .end()
}

/// What happened to the order, in the venue's word.
pub(super) fn execution_word(order: &OrderSnapshot) -> &'static str {
    match (order.cause, order.status) {
        (OrderCause::Trade, _) if order.is_liquidation => "CALCULATED",
        (OrderCause::Trade, _) => "TRADE",
        (OrderCause::Amended, _) => "AMENDMENT",
        (OrderCause::Closed(_), OrderStatus::Canceled) => "CANCELED",
        (OrderCause::Closed(_), _) => "EXPIRED",
        (OrderCause::New | OrderCause::Parked | OrderCause::Triggered, _) => "NEW",
    }
}

pub(super) fn order_update(
    order: &OrderSnapshot,
    fill: Option<&ExchangeFill>,
    listed: &Listed,
    now: Nanos,
) -> String {
    let average = order.avg_price.unwrap_or_default().round_dp(listed.price_precision + 3);
    let fee_asset = fill.map_or(order.fee_asset, |fill| fill.fee_asset);
    let body = Object::new()
        .text("s", &listed.symbol)
        .text("c", &order::shown_client_id(order))
        .text("S", order::side_word(order.side))
        .text("o", order::type_word(order))
        .text("f", order::life_word(order.life))
        .qty("q", listed, order.qty)
        .price("p", listed, order.limit().unwrap_or_default())
        .quoted("ap", average)
        .price("sp", listed, order.trigger.map_or(Ticks(0), |trigger| trigger.price))
        .text("x", execution_word(order))
        .text("X", order::status_word(order.status))
        .raw("i", order.id.0)
        .qty("l", listed, fill.map_or(Lots::ZERO, |fill| fill.qty))
        .qty("z", listed, order.filled)
        .price("L", listed, fill.map_or(Ticks(0), |fill| fill.price))
        .text("N", fee_asset.as_str())
        .money("n", fill.map(|fill| fill.fee.decimal()).unwrap_or_default())
        .int("T", order.updated_at.millis())
        .raw("t", fill.map_or(0, |fill| fill.trade_id))
        .text("b", "0")
        .text("a", "0")
        .raw("m", fill.is_some_and(|fill| fill.liquidity == Liquidity::Maker))
        .raw("R", order.reduce_only)
        .text("wt", order::working_word(order))
        .text("ot", order::original_type_word(order))
        .text("ps", order::position_word(order.position_side))
        .raw("cp", order.close_position)
        .money("rp", fill.map(|fill| fill.realized.decimal()).unwrap_or_default())
        .raw("pP", false)
        .raw("si", 0)
        .raw("ss", 0)
        .text("V", order::stp_word(order.stp))
        .text("pm", "NONE")
        .int("gtd", order::good_till(order))
        .end();
    Object::new()
        .text("e", "ORDER_TRADE_UPDATE")
        .int("T", order.updated_at.millis())
        .int("E", now.millis())
        .raw("o", body)
        .end()
}

pub(super) fn algo_update(order: &OrderSnapshot, listed: &Listed, now: Nanos) -> String {
    let is_at_work = order.triggered_at.is_some();
    let actual = if is_at_work { order.id.0.to_string() } else { String::new() };
    let body = Object::new()
        .text("caid", order.client_id.as_str())
        .raw("aid", order.id.0 + order::ALGO_IDS)
        .text("at", "CONDITIONAL")
        .text("o", order::original_type_word(order))
        .text("s", &listed.symbol)
        .text("S", order::side_word(order.side))
        .text("ps", order::position_word(order.position_side))
        .text("f", order::life_word(order.life))
        .qty("q", listed, order.qty)
        .text("X", order::algo_status(order))
        .text("ai", &actual)
        .quoted("ap", order.avg_price.unwrap_or_default().round_dp(5))
        .qty("aq", listed, order.filled)
        .text("act", if is_at_work { order::type_word(order) } else { "0" })
        .price("tp", listed, order.trigger.map_or(Ticks(0), |trigger| trigger.price))
        .price("p", listed, order.limit().unwrap_or_default())
        .text("V", order::stp_word(order.stp))
        .text("wt", order::working_word(order))
        .text("pm", "NONE")
        .raw("cp", order.close_position)
        .raw("pP", false)
        .raw("R", order.reduce_only)
        .int("tt", order.triggered_at.map_or(0, Nanos::millis))
        .int("gtd", order::good_till(order))
        .end();
    Object::new()
        .text("e", "ALGO_UPDATE")
        .int("T", order.updated_at.millis())
        .int("E", now.millis())
        .raw("o", body)
        .end()
}
