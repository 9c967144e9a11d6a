//! `/v5/position`.

use std::collections::BTreeMap;

use aurora_matching::exchange::{
    AccountNo, Command, ExchangeFill, MarginMode, OrderRef, PositionMode, PositionSide,
};
use aurora_model::{InstrumentNo, Lots, Nanos, Notional};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::page::Page;
use crate::bybit::ask::{self, Stops};
use crate::bybit::code::{LEVERAGE_UNCHANGED, Refusal};
use crate::bybit::params::Params;
use crate::bybit::refused::{Asked, refused};
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::{Counted, PositionRow, side_word};
use crate::bybit::{Bybit, ids, orders};
use crate::dialect::World;

/// A symbol's positions, flat ones too; for a settle coin those that are not flat.
pub(super) fn list(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    let category = params.required("category")?;
    if matches!(category.as_ref(), "inverse" | "option") {
        let empty = json!({ "category": category, "list": [], "nextPageCursor": "" });
        return Ok(Reply::new(&empty));
    }
    ask::linear(params)?;
    let only = ask::maybe_instrument(world.exchange, params)?;
    let scope = orders::scope(world, params)?;
    let sides: &[PositionSide] = match world.exchange.position_mode(account) {
        PositionMode::OneWay => &[PositionSide::Net],
        PositionMode::Hedge => &[PositionSide::Long, PositionSide::Short],
    };
    let mut rows = Vec::new();
    for no in scope.into_iter().flatten() {
        let Some(listing) = world.exchange.listing(no) else { continue };
        for side in sides {
            let Some(position) = world.exchange.position(account, no, *side) else { continue };
            if position.lots != Lots::ZERO || only.is_some() {
                let stops = bybit.stops.prices(world, (account, no, *side));
                rows.push(PositionRow::new(&position, listing, stops));
            }
        }
    }
    Ok(Reply::new(&json!({ "category": "linear", "list": rows, "nextPageCursor": "" })))
}

/// Whole numbers only: the exchange here knows no fractions of leverage.
fn leverage(params: &Params, name: &str) -> Result<u32, Refusal> {
    let value = params.decimal(name)?.ok_or_else(|| Refusal::missing(name))?;
    let whole = value.normalize().to_string().parse::<u32>();
    whole
        .ok()
        .filter(|leverage| 1 <= *leverage)
        .ok_or_else(|| Refusal::params(format!("{name} {value} must be a whole number from 1")))
}

pub(super) fn set_leverage(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    let (instrument, _) = ask::instrument(world.exchange, params)?;
    let (buy, sell) = (leverage(params, "buyLeverage")?, leverage(params, "sellLeverage")?);
    if buy != sell {
        return Err(Refusal::params("buyLeverage must equal sellLeverage"));
    }
    if world.exchange.leverage(account, instrument).0 == buy {
        return Err(LEVERAGE_UNCHANGED);
    }
    match world.apply(account, &Command::SetLeverage { instrument, leverage: buy }) {
        Ok(_) => Ok(Reply::done()),
        Err(no) => Err(refused(no, Asked::Leverage)),
    }
}

/// Changes the mode of the whole account: the exchange here has no mode per symbol.
pub(super) fn switch_mode(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    if params.text("coin").is_none() {
        ask::instrument(world.exchange, params)?;
    }
    let mode = match params.number::<u8>("mode")? {
        Some(0) => PositionMode::OneWay,
        Some(3) => PositionMode::Hedge,
        _ => return Err(Refusal::params("mode must be 0 (one-way) or 3 (hedge)")),
    };
    match world.apply(account, &Command::SetPositionMode(mode)) {
        Ok(_) => Ok(Reply::done()),
        Err(no) => Err(refused(no, Asked::PositionMode)),
    }
}

pub(super) fn switch_isolated(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    let (instrument, _) = ask::instrument(world.exchange, params)?;
    let mode = match params.number::<u8>("tradeMode")? {
        Some(0) => MarginMode::Cross,
        Some(1) => MarginMode::Isolated,
        _ => return Err(Refusal::params("tradeMode must be 0 (cross) or 1 (isolated)")),
    };
    let wanted = leverage(params, "buyLeverage")?;
    match world.apply(account, &Command::SetMarginMode { instrument, mode }) {
        Ok(_) => {}
        Err(no) => return Err(refused(no, Asked::MarginMode)),
    }
    if world.exchange.leverage(account, instrument).0 != wanted {
        let command = Command::SetLeverage { instrument, leverage: wanted };
        world.apply(account, &command).map_err(|no| refused(no, Asked::Leverage))?;
    }
    Ok(Reply::done())
}

/// Take-profit and stop-loss of a position; a trailing stop is not simulated.
pub(super) fn trading_stop(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    let (instrument, listing) = ask::instrument(world.exchange, params)?;
    if params.decimal("trailingStop")?.is_some_and(|distance| !distance.is_zero()) {
        return Err(Refusal::params("trailingStop is not simulated: use stopLoss"));
    }
    let stops = Stops::read(params, listing)?;
    let place = (account, instrument, ask::position_side(params)?);
    bybit.stops.set(world, place, stops).map(|()| Reply::done())
}

pub(super) fn add_margin(
    _: &mut Bybit,
    world: &mut World<'_>,
    account: AccountNo,
    params: &Params,
) -> Answer {
    ask::linear(params)?;
    let (instrument, _) = ask::instrument(world.exchange, params)?;
    let amount = params.decimal("margin")?.ok_or_else(|| Refusal::missing("margin"))?;
    let command = Command::MoveMargin {
        instrument,
        position_side: ask::position_side(params)?,
        amount: Notional::new(amount),
    };
    match world.apply(account, &command) {
        Ok(_) => Ok(Reply::done()),
        Err(no) => Err(refused(no, Asked::Leverage)),
    }
}

/// What orders realized: the closing fills of each order, summed.
pub(super) fn closed_pnl(
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
        aurora_model::Side::Sell => exit - realized,
        aurora_model::Side::Buy => exit + realized,
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
