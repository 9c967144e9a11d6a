//! `/v5/market` and `/v5/system`: what everybody may see.

use aurora_matching::exchange::{Candle, Listing, ListingStatus};
use aurora_model::{InstrumentNo, Lots, Nanos, Ticks};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::page::Page;
use crate::bybit::ask;
use crate::bybit::code::{CATEGORY, Refusal, SYMBOL};
use crate::bybit::ids;
use crate::bybit::interval::Interval;
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::rows::{Counted, InstrumentRow, TickerRow, instrument_status, side_word};
use crate::bybit::status;
use crate::dialect::World;

pub(super) fn time(world: &World<'_>, _: &Params) -> Answer {
    let now = world.told_now();
    let second = (now.0 / Nanos::SECOND.0).to_string();
    Ok(Reply::new(&json!({ "timeSecond": second, "timeNano": now.0.to_string() })))
}

pub(super) fn status(world: &World<'_>, _: &Params) -> Answer {
    Ok(Reply::new(&json!({ "list": status::rows(world) })).saying(""))
}

/// Lists that are always empty here.
pub(super) fn nothing(_: &World<'_>, params: &Params) -> Answer {
    let category = params.text("category").unwrap_or_default();
    Ok(Reply::new(&json!({ "category": category, "list": [], "nextPageCursor": "" })))
}

/// Spot, inverse and option have nothing listed.
fn category(params: &Params) -> Result<String, Refusal> {
    let category = params.required("category")?;
    match category.as_ref() {
        "linear" | "inverse" | "spot" | "option" => Ok(category.into_owned()),
        _ => Err(CATEGORY),
    }
}

fn listed<'a>(world: &'a World<'_>) -> impl Iterator<Item = (InstrumentNo, &'a Listing)> {
    (0..).map(InstrumentNo).zip(world.exchange.listings())
}

pub(super) fn instruments(world: &World<'_>, params: &Params) -> Answer {
    let category = category(params)?;
    let limit = params.number::<usize>("limit")?.unwrap_or(500).clamp(1, 1_000);
    let from: usize = match params.text("cursor") {
        None => 0,
        Some(text) => {
            let place = text.strip_prefix("first%3D").or_else(|| text.strip_prefix("first="));
            place.and_then(|place| place.parse().ok()).ok_or_else(|| {
                Refusal::params(format!("cursor {text:?} is none that was given here"))
            })?
        }
    };
    let wanted = |listing: &Listing| {
        let says = |name: &str, value: &str| params.text(name).is_none_or(|text| text == value);
        let shown = match params.text("status") {
            None => matches!(instrument_status(listing.status), "Trading" | "Delivering"),
            Some(status) => status == instrument_status(listing.status),
        };
        shown
            && says("symbol", &listing.instrument.symbol)
            && says("baseCoin", &listing.instrument.id.base)
    };
    let all: Vec<_> = listed(world)
        .filter(|(_, listing)| category == "linear" && wanted(listing))
        .map(|(no, listing)| InstrumentRow::new(listing, world.exchange.tick_multiple(no)))
        .collect();
    let next = from.saturating_add(limit);
    let cursor = if next < all.len() { format!("first%3D{next}") } else { String::new() };
    let page: Vec<_> = all.into_iter().skip(from).take(limit).collect();
    Ok(Reply::new(&json!({ "category": category, "list": page, "nextPageCursor": cursor })))
}

pub(super) fn order_book(world: &World<'_>, params: &Params) -> Answer {
    ask::linear(params)?;
    let (no, listing) = ask::instrument(world.exchange, params)?;
    let limit = params.number::<usize>("limit")?.unwrap_or(25).clamp(1, 1_000);
    let book = world.exchange.book(no, limit);
    let levels = |side: &[(Ticks, Lots)]| -> Vec<[Decimal; 2]> {
        side.iter().map(|(price, qty)| [listing.price(*price), listing.qty(*qty)]).collect()
    };
    Ok(Reply::new(&json!({
        "s": listing.instrument.symbol,
        "b": levels(&book.bids),
        "a": levels(&book.asks),
        "ts": world.now.millis(),
        "u": book.last_id,
        "seq": book.last_id,
        "cts": book.at.millis(),
    })))
}

/// Candles of the wanted interval and time, newest first.
fn candles(world: &World<'_>, params: &Params, row: impl Fn(&Listing, &Candle) -> Value) -> Answer {
    let category = category(params)?;
    if category != "linear" {
        return Ok(Reply::new(&json!({ "category": category, "symbol": "", "list": [] })));
    }
    let (no, listing) = ask::instrument(world.exchange, params)?;
    let interval = Interval::named(&params.required("interval")?)
        .ok_or_else(|| Refusal::params("Invalid period!"))?;
    let limit = params.number::<usize>("limit")?.unwrap_or(200).clamp(1, 1_000);
    let from = params.number::<i64>("start")?.map_or(Nanos(i64::MIN), Nanos::from_millis);
    let to = params.number::<i64>("end")?.map_or(Nanos(i64::MAX), Nanos::from_millis);
    let all = world.exchange.candles(no, interval.span(), usize::MAX);
    let within = all.iter().rev().filter(|candle| from <= candle.open_at && candle.open_at <= to);
    let list: Vec<Value> = within.take(limit).map(|candle| row(listing, candle)).collect();
    Ok(Reply::new(&json!({
        "category": category,
        "symbol": listing.instrument.symbol,
        "list": list,
    })))
}

/// When it opened, then open, high, low and close.
fn prices(listing: &Listing, candle: &Candle) -> [String; 5] {
    let price = |ticks| listing.price(ticks).to_string();
    [
        candle.open_at.millis().to_string(),
        price(candle.open),
        price(candle.high),
        price(candle.low),
        price(candle.close),
    ]
}

pub(super) fn klines(world: &World<'_>, params: &Params) -> Answer {
    candles(world, params, |listing, candle| {
        let [at, open, high, low, close] = prices(listing, candle);
        let turnover = candle.turnover.decimal().normalize().to_string();
        let volume = listing.qty(candle.volume).to_string();
        json!([at, open, high, low, close, volume, turnover])
    })
}

/// Mark and index follow the last price here, so their candles are those of the trades.
pub(super) fn price_klines(world: &World<'_>, params: &Params) -> Answer {
    candles(world, params, |listing, candle| json!(prices(listing, candle)))
}

pub(super) fn premium_klines(world: &World<'_>, params: &Params) -> Answer {
    candles(world, params, |_, candle| {
        json!([candle.open_at.millis().to_string(), "0", "0", "0", "0"])
    })
}

pub(super) fn recent_trades(world: &World<'_>, params: &Params) -> Answer {
    ask::linear(params)?;
    let (no, listing) = ask::instrument(world.exchange, params)?;
    let limit = params.number::<usize>("limit")?.unwrap_or(500).clamp(1, 1_000);
    let trades = world.exchange.recent_trades(no, limit);
    let rows = trades.iter().rev().map(|trade| {
        json!({
            "execId": ids::trade_id(no.0, trade.id),
            "symbol": listing.instrument.symbol,
            "price": listing.price(trade.price),
            "size": listing.qty(trade.qty),
            "side": side_word(trade.aggressor),
            "time": trade.at.millis().to_string(),
            "isBlockTrade": false,
            "isRPITrade": false,
            "seq": trade.id.to_string(),
        })
    });
    Ok(Reply::new(&json!({ "category": "linear", "list": rows.collect::<Vec<_>>() })))
}

pub(super) fn tickers(world: &World<'_>, params: &Params) -> Answer {
    let category = category(params)?;
    let only = match params.text("symbol") {
        Some(symbol) if category == "linear" => {
            Some(world.exchange.instrument_no(&symbol).ok_or(SYMBOL)?)
        }
        _ => None,
    };
    let trades = |status| !matches!(status, ListingStatus::Closed | ListingStatus::PreLaunch);
    let rows: Vec<TickerRow<'_>> = listed(world)
        .filter(|(no, listing)| {
            category == "linear" && only.is_none_or(|only| only == *no) && trades(listing.status)
        })
        .filter_map(|(no, _)| TickerRow::new(world.exchange, no))
        .collect();
    Ok(Reply::new(&json!({ "category": category, "list": rows })))
}

pub(super) fn funding_history(world: &World<'_>, params: &Params) -> Answer {
    ask::linear(params)?;
    let (no, listing) = ask::instrument(world.exchange, params)?;
    let page = Page::read(params, 200, 200)?;
    let history = world.exchange.funding_history(no, Nanos(i64::MIN));
    let rows: Vec<Value> = history
        .iter()
        .rev()
        .filter(|record| page.takes(record.at))
        .take(page.limit)
        .map(|record| {
            json!({
                "symbol": listing.instrument.symbol,
                "fundingRate": record.rate.normalize().to_string(),
                "fundingRateTimestamp": record.at.millis().to_string(),
            })
        })
        .collect();
    Ok(Reply::new(&json!({ "category": "linear", "list": rows })))
}

/// Only the present is known: one row, at the beginning of the interval that runs.
pub(super) fn open_interest(world: &World<'_>, params: &Params) -> Answer {
    ask::linear(params)?;
    let (no, listing) = ask::instrument(world.exchange, params)?;
    let span = period(&params.required("intervalTime")?)?;
    let held = listing.qty(world.exchange.open_interest(no));
    let at = Nanos(world.now.0 - world.now.0.rem_euclid(span.0));
    Ok(Reply::new(&json!({
        "category": "linear",
        "symbol": listing.instrument.symbol,
        "list": [{
            "openInterest": held,
            "singleOpenInterest": held,
            "timestamp": at.millis().to_string(),
        }],
        "nextPageCursor": "",
    })))
}

fn period(text: &str) -> Result<Nanos, Refusal> {
    let minutes = match text {
        "5min" => 5,
        "15min" => 15,
        "30min" => 30,
        "1h" => 60,
        "4h" => 240,
        "1d" => 1_440,
        _ => return Err(Refusal::params("Invalid period!")),
    };
    Ok(Nanos::SECOND * (60 * minutes))
}

pub(super) fn price_limit(world: &World<'_>, params: &Params) -> Answer {
    let (no, listing) = ask::instrument(world.exchange, params)?;
    let (buy, sell) = world.exchange.price_limits(no).ok_or(SYMBOL)?;
    Ok(Reply::new(&json!({
        "symbol": listing.instrument.symbol,
        "buyLmt": listing.price(buy),
        "sellLmt": listing.price(sell),
        "ts": world.now.millis().to_string(),
    })))
}

/// One tier: the exchange here has one maintenance rate per instrument.
pub(super) fn risk_limit(world: &World<'_>, params: &Params) -> Answer {
    let category = category(params)?;
    let only = ask::maybe_instrument(world.exchange, params)?;
    let wanted = |no: &InstrumentNo| category == "linear" && only.is_none_or(|only| only == *no);
    let rows: Vec<Value> = listed(world)
        .filter(|(no, _)| wanted(no))
        .map(|(_, listing)| {
            let initial = Decimal::ONE / Decimal::from(listing.max_leverage.max(1));
            json!({
                "id": 1,
                "symbol": listing.instrument.symbol,
                "riskLimitValue": "2000000",
                "maintenanceMargin": listing.maintenance_rate.normalize().to_string(),
                "initialMargin": initial.round_dp(6).normalize().to_string(),
                "isLowestRisk": 1,
                "maxLeverage": format!("{}.00", listing.max_leverage),
                "mmDeduction": "",
            })
        })
        .collect();
    Ok(Reply::new(&json!({ "category": category, "list": rows, "nextPageCursor": "" })))
}

/// The street's accounts are not counted: half of them are long.
pub(super) fn account_ratio(world: &World<'_>, params: &Params) -> Answer {
    let (_, listing) = ask::instrument(world.exchange, params)?;
    let span = period(&params.required("period")?)?;
    let at = Nanos(world.now.0 - world.now.0.rem_euclid(span.0));
    Ok(Reply::new(&json!({
        "list": [{
            "symbol": listing.instrument.symbol,
            "buyRatio": "0.5",
            "sellRatio": "0.5",
            "timestamp": at.millis().to_string(),
        }],
        "nextPageCursor": "",
    })))
}
