//! Bybit v5: parameters in the query, JSON in the body.
//!
//! Its signature covers neither method nor path, so a query must not pass for a body, nor the other way round.

use aurora_authority::Operation;
use aurora_model::{Side, Venue};
use aurora_wire::{Auth, Method, Urgency};
use serde::Deserialize;

use super::{Bytes, Read, SignedPath, Verdict, all, json, number, one_of, reads, terms};
use crate::fault::NotSigned;

const VENUE: Venue = Venue::Bybit;
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
    "category",
    "symbol",
    "side",
    "orderType",
    "qty",
    "price",
    "timeInForce",
    "orderLinkId",
    "positionIdx",
    "smpType",
    "triggerPrice",
    "triggerDirection",
    "triggerBy",
    "reduceOnly",
    "closeOnTrigger",
    "request",
];
const AMEND: &[&str] = &["category", "symbol", "orderLinkId", "qty", "price", "request"];
const CANCEL: &[&str] = &["category", "symbol", "orderLinkId", "request"];
const ORDERS: &[&str] =
    &["category", "symbol", "settleCoin", "orderLinkId", "openOnly", "limit", "cursor"];
const FILLS: &[&str] =
    &["category", "symbol", "orderLinkId", "startTime", "endTime", "limit", "cursor"];

pub(super) const PATHS: &[SignedPath] = &[
    post("/v5/order/create", Urgency::Place, PLACE, place),
    post("/v5/order/create-batch", Urgency::Place, PLACE, place_many),
    post("/v5/order/amend", Urgency::Amend, AMEND, amend),
    post("/v5/order/amend-batch", Urgency::Amend, AMEND, amend_many),
    post("/v5/order/cancel", Urgency::Cancel, CANCEL, cancel),
    post("/v5/order/cancel-batch", Urgency::Cancel, CANCEL, cancel_many),
    post(
        "/v5/order/cancel-all",
        Urgency::Cancel,
        &["category", "symbol", "settleCoin"],
        cancel_all,
    ),
    post(
        "/v5/order/disconnected-cancel-all",
        Urgency::Cancel,
        &["product", "timeWindow"],
        dead_man,
    ),
    post(
        "/v5/position/set-leverage",
        Urgency::Read,
        &["category", "symbol", "buyLeverage", "sellLeverage"],
        leverage,
    ),
    post("/v5/position/switch-mode", Urgency::Read, &["category", "coin", "mode"], switch_mode),
    post("/v5/account/set-margin-mode", Urgency::Read, &["setMarginMode"], margin_mode),
    get("/v5/order/realtime", Urgency::Resolve, ORDERS),
    get("/v5/order/history", Urgency::Resolve, ORDERS),
    get("/v5/execution/list", Urgency::Resolve, FILLS),
    get("/v5/execution/list", Urgency::Read, FILLS),
    get(
        "/v5/position/list",
        Urgency::Read,
        &["category", "symbol", "settleCoin", "limit", "cursor"],
    ),
    get("/v5/account/wallet-balance", Urgency::Read, &["accountType"]),
    get(
        "/v5/account/transaction-log",
        Urgency::Read,
        &["accountType", "type", "startTime", "endTime", "limit", "cursor"],
    ),
    get("/v5/account/info", Urgency::Read, &[]),
    get("/v5/account/fee-rate", Urgency::Read, &["category", "symbol"]),
    get("/v5/user/query-api", Urgency::Read, &[]),
    get("/v5/account/query-dcp-info", Urgency::Read, &[]),
];

fn linear(category: &str) -> Result<(), NotSigned> {
    one_of("category", category, &["linear"])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch<'a, T> {
    category: &'a str,
    request: Vec<T>,
}

fn list<'a, T: Deserialize<'a>>(bytes: &Bytes<'a>) -> Result<Vec<T>, NotSigned> {
    let batch: Batch<'a, T> = json(bytes)?;
    linear(batch.category)?;
    let fits = (1..=BATCH).contains(&batch.request.len());
    if fits { Ok(batch.request) } else { Err(NotSigned::unreadable("request")) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct Order<'a> {
    category: Option<&'a str>,
    symbol: &'a str,
    side: &'a str,
    orderType: &'a str,
    qty: &'a str,
    price: Option<&'a str>,
    timeInForce: Option<&'a str>,
    orderLinkId: Option<&'a str>,
    positionIdx: u8,
    smpType: Option<&'a str>,
    triggerPrice: Option<&'a str>,
    triggerDirection: Option<u8>,
    triggerBy: Option<&'a str>,
    #[serde(default)]
    reduceOnly: bool,
    #[serde(default)]
    closeOnTrigger: bool,
}

impl<'a> Order<'a> {
    fn operation(&self, bytes: &Bytes<'_>) -> Result<Operation<'a>, NotSigned> {
        one_of("orderType", self.orderType, &["Limit", "Market"])?;
        one_of(
            "timeInForce",
            self.timeInForce.unwrap_or("GTC"),
            &["GTC", "IOC", "FOK", "PostOnly"],
        )?;
        one_of("smpType", self.smpType.unwrap_or("None"), SMP)?;
        one_of("triggerBy", self.triggerBy.unwrap_or("LastPrice"), &["LastPrice", "MarkPrice"])?;
        if 2 < self.positionIdx || self.triggerDirection.is_some_and(|way| !(1..=2).contains(&way))
        {
            return Err(NotSigned::unreadable("positionIdx"));
        }
        self.triggerPrice.map(|price| number("triggerPrice", price)).transpose()?;
        let price = match self.orderType {
            "Market" if self.price.is_some() => return Err(NotSigned::unreadable("price")),
            "Market" => None,
            _ => Some(self.price.ok_or_else(|| NotSigned::missing("price"))?),
        };
        let side = match self.side {
            "Buy" => Side::Buy,
            "Sell" => Side::Sell,
            _ => return Err(NotSigned::unreadable("side")),
        };
        let id = self.orderLinkId.unwrap_or_default();
        let terms = terms(VENUE, self.symbol, id, (self.qty, price), bytes.policy)?;
        // Closing on a trigger frees margin for what it places; it is believed only as reduce-only.
        if self.closeOnTrigger && !self.reduceOnly {
            return Err(NotSigned::unreadable("closeOnTrigger"));
        }
        Ok(Operation::Place { terms, side, reduce_only: self.reduceOnly })
    }
}

const SMP: &[&str] = &["None", "CancelMaker", "CancelTaker", "CancelBoth"];

fn place(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let order: Order<'_> = json(bytes)?;
    linear(order.category.unwrap_or_default())?;
    Ok(verdict(&[order.operation(bytes)?])?)
}

fn place_many(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let orders = list::<Order<'_>>(bytes)?;
    if orders.iter().any(|order| order.category.is_some()) {
        return Err(NotSigned::unreadable("category"));
    }
    all(orders.iter().map(|order| order.operation(bytes)), verdict)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct NewTerms<'a> {
    category: Option<&'a str>,
    symbol: &'a str,
    orderLinkId: &'a str,
    qty: &'a str,
    price: &'a str,
}

impl<'a> NewTerms<'a> {
    fn operation(&self, bytes: &Bytes<'_>) -> Result<Operation<'a>, NotSigned> {
        let size = (self.qty, Some(self.price));
        Ok(Operation::Amend(terms(VENUE, self.symbol, self.orderLinkId, size, bytes.policy)?))
    }
}

fn amend(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let order: NewTerms<'_> = json(bytes)?;
    linear(order.category.unwrap_or_default())?;
    Ok(verdict(&[order.operation(bytes)?])?)
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
    category: Option<&'a str>,
    symbol: &'a str,
    orderLinkId: &'a str,
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
struct AllGone<'a> {
    category: &'a str,
    symbol: Option<&'a str>,
    settleCoin: Option<&'a str>,
}

fn cancel_all(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    linear(json::<AllGone<'_>>(bytes)?.category)?;
    Ok(verdict(&[Operation::CancelAll(VENUE)])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct DeadMan<'a> {
    product: &'a str,
    timeWindow: u16,
}

/// There is no way to disarm it but a long window; the venue takes three seconds to five minutes.
fn dead_man(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let switch: DeadMan<'_> = json(bytes)?;
    one_of("product", switch.product, &["DERIVATIVES"])?;
    let is_armed = (3..=300).contains(&switch.timeWindow);
    Ok(verdict(&[Operation::DeadMan { venue: VENUE, is_armed }])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
#[expect(dead_code, reason = "only that nothing else is there matters")]
struct Leverage<'a> {
    category: &'a str,
    symbol: &'a str,
    buyLeverage: &'a str,
    sellLeverage: &'a str,
}

fn leverage(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    linear(json::<Leverage<'_>>(bytes)?.category)?;
    Ok(verdict(&[Operation::Setting(VENUE)])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only that nothing else is there matters")]
struct SwitchMode<'a> {
    category: &'a str,
    coin: &'a str,
    mode: u8,
}

fn switch_mode(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    linear(json::<SwitchMode<'_>>(bytes)?.category)?;
    Ok(verdict(&[Operation::Setting(VENUE)])?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct MarginMode<'a> {
    setMarginMode: &'a str,
}

fn margin_mode(_: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let mode = json::<MarginMode<'_>>(bytes)?.setMarginMode;
    one_of("setMarginMode", mode, &["REGULAR_MARGIN", "ISOLATED_MARGIN"])?;
    Ok(verdict(&[Operation::Setting(VENUE)])?)
}
