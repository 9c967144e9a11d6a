//! Changing price or size of an order that keeps its id.

use aurora_matching::exchange::{AmendOrder, Command, OrderId, OrderRef};

use super::cancel::find;
use super::refused::{Asked, refused};
use crate::okx::ask::{Amend, client_id};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;

/// Changes the order; its id.
pub(crate) fn amend(desk: &mut Desk<'_, '_>, ask: &Amend<'_>) -> Answer<OrderId> {
    let no = desk.instrument(&ask.inst_id, &ask.inst_id_code)?;
    let request = client_id(&ask.req_id, "reqId")?.unwrap_or_default();
    if ask.new_px.is_empty() && ask.new_sz.is_empty() {
        return Err(Refusal::of(51500));
    }
    let cancel_on_refusal = ask.cxl_on_fail.flag("cxlOnFail")?;
    let id = find(desk, no, &ask.ord_id, &ask.cl_ord_id, 51503)?;
    let listed = desk.listed(no);
    let price = match ask.new_px.given() {
        None => None,
        Some(_) => {
            let ticks = listed.ticks(ask.new_px.above_zero("newPx")?);
            Some(ticks.ok_or_else(|| Refusal::parameter("newPx"))?)
        }
    };
    let qty = match ask.new_sz.given() {
        None => None,
        Some(_) => Some(listed.lots(ask.new_sz.above_zero("newSz")?).ok_or(Refusal::of(51121))?),
    };
    let change =
        AmendOrder { order: OrderRef::Id(id), price, qty, trigger_price: None, cancel_on_refusal };
    match desk.world.apply(desk.account, &Command::Amend(change)) {
        Ok(_) => {
            desk.memory.amends.insert(id, request.to_owned());
            Ok(id)
        }
        Err(refusal) => Err(refused(desk, no, Asked::Amend, refusal)),
    }
}
