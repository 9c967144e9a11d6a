//! An execution, as `execution/list` and the `execution` topics show it.

use aurora_matching::exchange::{
    ExchangeFill, FillKind, FundingPayment, Listing, MarkPrice, OrderSnapshot,
};
use aurora_model::{Liquidity, Lots, Side};
use rust_decimal::Decimal;
use serde::Serialize;

use super::order::{create_type, stop_order_type};
use super::{Counted, LINEAR, Millis, Number, side_word};
use crate::bybit::ids;

/// One row.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct FillRow<'a> {
    category: &'static str,
    symbol: &'a str,
    order_id: String,
    order_link_id: String,
    side: &'static str,
    order_price: Decimal,
    order_qty: Decimal,
    leaves_qty: Decimal,
    create_type: &'static str,
    order_type: &'static str,
    stop_order_type: &'static str,
    exec_fee: Number,
    exec_fee_v2: &'static str,
    exec_id: String,
    exec_price: Decimal,
    exec_qty: Decimal,
    exec_type: &'static str,
    exec_value: Number,
    exec_time: Millis,
    exec_pnl: Number,
    fee_currency: String,
    is_maker: bool,
    is_leverage: &'static str,
    fee_rate: Number,
    trade_iv: &'static str,
    mark_iv: &'static str,
    mark_price: Number,
    index_price: Number,
    underlying_price: &'static str,
    block_trade_id: &'static str,
    market_unit: &'static str,
    closed_size: Decimal,
    extra_fees: &'static str,
    seq: u64,
}

impl<'a> FillRow<'a> {
    /// A fill, with its order where it is still known and the mark price of now.
    pub(in crate::bybit) fn new(
        fill: &ExchangeFill,
        listing: &'a Listing,
        order: Option<&OrderSnapshot>,
        mark: Option<&MarkPrice>,
    ) -> FillRow<'a> {
        let value = fill.value.decimal();
        let rate = if value.is_zero() { value } else { fill.fee.decimal() / value };
        let limit = order.and_then(OrderSnapshot::limit).unwrap_or(fill.price);
        let left = order.filter(|o| o.is_open()).map_or(Lots::ZERO, OrderSnapshot::left);
        let closes = !fill.realized.decimal().is_zero() || order.is_some_and(|o| o.reduce_only);
        FillRow {
            category: LINEAR,
            symbol: &listing.instrument.symbol,
            order_id: ids::order_id(fill.order.0),
            order_link_id: fill.client_id.as_str().to_owned(),
            side: side_word(fill.side),
            order_price: listing.price(limit),
            order_qty: listing.qty(order.map_or(fill.qty, |o| o.qty)),
            leaves_qty: listing.qty(left),
            create_type: order.map_or("CreateByUser", create_type),
            order_type: if order.is_some_and(|o| o.limit().is_none()) { "Market" } else { "Limit" },
            stop_order_type: match order.map_or("", stop_order_type) {
                "" => "UNKNOWN",
                word => word,
            },
            exec_fee: Number(fill.fee.decimal()),
            exec_fee_v2: "",
            exec_id: ids::exec_id(fill.fill_id),
            exec_price: listing.price(fill.price),
            exec_qty: listing.qty(fill.qty),
            exec_type: match fill.kind {
                FillKind::Trade => "Trade",
                FillKind::Liquidation => "BustTrade",
                FillKind::Adl => "AdlTrade",
                FillKind::Settlement => "Settle",
            },
            exec_value: Number(value),
            exec_time: Millis(fill.at),
            exec_pnl: Number(fill.realized.decimal()),
            fee_currency: fill.fee_asset.as_str().to_owned(),
            is_maker: fill.liquidity == Liquidity::Maker,
            is_leverage: "0",
            fee_rate: Number(rate.round_dp(6)),
            trade_iv: "",
            mark_iv: "",
            mark_price: Number(mark.map_or(Decimal::ZERO, |m| m.mark)),
            index_price: Number(mark.map_or(Decimal::ZERO, |m| m.index)),
            underlying_price: "",
            block_trade_id: "",
            market_unit: "",
            closed_size: if closes { listing.qty(fill.qty) } else { Decimal::ZERO },
            extra_fees: "",
            seq: fill.fill_id,
        }
    }

    /// `execType`.
    pub(in crate::bybit) fn exec_type(&self) -> &'static str {
        self.exec_type
    }

    /// A funding payment, which Bybit lists among the executions; what was paid is a fee above zero.
    pub(in crate::bybit) fn funding(paid: &FundingPayment, listing: &'a Listing) -> FillRow<'a> {
        let qty = listing.qty(paid.lots);
        let side = if Lots::ZERO < paid.lots { Side::Buy } else { Side::Sell };
        FillRow {
            category: LINEAR,
            symbol: &listing.instrument.symbol,
            order_id: ids::funding_id(paid.id),
            order_link_id: String::new(),
            side: side_word(side),
            order_price: Decimal::ZERO,
            order_qty: Decimal::ZERO,
            leaves_qty: Decimal::ZERO,
            create_type: "",
            order_type: "UNKNOWN",
            stop_order_type: "UNKNOWN",
            exec_fee: Number(-paid.amount.decimal()),
            exec_fee_v2: "",
            exec_id: ids::funding_id(paid.id),
            exec_price: paid.mark.round_dp(listing.instrument.price_decimals()),
            exec_qty: qty,
            exec_type: "Funding",
            exec_value: Number(paid.mark * qty),
            exec_time: Millis(paid.at),
            exec_pnl: Number(Decimal::ZERO),
            fee_currency: paid.asset.as_str().to_owned(),
            is_maker: false,
            is_leverage: "0",
            fee_rate: Number(paid.rate),
            trade_iv: "",
            mark_iv: "",
            mark_price: Number(paid.mark),
            index_price: Number(Decimal::ZERO),
            underlying_price: "",
            block_trade_id: "",
            market_unit: "",
            closed_size: Decimal::ZERO,
            extra_fees: "",
            seq: paid.id,
        }
    }
}

/// One row of `execution.fast`: what a strategy needs first.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct FastRow<'a> {
    category: &'static str,
    symbol: &'a str,
    exec_id: String,
    exec_price: Decimal,
    exec_qty: Decimal,
    order_id: String,
    is_maker: bool,
    order_link_id: String,
    side: &'static str,
    exec_time: Millis,
    seq: u64,
}

impl<'a> FastRow<'a> {
    pub(in crate::bybit) fn new(fill: &ExchangeFill, listing: &'a Listing) -> FastRow<'a> {
        FastRow {
            category: LINEAR,
            symbol: &listing.instrument.symbol,
            exec_id: ids::exec_id(fill.fill_id),
            exec_price: listing.price(fill.price),
            exec_qty: listing.qty(fill.qty),
            order_id: ids::order_id(fill.order.0),
            is_maker: fill.liquidity == Liquidity::Maker,
            order_link_id: fill.client_id.as_str().to_owned(),
            side: side_word(fill.side),
            exec_time: Millis(fill.at),
            seq: fill.fill_id,
        }
    }
}
