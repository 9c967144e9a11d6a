//! A new order: the venue's checks, then the exchange's.

use aurora_matching::exchange::{
    ClientId, Command, Life, MarginMode, OrderId, OrderKind, OrderQty, Outcome, PlaceOrder,
    PositionMode, PositionSide, StpMode,
};
use aurora_model::{Notional, Side, Ticks};

use super::refused::{Asked, refused};
use crate::okx::ask::{Place, Text, client_id};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;
use crate::okx::listed::Listed;
use crate::okx::row::order::Extra;

/// Places the order; its id.
pub(crate) fn place(desk: &mut Desk<'_, '_>, ask: &Place<'_>) -> Answer<OrderId> {
    let no = desk.instrument(&ask.inst_id, &ask.inst_id_code)?;
    let mode = desk.world.exchange.position_mode(desk.account);
    let order = read(desk.listed(no), mode, ask)?;
    match desk.world.apply(desk.account, &Command::Place(order)) {
        Ok(Outcome::Order(placed)) => {
            let is_optimal_limit = &*ask.ord_type == "optimal_limit_ioc";
            if is_optimal_limit || !ask.tag.is_empty() {
                let extra =
                    Extra { tag: ask.tag.to_string(), is_optimal_limit, ..Extra::default() };
                desk.memory.keep(placed.id, extra);
            }
            Ok(placed.id)
        }
        Ok(_) => Err(Refusal::of(50026)),
        Err(refusal) => Err(refused(desk, no, Asked::Place(&order), refusal)),
    }
}

/// The order in the exchange's words.
fn read(listed: Listed<'_>, mode: PositionMode, ask: &Place<'_>) -> Answer<PlaceOrder> {
    let client = client_id(&ask.cl_ord_id, "clOrdId")?.unwrap_or_default();
    if 16 < ask.tag.len() || !ask.tag.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Refusal::parameter("tag"));
    }
    // Better no order than one without the stop its owner relies on.
    if ask.attach_algo_ords.0 != 0 {
        return Err(Refusal::parameter("attachAlgoOrds"));
    }
    let (side, margin, position_side) =
        read_mode(listed, mode, &ask.td_mode, &ask.side, &ask.pos_side)?;
    let (is_market, life) = match &*ask.ord_type {
        "limit" => (false, Life::Gtc),
        "post_only" => (false, Life::PostOnly),
        "ioc" => (false, Life::Ioc),
        "fok" => (false, Life::Fok),
        "market" => (true, Life::Ioc),
        "optimal_limit_ioc" if !listed.is_spot() => (true, Life::Ioc),
        "" => return Err(Refusal::missing("ordType")),
        _ => return Err(Refusal::parameter("ordType")),
    };
    let kind =
        if is_market { OrderKind::Market } else { OrderKind::Limit(price(listed, &ask.px)?) };
    let stp = match &*ask.stp_mode {
        "" | "cancel_maker" => StpMode::CancelMaker,
        "cancel_taker" => StpMode::CancelTaker,
        "cancel_both" if life == Life::Fok => return Err(Refusal::of(54036)),
        "cancel_both" => StpMode::CancelBoth,
        _ => return Err(Refusal::parameter("stpMode")),
    };
    Ok(PlaceOrder {
        instrument: listed.no,
        client_id: ClientId::new(client).map_err(|_| Refusal::parameter("clOrdId"))?,
        side,
        kind,
        qty: qty(listed, ask, side, is_market)?,
        life,
        // Hedge mode has no such flag: the position side says it. Spot ignores it.
        reduce_only: ask.reduce_only.flag("reduceOnly")?
            && !listed.is_spot()
            && position_side == PositionSide::Net,
        position_side,
        stp,
        trigger: None,
        margin: (!listed.is_spot()).then_some(margin),
    })
}

/// Way, margin mode and position side, checked against each other.
pub(crate) fn read_mode(
    listed: Listed<'_>,
    mode: PositionMode,
    td_mode: &Text<'_>,
    side: &Text<'_>,
    pos_side: &Text<'_>,
) -> Answer<(Side, MarginMode, PositionSide)> {
    let margin = match (&**td_mode, listed.is_spot()) {
        ("cash", true) | ("cross", false) => MarginMode::Cross,
        ("isolated", false) => MarginMode::Isolated,
        ("", _) => return Err(Refusal::missing("tdMode")),
        _ => return Err(Refusal::parameter("tdMode")),
    };
    let side = match &**side {
        "buy" => Side::Buy,
        "sell" => Side::Sell,
        "" => return Err(Refusal::missing("side")),
        _ => return Err(Refusal::parameter("side")),
    };
    let position_side = match (&**pos_side, mode) {
        ("" | "net", _) if listed.is_spot() => PositionSide::Net,
        ("" | "net", PositionMode::OneWay) => PositionSide::Net,
        ("long", PositionMode::Hedge) => PositionSide::Long,
        ("short", PositionMode::Hedge) => PositionSide::Short,
        _ => return Err(Refusal::parameter("posSide")),
    };
    Ok((side, margin, position_side))
}

/// A limit price on the grid.
fn price(listed: Listed<'_>, px: &Text<'_>) -> Answer<Ticks> {
    if px.is_empty() {
        return Err(Refusal::of(51204));
    }
    listed.ticks(px.above_zero("px")?).ok_or_else(|| Refusal::parameter("px"))
}

/// How much: contracts or base; money for a spot market order that counts in quote, as a buy does unless it says so.
fn qty(listed: Listed<'_>, ask: &Place<'_>, side: Side, is_market: bool) -> Answer<OrderQty> {
    let size = ask.sz.above_zero("sz")?;
    let in_quote = match (&*ask.tgt_ccy, listed.is_spot() && is_market) {
        ("quote_ccy", true) => true,
        ("", true) => side == Side::Buy,
        ("" | "base_ccy" | "quote_ccy", _) => false,
        _ => return Err(Refusal::parameter("tgtCcy")),
    };
    if in_quote {
        return Ok(OrderQty::Quote(Notional::new(size)));
    }
    listed.lots(size).map(OrderQty::Lots).ok_or(Refusal::of(51121))
}
