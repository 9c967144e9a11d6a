//! Taking an order back, and finding the one that is meant.

use aurora_matching::exchange::{ClientId, Command, OrderId, OrderRef, OrderStatus};
use aurora_model::InstrumentNo;

use super::refused::{Asked, refused};
use crate::okx::ask::{Cancel, Text, client_id};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;

/// Cancels the order; its id.
pub(crate) fn cancel(desk: &mut Desk<'_, '_>, ask: &Cancel<'_>) -> Answer<OrderId> {
    let no = desk.instrument(&ask.inst_id, &ask.inst_id_code)?;
    let id = find(desk, no, &ask.ord_id, &ask.cl_ord_id, 51400)?;
    match desk.world.apply(desk.account, &Command::Cancel(OrderRef::Id(id))) {
        Ok(_) => Ok(id),
        Err(refusal) => Err(refused(desk, no, Asked::Cancel, refusal)),
    }
}

/// The order a request names, the venue's id before the client's; `absent` when there is none in that instrument.
pub(crate) fn find(
    desk: &Desk<'_, '_>,
    no: InstrumentNo,
    ord_id: &Text<'_>,
    cl_ord_id: &Text<'_>,
    absent: u32,
) -> Answer<OrderId> {
    let order = reference(ord_id, cl_ord_id)?;
    let found = desk.world.exchange.order(desk.account, order);
    let meant = found.filter(|order| order.instrument == no && order.status != OrderStatus::Parked);
    meant.map(|order| order.id).ok_or(Refusal::of(absent))
}

/// What two texts name an order by.
pub(crate) fn reference(ord_id: &Text<'_>, cl_ord_id: &Text<'_>) -> Answer<OrderRef> {
    if let Some(id) = ord_id.given() {
        let id = id.parse().map_err(|_| Refusal::parameter("ordId"))?;
        return Ok(OrderRef::Id(OrderId(id)));
    }
    let client = client_id(cl_ord_id, "clOrdId")?.ok_or(Refusal::of(51003))?;
    ClientId::new(client).map(OrderRef::Client).map_err(|_| Refusal::parameter("clOrdId"))
}
