//! The transaction log: what changed the wallet.

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;
use serde_json::{Value, json};

use super::page::Page;
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::{Counted, side_word};
use crate::bybit::{Bybit, ids};
use crate::dialect::World;

/// Trades and funding, newest first.
pub(super) fn transaction_log(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let page = Page::read(params, 20, 50)?;
    let kind = params.text("type");
    let wants = |word: &str| kind.as_deref().is_none_or(|kind| kind == word);
    let exchange = &*world.exchange;
    let mut rows: Vec<(u64, Value)> = Vec::new();
    for fill in exchange.fills(account, None, 0, Nanos(i64::MIN), usize::MAX) {
        let Some(listing) = exchange.listing(fill.instrument) else { continue };
        if !wants("TRADE") || !page.takes(fill.at) {
            continue;
        }
        let change = fill.realized - fill.fee;
        let id = ids::exec_id(fill.fill_id);
        rows.push((
            fill.fill_id,
            json!({
                "id": id,
                "symbol": listing.instrument.symbol,
                "category": "linear",
                "side": side_word(fill.side),
                "transactionTime": fill.at.millis().to_string(),
                "type": "TRADE",
                "transSubType": "",
                "qty": listing.qty(fill.qty),
                "size": listing.qty(fill.qty),
                "currency": fill.fee_asset.as_str(),
                "tradePrice": listing.price(fill.price),
                "funding": "",
                "fee": fill.fee.decimal().normalize().to_string(),
                "cashFlow": fill.realized.decimal().normalize().to_string(),
                "change": change.decimal().normalize().to_string(),
                "cashBalance": "",
                "feeRate": "",
                "bonusChange": "",
                "tradeId": id,
                "orderId": ids::order_id(fill.order.0),
                "orderLinkId": fill.client_id.as_str(),
                "extraFees": "",
            }),
        ));
    }
    for paid in exchange.funding_payments(account, Nanos(i64::MIN)) {
        let Some(listing) = exchange.listing(paid.instrument) else { continue };
        if !wants("SETTLEMENT") || !page.takes(paid.at) {
            continue;
        }
        let change = paid.amount.decimal().normalize().to_string();
        rows.push((
            paid.id,
            json!({
                "id": ids::funding_id(paid.id),
                "symbol": listing.instrument.symbol,
                "category": "linear",
                "side": if paid.lots.0 < 0 { "Sell" } else { "Buy" },
                "transactionTime": paid.at.millis().to_string(),
                "type": "SETTLEMENT",
                "transSubType": "",
                "qty": listing.qty(paid.lots),
                "size": listing.qty(paid.lots),
                "currency": paid.asset.as_str(),
                "tradePrice": paid.mark.normalize().to_string(),
                "funding": change,
                "fee": "0",
                "cashFlow": "0",
                "change": change,
                "cashBalance": "",
                "feeRate": paid.rate.normalize().to_string(),
                "bonusChange": "",
                "tradeId": ids::funding_id(paid.id),
                "orderId": "",
                "orderLinkId": "",
                "extraFees": "",
            }),
        ));
    }
    rows.sort_by_key(|(no, _)| std::cmp::Reverse(*no));
    let (rows, cursor) = page.cut(rows, |(no, _)| *no);
    let list: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Reply::new(&json!({ "list": list, "nextPageCursor": cursor })))
}
