//! An order, as `order/realtime`, `order/history` and the `order` topic show it.

use aurora_matching::exchange::{
    CloseCause, Life, Listing, OrderCause, OrderSnapshot, OrderStatus, StpMode, Trigger, TriggerBy,
    TriggerWhen,
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Counted, LINEAR, Millis, Number, position_idx, side_word};
use crate::bybit::ids;

/// One row.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct OrderRow<'a> {
    category: &'static str,
    symbol: &'a str,
    order_id: String,
    order_link_id: &'a str,
    block_trade_id: &'static str,
    side: &'static str,
    order_type: &'static str,
    price: Decimal,
    qty: Decimal,
    is_leverage: &'static str,
    position_idx: u8,
    order_status: &'static str,
    create_type: &'static str,
    cancel_type: &'static str,
    reject_reason: &'static str,
    avg_price: String,
    leaves_qty: Decimal,
    leaves_value: Number,
    cum_exec_qty: Decimal,
    cum_exec_value: Number,
    cum_exec_fee: Number,
    cum_fee_detail: Map<String, Value>,
    closed_pnl: Number,
    fee_currency: &'a str,
    time_in_force: &'static str,
    stop_order_type: &'static str,
    order_iv: &'static str,
    market_unit: &'static str,
    trigger_price: String,
    trigger_direction: u8,
    trigger_by: &'static str,
    last_price_on_created: &'static str,
    take_profit: &'static str,
    stop_loss: &'static str,
    tp_trigger_by: &'static str,
    sl_trigger_by: &'static str,
    tpsl_mode: &'static str,
    tp_limit_price: &'static str,
    sl_limit_price: &'static str,
    reduce_only: bool,
    close_on_trigger: bool,
    place_type: &'static str,
    smp_type: &'static str,
    smp_group: u8,
    smp_order_id: &'static str,
    slippage_tolerance_type: &'static str,
    slippage_tolerance: &'static str,
    extra_fees: &'static str,
    rpi_taker_access: bool,
    rpi_matched_qty: &'static str,
    created_time: Millis,
    updated_time: Millis,
}

impl<'a> OrderRow<'a> {
    /// The order as it is.
    pub(in crate::bybit) fn new(order: &'a OrderSnapshot, listing: &'a Listing) -> OrderRow<'a> {
        let limit = order.limit().map(|price| listing.price(price));
        let left = if order.is_open() { listing.qty(order.left()) } else { Decimal::ZERO };
        let fee = order.fee.decimal();
        let mut fees = Map::new();
        if !fee.is_zero() {
            let coin = order.fee_asset.as_str().to_owned();
            fees.insert(coin, Value::String(fee.normalize().to_string()));
        }
        let trigger = order.trigger.as_ref();
        OrderRow {
            category: LINEAR,
            symbol: &listing.instrument.symbol,
            order_id: ids::order_id(order.id.0),
            order_link_id: order.client_id.as_str(),
            block_trade_id: "",
            side: side_word(order.side),
            order_type: if limit.is_some() { "Limit" } else { "Market" },
            price: limit.unwrap_or_default(),
            qty: listing.qty(order.qty),
            is_leverage: "",
            position_idx: position_idx(order.position_side),
            order_status: status(order),
            create_type: create_type(order),
            cancel_type: cancel_type(order.cause),
            reject_reason: reject_reason(order.cause),
            avg_price: order.avg_price.map_or(String::new(), |price| price.normalize().to_string()),
            leaves_qty: left,
            leaves_value: Number(left * limit.unwrap_or_default()),
            cum_exec_qty: listing.qty(order.filled),
            cum_exec_value: Number(order.filled_value.decimal()),
            cum_exec_fee: Number(fee),
            cum_fee_detail: fees,
            closed_pnl: Number(order.realized.decimal()),
            fee_currency: order.fee_asset.as_str(),
            time_in_force: time_in_force(order),
            stop_order_type: stop_order_type(order),
            order_iv: "",
            market_unit: "",
            trigger_price: trigger.map_or(String::new(), |t| listing.price(t.price).to_string()),
            trigger_direction: trigger.map_or(0, direction),
            trigger_by: trigger.map_or("", trigger_by),
            last_price_on_created: "",
            take_profit: "",
            stop_loss: "",
            tp_trigger_by: "",
            sl_trigger_by: "",
            tpsl_mode: "",
            tp_limit_price: "",
            sl_limit_price: "",
            reduce_only: order.reduce_only || order.close_position,
            close_on_trigger: trigger.is_some_and(|t| t.close_on_trigger),
            place_type: "",
            smp_type: smp_type(order.stp),
            smp_group: 0,
            smp_order_id: "",
            slippage_tolerance_type: "UNKNOWN",
            slippage_tolerance: "",
            extra_fees: "",
            rpi_taker_access: false,
            rpi_matched_qty: "0",
            created_time: Millis(order.created_at),
            updated_time: Millis(order.updated_at),
        }
    }

    /// The moment between `Untriggered` and what came of it.
    pub(in crate::bybit) fn triggered(
        order: &'a OrderSnapshot,
        listing: &'a Listing,
    ) -> OrderRow<'a> {
        OrderRow { order_status: "Triggered", ..OrderRow::new(order, listing) }
    }
}

/// `orderStatus`.
pub(in crate::bybit) fn status(order: &OrderSnapshot) -> &'static str {
    match order.status {
        OrderStatus::Parked => "Untriggered",
        OrderStatus::New => "New",
        OrderStatus::PartiallyFilled => "PartiallyFilled",
        OrderStatus::Filled => "Filled",
        _ if order.trigger.is_some() && order.triggered_at.is_none() => "Deactivated",
        OrderStatus::Canceled | OrderStatus::Expired | OrderStatus::ExpiredInMatch => "Cancelled",
    }
}

/// `createType`.
pub(in crate::bybit) fn create_type(order: &OrderSnapshot) -> &'static str {
    match stop_order_type(order) {
        _ if order.is_liquidation => "CreateByLiq",
        "TakeProfit" => "CreateByTakeProfit",
        "StopLoss" => "CreateByStopLoss",
        _ => "CreateByUser",
    }
}

/// `stopOrderType`: empty for an order without a trigger.
pub(in crate::bybit) fn stop_order_type(order: &OrderSnapshot) -> &'static str {
    match order.trigger {
        None => "",
        Some(trigger) if trigger.is_take_profit => "TakeProfit",
        Some(_) if order.close_position => "StopLoss",
        Some(_) => "Stop",
    }
}

fn cancel_type(cause: OrderCause) -> &'static str {
    let OrderCause::Closed(cause) = cause else { return "UNKNOWN" };
    match cause {
        CloseCause::ByRequest | CloseCause::CancelAll => "CancelByUser",
        CloseCause::DeadMan => "CancelByDCP",
        CloseCause::SelfTrade => "CancelBySmp",
        CloseCause::NothingToReduce => "CancelByReduceOnly",
        CloseCause::Liquidation => "CancelAllBeforeLiq",
        CloseCause::Adl => "CancelAllBeforeAdl",
        CloseCause::Halted | CloseCause::TickChanged | CloseCause::Restart => "CancelByAdmin",
        _ => "UNKNOWN",
    }
}

fn reject_reason(cause: OrderCause) -> &'static str {
    let OrderCause::Closed(cause) = cause else { return "EC_NoError" };
    match cause {
        CloseCause::WouldTake | CloseCause::AmendRefused => "EC_PostOnlyWillTakeLiquidity",
        CloseCause::IocRest | CloseCause::MarketRest => "EC_NoImmediateQtyToFill",
        CloseCause::FokUnfillable => "EC_CancelForNoFullFill",
        CloseCause::SelfTrade => "EC_BySelfMatch",
        CloseCause::TriggerRefused(_) => "EC_Others",
        _ => "EC_PerCancelRequest",
    }
}

fn time_in_force(order: &OrderSnapshot) -> &'static str {
    match order.life {
        _ if order.limit().is_none() => "IOC",
        Life::Gtc | Life::Gtd(_) => "GTC",
        Life::Ioc => "IOC",
        Life::Fok => "FOK",
        Life::PostOnly => "PostOnly",
    }
}

const fn direction(trigger: &Trigger) -> u8 {
    match trigger.when {
        TriggerWhen::Rises => 1,
        TriggerWhen::Falls => 2,
    }
}

const fn trigger_by(trigger: &Trigger) -> &'static str {
    match trigger.by {
        TriggerBy::Last => "LastPrice",
        TriggerBy::Mark => "MarkPrice",
        TriggerBy::Index => "IndexPrice",
    }
}

const fn smp_type(stp: StpMode) -> &'static str {
    match stp {
        StpMode::None => "None",
        StpMode::CancelMaker => "CancelMaker",
        StpMode::CancelTaker => "CancelTaker",
        StpMode::CancelBoth => "CancelBoth",
    }
}
