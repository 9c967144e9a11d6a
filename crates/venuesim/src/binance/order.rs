//! Orders on the wire: parameters to commands, snapshots to JSON.

use aurora_matching::exchange::{
    ClientId, Life, OrderId, OrderKind, OrderQty, OrderRef, OrderSnapshot, OrderStatus, PlaceOrder,
    PositionSide, StpMode, Trigger, TriggerBy, TriggerWhen,
};
use aurora_model::{Nanos, Side, Ticks};

use super::code::ApiError;
use super::json::Object;
use super::listed::Listed;
use super::params::Params;

/// Algo ids are order ids plus this: one order has an id of each kind.
pub(super) const ALGO_IDS: u64 = 1_000_000_000_000_000;

/// A good-till-date must lie at least this far ahead.
const GTD_AHEAD: Nanos = Nanos(600 * Nanos::SECOND.0);

/// Whether it is shown among algo orders only: it waits, or ended waiting.
pub(super) fn is_algo(order: &OrderSnapshot) -> bool {
    order.trigger.is_some() && order.triggered_at.is_none()
}

pub(super) fn side(params: &Params<'_>) -> Result<Side, ApiError> {
    match params.need("side")? {
        "BUY" => Ok(Side::Buy),
        "SELL" => Ok(Side::Sell),
        _ => Err(ApiError::new(-1117, "Invalid side.")),
    }
}

pub(super) fn position_side(params: &Params<'_>) -> Result<PositionSide, ApiError> {
    match params.get("positionSide") {
        None | Some("BOTH") => Ok(PositionSide::Net),
        Some("LONG") => Ok(PositionSide::Long),
        Some("SHORT") => Ok(PositionSide::Short),
        Some(_) => Err(ApiError::new(-4060, "Invalid position side.")),
    }
}

/// The client's id, checked; or none.
pub(super) fn client_id(params: &Params<'_>, name: &str) -> Result<ClientId, ApiError> {
    let Some(text) = params.get(name) else { return Ok(ClientId::EMPTY) };
    let legal = |b: u8| b.is_ascii_alphanumeric() || b".:/_-".contains(&b);
    if !text.bytes().all(legal) {
        let msg = format!(
            "Illegal characters found in parameter '{name}'; legal range is '^[.A-Z:/a-z0-9_-]{{1,36}}$'."
        );
        return Err(ApiError::new(-1100, msg));
    }
    let too_long =
        |_| ApiError::new(-4015, "Client order id length should not be more than 36 chars");
    ClientId::new(text).map_err(too_long)
}

pub(super) fn stp(params: &Params<'_>) -> Result<StpMode, ApiError> {
    match params.get("selfTradePreventionMode") {
        None | Some("EXPIRE_MAKER") => Ok(StpMode::CancelMaker),
        Some("EXPIRE_TAKER") => Ok(StpMode::CancelTaker),
        Some("EXPIRE_BOTH") => Ok(StpMode::CancelBoth),
        Some("NONE") => Ok(StpMode::None),
        Some(_) => Err(ApiError::invalid("selfTradePreventionMode")),
    }
}

fn life(params: &Params<'_>, now: Nanos) -> Result<Life, ApiError> {
    match params.need("timeInForce")? {
        "GTC" | "RPI" => Ok(Life::Gtc),
        "IOC" => Ok(Life::Ioc),
        "FOK" => Ok(Life::Fok),
        "GTX" => Ok(Life::PostOnly),
        "GTD" => {
            params.need("goodTillDate")?;
            let ms: i64 = params.number("goodTillDate")?.unwrap_or_default();
            let until = Nanos::from_millis(ms / 1_000 * 1_000);
            if until < now + GTD_AHEAD {
                let msg = "The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000";
                return Err(ApiError::new(-5040, msg));
            }
            Ok(Life::Gtd(until))
        }
        _ => Err(ApiError::new(-1115, "Invalid timeInForce.")),
    }
}

/// What a new plain order asks for; `match_price` finds the price of a `priceMatch`.
pub(super) fn place(
    params: &Params<'_>,
    listed: &Listed,
    base: PlaceOrder,
    now: Nanos,
    match_price: impl Fn(&str, Side) -> Result<Ticks, ApiError>,
) -> Result<PlaceOrder, ApiError> {
    let side = side(params)?;
    let kind = params.need("type")?;
    let price = match (params.get("priceMatch"), params.decimal("price")?) {
        (None | Some("NONE"), price) => price.map(|price| listed.ticks(price)).transpose()?,
        (Some(_), Some(_)) => {
            return Err(ApiError::new(-4184, "Price can not be set when priceMatch is set."));
        }
        (Some(way), None) => Some(match_price(way, side)?),
    };
    let (kind, life) = match kind {
        "LIMIT" => {
            let life = life(params, now)?;
            (OrderKind::Limit(price.ok_or_else(|| ApiError::missing("price"))?), life)
        }
        "MARKET" => (OrderKind::Market, Life::Gtc),
        "STOP" | "STOP_MARKET" | "TAKE_PROFIT" | "TAKE_PROFIT_MARKET" | "TRAILING_STOP_MARKET" => {
            let msg = "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.";
            return Err(ApiError::new(-4120, msg));
        }
        _ => return Err(ApiError::new(-1116, "Invalid orderType.")),
    };
    let qty = params.decimal("quantity")?.ok_or_else(|| ApiError::missing("quantity"))?;
    let position_side = position_side(params)?;
    let reduce_only = params.flag("reduceOnly")?;
    if reduce_only && position_side != PositionSide::Net {
        return Err(ApiError::new(-1106, "Parameter 'reduceOnly' sent when not required."));
    }
    Ok(PlaceOrder {
        client_id: client_id(params, "newClientOrderId")?,
        side,
        kind,
        qty: OrderQty::Lots(listed.lots(qty)?),
        life,
        reduce_only,
        position_side,
        stp: stp(params)?,
        ..base
    })
}

/// What a new conditional order asks for.
pub(super) fn place_algo(
    params: &Params<'_>,
    listed: &Listed,
    base: PlaceOrder,
    now: Nanos,
) -> Result<PlaceOrder, ApiError> {
    if params.need("algoType")? != "CONDITIONAL" {
        return Err(ApiError::invalid("algoType"));
    }
    let side = side(params)?;
    let (is_market, is_take_profit) = match params.need("type")? {
        "STOP" => (false, false),
        "STOP_MARKET" => (true, false),
        "TAKE_PROFIT" => (false, true),
        "TAKE_PROFIT_MARKET" => (true, true),
        "TRAILING_STOP_MARKET" => {
            let msg = "Trailing stops are not simulated here: use STOP_MARKET.";
            return Err(ApiError::new(-4120, msg));
        }
        _ => return Err(ApiError::new(-1116, "Invalid orderType.")),
    };
    let trigger = params.decimal("triggerPrice")?;
    let trigger = trigger.ok_or_else(|| ApiError::missing("triggerPrice"))?;
    let (kind, life) = if is_market {
        (OrderKind::Market, Life::Gtc)
    } else {
        let price = params.decimal("price")?.ok_or_else(|| ApiError::missing("price"))?;
        let life = if params.has("timeInForce") { life(params, now)? } else { Life::Gtc };
        (OrderKind::Limit(listed.ticks(price)?), life)
    };
    let qty = if params.flag("closePosition")? {
        if params.has("quantity") {
            let msg = "Target strategy invalid: quantity can not be sent with closePosition=true";
            return Err(ApiError::new(-4136, msg));
        }
        OrderQty::ClosePosition
    } else {
        let qty = params.decimal("quantity")?.ok_or_else(|| ApiError::missing("quantity"))?;
        OrderQty::Lots(listed.lots(qty)?)
    };
    let by = match params.get("workingType") {
        None | Some("CONTRACT_PRICE") => TriggerBy::Last,
        Some("MARK_PRICE") => TriggerBy::Mark,
        Some(_) => return Err(ApiError::invalid("workingType")),
    };
    let rises = (side == Side::Buy) != is_take_profit;
    let trigger = Trigger {
        price: listed.ticks(trigger)?,
        by,
        when: if rises { TriggerWhen::Rises } else { TriggerWhen::Falls },
        close_on_trigger: false,
        is_take_profit,
    };
    Ok(PlaceOrder {
        client_id: client_id(params, "clientAlgoId")?,
        side,
        kind,
        qty,
        life,
        reduce_only: params.flag("reduceOnly")?,
        position_side: position_side(params)?,
        stp: stp(params)?,
        trigger: Some(trigger),
        ..base
    })
}

/// Which order is meant: the exchange's id wins over the client's.
pub(super) fn order_ref(params: &Params<'_>) -> Result<OrderRef, ApiError> {
    if let Some(id) = params.number::<u64>("orderId")? {
        return Ok(OrderRef::Id(OrderId(id)));
    }
    match params.get("origClientOrderId") {
        Some(text) => match ClientId::new(text) {
            Ok(id) => Ok(OrderRef::Client(id)),
            // No order has such an id.
            Err(_) => Ok(OrderRef::Id(OrderId(u64::MAX))),
        },
        None => {
            let msg = "Either orderId or origClientOrderId must be sent.";
            Err(ApiError { code: -1102, ..ApiError::new(-1102, msg) })
        }
    }
}

/// Which conditional order is meant.
pub(super) fn algo_ref(params: &Params<'_>) -> Result<OrderRef, ApiError> {
    if let Some(id) = params.number::<u64>("algoId")? {
        return Ok(OrderRef::Id(OrderId(id.checked_sub(ALGO_IDS).unwrap_or(u64::MAX))));
    }
    let text = params.get("clientAlgoId").ok_or_else(|| ApiError::missing("algoId"))?;
    Ok(ClientId::new(text).map_or(OrderRef::Id(OrderId(u64::MAX)), OrderRef::Client))
}

pub(super) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "BUY",
        Side::Sell => "SELL",
    }
}

pub(super) const fn position_word(side: PositionSide) -> &'static str {
    match side {
        PositionSide::Net => "BOTH",
        PositionSide::Long => "LONG",
        PositionSide::Short => "SHORT",
    }
}

pub(super) const fn status_word(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Parked | OrderStatus::New => "NEW",
        OrderStatus::PartiallyFilled => "PARTIALLY_FILLED",
        OrderStatus::Filled => "FILLED",
        OrderStatus::Canceled => "CANCELED",
        OrderStatus::Expired => "EXPIRED",
        OrderStatus::ExpiredInMatch => "EXPIRED_IN_MATCH",
    }
}

pub(super) const fn life_word(life: Life) -> &'static str {
    match life {
        Life::Gtc => "GTC",
        Life::Ioc => "IOC",
        Life::Fok => "FOK",
        Life::PostOnly => "GTX",
        Life::Gtd(_) => "GTD",
    }
}

pub(super) const fn stp_word(stp: StpMode) -> &'static str {
    match stp {
        StpMode::None => "NONE",
        StpMode::CancelMaker => "EXPIRE_MAKER",
        StpMode::CancelTaker => "EXPIRE_TAKER",
        StpMode::CancelBoth => "EXPIRE_BOTH",
    }
}

pub(super) const fn working_word(order: &OrderSnapshot) -> &'static str {
    match order.trigger {
        Some(Trigger { by: TriggerBy::Mark, .. }) => "MARK_PRICE",
        _ => "CONTRACT_PRICE",
    }
}

/// The type as it now is: a triggered stop is a plain order.
pub(super) const fn type_word(order: &OrderSnapshot) -> &'static str {
    match order.kind {
        OrderKind::Limit(_) => "LIMIT",
        OrderKind::Market => "MARKET",
    }
}

/// The type as it was placed.
pub(super) const fn original_type_word(order: &OrderSnapshot) -> &'static str {
    let Some(trigger) = order.trigger else { return type_word(order) };
    match (trigger.is_take_profit, order.kind) {
        (false, OrderKind::Limit(_)) => "STOP",
        (false, OrderKind::Market) => "STOP_MARKET",
        (true, OrderKind::Limit(_)) => "TAKE_PROFIT",
        (true, OrderKind::Market) => "TAKE_PROFIT_MARKET",
    }
}

pub(super) fn good_till(order: &OrderSnapshot) -> i64 {
    match order.life {
        Life::Gtd(until) => until.millis(),
        _ => 0,
    }
}

/// The client's id as the venue shows it: forced orders have one of the venue's.
pub(super) fn shown_client_id(order: &OrderSnapshot) -> String {
    if order.is_liquidation {
        return format!("autoclose-{}", order.id.0);
    }
    order.client_id.as_str().to_owned()
}

/// An order as JSON. An acknowledgement does not know yet what has filled.
pub(super) fn to_json(order: &OrderSnapshot, listed: &Listed, is_ack: bool) -> Object {
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
pub(super) fn algo_status(order: &OrderSnapshot) -> &'static str {
    match (order.status, order.triggered_at) {
        (OrderStatus::Parked, _) => "NEW",
        (OrderStatus::Canceled, None) => "CANCELED",
        (_, None) => "EXPIRED",
        (status, Some(_)) if status.is_open() => "TRIGGERED",
        (_, Some(_)) => "FINISHED",
    }
}

/// A conditional order as JSON.
pub(super) fn algo_json(order: &OrderSnapshot, listed: &Listed) -> String {
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
