//! What `/v5/order` does: orders, the check of one before it is placed, cancel on disconnect.

use aurora_matching::exchange::{AccountNo, BalanceView, OrderKind, OrderQty};
use aurora_model::{Notional, Price, Qty};
use rust_decimal::Decimal;
use serde_json::json;

use crate::bybit::Bybit;
use crate::bybit::ask::{self, Placement};
use crate::bybit::code::{NO_FUNDS, Refusal};
use crate::bybit::orders::{self, Deed};
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::Counted;
use crate::dialect::World;

pub(super) fn create(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    orders::one(bybit, world, account, Deed::Create, params).map(|named| Reply::new(&named))
}

pub(super) fn amend(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    orders::one(bybit, world, account, Deed::Amend, params).map(|named| Reply::new(&named))
}

pub(super) fn cancel(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    orders::one(bybit, world, account, Deed::Cancel, params).map(|named| Reply::new(&named))
}

pub(super) fn create_batch(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    orders::batch(bybit, world, account, Deed::Create, params)
}

pub(super) fn amend_batch(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    orders::batch(bybit, world, account, Deed::Amend, params)
}

pub(super) fn cancel_batch(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    orders::batch(bybit, world, account, Deed::Cancel, params)
}

pub(super) fn cancel_all(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let gone = orders::cancel_all(world, account, params)?;
    Ok(Reply::new(&json!({ "list": gone, "success": "1" })))
}

/// The margin before an order and after it; the order itself is not placed.
pub(super) fn pre_check(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let Placement { order, .. } = ask::place(world.exchange, params)?;
    let listing = world.exchange.listing(order.instrument).expect("it was just found");
    let touch = world.exchange.mark_price(order.instrument).map_or(Decimal::ZERO, |m| m.mark);
    let price = match order.kind {
        OrderKind::Limit(limit) => listing.price(limit),
        OrderKind::Market => touch,
    };
    let qty = match order.qty {
        OrderQty::Lots(lots) => listing.qty(lots),
        _ => Decimal::ZERO,
    };
    let worth = Price::new(price).map_or(Notional::ZERO, |price| price * Qty::new(qty)).decimal();
    let (leverage, _) = world.exchange.leverage(account, order.instrument);
    let margin =
        if order.reduce_only { Decimal::ZERO } else { worth / Decimal::from(leverage.max(1)) };
    let balances = world.exchange.balances(account);
    let sum = |of: fn(&BalanceView) -> Notional| -> Decimal {
        balances.iter().map(|balance| of(balance).decimal()).sum()
    };
    let equity = sum(|balance| balance.equity());
    let (initial, maintenance) =
        (sum(|balance| balance.initial_margin()), sum(|balance| balance.maintenance_margin));
    if sum(|balance| balance.available) < margin {
        return Err(NO_FUNDS);
    }
    let e4 = |part: Decimal| {
        let rate = part.checked_div(equity).unwrap_or_default() * Decimal::from(10_000);
        rate.round().normalize().to_string().parse::<i64>().unwrap_or_default()
    };
    let upkeep = worth * listing.maintenance_rate;
    Ok(Reply::new(&json!({
        "orderId": "",
        "orderLinkId": order.client_id.as_str(),
        "preImrE4": e4(initial),
        "preMmrE4": e4(maintenance),
        "postImrE4": e4(initial + margin),
        "postMmrE4": e4(maintenance + if order.reduce_only { Decimal::ZERO } else { upkeep }),
    })))
}

/// Arms the cancel-on-disconnect window of derivatives.
pub(super) fn disconnected_cancel_all(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let product = params.text("product").unwrap_or_else(|| "OPTIONS".into());
    if !matches!(product.as_ref(), "DERIVATIVES" | "OPTIONS" | "SPOT") {
        return Err(Refusal::params(format!("product {product:?} is unknown")));
    }
    let window = params.number::<i64>("timeWindow")?;
    let window = window.ok_or_else(|| Refusal::missing("timeWindow"))?;
    if !(3..=300).contains(&window) {
        return Err(Refusal::params("timeWindow must be 3 to 300 seconds"));
    }
    if product == "DERIVATIVES" {
        bybit.dead_man.set_window(account, window);
        bybit.dead_man.heartbeat(world, account);
    }
    Ok(Reply::done().saying("success"))
}
