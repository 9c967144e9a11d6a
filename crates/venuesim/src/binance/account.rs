//! Balances and positions, and what holds for them.

use aurora_matching::exchange::{
    BalanceView, MarginMode, PositionMode, PositionSide, PositionSnapshot,
};
use aurora_model::Notional;
use rust_decimal::Decimal;

use super::call::Call;
use super::code::Answer;
use super::json::{Object, list};
use super::limit::{ORDERS_1M, ORDERS_10S};
use super::order;
use super::trade::window;

pub(super) fn balance(call: &mut Call<'_, '_>) -> Answer {
    let balances = call.world.exchange.balances(call.account);
    let alias = format!("sim{}", call.account.0);
    Ok(list(balances.iter().map(|each| {
        Object::new()
            .text("accountAlias", &alias)
            .text("asset", each.asset.as_str())
            .money("balance", each.wallet.decimal())
            .money("crossWalletBalance", cross_wallet(each))
            .money("crossUnPnl", each.cross_unrealized.decimal())
            .money("availableBalance", each.available.decimal())
            .money("maxWithdrawAmount", each.available.decimal())
            .raw("marginAvailable", true)
            .int("updateTime", each.updated_at.millis())
            .end()
    })))
}

fn cross_wallet(balance: &BalanceView) -> Decimal {
    (balance.wallet - balance.isolated).decimal()
}

pub(super) fn account_v3(call: &mut Call<'_, '_>) -> Answer {
    account(call, false)
}

pub(super) fn account_v2(call: &mut Call<'_, '_>) -> Answer {
    account(call, true)
}

fn account(call: &mut Call<'_, '_>, is_v2: bool) -> Answer {
    let balances = call.world.exchange.balances(call.account);
    let sum = |field: fn(&BalanceView) -> Notional| {
        let usd = balances.iter().filter(|each| each.asset.as_str() == "USDT");
        usd.map(|each| field(each).decimal()).sum::<Decimal>()
    };
    let assets = balances.iter().map(|each| {
        Object::new()
            .text("asset", each.asset.as_str())
            .money("walletBalance", each.wallet.decimal())
            .money("unrealizedProfit", each.unrealized.decimal())
            .money("marginBalance", each.equity().decimal())
            .money("maintMargin", each.maintenance_margin.decimal())
            .money("initialMargin", each.initial_margin().decimal())
            .money("positionInitialMargin", each.position_margin.decimal())
            .money("openOrderInitialMargin", each.order_margin.decimal())
            .money("crossWalletBalance", cross_wallet(each))
            .money("crossUnPnl", each.cross_unrealized.decimal())
            .money("availableBalance", each.available.decimal())
            .money("maxWithdrawAmount", each.available.decimal())
            .raw("marginAvailable", true)
            .int("updateTime", each.updated_at.millis())
            .end()
    });
    let assets = list(assets);
    let shown = shown_positions(call, is_v2);
    let positions = list(shown.iter().map(|each| account_position(call, each, is_v2)));
    let mut object = Object::new();
    if is_v2 {
        object = object.raw("feeTier", 0).raw("canTrade", true).raw("canDeposit", true);
        object = object.raw("canWithdraw", true).raw("updateTime", 0);
        object = object.raw("multiAssetsMargin", false).raw("tradeGroupId", -1);
    }
    Ok(object
        .money("totalInitialMargin", sum(BalanceView::initial_margin))
        .money("totalMaintMargin", sum(|each| each.maintenance_margin))
        .money("totalWalletBalance", sum(|each| each.wallet))
        .money("totalUnrealizedProfit", sum(|each| each.unrealized))
        .money("totalMarginBalance", sum(BalanceView::equity))
        .money("totalPositionInitialMargin", sum(|each| each.position_margin))
        .money("totalOpenOrderInitialMargin", sum(|each| each.order_margin))
        .money("totalCrossWalletBalance", sum(|each| each.wallet - each.isolated))
        .money("totalCrossUnPnl", sum(|each| each.cross_unrealized))
        .money("availableBalance", sum(|each| each.available))
        .money("maxWithdrawAmount", sum(|each| each.available))
        .raw("assets", assets)
        .raw("positions", positions)
        .end())
}

fn account_position(call: &Call<'_, '_>, position: &PositionSnapshot, is_v2: bool) -> String {
    let listed = call.listed(position.instrument);
    let mut object = Object::new()
        .text("symbol", &listed.symbol)
        .text("positionSide", order::position_word(position.position_side))
        .qty("positionAmt", listed, position.lots)
        .money("unrealizedProfit", position.unrealized.decimal())
        .money("isolatedMargin", isolated_margin(position))
        .money("notional", signed_notional(position))
        .money("isolatedWallet", position.isolated.decimal())
        .money("initialMargin", position.initial_margin.decimal())
        .money("maintMargin", position.maintenance_margin.decimal())
        .int("updateTime", position.updated_at.millis());
    if is_v2 {
        object = object
            .quoted("leverage", position.leverage)
            .raw("isolated", position.margin == MarginMode::Isolated)
            .money("entryPrice", position.entry_price)
            .money("breakEvenPrice", break_even(call, position))
            .text("maxNotional", "100000000")
            .money("positionInitialMargin", position.initial_margin.decimal())
            .text("openOrderInitialMargin", "0")
            .text("bidNotional", "0")
            .text("askNotional", "0");
    }
    object.end()
}

/// What stands beside an isolated position, with its profit; zero for a cross one.
fn isolated_margin(position: &PositionSnapshot) -> Decimal {
    match position.margin {
        MarginMode::Isolated => (position.isolated + position.unrealized).decimal(),
        MarginMode::Cross => Decimal::ZERO,
    }
}

fn signed_notional(position: &PositionSnapshot) -> Decimal {
    let notional = position.notional.decimal();
    if position.lots.0 < 0 { -notional } else { notional }
}

/// The price at which closing pays for the fees of opening and closing.
fn break_even(call: &Call<'_, '_>, position: &PositionSnapshot) -> Decimal {
    let taker = call.world.exchange.fee_rates(call.account, position.instrument).taker;
    let fees = if position.lots.0 < 0 { -taker } else { taker };
    (position.entry_price * (Decimal::ONE + fees)).round_dp(8)
}

/// v3 lists what has a position or an open order; v2 everything.
fn shown_positions(call: &Call<'_, '_>, everything: bool) -> Vec<PositionSnapshot> {
    let exchange = &call.world.exchange;
    let sides: &[PositionSide] = match exchange.position_mode(call.account) {
        PositionMode::OneWay => &[PositionSide::Net],
        PositionMode::Hedge => &[PositionSide::Long, PositionSide::Short],
    };
    let has_orders = |no| !exchange.open_orders(call.account, Some(no)).is_empty();
    let mut shown = Vec::new();
    for no in call.venue.numbers() {
        for side in sides {
            let Some(position) = exchange.position(call.account, no, *side) else { continue };
            if everything || position.lots.0 != 0 || has_orders(no) {
                shown.push(position);
            }
        }
    }
    shown
}

pub(super) fn position_risk_v3(call: &mut Call<'_, '_>) -> Answer {
    position_risk(call, false)
}

pub(super) fn position_risk_v2(call: &mut Call<'_, '_>) -> Answer {
    position_risk(call, true)
}

fn position_risk(call: &mut Call<'_, '_>, is_v2: bool) -> Answer {
    let only = call.params.has("symbol").then(|| call.symbol()).transpose()?;
    let mut shown = shown_positions(call, is_v2);
    shown.retain(|position| only.is_none_or(|no| no == position.instrument));
    Ok(list(shown.iter().map(|position| {
        let listed = call.listed(position.instrument);
        let liquidation = position.liquidation_price.unwrap_or_default();
        let mut object = Object::new()
            .text("symbol", &listed.symbol)
            .text("positionSide", order::position_word(position.position_side))
            .qty("positionAmt", listed, position.lots)
            .money("entryPrice", position.entry_price)
            .money("breakEvenPrice", break_even(call, position))
            .money("markPrice", position.mark)
            .money("unRealizedProfit", position.unrealized.decimal())
            .money("liquidationPrice", liquidation)
            .money("isolatedMargin", isolated_margin(position))
            .money("notional", signed_notional(position))
            .text("marginAsset", &listed.quote)
            .money("isolatedWallet", position.isolated.decimal())
            .money("initialMargin", position.initial_margin.decimal())
            .money("maintMargin", position.maintenance_margin.decimal())
            .money("positionInitialMargin", position.initial_margin.decimal())
            .text("openOrderInitialMargin", "0")
            .raw("adl", u8::from(position.lots.0 != 0))
            .text("bidNotional", "0")
            .text("askNotional", "0")
            .int("updateTime", position.updated_at.millis());
        if is_v2 {
            object = object
                .quoted("leverage", position.leverage)
                .text("marginType", margin_word(position.margin))
                .text("isAutoAddMargin", "false")
                .text("maxNotionalValue", "100000000");
        }
        object.end()
    })))
}

const fn margin_word(mode: MarginMode) -> &'static str {
    match mode {
        MarginMode::Cross => "cross",
        MarginMode::Isolated => "isolated",
    }
}

pub(super) fn symbol_config(call: &mut Call<'_, '_>) -> Answer {
    let exchange = &call.world.exchange;
    Ok(list(call.symbols()?.into_iter().map(|no| {
        let (leverage, mode) = exchange.leverage(call.account, no);
        Object::new()
            .text("symbol", &call.listed(no).symbol)
            .text("marginType", if mode == MarginMode::Cross { "CROSSED" } else { "ISOLATED" })
            .raw("isAutoAddMargin", false)
            .raw("leverage", leverage)
            .text("maxNotionalValue", "100000000")
            .end()
    })))
}

pub(super) fn account_config(call: &mut Call<'_, '_>) -> Answer {
    let is_hedge = call.world.exchange.position_mode(call.account) == PositionMode::Hedge;
    Ok(Object::new()
        .raw("feeTier", 0)
        .raw("canTrade", true)
        .raw("canDeposit", true)
        .raw("canWithdraw", true)
        .raw("dualSidePosition", is_hedge)
        .raw("updateTime", 0)
        .raw("multiAssetsMargin", false)
        .raw("tradeGroupId", -1)
        .end())
}

pub(super) fn commission(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let fees = call.world.exchange.fee_rates(call.account, no);
    Ok(Object::new()
        .text("symbol", &call.listed(no).symbol)
        .money("makerCommissionRate", fees.maker)
        .money("takerCommissionRate", fees.taker)
        .text("rpiCommissionRate", "0")
        .end())
}

pub(super) fn brackets(call: &mut Call<'_, '_>) -> Answer {
    let all = call.symbols()?.into_iter().map(|no| {
        let listing = call.world.exchange.listing(no).expect("the dialect lists what is listed");
        let bracket = Object::new()
            .raw("bracket", 1)
            .raw("initialLeverage", listing.max_leverage)
            .raw("notionalCap", 100_000_000)
            .raw("notionalFloor", 0)
            .raw("maintMarginRatio", listing.maintenance_rate.normalize())
            .raw("cum", "0.0")
            .end();
        Object::new()
            .text("symbol", &call.listed(no).symbol)
            .raw("notionalCoef", "1.0")
            .raw("brackets", list([bracket]))
            .end()
    });
    Ok(list(all))
}

pub(super) fn order_limits(_call: &mut Call<'_, '_>) -> Answer {
    let row = |interval: &str, num: u32, limit: u32| {
        Object::new()
            .text("rateLimitType", "ORDERS")
            .text("interval", interval)
            .raw("intervalNum", num)
            .raw("limit", limit)
            .end()
    };
    Ok(list([row("SECOND", 10, ORDERS_10S), row("MINUTE", 1, ORDERS_1M)]))
}

/// Realized profit, fees and funding, oldest first.
pub(super) fn income(call: &mut Call<'_, '_>) -> Answer {
    let only = call.params.has("symbol").then(|| call.symbol()).transpose()?;
    let kind = call.params.get("incomeType");
    let limit = call.params.limit(100, 1_000)?;
    let (since, until) = window(call.params)?;
    let exchange = &call.world.exchange;
    let mut rows = Vec::new();
    for fill in exchange.fills(call.account, only, 0, since, usize::MAX) {
        let trade = fill.trade_id.to_string();
        let profit = fill.realized.decimal();
        let fee = -fill.fee.decimal();
        for (word, amount) in [("REALIZED_PNL", profit), ("COMMISSION", fee)] {
            if !amount.is_zero() {
                let asset = fill.fee_asset;
                rows.push((
                    fill.at,
                    word,
                    fill.instrument,
                    amount,
                    asset,
                    fill.fill_id,
                    trade.clone(),
                ));
            }
        }
    }
    for payment in exchange.funding_payments(call.account, since) {
        if only.is_none_or(|no| no == payment.instrument) {
            let amount = payment.amount.decimal();
            let (at, no, asset, id) = (payment.at, payment.instrument, payment.asset, payment.id);
            rows.push((at, "FUNDING_FEE", no, amount, asset, id, String::new()));
        }
    }
    rows.retain(|row| row.0 <= until && kind.is_none_or(|kind| kind == row.1));
    rows.sort_by_key(|row| (row.0, row.5));
    Ok(list(rows.into_iter().take(limit).map(|(at, word, no, amount, asset, id, trade)| {
        Object::new()
            .text("symbol", &call.listed(no).symbol)
            .text("incomeType", word)
            .money("income", amount)
            .text("asset", asset.as_str())
            .int("time", at.millis())
            .text("info", word)
            .raw("tranId", id)
            .text("tradeId", &trade)
            .end()
    })))
}
