//! Conditional orders as they are shown: by the algo endpoints, and by the `orders-algo` channel.

use aurora_matching::exchange::{OrderSnapshot, TriggerBy};
use aurora_model::Lots;

use super::{Algo, Kind, find};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;
use crate::okx::json::{Object, array};
use crate::okx::listed::Listed;
use crate::okx::rest::Wanted;
use crate::okx::row::order::{pos_side, side, td_mode};
use crate::request::Request;

/// One conditional order by either id.
pub(in crate::okx) fn one(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let algo_id = request.param("algoId").unwrap_or_default();
    let client = request.param("algoClOrdId").unwrap_or_default();
    let id = find(desk, &algo_id, &client).map_err(|_| Refusal::of(51603))?;
    let mut out = String::new();
    array(&mut out, desk.memory.algos.get(&id), |out, algo| {
        write(out, desk.listed(algo.shown.instrument), algo)
    });
    Ok(out)
}

/// Conditional orders that wait.
pub(in crate::okx) fn pending(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    list(desk, request, |algo| algo.state() == "live")
}

/// Conditional orders that wait no more.
pub(in crate::okx) fn history(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let state = request.param("state").unwrap_or_default();
    list(desk, request, |algo| {
        algo.state() != "live" && (state.is_empty() || algo.state() == state)
    })
}

fn list(
    desk: &Desk<'_, '_>,
    request: &Request<'_>,
    is_wanted: impl Fn(&Algo) -> bool,
) -> Answer<String> {
    if request.param("ordType").is_none_or(|kind| kind.is_empty()) {
        return Err(Refusal::missing("ordType"));
    }
    let wanted = Wanted { desk, request };
    let newest_first = desk.memory.algos.values().rev().filter(|algo| {
        algo.account == desk.account
            && is_wanted(algo)
            && wanted.among("ordType", algo.kind.word())
            && wanted.among("algoId", &algo.shown.id.0.to_string())
            && wanted.instrument(algo.shown.instrument)
    });
    let mut out = String::new();
    array(&mut out, newest_first.take(100), |out, algo| {
        write(out, desk.listed(algo.shown.instrument), algo)
    });
    Ok(out)
}

/// The row of the algo endpoints and of the `orders-algo` channel.
pub(crate) fn write(out: &mut String, listed: Listed<'_>, algo: &Algo) {
    let order = &algo.shown;
    let acting = algo.acting();
    let limit = |order: &OrderSnapshot| {
        order.limit().map_or("-1".to_owned(), |price| listed.price(price).to_string())
    };
    let trigger_of = |is_take_profit: bool| {
        let legs = [Some(order), algo.twin_shown.as_ref()].into_iter().flatten();
        let mut of_kind = legs.filter(|_| algo.kind != Kind::Trigger);
        of_kind
            .find(|leg| leg.trigger.is_some_and(|trigger| trigger.is_take_profit == is_take_profit))
    };
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("algoId", order.id.0)
        .text("algoClOrdId", &algo.client_id)
        .text("tag", &algo.tag)
        .put("clOrdId", "")
        .put("ordType", algo.kind.word())
        .put("side", side(order.side))
        .put(
            "posSide",
            if listed.is_spot() { "net" } else { pos_side(listed, order.position_side) },
        )
        .put("tdMode", td_mode(listed, order.margin))
        .maybe(
            "sz",
            (order.qty != Lots::ZERO || !order.close_position).then(|| listed.size(order.qty)),
        )
        .put("closeFraction", if order.close_position { "1" } else { "" })
        .put("reduceOnly", order.reduce_only)
        .put("state", algo.state());
    let plain = order.trigger.filter(|_| algo.kind == Kind::Trigger);
    row.maybe("triggerPx", plain.map(|trigger| listed.price(trigger.price)))
        .put("triggerPxType", plain.map_or("", |trigger| by(trigger.by)))
        .maybe("ordPx", plain.map(|_| limit(order)));
    for (is_take_profit, [price_key, type_key, limit_key]) in [
        (true, ["tpTriggerPx", "tpTriggerPxType", "tpOrdPx"]),
        (false, ["slTriggerPx", "slTriggerPxType", "slOrdPx"]),
    ] {
        let leg = trigger_of(is_take_profit);
        let trigger = leg.and_then(|leg| leg.trigger);
        row.maybe(price_key, trigger.map(|trigger| listed.price(trigger.price)))
            .put(type_key, trigger.map_or("", |trigger| by(trigger.by)))
            .maybe(limit_key, leg.map(limit));
    }
    let fired = acting.triggered_at;
    row.maybe("ordId", fired.map(|_| acting.id.0))
        .with("ordIdList", |out| {
            array(out, fired, |out, _| *out += &format!("\"{}\"", acting.id.0))
        })
        .maybe("triggerTime", fired.map(|at| at.millis()))
        .maybe("actualSz", fired.map(|_| listed.size(acting.qty)))
        .maybe("actualPx", fired.and(acting.limit()).map(|price| listed.price(price)))
        .put(
            "actualSide",
            match acting.trigger {
                Some(trigger) if fired.is_some() && algo.kind != Kind::Trigger => {
                    if trigger.is_take_profit { "tp" } else { "sl" }
                }
                _ => "",
            },
        )
        .put("cTime", order.created_at.millis())
        .put("uTime", acting.updated_at.millis())
        .put("failCode", "0")
        .put("lever", "")
        .bare("attachAlgoOrds", "[]")
        .bare("linkedOrd", "{\"ordId\":\"\"}")
        .blank(&[
            "amendPxOnTriggerType",
            "callbackRatio",
            "callbackSpread",
            "activePx",
            "moveTriggerPx",
            "ccy",
            "tgtCcy",
            "last",
            "pxVar",
            "pxSpread",
            "pxLimit",
            "szLimit",
            "timeInterval",
            "quickMgnType",
            "isTradeBorrowMode",
            "chaseType",
            "chaseVal",
            "maxChaseType",
            "maxChaseVal",
            "tradeQuoteCcy",
        ]);
    row.end();
}

fn by(price: TriggerBy) -> &'static str {
    match price {
        TriggerBy::Last => "last",
        TriggerBy::Mark => "mark",
        TriggerBy::Index => "index",
    }
}
