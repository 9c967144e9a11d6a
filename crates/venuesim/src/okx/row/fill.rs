//! One execution, as `/trade/fills` and the `fills` channel show it.

use aurora_matching::exchange::{ExchangeFill, FillKind};
use aurora_model::Side;
use rust_decimal::Decimal;

use super::order::{exec_type, pos_side, side};
use crate::okx::json::Object;
use crate::okx::listed::Listed;

/// The row of `/trade/fills` and `/trade/fills-history`.
pub(crate) fn write(out: &mut String, listed: Listed<'_>, fill: &ExchangeFill, tag: &str) {
    let fee = -fill.fee.decimal();
    let rate = fee.checked_div(fill.value.decimal()).unwrap_or(Decimal::ZERO);
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("tradeId", fill.trade_id)
        .put("ordId", fill.order.0)
        .put("clOrdId", fill.client_id)
        .put("billId", fill.fill_id)
        .put("subType", sub_type(fill))
        .text("tag", tag)
        .put("fillPx", listed.price(fill.price))
        .put("fillSz", listed.size(fill.qty))
        .number("fillPnl", fill.realized.decimal())
        .put("side", side(fill.side))
        .put("posSide", if listed.is_spot() { "net" } else { pos_side(listed, fill.position_side) })
        .put("execType", exec_type(fill.liquidity))
        .put("feeCcy", fill.fee_asset)
        .number("fee", fee)
        .put("feeRate", rate.round_dp(8).normalize())
        .put("ts", fill.at.millis())
        .put("fillTime", fill.at.millis())
        .put("tradeQuoteCcy", if listed.is_spot() { listed.quote() } else { "" })
        .blank(&["fillIdxPx", "fillPxVol", "fillPxUsd", "fillMarkVol", "fillFwdPx", "fillMarkPx"]);
    row.end();
}

/// The row of the `fills` channel.
pub(crate) fn push(out: &mut String, listed: Listed<'_>, fill: &ExchangeFill) {
    let mut row = Object::begin(out);
    row.put("instId", listed.inst_id())
        .put("fillSz", listed.size(fill.qty))
        .put("fillPx", listed.price(fill.price))
        .put("side", side(fill.side))
        .put("ts", fill.at.millis())
        .put("ordId", fill.order.0)
        .put("clOrdId", fill.client_id)
        .put("tradeId", fill.trade_id)
        .put("execType", exec_type(fill.liquidity))
        .put("count", 1);
    row.end();
}

/// The venue's number for what kind of a trade it was.
fn sub_type(fill: &ExchangeFill) -> &'static str {
    match (fill.kind, fill.side) {
        (FillKind::Trade, Side::Buy) => "1",
        (FillKind::Trade, Side::Sell) => "2",
        (FillKind::Liquidation, Side::Buy) => "101",
        (FillKind::Liquidation, Side::Sell) => "100",
        (FillKind::Adl, Side::Buy) => "126",
        (FillKind::Adl, Side::Sell) => "125",
        (FillKind::Settlement, Side::Buy) => "113",
        (FillKind::Settlement, Side::Sell) => "112",
    }
}
