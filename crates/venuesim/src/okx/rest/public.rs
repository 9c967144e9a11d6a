//! What is listed, and what everybody may know of it besides prices.

use aurora_model::Nanos;
use rust_decimal::Decimal;

use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::{Desk, all, listed};
use crate::okx::json::{Object, array};
use crate::okx::listed::Listed;
use crate::okx::row::{instrument, market};
use crate::request::Request;

/// The types the venue has; it lists futures, options and margin too, and here there are none.
const TYPES: [&str; 5] = ["SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"];

/// Which instruments a query means, by `instType`, `instId`, `uly` and `instFamily`.
pub(super) fn chosen<'a>(
    desk: &'a Desk<'_, '_>,
    request: &'a Request<'_>,
) -> impl Iterator<Item = Listed<'a>> {
    let is = |name: &str, value: String| {
        request.param(name).is_none_or(|asked| asked.is_empty() || *asked == value)
    };
    let pair = |listed: &Listed<'_>| if listed.is_spot() { String::new() } else { listed.pair() };
    all(desk.world).filter(move |listed| {
        is("instType", listed.inst_type().to_owned())
            && is("instId", listed.inst_id().to_owned())
            && is("uly", pair(listed))
            && is("instFamily", pair(listed))
    })
}

/// The one swap or spot pair a query names.
pub(super) fn named<'a>(desk: &'a Desk<'_, '_>, request: &Request<'_>) -> Answer<Listed<'a>> {
    let no = desk.named(&request.param("instId").unwrap_or_default(), "")?;
    Ok(desk.listed(no))
}

/// Rows, each written by the closure, with the brackets.
pub(super) fn rows<T>(
    items: impl IntoIterator<Item = T>,
    write: impl FnMut(&mut String, T),
) -> String {
    let mut out = String::new();
    array(&mut out, items, write);
    out
}

fn checked_type(request: &Request<'_>, required: bool) -> Answer<()> {
    match request.param("instType") {
        None if required => Err(Refusal::missing("instType")),
        Some(kind) if !kind.is_empty() && !TYPES.contains(&&*kind) => {
            Err(Refusal::parameter("instType"))
        }
        _ => Ok(()),
    }
}

pub(super) fn nothing(_: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    Ok("[]".to_owned())
}

pub(super) fn time(desk: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    Ok(format!("[{{\"ts\":\"{}\"}}]", desk.now().millis()))
}

pub(super) fn status(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let asked = request.param("state").unwrap_or_default();
    let shown = desk.world.exchange.is_maintenance() && (asked.is_empty() || asked == "ongoing");
    Ok(rows(shown.then_some("ongoing"), |out, state| maintenance(out, state, desk.now())))
}

/// One maintenance window: it began a minute ago, and lasts an hour unless it is over.
pub(crate) fn maintenance(out: &mut String, state: &str, now: Nanos) {
    let end = if state == "completed" { now } else { now + Nanos::SECOND * 3540 };
    let mut row = Object::begin(out);
    row.put("title", "Trading system upgrade")
        .put("state", state)
        .put("begin", (now - Nanos::SECOND * 60).millis())
        .put("end", end.millis())
        .put("serviceType", "5")
        .put("system", "unified")
        .put("maintType", "1")
        .put("env", "1")
        .put("ts", now.millis())
        .blank(&["href", "scheDesc", "preOpenBegin"]);
    row.end();
}

pub(super) fn instruments(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    checked_type(request, true)?;
    Ok(rows(chosen(desk, request), instrument::write))
}

pub(super) fn underlying(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    checked_type(request, true)?;
    let pairs = rows(chosen(desk, request).filter(|listed| !listed.is_spot()), |out, listed| {
        *out += &format!("\"{}\"", listed.pair());
    });
    Ok(format!("[{pairs}]"))
}

/// The swap a query names.
fn swap<'a>(desk: &'a Desk<'_, '_>, request: &Request<'_>) -> Answer<Listed<'a>> {
    let named = named(desk, request)?;
    if named.is_spot() { Err(Refusal::of(51001)) } else { Ok(named) }
}

pub(super) fn funding_rate(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let every = request.param("instId").is_some_and(|id| id == "ANY");
    if !every {
        swap(desk, request)?;
    }
    let swaps = all(desk.world).filter(|listed| !listed.is_spot());
    let asked = swaps
        .filter(|listed| every || request.param("instId").as_deref() == Some(listed.inst_id()));
    let priced =
        asked.filter_map(|listed| Some((listed, desk.world.exchange.mark_price(listed.no)?)));
    Ok(rows(priced, |out, (listed, mark)| market::funding_rate(out, listed, &mark)))
}

pub(super) fn funding_history(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = swap(desk, request)?;
    let page = Page::read(request, 100)?;
    let newest_first = desk.world.exchange.funding_history(listed.no, Nanos(0)).into_iter().rev();
    let inside = newest_first.filter(|record| page.holds(record.at.millis())).take(page.limit);
    Ok(rows(inside, |out, record| market::funding_record(out, listed, &record)))
}

pub(super) fn open_interest(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    checked_type(request, true)?;
    let swaps = chosen(desk, request).filter(|listed| !listed.is_spot());
    Ok(rows(swaps, |out, listed| {
        let exchange = &desk.world.exchange;
        let price = exchange.mark_price(listed.no).map_or(Decimal::ZERO, |mark| mark.mark);
        market::open_interest(out, listed, exchange.open_interest(listed.no), price, desk.now());
    }))
}

pub(super) fn mark_price(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    checked_type(request, request.param("instId").is_none())?;
    let priced = chosen(desk, request)
        .filter_map(|listed| Some((listed, desk.world.exchange.mark_price(listed.no)?)));
    Ok(rows(priced, |out, (listed, mark)| market::mark_price(out, listed, &mark)))
}

pub(super) fn price_limit(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    let limits = desk.world.exchange.price_limits(listed.no);
    Ok(rows([listed], |out, listed| market::price_limit(out, listed, limits, desk.now())))
}

pub(super) fn position_tiers(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    checked_type(request, true)?;
    let swaps = chosen(desk, request).filter(|listed| !listed.is_spot());
    Ok(rows(swaps, market::position_tier))
}

/// Coin to contracts (`type` 1, the default) and back (2).
pub(super) fn convert(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = swap(desk, request)?;
    let size: Decimal = request
        .param("sz")
        .ok_or_else(|| Refusal::missing("sz"))?
        .parse()
        .map_err(|_| Refusal::parameter("sz"))?;
    let to_coin = request.param("type").is_some_and(|kind| kind == "2");
    let value = listed.listing.contract_value;
    let converted = if to_coin { size * value } else { (size / value).round() };
    Ok(rows([listed], |out, listed| {
        let mut row = Object::begin(out);
        row.put("instId", listed.inst_id())
            .put("type", if to_coin { 2 } else { 1 })
            .put("sz", converted.normalize())
            .put("unit", "coin")
            .put("px", "");
        row.end();
    }))
}

/// A page of something newest first: `after` is older than, `before` is newer than.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) after: Option<i64>,
    pub(super) before: Option<i64>,
    pub(super) limit: usize,
}

impl Page {
    /// Reads `after`, `before` and `limit`.
    pub(super) fn read(request: &Request<'_>, most: usize) -> Answer<Page> {
        let number = |name: &str| match request.param(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text.parse::<i64>().map(Some).map_err(|_| Refusal::parameter(name)),
        };
        let limit = match number("limit")? {
            None => 100.min(most),
            Some(limit) => {
                usize::try_from(limit).map_err(|_| Refusal::parameter("limit"))?.clamp(1, most)
            }
        };
        Ok(Page { after: number("after")?, before: number("before")?, limit })
    }

    /// Whether the page may hold something with that id or time.
    pub(super) fn holds(&self, at: i64) -> bool {
        self.after.is_none_or(|after| at < after) && self.before.is_none_or(|before| before < at)
    }
}

/// The swap or spot pair behind an index: `BTC-USDT`.
pub(super) fn of_index<'a>(desk: &'a Desk<'_, '_>, index: &str) -> Answer<Listed<'a>> {
    let found = all(desk.world).find(|listed| listed.pair() == index).map(|listed| listed.no);
    found
        .and_then(|no| listed(desk.world, no))
        .ok_or(Refusal::saying(51014, "Index doesn't exist."))
}
