//! Conditional orders: `trigger`, `conditional` (one of take-profit and stop-loss) and `oco` (both, one cancels the other).
//!
//! Each is one or two parked orders of the exchange; its id is the first one's. Trailing, iceberg and TWAP orders are
//! refused.

use aurora_matching::exchange::{
    AccountNo, ClientId, Command, EventKind, ExchangeEvent, Life, OrderCause, OrderId, OrderKind,
    OrderQty, OrderRef, OrderSnapshot, OrderStatus, Outcome, PlaceOrder, PositionSide, StpMode,
    Trigger, TriggerBy, TriggerWhen,
};
use aurora_model::{InstrumentNo, Lots, Side, Ticks};
use serde_json::value::RawValue;

use super::ask::{self, CancelAlgo, PlaceAlgo, Text, client_id};
use super::code::{Answer, Refusal};
use super::desk::{Desk, Memory};
use super::json::{Object, array};
use super::listed::Listed;
use super::rest::Wanted;
use super::row::order::{Extra, pos_side, side, td_mode};
use super::trade::{Asked, read_mode, refused};
use crate::dialect::World;
use crate::request::Request;

/// What the venue remembers of a conditional order.
#[derive(Clone, Debug)]
pub(crate) struct Algo {
    account: AccountNo,
    kind: Kind,
    client_id: String,
    tag: String,
    /// The other half of an `oco`.
    twin: Option<OrderId>,
    /// The order as it was when it last changed.
    shown: OrderSnapshot,
    /// The other half as it was.
    twin_shown: Option<OrderSnapshot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Trigger,
    Conditional,
    Oco,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Trigger => "trigger",
            Kind::Conditional => "conditional",
            Kind::Oco => "oco",
        }
    }
}

/// One leg: what sets it off and the price it is placed at; `None` is at market.
struct Leg {
    at: Ticks,
    by: TriggerBy,
    price: Option<Ticks>,
    is_take_profit: Option<bool>,
}

/// Places a conditional order.
pub(super) fn place(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let ask: PlaceAlgo<'_> = ask::body(body)?;
    let no = desk.instrument(&ask.inst_id, &Text::default())?;
    let client = if ask.algo_cl_ord_id.is_empty() { &ask.cl_ord_id } else { &ask.algo_cl_ord_id };
    let client = client_id(client, "algoClOrdId")?.unwrap_or_default().to_owned();
    let taken = |algo: &Algo| algo.account == desk.account && algo.client_id == client;
    if !client.is_empty() && desk.memory.algos.values().any(taken) {
        return failed(desk, &client, &Refusal::of(51065));
    }
    match place_legs(desk, no, &ask, &client) {
        Ok(id) => Ok(ack(&client, Some(id), &ask.tag, None)),
        Err(refusal) => failed(desk, &client, &refusal),
    }
}

/// A refusal in the item: the envelope's code is the item's.
fn failed(_: &Desk<'_, '_>, _: &str, refusal: &Refusal) -> Answer<String> {
    Err(refusal.clone())
}

fn ack(client: &str, id: Option<OrderId>, tag: &str, refusal: Option<&Refusal>) -> String {
    let mut out = String::from("[");
    let mut row = Object::begin(&mut out);
    row.maybe("algoId", id.map(|id| id.0))
        .text("algoClOrdId", client)
        .put("clOrdId", "")
        .text("tag", tag)
        .put("sCode", refusal.map_or(0, |refusal| refusal.code))
        .text("sMsg", refusal.map_or("", |refusal| &refusal.text));
    row.end();
    out.push(']');
    out
}

fn place_legs(
    desk: &mut Desk<'_, '_>,
    no: InstrumentNo,
    ask: &PlaceAlgo<'_>,
    client: &str,
) -> Answer<OrderId> {
    let mode = desk.world.exchange.position_mode(desk.account);
    let listed = desk.listed(no);
    let (side, margin, position_side) =
        read_mode(listed, mode, &ask.td_mode, &ask.side, &ask.pos_side)?;
    let (kind, legs) = legs(listed, ask)?;
    let whole = ask.close_fraction.given();
    if whole.is_some_and(|part| part.parse() != Ok(rust_decimal::Decimal::ONE)) {
        return Err(Refusal::parameter("closeFraction"));
    }
    let qty = match whole {
        Some(_) => OrderQty::ClosePosition,
        None => OrderQty::Lots(listed.lots(ask.sz.above_zero("sz")?).ok_or(Refusal::of(51121))?),
    };
    let reduce_only = ask.reduce_only.flag("reduceOnly")?
        && position_side == PositionSide::Net
        && !listed.is_spot();
    let last = desk.world.exchange.last_trade(no).map(|trade| trade.price);
    let order = |leg: &Leg| PlaceOrder {
        instrument: no,
        client_id: ClientId::EMPTY,
        side,
        kind: leg.price.map_or(OrderKind::Market, OrderKind::Limit),
        qty,
        life: Life::Gtc,
        reduce_only: reduce_only || whole.is_some(),
        position_side,
        stp: StpMode::CancelMaker,
        trigger: Some(Trigger {
            price: leg.at,
            by: leg.by,
            when: when(leg, side, last),
            close_on_trigger: false,
            is_take_profit: leg.is_take_profit.unwrap_or(false),
        }),
        margin: (!listed.is_spot()).then_some(margin),
    };
    let orders: Vec<PlaceOrder> = legs.iter().map(order).collect();
    let mut placed: Vec<OrderSnapshot> = Vec::new();
    for order in orders {
        match desk.world.apply(desk.account, &Command::Place(order)) {
            Ok(Outcome::Order(snapshot)) => placed.push(snapshot),
            Ok(_) => return Err(Refusal::of(50026)),
            Err(refusal) => {
                for leg in &placed {
                    let _ = desk.world.apply(desk.account, &Command::Cancel(OrderRef::Id(leg.id)));
                }
                return Err(refused(desk, no, Asked::Place(&order), refusal));
            }
        }
    }
    let (first, second) = (placed[0], placed.get(1).copied());
    for leg in &placed {
        let extra = Extra {
            tag: ask.tag.to_string(),
            algo_client_id: client.to_owned(),
            algo_id: Some(first.id.0),
            ..Extra::default()
        };
        desk.memory.keep(leg.id, extra);
    }
    let algo = Algo {
        account: desk.account,
        kind,
        client_id: client.to_owned(),
        tag: ask.tag.to_string(),
        twin: second.map(|order| order.id),
        shown: first,
        twin_shown: second,
    };
    desk.memory.algos.insert(first.id, algo);
    Ok(first.id)
}

/// The legs of the order types that are known here.
fn legs(listed: Listed<'_>, ask: &PlaceAlgo<'_>) -> Answer<(Kind, Vec<Leg>)> {
    let price = |text: &Text<'_>, name: &str| {
        listed.ticks(text.above_zero(name)?).ok_or_else(|| Refusal::parameter(name))
    };
    let limit = |text: &Text<'_>, name: &str| match &**text {
        "-1" => Ok(None),
        _ => price(text, name).map(Some),
    };
    let by = |text: &Text<'_>, name: &str| match &**text {
        "" | "last" => Ok(TriggerBy::Last),
        "mark" => Ok(TriggerBy::Mark),
        "index" => Ok(TriggerBy::Index),
        _ => Err(Refusal::parameter(name)),
    };
    let take_profit = || {
        Ok(Leg {
            at: price(&ask.tp_trigger_px, "tpTriggerPx")?,
            by: by(&ask.tp_trigger_px_type, "tpTriggerPxType")?,
            price: limit(&ask.tp_ord_px, "tpOrdPx")?,
            is_take_profit: Some(true),
        })
    };
    let stop_loss = || {
        Ok(Leg {
            at: price(&ask.sl_trigger_px, "slTriggerPx")?,
            by: by(&ask.sl_trigger_px_type, "slTriggerPxType")?,
            price: limit(&ask.sl_ord_px, "slOrdPx")?,
            is_take_profit: Some(false),
        })
    };
    Ok(match &*ask.ord_type {
        "trigger" => {
            let leg = Leg {
                at: price(&ask.trigger_px, "triggerPx")?,
                by: by(&ask.trigger_px_type, "triggerPxType")?,
                price: limit(&ask.order_px, "orderPx")?,
                is_take_profit: None,
            };
            (Kind::Trigger, vec![leg])
        }
        "conditional" => match (ask.tp_trigger_px.given(), ask.sl_trigger_px.given()) {
            (Some(_), Some(_)) => (Kind::Oco, vec![take_profit()?, stop_loss()?]),
            (Some(_), None) => (Kind::Conditional, vec![take_profit()?]),
            (None, Some(_)) => (Kind::Conditional, vec![stop_loss()?]),
            (None, None) => return Err(Refusal::missing("slTriggerPx")),
        },
        "oco" => (Kind::Oco, vec![take_profit()?, stop_loss()?]),
        "" => return Err(Refusal::missing("ordType")),
        _ => return Err(Refusal::parameter("ordType")),
    })
}

/// From which side the trigger is reached: by its purpose, or by where the price is now.
fn when(leg: &Leg, side: Side, last: Option<Ticks>) -> TriggerWhen {
    let rises = match leg.is_take_profit {
        Some(is_take_profit) => is_take_profit == (side == Side::Sell),
        None => last.is_none_or(|last| last <= leg.at),
    };
    if rises { TriggerWhen::Rises } else { TriggerWhen::Falls }
}

/// Cancels conditional orders.
pub(super) fn cancel(desk: &mut Desk<'_, '_>, body: &[u8]) -> Answer<String> {
    let items: Vec<&RawValue> = ask::body(body)?;
    let mut done: Vec<(String, Answer<OrderId>)> = Vec::new();
    for item in items {
        let one: CancelAlgo<'_> =
            serde_json::from_str(item.get()).map_err(|_| Refusal::of(50002))?;
        let known = find(desk, &one.algo_id, &one.algo_cl_ord_id);
        done.push((one.algo_id.to_string(), known.and_then(|id| cancel_one(desk, id))));
    }
    if let [(_, Err(refusal))] = &*done {
        return Err(refusal.clone());
    }
    let mut out = String::new();
    array(&mut out, &done, |out, (id, result)| {
        let mut row = Object::begin(out);
        row.text("algoId", id)
            .put("algoClOrdId", "")
            .put("clOrdId", "")
            .put("tag", "")
            .put("sCode", result.as_ref().err().map_or(0, |refusal| refusal.code))
            .text("sMsg", result.as_ref().err().map_or("", |refusal| &refusal.text));
        row.end();
    });
    Ok(out)
}

fn find(desk: &Desk<'_, '_>, algo_id: &str, client: &str) -> Answer<OrderId> {
    let mine = |algo: &&Algo| algo.account == desk.account;
    let found = match algo_id.parse() {
        Ok(id) => desk.memory.algos.get(&OrderId(id)).filter(mine),
        Err(_) if client.is_empty() => return Err(Refusal::of(51407)),
        Err(_) => desk.memory.algos.values().filter(mine).rfind(|algo| algo.client_id == client),
    };
    found.map(|algo| algo.shown.id).ok_or(Refusal::of(51400))
}

fn cancel_one(desk: &mut Desk<'_, '_>, id: OrderId) -> Answer<OrderId> {
    let twin = desk.memory.algos.get(&id).and_then(|algo| algo.twin);
    let parked = desk.world.exchange.order(desk.account, OrderRef::Id(id));
    if parked.is_none_or(|order| order.status != OrderStatus::Parked) {
        return Err(Refusal::of(51400));
    }
    for leg in [Some(id), twin].into_iter().flatten() {
        let _ = desk.world.apply(desk.account, &Command::Cancel(OrderRef::Id(leg)));
    }
    Ok(id)
}

/// One conditional order by either id.
pub(super) fn one(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
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
pub(super) fn pending(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    list(desk, request, |algo| algo.state() == "live")
}

/// Conditional orders that wait no more.
pub(super) fn history(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
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

impl Algo {
    /// Whose it is.
    pub(crate) fn account(&self) -> AccountNo {
        self.account
    }

    /// In which instrument.
    pub(crate) fn instrument(&self) -> InstrumentNo {
        self.shown.instrument
    }

    /// The leg that went off, or the first.
    fn acting(&self) -> &OrderSnapshot {
        let fired = self.twin_shown.as_ref().filter(|twin| twin.triggered_at.is_some());
        fired.unwrap_or(&self.shown)
    }

    fn state(&self) -> &'static str {
        let acting = self.acting();
        match acting.status {
            _ if acting.triggered_at.is_some() => "effective",
            OrderStatus::Parked => "live",
            _ => "canceled",
        }
    }
}

/// Takes an event of a leg to the conditional order it belongs to; its id when it changed.
pub(crate) fn note(memory: &mut Memory, event: &ExchangeEvent) -> Option<OrderId> {
    let EventKind::Order(order) = &event.kind else { return None };
    order.trigger?;
    let id = memory.extras.get(&order.id)?.algo_id.map(OrderId)?;
    let algo = memory.algos.get_mut(&id)?;
    if algo.twin == Some(order.id) {
        algo.twin_shown = Some(*order);
    } else {
        algo.shown = *order;
    }
    let is_news =
        matches!(order.cause, OrderCause::Parked | OrderCause::Triggered | OrderCause::Amended)
            || (matches!(order.cause, OrderCause::Closed(_)) && order.triggered_at.is_none());
    is_news.then_some(id)
}

/// One leg of an `oco` went off or was closed: the other goes. Done outside of event handling.
pub(crate) fn cancel_twins(memory: &Memory, world: &mut World<'_>) {
    let lonely = memory.algos.values().rev().take(500).filter_map(|algo| {
        let (first, second) = (&algo.shown, algo.twin_shown.as_ref()?);
        match (first.status == OrderStatus::Parked, second.status == OrderStatus::Parked) {
            (true, false) => Some((algo.account, first.id)),
            (false, true) => Some((algo.account, second.id)),
            _ => None,
        }
    });
    for (account, order) in lonely.collect::<Vec<_>>() {
        let _ = world.apply(account, &Command::Cancel(OrderRef::Id(order)));
    }
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
