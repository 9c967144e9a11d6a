//! `/v5/position`: what is held, and how it is to be held.

use aurora_matching::exchange::{AccountNo, Command, MarginMode, PositionMode, PositionSide};
use aurora_model::{Lots, Notional};
use serde_json::json;

use crate::bybit::ask::{self, Stops};
use crate::bybit::code::{LEVERAGE_UNCHANGED, Refusal};
use crate::bybit::params::Params;
use crate::bybit::refused::{Asked, refused};
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::PositionRow;
use crate::bybit::{Bybit, orders};
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

/// Does a command that has nothing to tell; `asked` finds the words when it is refused.
fn done(world: &mut World<'_>, account: AccountNo, command: &Command, asked: Asked) -> Answer {
    world.apply(account, command).map_err(|no| refused(no, asked))?;
    Ok(Reply::done())
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
    done(world, account, &Command::SetLeverage { instrument, leverage: buy }, Asked::Leverage)
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
    done(world, account, &Command::SetPositionMode(mode), Asked::PositionMode)
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
    let switched =
        done(world, account, &Command::SetMarginMode { instrument, mode }, Asked::MarginMode)?;
    if world.exchange.leverage(account, instrument).0 == wanted {
        return Ok(switched);
    }
    done(world, account, &Command::SetLeverage { instrument, leverage: wanted }, Asked::Leverage)
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
    done(world, account, &command, Asked::Leverage)
}
