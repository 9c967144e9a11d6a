//! Orders on the wire: parameters to commands here, snapshots to JSON in `row`.

mod row;

use aurora_matching::exchange::{
    ClientId, Life, OrderId, OrderKind, OrderQty, OrderRef, OrderSnapshot, PlaceOrder,
    PositionSide, StpMode, Trigger, TriggerBy, TriggerWhen,
};
use aurora_model::{Nanos, Side, Ticks};

use super::code::ApiError;
use super::listed::Listed;
use super::params::Params;
pub(super) use row::{
    algo_json, algo_status, good_till, life_word, original_type_word, position_word,
    shown_client_id, side_word, status_word, stp_word, to_json, type_word, working_word,
};

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
