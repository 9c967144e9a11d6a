//! `/v5/asset`: what clients ask when they load. Nothing can be withdrawn here.

use aurora_matching::exchange::{AccountNo, BalanceView};
use serde_json::{Value, json};

use crate::bybit::Bybit;
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::dialect::World;

/// Every coin of the account, with no way in or out.
pub(super) fn coin_info(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let balances = world.exchange.balances(account);
    let wanted = |balance: &&BalanceView| {
        params.text("coin").is_none_or(|coin| coin == balance.asset.as_str())
    };
    let rows: Vec<Value> = balances
        .iter()
        .filter(wanted)
        .map(|balance| {
            let coin = balance.asset.as_str();
            json!({ "name": coin, "coin": coin, "remainAmount": "0", "chains": [] })
        })
        .collect();
    Ok(Reply::new(&json!({ "rows": rows })).saying(""))
}

fn transferable(balance: &BalanceView) -> Value {
    json!({
        "coin": balance.asset.as_str(),
        "walletBalance": balance.wallet.decimal().normalize().to_string(),
        "transferBalance": balance.available.decimal().normalize().to_string(),
        "bonus": "",
    })
}

pub(super) fn account_coins(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let balances = world.exchange.balances(account);
    let rows: Vec<Value> = balances.iter().map(transferable).collect();
    let kind = params.required("accountType")?;
    Ok(Reply::new(&json!({ "accountType": kind, "memberId": "", "balance": rows })))
}

pub(super) fn account_coin(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let coin = params.required("coin")?;
    let balances = world.exchange.balances(account);
    let row = balances.iter().find(|balance| balance.asset.as_str() == coin).map(transferable);
    let kind = params.required("accountType")?;
    Ok(Reply::new(&json!({ "accountType": kind, "memberId": "", "balance": row })))
}

pub(super) fn no_records(_: &mut Bybit, _: &mut World<'_>, _: AccountNo, _: &Params) -> Answer {
    Ok(Reply::new(&json!({ "rows": [], "nextPageCursor": "" })))
}
