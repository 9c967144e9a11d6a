//! OKX v5: parameters in the query, JSON in the body.

use aurora_authority::Operation;
use aurora_model::{Side, Venue};
use aurora_wire::{Auth, Method, Urgency};
use serde::Deserialize;

use super::{Bytes, Read, SignedPath, Verdict, all, json, number, one_of, reads, terms};
use crate::fault::NotSigned;

const VENUE: Venue = Venue::Okx;
/// The most orders in a batch.
const BATCH: usize = 20;

const fn row(
    method: Method,
    path: &'static str,
    urgency: Urgency,
    names: &'static [&'static str],
    read: Read,
) -> SignedPath {
    SignedPath { venue: VENUE, method, path, auth: Auth::Signed, urgency, names, read }
}

const fn get(path: &'static str, urgency: Urgency, names: &'static [&'static str]) -> SignedPath {
    row(Method::Get, path, urgency, names, reads)
}

const fn post(
    path: &'static str,
    urgency: Urgency,
    names: &'static [&'static str],
    read: Read,
) -> SignedPath {
    row(Method::Post, path, urgency, names, read)
}

/// Names of a body are those of the struct it is read into; they stand here as well, so that all can be looked through.
const PLACE: &[&str] = &[
    "instId",
    "tdMode",
    "side",
    "posSide",
    "ordType",
    "sz",
    "px",
    "clOrdId",
    "reduceOnly",
    "tgtCcy",
    "stpMode",
];
const TRIGGER: &[&str] = &[
    "instId",
    "tdMode",
    "side",
    "posSide",
    "ordType",
    "closeFraction",
    "algoClOrdId",
    "slTriggerPx",
    "slTriggerPxType",
    "slOrdPx",
    "sz",
    "triggerPx",
    "triggerPxType",
    "orderPx",
    "reduceOnly",
];
const AMEND: &[&str] = &["instId", "clOrdId", "newSz", "newPx"];
const CANCEL: &[&str] = &["instId", "clOrdId", "ordId"];

pub(super) const PATHS: &[SignedPath] = &[
    post("/api/v5/trade/order", Urgency::Place, PLACE, place),
    post("/api/v5/trade/batch-orders", Urgency::Place, PLACE, place_many),
    post("/api/v5/trade/amend-order", Urgency::Amend, AMEND, amend),
    post("/api/v5/trade/amend-batch-orders", Urgency::Amend, AMEND, amend_many),
    post("/api/v5/trade/cancel-order", Urgency::Cancel, CANCEL, cancel),
    post("/api/v5/trade/cancel-batch-orders", Urgency::Cancel, CANCEL, cancel_many),
    post("/api/v5/trade/order-algo", Urgency::Place, TRIGGER, trigger),
    post(
        "/api/v5/trade/cancel-algos",
        Urgency::Cancel,
        &["instId", "algoClOrdId", "algoId"],
        cancel_triggers,
    ),
    post("/api/v5/trade/cancel-all-after", Urgency::Cancel, &["timeOut"], dead_man),
    post("/api/v5/account/set-leverage", Urgency::Read, &["instId", "lever", "mgnMode"], leverage),
    post("/api/v5/account/set-position-mode", Urgency::Read, &["posMode"], position_mode),
    get("/api/v5/account/config", Urgency::Read, &[]),
    get("/api/v5/account/balance", Urgency::Read, &[]),
    get("/api/v5/account/bills", Urgency::Read, &["type", "begin", "after", "limit"]),
    get("/api/v5/account/positions", Urgency::Read, &[]),
    get("/api/v5/account/trade-fee", Urgency::Read, &["instType"]),
    get("/api/v5/trade/order", Urgency::Resolve, &["instId", "clOrdId", "ordId"]),
    get("/api/v5/trade/orders-pending", Urgency::Resolve, &["instId", "after", "limit"]),
    get(
        "/api/v5/trade/orders-history",
        Urgency::Resolve,
        &["instType", "instId", "after", "limit"],
    ),
    get("/api/v5/trade/orders-history-archive", Urgency::Read, &["instType", "after", "limit"]),
    get("/api/v5/trade/fills", Urgency::Resolve, &["begin", "after", "limit", "instId", "ordId"]),
    get(
        "/api/v5/trade/fills-history",
        Urgency::Read,
        &["begin", "after", "limit", "instId", "ordId", "instType"],
    ),
    get("/api/v5/trade/orders-algo-pending", Urgency::Resolve, &["ordType", "limit"]),
];

fn list<'a, T: Deserialize<'a>>(bytes: &Bytes<'a>) -> Result<Vec<T>, NotSigned> {
    let items: Vec<T> = json(bytes)?;
    let fits = (1..=BATCH).contains(&items.len());
    if fits { Ok(items) } else { Err(NotSigned::unreadable("the batch")) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct Order<'a> {
    instId: &'a str,
    tdMode: &'a str,
    side: &'a str,
    posSide: Option<&'a str>,
    ordType: &'a str,
    sz: &'a str,
    px: Option<&'a str>,
    clOrdId: Option<&'a str>,
    #[serde(default)]
    reduceOnly: bool,
    tgtCcy: Option<&'a str>,
    stpMode: Option<&'a str>,
}

impl<'a> Order<'a> {
    fn operation(&self, bytes: &Bytes<'_>) -> Result<Operation<'a>, NotSigned> {
        one_of("tdMode", self.tdMode, &["cross", "isolated", "cash"])?;
        one_of("ordType", self.ordType, &["limit", "post_only", "ioc", "fok", "market"])?;
        // In quote a quantity would mean something else.
        one_of("tgtCcy", self.tgtCcy.unwrap_or("base_ccy"), &["base_ccy"])?;
        one_of("stpMode", self.stpMode.unwrap_or("cancel_maker"), STP)?;
        let price = match self.ordType {
            "market" if self.px.is_some() => return Err(NotSigned::unreadable("px")),
            "market" => None,
            _ => Some(self.px.ok_or_else(|| NotSigned::missing("px"))?),
        };
        let (side, id) = (side(self.side)?, self.clOrdId.unwrap_or_default());
        let terms = terms(VENUE, self.instId, id, (self.sz, price), bytes.policy)?;
        spot_market_is_in_base(self.tdMode, self.ordType, self.tgtCcy)?;
        let reduce_only = reduces(side, self.posSide, self.reduceOnly)?;
        Ok(Operation::Place { terms, side, reduce_only })
    }
}

const STP: &[&str] = &["cancel_maker", "cancel_taker", "cancel_both"];

/// A market buy on spot counts in quote unless it says otherwise.
fn spot_market_is_in_base(
    td_mode: &str,
    kind: &str,
    currency: Option<&str>,
) -> Result<(), NotSigned> {
    let fits = td_mode != "cash" || kind != "market" || currency.is_some();
    if fits { Ok(()) } else { Err(NotSigned::missing("tgtCcy")) }
}

fn side(word: &str) -> Result<Side, NotSigned> {
    match word {
        "buy" => Ok(Side::Buy),
        "sell" => Ok(Side::Sell),
        _ => Err(NotSigned::unreadable("side")),
    }
}

/// Selling of a long, or buying back a short, cannot open anything either.
fn reduces(side: Side, position: Option<&str>, flag: bool) -> Result<bool, NotSigned> {
    one_of("posSide", position.unwrap_or("net"), &["net", "long", "short"])?;
    let closes =
        matches!((side, position), (Side::Sell, Some("long")) | (Side::Buy, Some("short")));
    Ok(closes || flag)
}

fn place(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let operation = json::<Order<'_>>(bytes)?.operation(bytes)?;
    Ok(verdict(&[operation])?)
}

fn place_many(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let orders = list::<Order<'_>>(bytes)?;
    all(orders.iter().map(|order| order.operation(bytes)), verdict)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct NewTerms<'a> {
    instId: &'a str,
    clOrdId: &'a str,
    newSz: &'a str,
    newPx: &'a str,
}

impl<'a> NewTerms<'a> {
    fn operation(&self, bytes: &Bytes<'_>) -> Result<Operation<'a>, NotSigned> {
        let size = (self.newSz, Some(self.newPx));
        Ok(Operation::Amend(terms(VENUE, self.instId, self.clOrdId, size, bytes.policy)?))
    }
}

fn amend(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let operation = json::<NewTerms<'_>>(bytes)?.operation(bytes)?;
    Ok(verdict(&[operation])?)
}

fn amend_many(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let orders = list::<NewTerms<'_>>(bytes)?;
    all(orders.iter().map(|order| order.operation(bytes)), verdict)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
#[expect(dead_code, reason = "only that nothing else is there matters")]
struct Gone<'a> {
    instId: &'a str,
    clOrdId: Option<&'a str>,
    ordId: Option<&'a str>,
}

fn cancel(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    json::<Gone<'_>>(bytes)?;
    Ok(verdict(&[Operation::Cancel(VENUE)])?)
}

fn cancel_many(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    list::<Gone<'_>>(bytes)?;
    Ok(verdict(&[Operation::Cancel(VENUE)])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
#[expect(dead_code, reason = "only that nothing else is there matters")]
struct GoneTrigger<'a> {
    instId: &'a str,
    algoClOrdId: Option<&'a str>,
    algoId: Option<&'a str>,
}

fn cancel_triggers(
    _: &SignedPath,
    bytes: &Bytes<'_>,
    verdict: Verdict<'_>,
) -> Result<(), NotSigned> {
    list::<GoneTrigger<'_>>(bytes)?;
    Ok(verdict(&[Operation::Cancel(VENUE)])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct Trigger<'a> {
    instId: &'a str,
    tdMode: &'a str,
    side: &'a str,
    posSide: Option<&'a str>,
    ordType: &'a str,
    closeFraction: Option<&'a str>,
    algoClOrdId: Option<&'a str>,
    slTriggerPx: Option<&'a str>,
    slTriggerPxType: Option<&'a str>,
    slOrdPx: Option<&'a str>,
    sz: Option<&'a str>,
    triggerPx: Option<&'a str>,
    triggerPxType: Option<&'a str>,
    orderPx: Option<&'a str>,
    #[serde(default)]
    reduceOnly: bool,
}

fn trigger(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let order: Trigger<'_> = json(bytes)?;
    one_of("tdMode", order.tdMode, &["cross", "isolated", "cash"])?;
    for watched in [order.slTriggerPxType, order.triggerPxType].into_iter().flatten() {
        one_of("triggerPxType", watched, &["last", "mark", "index"])?;
    }
    let id = order.algoClOrdId.unwrap_or_default();
    match (order.ordType, order.closeFraction, order.sz) {
        ("conditional", Some("1"), None) => {
            number(
                "slTriggerPx",
                order.slTriggerPx.ok_or_else(|| NotSigned::missing("slTriggerPx"))?,
            )?;
            one_of("slOrdPx", order.slOrdPx.unwrap_or_default(), &["-1"])?;
            let close =
                Operation::Close { venue: VENUE, symbol: order.instId, id: id.parse().ok() };
            Ok(verdict(&[close])?)
        }
        ("trigger", None, Some(size)) => {
            number("triggerPx", order.triggerPx.ok_or_else(|| NotSigned::missing("triggerPx"))?)?;
            // Minus one is the market's own price.
            let price = order.orderPx.filter(|price| *price != "-1");
            let side = side(order.side)?;
            let terms = terms(VENUE, order.instId, id, (size, price), bytes.policy)?;
            let reduce_only = reduces(side, order.posSide, order.reduceOnly)?;
            Ok(verdict(&[Operation::Place { terms, side, reduce_only }])?)
        }
        _ => Err(NotSigned::unreadable("ordType")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct DeadMan<'a> {
    timeOut: &'a str,
}

fn dead_man(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let seconds = number("timeOut", json::<DeadMan<'_>>(bytes)?.timeOut)?;
    Ok(verdict(&[Operation::DeadMan { venue: VENUE, is_armed: !seconds.is_zero() }])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
#[expect(dead_code, reason = "only that nothing else is there matters")]
struct Leverage<'a> {
    instId: &'a str,
    lever: &'a str,
    mgnMode: &'a str,
}

fn leverage(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    json::<Leverage<'_>>(bytes)?;
    Ok(verdict(&[Operation::Setting(VENUE)])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
#[expect(dead_code, reason = "only that nothing else is there matters")]
struct PositionMode<'a> {
    posMode: &'a str,
}

fn position_mode(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    json::<PositionMode<'_>>(bytes)?;
    Ok(verdict(&[Operation::Setting(VENUE)])?)
}
