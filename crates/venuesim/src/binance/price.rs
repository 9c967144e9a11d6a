//! Tickers, mark prices, funding and open interest.

use aurora_matching::exchange::Ticker24h;
use aurora_model::Nanos;
use rust_decimal::Decimal;

use super::call::Call;
use super::code::{Answer, ApiError};
use super::json::{Object, list};
use super::listed::Listed;
use super::market::{MINUTE, interval};
use super::trade::window;

pub(super) fn ticker_24h(call: &mut Call<'_, '_>) -> Answer {
    let tickers = call.symbols()?.into_iter().filter_map(|no| {
        let ticker = call.world.exchange.ticker_24h(no)?;
        let listed = call.listed(no);
        let Figures { change, percent, average } = figures(listed, &ticker);
        Some(
            Object::new()
                .text("symbol", &listed.symbol)
                .money("priceChange", change)
                .quoted("priceChangePercent", format_args!("{percent:.3}"))
                .money("weightedAvgPrice", average)
                .price("lastPrice", listed, ticker.last)
                .qty("lastQty", listed, ticker.last_qty)
                .price("openPrice", listed, ticker.open)
                .price("highPrice", listed, ticker.high)
                .price("lowPrice", listed, ticker.low)
                .qty("volume", listed, ticker.volume)
                .money("quoteVolume", ticker.turnover.decimal())
                .int("openTime", ticker.from.millis())
                .int("closeTime", ticker.to.millis())
                .raw("firstId", ticker.trade_ids.0)
                .raw("lastId", ticker.trade_ids.1)
                .raw("count", ticker.trades)
                .end(),
        )
    });
    one_or_all(call, tickers.collect())
}

/// What a ticker leaves to be computed.
pub(super) struct Figures {
    pub(super) change: Decimal,
    pub(super) percent: Decimal,
    pub(super) average: Decimal,
}

pub(super) fn figures(listed: &Listed, ticker: &Ticker24h) -> Figures {
    let open = listed.price(ticker.open);
    let change = listed.price(ticker.last) - open;
    let share = |part: Decimal, whole: Decimal| part.checked_div(whole).unwrap_or_default();
    Figures {
        change,
        percent: share(change * Decimal::from(100), open),
        average: share(ticker.turnover.decimal(), listed.qty(ticker.volume)).round_dp(8),
    }
}

/// With a symbol the only row, without one the list.
fn one_or_all(call: &Call<'_, '_>, mut rows: Vec<String>) -> Answer {
    if !call.params.has("symbol") {
        return Ok(list(rows));
    }
    rows.pop().ok_or_else(|| ApiError::new(-1121, "Invalid symbol."))
}

pub(super) fn ticker_price(call: &mut Call<'_, '_>) -> Answer {
    let rows = call.symbols()?.into_iter().filter_map(|no| {
        let trade = call.world.exchange.last_trade(no)?;
        let listed = call.listed(no);
        Some(
            Object::new()
                .text("symbol", &listed.symbol)
                .price("price", listed, trade.price)
                .int("time", trade.at.millis())
                .end(),
        )
    });
    one_or_all(call, rows.collect())
}

pub(super) fn book_ticker(call: &mut Call<'_, '_>) -> Answer {
    let rows = call.symbols()?.into_iter().map(|no| {
        let exchange = &call.world.exchange;
        let (bid, ask) = exchange.touch(no);
        let listed = call.listed(no);
        let ((bid, bid_qty), (ask, ask_qty)) = (bid.unwrap_or_default(), ask.unwrap_or_default());
        Object::new()
            .text("symbol", &listed.symbol)
            .price("bidPrice", listed, bid)
            .qty("bidQty", listed, bid_qty)
            .price("askPrice", listed, ask)
            .qty("askQty", listed, ask_qty)
            .int("time", call.world.told_now().millis())
            .raw("lastUpdateId", exchange.book_id(no))
            .end()
    });
    one_or_all(call, rows.collect())
}

pub(super) fn premium_index(call: &mut Call<'_, '_>) -> Answer {
    let rows = call.symbols()?.into_iter().filter_map(|no| {
        let mark = call.world.exchange.mark_price(no)?;
        Some(
            Object::new()
                .text("symbol", &call.listed(no).symbol)
                .quoted("markPrice", format_args!("{:.8}", mark.mark))
                .quoted("indexPrice", format_args!("{:.8}", mark.index))
                .quoted("estimatedSettlePrice", format_args!("{:.8}", mark.mark))
                .quoted("lastFundingRate", format_args!("{:.8}", mark.funding_rate))
                .text("interestRate", "0.00010000")
                .int("nextFundingTime", mark.next_funding_at.map_or(0, Nanos::millis))
                .int("time", mark.at.millis())
                .end(),
        )
    });
    one_or_all(call, rows.collect())
}

pub(super) fn funding_rate(call: &mut Call<'_, '_>) -> Answer {
    let limit = call.params.limit(100, 1_000)?;
    let (since, until) = window(call.params)?;
    let mut rows = Vec::new();
    for no in call.symbols()? {
        let settled = call.world.exchange.funding_history(no, since);
        rows.extend(settled.into_iter().filter(|record| record.at <= until));
    }
    rows.sort_by_key(|record| record.at);
    let skipped = if call.params.has("startTime") { 0 } else { rows.len().saturating_sub(limit) };
    Ok(list(rows.iter().skip(skipped).take(limit).map(|record| {
        Object::new()
            .text("symbol", &call.listed(record.instrument).symbol)
            .quoted("fundingRate", format_args!("{:.8}", record.rate))
            .int("fundingTime", record.at.millis())
            .quoted("markPrice", format_args!("{:.8}", record.mark))
            .end()
    })))
}

pub(super) fn funding_info(call: &mut Call<'_, '_>) -> Answer {
    Ok(list(call.venue.numbers().filter_map(|no| {
        let listing = call.world.exchange.listing(no)?;
        let hours = listing.funding_interval?.0 / (60 * MINUTE);
        let cap = listing.funding_cap;
        Some(
            Object::new()
                .text("symbol", &call.listed(no).symbol)
                .quoted("adjustedFundingRateCap", format_args!("{cap:.8}"))
                .quoted("adjustedFundingRateFloor", format_args!("{:.8}", -cap))
                .int("fundingIntervalHours", hours)
                .raw("disclaimer", false)
                .end(),
        )
    })))
}

pub(super) fn open_interest(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let listed = call.listed(no);
    Ok(Object::new()
        .qty("openInterest", listed, call.world.exchange.open_interest(no))
        .text("symbol", &listed.symbol)
        .int("time", call.world.told_now().millis())
        .end())
}

/// The history knows one moment: now.
pub(super) fn open_interest_history(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let span = interval(call.params.need("period")?)?;
    let listed = call.listed(no);
    let held = listed.qty(call.world.exchange.open_interest(no));
    let mark = call.world.exchange.mark_price(no).map(|mark| mark.mark).unwrap_or_default();
    let at = Nanos(call.now().0 / span.0 * span.0);
    let row = Object::new()
        .text("symbol", &listed.symbol)
        .money("sumOpenInterest", held)
        .money("sumOpenInterestValue", held * mark)
        .text("CMCCirculatingSupply", "0")
        .int("timestamp", at.millis())
        .end();
    Ok(list([row]))
}
