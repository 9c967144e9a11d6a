//! Leverage, margin and position mode.

use aurora_matching::exchange::{Command, MarginMode, PositionMode};
use aurora_model::{InstrumentNo, Notional};

use super::call::Call;
use super::code::{Answer, ApiError, Attempt};
use super::json::Object;
use super::order;

const SUCCESS: &str = r#"{"code":200,"msg":"success"}"#;

pub(super) fn set_leverage(call: &mut Call<'_, '_>) -> Answer {
    let instrument = call.symbol()?;
    call.params.need("leverage")?;
    let leverage: u32 = call.params.number("leverage")?.unwrap_or_default();
    let done = call.apply(&Command::SetLeverage { instrument, leverage }, Attempt::Leverage);
    match done {
        Err(error) if error.code == -4046 => {} // The same leverage again is no error here.
        done => drop(done?),
    }
    Ok(Object::new()
        .raw("leverage", leverage)
        .text("maxNotionalValue", "100000000")
        .text("symbol", &call.listed(instrument).symbol)
        .end())
}

pub(super) fn set_margin_type(call: &mut Call<'_, '_>) -> Answer {
    let instrument = call.symbol()?;
    let mode = match call.params.need("marginType")? {
        "CROSSED" => MarginMode::Cross,
        "ISOLATED" => MarginMode::Isolated,
        _ => return Err(ApiError::invalid("marginType")),
    };
    call.apply(&Command::SetMarginMode { instrument, mode }, Attempt::MarginType)?;
    Ok(SUCCESS.to_owned())
}

pub(super) fn position_mode(call: &mut Call<'_, '_>) -> Answer {
    let is_hedge = call.world.exchange.position_mode(call.account) == PositionMode::Hedge;
    Ok(Object::new().raw("dualSidePosition", is_hedge).end())
}

pub(super) fn set_position_mode(call: &mut Call<'_, '_>) -> Answer {
    call.params.need("dualSidePosition")?;
    let is_hedge = call.params.flag("dualSidePosition")?;
    let mode = if is_hedge { PositionMode::Hedge } else { PositionMode::OneWay };
    call.apply(&Command::SetPositionMode(mode), Attempt::PositionMode)?;
    Ok(SUCCESS.to_owned())
}

pub(super) fn multi_assets(_call: &mut Call<'_, '_>) -> Answer {
    Ok(r#"{"multiAssetsMargin":false}"#.to_owned())
}

pub(super) fn move_margin(call: &mut Call<'_, '_>) -> Answer {
    let instrument: InstrumentNo = call.symbol()?;
    let position_side = order::position_side(call.params)?;
    let amount = call.params.decimal("amount")?.ok_or_else(|| ApiError::missing("amount"))?;
    let kind = call.params.need("type")?;
    let signed = match kind {
        "1" => amount,
        "2" => -amount,
        _ => return Err(ApiError::invalid("type")),
    };
    let command = Command::MoveMargin { instrument, position_side, amount: Notional::new(signed) };
    let kind = kind.to_owned();
    call.apply(&command, Attempt::Margin)?;
    Ok(Object::new()
        .raw("amount", amount)
        .raw("code", 200)
        .text("msg", "Successfully modify position margin.")
        .raw("type", kind)
        .end())
}
