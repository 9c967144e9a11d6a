//! Asking about orders and fills.

use aurora_matching::exchange::{ExchangeFill, OrderId, OrderSnapshot, OrderStatus};
use aurora_model::Nanos;

use super::public::{Page, rows};
use crate::okx::ask::Text;
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;
use crate::okx::row::{fill, order};
use crate::okx::trade::reference;
use crate::request::Request;

/// One order by either id.
pub(super) fn one(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let no = desk.named(&request.param("instId").unwrap_or_default(), "")?;
    let id = |name| Text::from(request.param(name).unwrap_or_default());
    let named = reference(&id("ordId"), &id("clOrdId"))?;
    let found = desk.world.exchange.order(desk.account, named);
    let meant = found.filter(|order| order.instrument == no && order.status != OrderStatus::Parked);
    let order = meant.ok_or(Refusal::of(51603))?;
    Ok(rows([order], |out, order| {
        if let Some(row) = desk.memory.order_row(desk.world, &order) {
            row.write(out);
        }
    }))
}

/// Orders at work, newest first.
pub(super) fn pending(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let open = desk.world.exchange.open_orders(desk.account, None);
    page(
        desk,
        request,
        open.into_iter().filter(|order| order.status != OrderStatus::Parked).collect(),
    )
}

/// Orders that are closed, newest first.
pub(super) fn history(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    if request.param("instType").is_none() {
        return Err(Refusal::missing("instType"));
    }
    let closed = desk.world.exchange.closed_orders(desk.account, None, OrderId(0), usize::MAX);
    page(desk, request, closed)
}

fn page(
    desk: &Desk<'_, '_>,
    request: &Request<'_>,
    mut orders: Vec<OrderSnapshot>,
) -> Answer<String> {
    let page = Page::read(request, 100)?;
    let wanted = Wanted { desk, request };
    let (begin, end) = (wanted.time("begin")?, wanted.time("end")?);
    orders.retain(|order| {
        let at = order.created_at.millis();
        wanted.instrument(order.instrument)
            && wanted.among("ordType", order::ord_type(order, desk.memory.extras.get(&order.id)))
            && wanted.among("state", order::state(order))
            && begin.is_none_or(|begin| begin <= at)
            && end.is_none_or(|end| at <= end)
            && page.holds(i64::try_from(order.id.0).unwrap_or(i64::MAX))
    });
    orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
    Ok(rows(orders.iter().take(page.limit), |out, order| {
        if let Some(row) = desk.memory.order_row(desk.world, order) {
            row.write(out);
        }
    }))
}

/// Fills, newest first; paged by `billId`.
pub(super) fn fills(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let page = Page::read(request, 100)?;
    let wanted = Wanted { desk, request };
    let (begin, end) = (wanted.time("begin")?, wanted.time("end")?);
    let mut fills = desk.world.exchange.fills(desk.account, None, 0, Nanos(0), usize::MAX);
    fills.retain(|fill: &ExchangeFill| {
        let at = fill.at.millis();
        wanted.instrument(fill.instrument)
            && wanted.among("ordId", &fill.order.0.to_string())
            && begin.is_none_or(|begin| begin <= at)
            && end.is_none_or(|end| at <= end)
            && page.holds(i64::try_from(fill.fill_id).unwrap_or(i64::MAX))
    });
    Ok(rows(fills.iter().rev().take(page.limit), |out, one| {
        let tag = desk.memory.extras.get(&one.order).map_or("", |extra| &extra.tag);
        fill::write(out, desk.listed(one.instrument), one, tag);
    }))
}

/// What a query narrows a list to.
pub(crate) struct Wanted<'a, 'b, 'w> {
    pub(crate) desk: &'a Desk<'b, 'w>,
    pub(crate) request: &'a Request<'a>,
}

impl Wanted<'_, '_, '_> {
    /// Whether a parameter is not there, or has the value among its own.
    pub(crate) fn among(&self, name: &str, value: &str) -> bool {
        let asked = self.request.param(name);
        asked.is_none_or(|asked| asked.is_empty() || asked.split(',').any(|one| one == value))
    }

    /// Whether the instrument is meant, by type, id, underlying and family.
    pub(crate) fn instrument(&self, no: aurora_model::InstrumentNo) -> bool {
        let listed = self.desk.listed(no);
        self.among("instType", listed.inst_type())
            && self.among("instId", listed.inst_id())
            && self.among("uly", &listed.family())
            && self.among("instFamily", &listed.family())
    }

    /// A moment in milliseconds.
    pub(crate) fn time(&self, name: &str) -> Answer<Option<i64>> {
        match self.request.param(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| Refusal::parameter(name)),
        }
    }
}
