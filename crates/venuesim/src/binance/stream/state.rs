//! Streams that show how things are at the moment: partial books, mark prices, tickers.

use aurora_matching::exchange::MarkPrice;
use aurora_model::{InstrumentNo, Nanos};

use crate::binance::channel::Kind;
use crate::binance::json::Object;
use crate::binance::listed::Listed;
use crate::binance::market::levels;
use crate::binance::price::figures;
use crate::dialect::World;

/// The best levels as they are.
pub(super) fn partial(
    world: &World<'_>,
    listed: &Listed,
    no: InstrumentNo,
    depth: usize,
) -> String {
    let book = world.exchange.book(no, depth);
    Object::new()
        .text("e", "depthUpdate")
        .int("E", world.now.millis())
        .int("T", book.at.millis())
        .text("s", &listed.symbol)
        .text("ps", &listed.symbol)
        .raw("st", 1)
        .raw("U", book.last_id)
        .raw("u", book.last_id)
        .raw("pu", book.last_id.saturating_sub(1))
        .raw("b", levels(listed, &book.bids))
        .raw("a", levels(listed, &book.asks))
        .end()
}

/// What a stream of state says of one instrument now.
pub(super) fn one(
    world: &World<'_>,
    listed: &Listed,
    no: InstrumentNo,
    kind: Kind,
) -> Option<String> {
    match kind {
        Kind::Mark(_) => world.exchange.mark_price(no).map(|mark| mark_text(world, listed, &mark)),
        Kind::Ticker => ticker_text(world, listed, no, true),
        Kind::MiniTicker => ticker_text(world, listed, no, false),
        _ => None,
    }
}

fn mark_text(world: &World<'_>, listed: &Listed, mark: &MarkPrice) -> String {
    Object::new()
        .text("e", "markPriceUpdate")
        .int("E", world.now.millis())
        .text("s", &listed.symbol)
        .quoted("p", format_args!("{:.8}", mark.mark))
        .quoted("P", format_args!("{:.8}", mark.mark))
        .quoted("i", format_args!("{:.8}", mark.index))
        .quoted("r", format_args!("{:.8}", mark.funding_rate))
        .int("T", mark.next_funding_at.map_or(0, Nanos::millis))
        .raw("st", 1)
        .end()
}

fn ticker_text(
    world: &World<'_>,
    listed: &Listed,
    no: InstrumentNo,
    is_full: bool,
) -> Option<String> {
    let ticker = world.exchange.ticker_24h(no)?;
    let word = if is_full { "24hrTicker" } else { "24hrMiniTicker" };
    let object = Object::new()
        .text("e", word)
        .int("E", world.now.millis())
        .text("s", &listed.symbol)
        .price("c", listed, ticker.last)
        .price("o", listed, ticker.open)
        .price("h", listed, ticker.high)
        .price("l", listed, ticker.low)
        .qty("v", listed, ticker.volume)
        .money("q", ticker.turnover.decimal());
    if !is_full {
        return Some(object.end());
    }
    let figures = figures(listed, &ticker);
    Some(
        object
            .money("p", figures.change)
            .quoted("P", format_args!("{:.3}", figures.percent))
            .money("w", figures.average)
            .qty("Q", listed, ticker.last_qty)
            .int("O", ticker.from.millis())
            .int("C", ticker.to.millis())
            .raw("F", ticker.trade_ids.0)
            .raw("L", ticker.trade_ids.1)
            .raw("n", ticker.trades)
            .raw("st", 1)
            .end(),
    )
}
