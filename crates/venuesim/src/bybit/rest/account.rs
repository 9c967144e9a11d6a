//! `/v5/account` and `/v5/user`.

use aurora_matching::exchange::{AccountNo, Command, MarginMode, Refusal as No};
use aurora_model::InstrumentNo;
use serde_json::{Value, json};

use crate::bybit::Bybit;
use crate::bybit::ask;
use crate::bybit::code::{Refusal, SERVER_ERROR};
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::WalletRow;
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
    let wallet: &[&str] = match world.faults.key_may_withdraw() {
        true => &["AccountTransfer", "Withdraw"],
        false => &["AccountTransfer"],
    };
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
            "Wallet": wallet,
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
