//! `/v5/position/closed-pnl`: what orders realized.

use std::collections::BTreeMap;

use aurora_matching::exchange::{AccountNo, ExchangeFill, OrderRef};
use aurora_model::{InstrumentNo, Lots, Nanos, Side};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::page::Page;
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::{Counted, side_word};
use crate::bybit::{Bybit, ask, ids};
use crate::dialect::World;

/// The closing fills of each order, summed.
pub(super) fn list(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    let only = ask::maybe_instrument(world.exchange, params)?;
    let page = Page::read(params, 50, 100)?;
    let fills = world.exchange.fills(account, only, 0, Nanos(i64::MIN), usize::MAX);
    let mut closes: BTreeMap<u64, Vec<ExchangeFill>> = BTreeMap::new();
    for fill in fills {
        if !fill.realized.decimal().is_zero() && page.takes(fill.at) {
            closes.entry(fill.order.0).or_default().push(fill);
        }
    }
    let newest_first: Vec<_> = closes.into_iter().rev().collect();
    let (orders, cursor) = page.cut(newest_first, |(order, _)| *order);
    let rows: Vec<Value> =
        orders.iter().filter_map(|(_, fills)| closed_row(world, account, fills)).collect();
    Ok(Reply::new(&json!({ "category": "linear", "list": rows, "nextPageCursor": cursor })))
}

fn closed_row(world: &World<'_>, account: AccountNo, fills: &[ExchangeFill]) -> Option<Value> {
    let (first, last) = (fills.first()?, fills.last()?);
    let listing = world.exchange.listing(first.instrument)?;
    let order = world.exchange.order(account, OrderRef::Id(first.order));
    let sum = |of: fn(&ExchangeFill) -> Decimal| -> Decimal { fills.iter().map(of).sum() };
    let lots = fills.iter().fold(Lots::ZERO, |sum, fill| sum + fill.qty);
    let qty = listing.qty(lots);
    let exit = sum(|fill| fill.value.decimal());
    let realized = sum(|fill| fill.realized.decimal());
    let entry = match first.side {
        Side::Sell => exit - realized,
        Side::Buy => exit + realized,
    };
    let mean = |value: Decimal| value.checked_div(qty).unwrap_or_default().round_dp(8);
    let text = |value: Decimal| value.normalize().to_string();
    let leverage = world.exchange.leverage(account, InstrumentNo(first.instrument.0)).0;
    let is_market = order.is_some_and(|order| order.limit().is_none());
    Some(json!({
        "symbol": listing.instrument.symbol,
        "orderId": ids::order_id(first.order.0),
        "side": side_word(first.side),
        "orderType": if is_market { "Market" } else { "Limit" },
        "execType": "Trade",
        "qty": qty,
        "closedSize": qty,
        "orderPrice": listing.price(last.price),
        "leverage": leverage.to_string(),
        "avgEntryPrice": text(mean(entry)),
        "avgExitPrice": text(mean(exit)),
        "cumEntryValue": text(entry),
        "cumExitValue": text(exit),
        "closedPnl": text(realized - sum(|fill| fill.fee.decimal())),
        "fillCount": fills.len().to_string(),
        "createdTime": first.at.millis().to_string(),
        "updatedTime": last.at.millis().to_string(),
    }))
}
