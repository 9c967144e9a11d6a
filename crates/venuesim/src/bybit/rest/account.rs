//! `/v5/account` and `/v5/user`.

use aurora_matching::exchange::{AccountNo, Command, MarginMode, Refusal as No};
use aurora_model::{InstrumentNo, Nanos};
use serde_json::{Value, json};

use super::page::Page;
use crate::bybit::Bybit;
use crate::bybit::ask;
use crate::bybit::code::{Refusal, SERVER_ERROR};
use crate::bybit::ids;
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::{Counted, WalletRow, side_word};
use crate::dialect::World;

pub(super) fn wallet_balance(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    match params.required("accountType")?.as_ref() {
        "UNIFIED" => {}
        "CONTRACT" | "SPOT" | "FUND" => return Ok(Reply::new(&json!({ "list": [] }))),
        other => return Err(Refusal::params(format!("accountType {other:?} is unknown"))),
    }
    let balances = world.exchange.balances(account);
    let row = WalletRow::new(&balances, params.text("coin").as_deref());
    Ok(Reply::new(&json!({ "list": [row] })))
}

/// The account's margin mode: isolated when any instrument is.
fn margin_mode(world: &World<'_>, account: AccountNo) -> &'static str {
    let listings = (0..).map(InstrumentNo).zip(world.exchange.listings());
    let isolated = |no| world.exchange.leverage(account, no).1 == MarginMode::Isolated;
    if listings.into_iter().any(|(no, _)| isolated(no)) {
        "ISOLATED_MARGIN"
    } else {
        "REGULAR_MARGIN"
    }
}

pub(super) fn info(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    _: &Params,
) -> Answer {
    let window = bybit.dead_man.window(account);
    Ok(Reply::new(&json!({
        "unifiedMarginStatus": 6,
        "marginMode": margin_mode(world, account),
        "dcpStatus": if window.is_some() { "ON" } else { "OFF" },
        "timeWindow": window.unwrap_or(0),
        "smpGroup": 0,
        "isMasterTrader": false,
        "spotHedgingStatus": "OFF",
        "updatedTime": world.now.millis().to_string(),
    })))
}

pub(super) fn fee_rate(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let category = params.required("category")?;
    let only = match category.as_ref() {
        "linear" => ask::maybe_instrument(world.exchange, params)?,
        _ => return Ok(Reply::new(&json!({ "category": category, "list": [] }))),
    };
    let listings = (0..).map(InstrumentNo).zip(world.exchange.listings());
    let wanted = listings.filter(|(no, _)| only.is_none_or(|only| only == *no));
    let rows: Vec<Value> = wanted
        .map(|(no, listing)| {
            let fees = world.exchange.fee_rates(account, no);
            json!({
                "symbol": listing.instrument.symbol,
                "baseCoin": "",
                "takerFeeRate": fees.taker.normalize().to_string(),
                "makerFeeRate": fees.maker.normalize().to_string(),
            })
        })
        .collect();
    Ok(Reply::new(&json!({ "category": category, "list": rows })))
}

pub(super) fn dcp_info(
    bybit: &mut Bybit,
    _: &mut World<'_>,
    account: AccountNo,
    _: &Params,
) -> Answer {
    let infos: Vec<Value> = bybit
        .dead_man
        .window(account)
        .map(|window| {
            json!({ "product": "DERIVATIVES", "dcpStatus": "ON", "timeWindow": window.to_string() })
        })
        .into_iter()
        .collect();
    Ok(Reply::new(&json!({ "dcpInfos": infos })).saying("success"))
}

/// What changed the wallet: trades and funding, newest first.
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

pub(super) fn smp_group(_: &mut Bybit, _: &mut World<'_>, _: AccountNo, _: &Params) -> Answer {
    Ok(Reply::new(&json!({ "smpGroup": 0 })).saying("success"))
}

/// Lists this account has nothing in.
pub(super) fn no_rows(_: &mut Bybit, _: &mut World<'_>, _: AccountNo, _: &Params) -> Answer {
    Ok(Reply::new(&json!({ "list": [], "rows": [], "nextPageCursor": "" })))
}

/// One mode for all instruments. Those that cannot change are told, as the venue does.
pub(super) fn set_margin_mode(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let mode = match params.required("setMarginMode")?.as_ref() {
        "REGULAR_MARGIN" => MarginMode::Cross,
        "ISOLATED_MARGIN" => MarginMode::Isolated,
        other => {
            let what = format!("setMarginMode {other:?}: only REGULAR_MARGIN and ISOLATED_MARGIN");
            return Err(Refusal::params(what));
        }
    };
    let instruments = 0..u16::try_from(world.exchange.listings().len()).unwrap_or(u16::MAX);
    let mut reasons = Vec::new();
    for instrument in instruments.map(InstrumentNo) {
        match world.apply(account, &Command::SetMarginMode { instrument, mode }) {
            Ok(_) | Err(No::Unchanged | No::NotSupported) => {}
            Err(No::Maintenance) => return Err(SERVER_ERROR),
            Err(no) => reasons.push(json!({
                "reasonCode": "3400045",
                "reasonMsg": no.to_string(),
            })),
        }
    }
    if !reasons.is_empty() {
        return Err(Refusal::new(
            110_073,
            "Set margin mode failed: close positions and orders first",
        ));
    }
    Ok(Reply::new(&json!({ "reasons": reasons })).saying("Request accepted"))
}

pub(super) fn query_api(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    _: &Params,
) -> Answer {
    let known = world.accounts.iter().find(|known| known.no == account);
    let key = known.map_or("", |known| known.key.as_str());
    let user = 1_448_938 + u64::from(account.0);
    Ok(Reply::new(&json!({
        "id": user.to_string(),
        "note": "simulator",
        "apiKey": key,
        "readOnly": 0,
        "secret": "",
        "permissions": {
            "ContractTrade": ["Order", "Position"],
            "Spot": [],
            "Wallet": ["AccountTransfer"],
            "Options": [],
            "Derivatives": ["DerivativesTrade"],
            "CopyTrading": [],
            "BlockTrade": [],
            "Exchange": [],
            "NFT": [],
            "Affiliate": [],
            "Earn": [],
        },
        "ips": ["*"],
        "type": 1,
        "deadlineDay": 89,
        "expiredAt": "2036-01-01T00:00:00Z",
        "createdAt": "2025-10-13T03:20:45Z",
        "unified": 0,
        "uta": 1,
        "userID": user,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": true,
        "parentUid": "0",
        "kycLevel": "LEVEL_1",
        "kycRegion": "",
    }))
    .saying(""))
}
