//! Conditional orders: `trigger`, `conditional` (one of take-profit and stop-loss) and `oco` (both, one cancels the other).
//!
//! Each is one or two parked orders of the exchange; its id is the first one's. Trailing, iceberg and TWAP orders are
//! refused.

mod show;

use aurora_matching::exchange::{
    AccountNo, ClientId, Command, EventKind, ExchangeEvent, Life, OrderCause, OrderId, OrderKind,
    OrderQty, OrderRef, OrderSnapshot, OrderStatus, Outcome, PlaceOrder, PositionSide, StpMode,
    Trigger, TriggerBy, TriggerWhen,
};
use aurora_model::{InstrumentNo, Side, Ticks};
use serde_json::value::RawValue;

use super::ask::{self, CancelAlgo, PlaceAlgo, Text, client_id};
use super::code::{Answer, Refusal};
use super::desk::{Desk, Memory};
use super::json::{Object, array};
use super::listed::Listed;
use super::row::order::Extra;
use super::trade::{Asked, read_mode, refused};
use crate::dialect::World;
pub(crate) use show::write;
pub(super) use show::{history, one, pending};

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
