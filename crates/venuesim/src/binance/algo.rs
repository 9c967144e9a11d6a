//! Orders that wait for a price: placing, cancelling and finding them by algo ids.

use aurora_matching::exchange::{
    CancelWhich, Command, Life, OrderId, OrderRef, OrderSnapshot, PlaceOrder,
};
use aurora_model::{Lots, Side, Ticks};

use super::call::Call;
use super::code::{Answer, ApiError, Attempt};
use super::json::{Object, list};
use super::order;
use super::trade::{gone, own_id};

pub(super) fn place(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let base =
        PlaceOrder { life: Life::Gtc, ..PlaceOrder::limit(no, Side::Buy, Ticks(0), Lots(0)) };
    let intent = order::place_algo(call.params, call.listed(no), base, call.now())?;
    let client_id = own_id(call, intent.client_id);
    let command = Command::Place(PlaceOrder { client_id, ..intent });
    let placed = call.order(&command, Attempt::Place)?;
    Ok(order::algo_json(&placed, call.listed(no)))
}

pub(super) fn cancel(call: &mut Call<'_, '_>) -> Answer {
    let found = find(call)?;
    if !order::is_algo(&found) {
        return Err(gone(Attempt::Cancel));
    }
    call.order(&Command::Cancel(OrderRef::Id(found.id)), Attempt::Cancel)?;
    Ok(Object::new()
        .raw("algoId", found.id.0 + order::ALGO_IDS)
        .text("clientAlgoId", found.client_id.as_str())
        .text("code", "200")
        .text("msg", "success")
        .end())
}

pub(super) fn query(call: &mut Call<'_, '_>) -> Answer {
    let found = find(call)?;
    Ok(order::algo_json(&found, call.listed(found.instrument)))
}

fn find(call: &Call<'_, '_>) -> Result<OrderSnapshot, ApiError> {
    let meant = order::algo_ref(call.params)?;
    let found = call.world.exchange.order(call.account, meant);
    found.filter(|found| found.trigger.is_some()).ok_or_else(|| gone(Attempt::Amend))
}

pub(super) fn open(call: &mut Call<'_, '_>) -> Answer {
    let no = call.params.has("symbol").then(|| call.symbol()).transpose()?;
    let orders = call.world.exchange.open_orders(call.account, no);
    let orders = orders.iter().filter(|order| order::is_algo(order));
    Ok(list(orders.map(|each| order::algo_json(each, call.listed(each.instrument)))))
}

pub(super) fn all(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let exchange = &call.world.exchange;
    let mut orders = exchange.closed_orders(call.account, Some(no), OrderId(0), usize::MAX);
    orders.extend(exchange.open_orders(call.account, Some(no)));
    orders.retain(|order| order.trigger.is_some());
    orders.sort_by_key(|order| order.id);
    Ok(list(orders.iter().map(|each| order::algo_json(each, call.listed(no)))))
}

pub(super) fn cancel_all(call: &mut Call<'_, '_>) -> Answer {
    let instrument = Some(call.symbol()?);
    call.apply(&Command::CancelAll { instrument, which: CancelWhich::Parked }, Attempt::Cancel)?;
    Ok(r#"{"code":200,"msg":"The operation of cancel all open order is done."}"#.to_owned())
}
