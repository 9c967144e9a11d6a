//! Binance USD-M: parameters in the query or in a form body.

use aurora_authority::Operation;
use aurora_model::{ClientOrderId, Side, Venue};
use aurora_wire::{Auth, Method, Urgency};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Bytes, Read, SignedPath, Verdict, all, number, one_of, terms};
use crate::fault::NotSigned;
use crate::form::{Form, decoded};
use crate::judge::{ORDER_WINDOW, is_order};

const VENUE: Venue = Venue::BinanceUsdm;
/// The longest a signed request that leaves no order may stay good, in milliseconds.
const LONGEST_WINDOW: i64 = 5_000;
/// The most orders in a batch.
const BATCH: usize = 10;

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

const PLACE: &[&str] = &[
    "symbol",
    "side",
    "type",
    "timeInForce",
    "quantity",
    "price",
    "positionSide",
    "reduceOnly",
    "newClientOrderId",
    "newOrderRespType",
    "selfTradePreventionMode",
    "goodTillDate",
    "recvWindow",
];
const ALGO: &[&str] = &[
    "algoType",
    "symbol",
    "side",
    "positionSide",
    "type",
    "timeInForce",
    "price",
    "triggerPrice",
    "workingType",
    "closePosition",
    "quantity",
    "reduceOnly",
    "clientAlgoId",
    "selfTradePreventionMode",
    "goodTillDate",
    "recvWindow",
];
const AMEND: &[&str] = &["symbol", "side", "quantity", "price", "origClientOrderId", "recvWindow"];
const ONE: &[&str] = &["symbol", "orderId", "origClientOrderId", "recvWindow"];
const ALL: &[&str] = &["symbol", "recvWindow"];
const WINDOW: &[&str] = &["recvWindow"];
const SPAN: &[&str] = &["symbol", "fromId", "startTime", "endTime", "limit", "recvWindow"];

pub(super) const PATHS: &[SignedPath] = &[
    row(Method::Post, "/fapi/v1/order", Urgency::Place, PLACE, place),
    row(Method::Put, "/fapi/v1/order", Urgency::Amend, AMEND, amend),
    row(Method::Delete, "/fapi/v1/order", Urgency::Cancel, ONE, cancel),
    get("/fapi/v1/order", Urgency::Resolve, ONE),
    row(
        Method::Post,
        "/fapi/v1/batchOrders",
        Urgency::Place,
        &["batchOrders", "recvWindow"],
        place_many,
    ),
    row(
        Method::Put,
        "/fapi/v1/batchOrders",
        Urgency::Amend,
        &["batchOrders", "recvWindow"],
        amend_many,
    ),
    row(
        Method::Delete,
        "/fapi/v1/batchOrders",
        Urgency::Cancel,
        &["symbol", "origClientOrderIdList", "recvWindow"],
        cancel,
    ),
    row(Method::Delete, "/fapi/v1/allOpenOrders", Urgency::Cancel, ALL, cancel_all),
    row(
        Method::Post,
        "/fapi/v1/countdownCancelAll",
        Urgency::Cancel,
        &["symbol", "countdownTime", "recvWindow"],
        dead_man,
    ),
    row(Method::Post, "/fapi/v1/algoOrder", Urgency::Place, ALGO, place_algo),
    row(
        Method::Delete,
        "/fapi/v1/algoOrder",
        Urgency::Cancel,
        &["clientAlgoId", "recvWindow"],
        cancel,
    ),
    get("/fapi/v1/algoOrder", Urgency::Resolve, &["clientAlgoId", "recvWindow"]),
    row(Method::Delete, "/fapi/v1/algoOpenOrders", Urgency::Cancel, ALL, cancel_all),
    get("/fapi/v1/openAlgoOrders", Urgency::Read, WINDOW),
    get("/fapi/v1/openOrder", Urgency::Resolve, ONE),
    get("/fapi/v1/openOrders", Urgency::Read, ALL),
    get("/fapi/v1/allOrders", Urgency::Resolve, &["symbol", "limit", "recvWindow"]),
    get("/fapi/v1/userTrades", Urgency::Read, SPAN),
    get("/fapi/v3/account", Urgency::Read, WINDOW),
    get("/fapi/v3/balance", Urgency::Read, WINDOW),
    get("/fapi/v1/income", Urgency::Read, &["incomeType", "startTime", "limit", "recvWindow"]),
    get("/fapi/v3/positionRisk", Urgency::Read, WINDOW),
    get("/fapi/v1/commissionRate", Urgency::Read, ALL),
    get("/fapi/v1/positionSide/dual", Urgency::Read, WINDOW),
    row(
        Method::Post,
        "/fapi/v1/positionSide/dual",
        Urgency::Read,
        &["dualSidePosition", "recvWindow"],
        setting,
    ),
    row(
        Method::Post,
        "/fapi/v1/leverage",
        Urgency::Read,
        &["symbol", "leverage", "recvWindow"],
        setting,
    ),
    row(
        Method::Post,
        "/fapi/v1/marginType",
        Urgency::Read,
        &["symbol", "marginType", "recvWindow"],
        setting,
    ),
    SignedPath {
        auth: Auth::Key,
        ..row(Method::Post, "/fapi/v1/listenKey", Urgency::Resolve, &[], session)
    },
    SignedPath {
        auth: Auth::Key,
        ..row(Method::Put, "/fapi/v1/listenKey", Urgency::Resolve, &[], session)
    },
];

/// The parameters, from where the method has them; the other place must be empty.
fn form<'a>(row: &SignedPath, bytes: &Bytes<'a>) -> Result<Form<'a>, NotSigned> {
    let (text, other) = match row.method {
        Method::Get | Method::Delete => (bytes.query, bytes.body),
        Method::Post | Method::Put => (bytes.body, bytes.query),
    };
    if !other.is_empty() {
        return Err(NotSigned::unreadable(other));
    }
    let form = Form::read(text, row.names, &["batchOrders", "origClientOrderIdList"])?;
    // Where none is told the venue's own is longer than an order's may be.
    let (window, longest) = match is_order(row.urgency) {
        true => (Some(form.need("recvWindow")?), ORDER_WINDOW.millis()),
        false => (form.get("recvWindow"), LONGEST_WINDOW),
    };
    if let Some(window) = window {
        let fits = window.parse().is_ok_and(|window: i64| (1..=longest).contains(&window));
        if !fits {
            return Err(NotSigned::unreadable("recvWindow"));
        }
    }
    Ok(form)
}

fn only(verdict: Verdict<'_>, operation: Operation<'_>) -> Result<(), NotSigned> {
    Ok(verdict(&[operation])?)
}

fn reads(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    form(row, bytes)?;
    only(verdict, Operation::Read(VENUE))
}

fn cancel(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    form(row, bytes)?;
    only(verdict, Operation::Cancel(VENUE))
}

fn cancel_all(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    form(row, bytes)?;
    only(verdict, Operation::CancelAll(VENUE))
}

fn session(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    form(row, bytes)?;
    only(verdict, Operation::Session(VENUE))
}

fn setting(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    form(row, bytes)?;
    only(verdict, Operation::Setting(VENUE))
}

fn dead_man(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let form = form(row, bytes)?;
    let is_armed = number("countdownTime", form.need("countdownTime")?)? != Decimal::ZERO;
    only(verdict, Operation::DeadMan { venue: VENUE, is_armed })
}

/// An order as it stands in a form or in a batch: the same names, the same texts.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct Order<'a> {
    #[serde(borrow)]
    symbol: Option<&'a str>,
    side: Option<&'a str>,
    r#type: Option<&'a str>,
    timeInForce: Option<&'a str>,
    quantity: Option<&'a str>,
    price: Option<&'a str>,
    positionSide: Option<&'a str>,
    reduceOnly: Option<&'a str>,
    newClientOrderId: Option<&'a str>,
    newOrderRespType: Option<&'a str>,
    selfTradePreventionMode: Option<&'a str>,
    goodTillDate: Option<&'a str>,
}

impl<'a> Order<'a> {
    fn of_form(form: &Form<'a>) -> Order<'a> {
        Order {
            symbol: form.get("symbol"),
            side: form.get("side"),
            r#type: form.get("type"),
            quantity: form.get("quantity"),
            price: form.get("price"),
            positionSide: form.get("positionSide"),
            reduceOnly: form.get("reduceOnly"),
            newClientOrderId: form.get("newClientOrderId"),
            ..Order::default()
        }
    }

    fn operation(&self, bytes: &Bytes<'_>) -> Result<Operation<'a>, NotSigned> {
        let need = |name, value: Option<&'a str>| value.ok_or_else(|| NotSigned::missing(name));
        let kind = need("type", self.r#type)?;
        one_of("type", kind, &["LIMIT", "MARKET"])?;
        // A price beside MARKET would say nothing about what it pays.
        let price = match kind {
            "LIMIT" => Some(need("price", self.price)?),
            _ => None,
        };
        let side = side(need("side", self.side)?)?;
        let terms = terms(
            VENUE,
            need("symbol", self.symbol)?,
            self.newClientOrderId.unwrap_or_default(),
            (need("quantity", self.quantity)?, price),
            bytes.policy,
        )?;
        let reduce_only = reduces(side, self.positionSide, self.reduceOnly)?;
        Ok(Operation::Place { terms, side, reduce_only })
    }
}

fn side(word: &str) -> Result<Side, NotSigned> {
    match word {
        "BUY" => Ok(Side::Buy),
        "SELL" => Ok(Side::Sell),
        _ => Err(NotSigned::unreadable("side")),
    }
}

/// Selling of a long, or buying back a short, cannot open anything either.
fn reduces(side: Side, position: Option<&str>, flag: Option<&str>) -> Result<bool, NotSigned> {
    one_of("reduceOnly", flag.unwrap_or("false"), &["true", "false"])?;
    one_of("positionSide", position.unwrap_or("BOTH"), &["BOTH", "LONG", "SHORT"])?;
    let closes =
        matches!((side, position), (Side::Sell, Some("LONG")) | (Side::Buy, Some("SHORT")));
    Ok(closes || flag == Some("true"))
}

fn place(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let operation = Order::of_form(&form(row, bytes)?).operation(bytes)?;
    only(verdict, operation)
}

/// The items of a batch as they stand in its one parameter.
fn items<'a, T: Deserialize<'a>>(text: &'a str) -> Result<Vec<T>, NotSigned> {
    let items: Vec<T> =
        serde_json::from_str(text).map_err(|fault| NotSigned::unreadable(&fault.to_string()))?;
    let fits = (1..=BATCH).contains(&items.len());
    if fits { Ok(items) } else { Err(NotSigned::unreadable("batchOrders")) }
}

fn list(row: &SignedPath, bytes: &Bytes<'_>) -> Result<String, NotSigned> {
    let form = form(row, bytes)?;
    decoded(form.need("batchOrders")?).ok_or_else(|| NotSigned::unreadable("batchOrders"))
}

fn place_many(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let text = list(row, bytes)?;
    let orders = items::<Order<'_>>(&text)?;
    all(orders.iter().map(|order| order.operation(bytes)), verdict)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the venue's own names")]
struct NewTerms<'a> {
    symbol: &'a str,
    side: &'a str,
    quantity: &'a str,
    price: &'a str,
    origClientOrderId: &'a str,
}

impl<'a> NewTerms<'a> {
    fn operation(&self, bytes: &Bytes<'_>) -> Result<Operation<'a>, NotSigned> {
        side(self.side)?;
        let size = (self.quantity, Some(self.price));
        Ok(Operation::Amend(terms(VENUE, self.symbol, self.origClientOrderId, size, bytes.policy)?))
    }
}

fn amend(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let form = form(row, bytes)?;
    let new = NewTerms {
        symbol: form.need("symbol")?,
        side: form.need("side")?,
        quantity: form.need("quantity")?,
        price: form.need("price")?,
        origClientOrderId: form.need("origClientOrderId")?,
    };
    only(verdict, new.operation(bytes)?)
}

fn amend_many(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let text = list(row, bytes)?;
    let orders = items::<NewTerms<'_>>(&text)?;
    all(orders.iter().map(|order| order.operation(bytes)), verdict)
}

fn place_algo(row: &SignedPath, bytes: &Bytes<'_>, verdict: Verdict<'_>) -> Result<(), NotSigned> {
    let form = form(row, bytes)?;
    let (symbol, id) = (form.need("symbol")?, form.get("clientAlgoId").unwrap_or_default());
    number("triggerPrice", form.need("triggerPrice")?)?;
    one_of("algoType", form.need("algoType")?, &["CONDITIONAL"])?;
    if form.get("closePosition") == Some("true") && form.get("quantity").is_none() {
        let id = id.parse::<ClientOrderId>().ok();
        return only(verdict, Operation::Close { venue: VENUE, symbol, id });
    }
    let kind = form.need("type")?;
    one_of("type", kind, &["STOP", "TAKE_PROFIT", "STOP_MARKET", "TAKE_PROFIT_MARKET"])?;
    let price = match kind {
        "STOP" | "TAKE_PROFIT" => Some(form.need("price")?),
        _ => None,
    };
    let side = side(form.need("side")?)?;
    let terms = terms(VENUE, symbol, id, (form.need("quantity")?, price), bytes.policy)?;
    let reduce_only = reduces(side, form.get("positionSide"), form.get("reduceOnly"))?;
    only(verdict, Operation::Place { terms, side, reduce_only })
}
