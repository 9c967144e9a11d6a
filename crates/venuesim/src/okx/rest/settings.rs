//! What an account may change besides orders: leverage, position mode, margin, the dead-man switch.

use aurora_matching::exchange::{
    ClientId, Command, MarginMode, OrderQty, OrderRef, PlaceOrder, PositionMode, PositionSide,
    Refusal as No, StpMode,
};
use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side};
use serde::Deserialize;

use super::account::{leverage_row, margin_mode, sides};
use super::public::rows;
use crate::okx::ask::{
    self, CancelAllAfter, ClosePosition, SetLeverage, SetPositionMode, Text, client_id,
};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;
use crate::okx::json::Object;
use crate::okx::row::account::pos_mode;
use crate::okx::trade::{Asked, refused};

/// Does a setting; what is so already is done.
fn set(desk: &mut Desk<'_, '_>, no: InstrumentNo, command: &Command) -> Answer<()> {
    match desk.world.apply(desk.account, command) {
        Ok(_) | Err(No::Unchanged) => Ok(()),
        Err(refusal) => Err(refused(desk, no, Asked::Setting, refusal)),
    }
}

pub(super) fn set_leverage(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let ask: SetLeverage<'_> = ask::body(body)?;
    let no = desk.instrument(&ask.inst_id, &Text::default())?;
    let mode = margin_mode(&ask.mgn_mode)?;
    let lever = ask.lever.above_zero("lever")?.normalize();
    let leverage: u32 = lever.to_string().parse().map_err(|_| Refusal::parameter("lever"))?;
    if desk.listed(no).is_spot() {
        return Err(Refusal::of(51010));
    }
    set(desk, no, &Command::SetLeverage { instrument: no, leverage })?;
    let sides = match &*ask.pos_side {
        "" => sides(desk, &ask.mgn_mode),
        "net" => &[PositionSide::Net],
        "long" => &[PositionSide::Long],
        "short" => &[PositionSide::Short],
        _ => return Err(Refusal::parameter("posSide")),
    };
    let word = if mode == MarginMode::Cross { "cross" } else { "isolated" };
    Ok(rows(sides, |out, side| leverage_row(out, desk.listed(no), word, *side, leverage)))
}

pub(super) fn set_position_mode(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let ask: SetPositionMode<'_> = ask::body(body)?;
    let mode = match &*ask.pos_mode {
        "net_mode" => PositionMode::OneWay,
        "long_short_mode" => PositionMode::Hedge,
        "" => return Err(Refusal::missing("posMode")),
        _ => return Err(Refusal::parameter("posMode")),
    };
    set(desk, InstrumentNo(0), &Command::SetPositionMode(mode))?;
    Ok(format!("[{{\"posMode\":\"{}\"}}]", pos_mode(mode)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct MoveMargin<'a> {
    #[serde(borrow)]
    inst_id: Text<'a>,
    pos_side: Text<'a>,
    r#type: Text<'a>,
    amt: Text<'a>,
}

pub(super) fn move_margin(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let ask: MoveMargin<'_> = ask::body(body)?;
    let no = desk.instrument(&ask.inst_id, &Text::default())?;
    let amount = ask.amt.above_zero("amt")?;
    let signed = match &*ask.r#type {
        "add" => amount,
        "reduce" => -amount,
        _ => return Err(Refusal::parameter("type")),
    };
    let position_side = match &*ask.pos_side {
        "" | "net" => PositionSide::Net,
        "long" => PositionSide::Long,
        "short" => PositionSide::Short,
        _ => return Err(Refusal::parameter("posSide")),
    };
    let command =
        Command::MoveMargin { instrument: no, position_side, amount: Notional::new(signed) };
    set(desk, no, &command)?;
    let lever = desk.world.exchange.leverage(desk.account, no).0;
    Ok(rows([desk.listed(no)], |out, listed| {
        let mut row = Object::begin(out);
        row.put("instId", listed.inst_id())
            .put("posSide", &*ask.pos_side)
            .put("amt", amount.normalize())
            .put("type", &*ask.r#type)
            .put("leverage", lever)
            .put("ccy", listed.settle());
        row.end();
    }))
}

/// Zero disarms; ten to a hundred and twenty seconds arm.
pub(super) fn cancel_all_after(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let ask: CancelAllAfter<'_> = ask::body(body)?;
    let seconds: i64 = match ask.time_out.given() {
        None => return Err(Refusal::missing("timeOut")),
        Some(text) => text.parse().map_err(|_| Refusal::parameter("timeOut"))?,
    };
    if seconds != 0 && !(10..=120).contains(&seconds) {
        return Err(Refusal::parameter("timeOut"));
    }
    let at = (seconds != 0).then(|| desk.world.now + Nanos::SECOND * seconds);
    set(desk, InstrumentNo(0), &Command::DeadMan { scope: Vec::new(), at })?;
    let told = (seconds != 0).then(|| desk.now() + Nanos::SECOND * seconds);
    Ok(rows([told], |out, told| {
        let mut row = Object::begin(out);
        row.put("triggerTime", told.map_or(0, Nanos::millis))
            .text("tag", &ask.tag)
            .put("ts", desk.now().millis());
        row.end();
    }))
}

/// Closes the whole position at market.
pub(super) fn close_position(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let ask: ClosePosition<'_> = ask::body(body)?;
    let no = desk.instrument(&ask.inst_id, &Text::default())?;
    margin_mode(&ask.mgn_mode)?;
    let client = client_id(&ask.cl_ord_id, "clOrdId")?.unwrap_or_default();
    let position_side = match &*ask.pos_side {
        "" | "net" => PositionSide::Net,
        "long" => PositionSide::Long,
        "short" => PositionSide::Short,
        _ => return Err(Refusal::parameter("posSide")),
    };
    let position = desk.world.exchange.position(desk.account, no, position_side);
    let position = position.filter(|position| position.lots.0 != 0).ok_or(Refusal::of(51023))?;
    if ask.auto_cxl.flag("autoCxl")? {
        cancel_closing(desk, no);
    }
    let side = if Lots::ZERO < position.lots { Side::Sell } else { Side::Buy };
    let order = PlaceOrder {
        client_id: ClientId::new(client).map_err(|_| Refusal::parameter("clOrdId"))?,
        qty: OrderQty::Lots(position.lots.abs()),
        reduce_only: position_side == PositionSide::Net,
        position_side,
        stp: StpMode::CancelMaker,
        margin: Some(position.margin),
        ..PlaceOrder::market(no, side, position.lots.abs())
    };
    desk.world
        .apply(desk.account, &Command::Place(order))
        .map_err(|refusal| refused(desk, no, Asked::Place(&order), refusal))?;
    Ok(rows([desk.listed(no)], |out, listed| {
        let mut row = Object::begin(out);
        row.put("instId", listed.inst_id())
            .put("posSide", if ask.pos_side.is_empty() { "net" } else { &ask.pos_side })
            .text("clOrdId", &ask.cl_ord_id)
            .text("tag", &ask.tag);
        row.end();
    }))
}

/// Takes back the orders that would close the position too.
fn cancel_closing(desk: &mut Desk<'_, '_>, no: InstrumentNo) {
    let open = desk.world.exchange.open_orders(desk.account, Some(no));
    for order in open.iter().filter(|order| order.reduce_only) {
        // An order that has just closed by itself is as good as cancelled.
        let _ = desk.world.apply(desk.account, &Command::Cancel(OrderRef::Id(order.id)));
    }
}
