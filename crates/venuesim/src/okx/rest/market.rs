//! Books, trades, candles and tickers.

use aurora_matching::exchange::{Candle, Exchange};
use aurora_model::{InstrumentNo, Nanos};

use super::public::{Page, chosen, named, of_index, rows};
use crate::okx::channel::Bar;
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::{Desk, all};
use crate::okx::json::Object;
use crate::okx::listed::Listed;
use crate::okx::row::{book, market};
use crate::request::Request;

/// More candles than any page holds.
const ALL: usize = 100_000;

pub(super) fn books(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    depth(desk, request, 400)
}

pub(super) fn books_full(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    depth(desk, request, 5000)
}

fn depth(desk: &Desk<'_, '_>, request: &Request<'_>, most: usize) -> Answer<String> {
    let listed = named(desk, request)?;
    let depth = match request.param("sz").filter(|text| !text.is_empty()) {
        None => 1,
        Some(text) => text.parse::<usize>().map_err(|_| Refusal::parameter("sz"))?.clamp(1, most),
    };
    let shown = desk.book(listed.no, depth);
    let seq = book::Seq::At(desk.memory.seq(listed.no, shown.last_id));
    Ok(rows([&shown], |out, shown| book::whole(out, listed, shown, depth, seq)))
}

pub(super) fn trades(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    let page = Page::read(request, 500)?;
    // Paging is by trade id, or by time with `type` 2.
    let by_time = request.param("type").is_some_and(|kind| kind == "2");
    let newest_first = desk.world.exchange.recent_trades(listed.no, ALL).into_iter().rev();
    let place = |trade: &aurora_matching::exchange::PublicTrade| {
        if by_time { trade.at.millis() } else { i64::try_from(trade.id).unwrap_or(i64::MAX) }
    };
    let inside = newest_first.filter(|trade| page.holds(place(trade))).take(page.limit);
    Ok(rows(inside, |out, trade| market::trade(out, listed, &trade)))
}

/// The candles of a width, oldest first: at most `most`, the newest.
pub(crate) fn candles_of(
    exchange: &Exchange,
    no: InstrumentNo,
    bar: Bar,
    most: usize,
) -> Vec<Candle> {
    let minute = Nanos::SECOND * 60;
    if bar.shift_ms.rem_euclid(bar.width_ms) == 0 {
        return exchange.candles(no, Nanos::from_millis(bar.width_ms), most);
    }
    let mut merged: Vec<Candle> = Vec::new();
    for candle in exchange.candles(no, minute, ALL) {
        let begin = Nanos::from_millis(bar.start(candle.open_at.millis()));
        let over =
            begin + Nanos::from_millis(bar.width_ms) <= candle.open_at + minute && candle.is_closed;
        match merged.last_mut() {
            Some(last) if last.open_at == begin => {
                last.high = last.high.max(candle.high);
                last.low = last.low.min(candle.low);
                last.close = candle.close;
                last.volume += candle.volume;
                last.bought += candle.bought;
                last.turnover += candle.turnover;
                last.bought_turnover += candle.bought_turnover;
                last.trades += candle.trades;
                last.is_closed = over;
            }
            _ => merged.push(Candle { open_at: begin, is_closed: over, ..candle }),
        }
    }
    let surplus = merged.len().saturating_sub(most);
    merged.drain(..surplus);
    merged
}

fn bar(request: &Request<'_>) -> Answer<Bar> {
    let name = request.param("bar").filter(|name| !name.is_empty()).unwrap_or("1m".into());
    Bar::named(&name).ok_or_else(|| Refusal::parameter("bar"))
}

fn page_of_candles(
    desk: &Desk<'_, '_>,
    listed: Listed<'_>,
    request: &Request<'_>,
) -> Answer<Vec<Candle>> {
    let (bar, page) = (bar(request)?, Page::read(request, 300)?);
    let newest_first = candles_of(desk.world.exchange, listed.no, bar, ALL).into_iter().rev();
    Ok(newest_first.filter(|candle| page.holds(candle.open_at.millis())).take(page.limit).collect())
}

pub(super) fn candles(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    let page = page_of_candles(desk, listed, request)?;
    Ok(rows(page, |out, candle| market::candle(out, listed, &candle)))
}

/// Candles of a price nobody trades at have no volume; here they follow the trades.
fn without_volume(listed: Listed<'_>, page: Vec<Candle>) -> String {
    rows(page, |out, candle| {
        let price = |ticks| listed.price(ticks);
        *out += &format!(
            "[\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\"]",
            candle.open_at.millis(),
            price(candle.open),
            price(candle.high),
            price(candle.low),
            price(candle.close),
            u8::from(candle.is_closed),
        );
    })
}

pub(super) fn price_candles(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    Ok(without_volume(listed, page_of_candles(desk, listed, request)?))
}

pub(super) fn index_candles(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = of_index(desk, &request.param("instId").unwrap_or_default())?;
    Ok(without_volume(listed, page_of_candles(desk, listed, request)?))
}

/// Writes one ticker.
pub(crate) fn write_ticker(out: &mut String, exchange: &Exchange, listed: Listed<'_>, now: Nanos) {
    let touch = exchange.book(listed.no, 1);
    let ticker = exchange.ticker_24h(listed.no);
    // The day's opening is the window's: the simulated market is rarely older than a day.
    let open = ticker.map(|ticker| ticker.open);
    market::ticker(out, listed, ticker.as_ref(), &touch, (open, open), now);
}

pub(super) fn ticker(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let listed = named(desk, request)?;
    Ok(rows([listed], |out, listed| write_ticker(out, desk.world.exchange, listed, desk.now())))
}

pub(super) fn tickers(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    if request.param("instType").is_none() {
        return Err(Refusal::missing("instType"));
    }
    let asked = chosen(desk, request);
    Ok(rows(asked, |out, listed| write_ticker(out, desk.world.exchange, listed, desk.now())))
}

pub(super) fn index_tickers(desk: &mut Desk<'_, '_>, request: &Request<'_>) -> Answer<String> {
    let name = request.param("instId").unwrap_or_default();
    let quote = request.param("quoteCcy").unwrap_or_default();
    let swaps = all(desk.world).filter(|listed| !listed.is_spot());
    let asked =
        swaps.filter(
            |listed| if name.is_empty() { listed.quote() == quote } else { listed.pair() == name },
        );
    Ok(rows(asked, |out, listed| {
        let exchange = &desk.world.exchange;
        if let Some(mark) = exchange.mark_price(listed.no) {
            market::index_ticker(out, listed, &mark, exchange.ticker_24h(listed.no).as_ref());
        }
    }))
}

pub(super) fn platform_volume(desk: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    let turnover = |listed: Listed<'_>| {
        desk.world.exchange.ticker_24h(listed.no).map(|ticker| ticker.turnover.decimal())
    };
    let total: rust_decimal::Decimal = all(desk.world).filter_map(turnover).sum();
    Ok(rows([total], |out, total| {
        let mut row = Object::begin(out);
        row.number("volUsd", total).put("volCny", "").put("ts", desk.now().millis());
        row.end();
    }))
}

pub(super) fn exchange_rate(_: &mut Desk<'_, '_>, _: &Request<'_>) -> Answer<String> {
    Ok("[{\"usdCny\":\"7.1\"}]".to_owned())
}
