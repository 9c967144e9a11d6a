//! What everybody may ask: rules, books, trades, candles, prices.

use aurora_matching::exchange::{Candle, Listing, ListingStatus, PublicTrade, Ticker24h};
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};
use rust_decimal::Decimal;

use super::call::Call;
use super::code::{Answer, ApiError};
use super::json::{Object, list};
use super::limit::{ORDERS_1M, ORDERS_10S, WEIGHT_1M};
use super::listed::Listed;
use super::trade::window;

pub(super) fn ping(_call: &mut Call<'_, '_>) -> Answer {
    Ok("{}".to_owned())
}

pub(super) fn time(call: &mut Call<'_, '_>) -> Answer {
    Ok(Object::new().int("serverTime", call.world.told_now().millis()).end())
}

pub(super) fn system_status(call: &mut Call<'_, '_>) -> Answer {
    let down = call.world.exchange.is_maintenance();
    let msg = if down { "system maintenance" } else { "normal" };
    Ok(Object::new().raw("status", u8::from(down)).text("msg", msg).end())
}

/// For clients that ask the other markets' hosts as well: nothing is listed there.
pub(super) fn nothing_listed(call: &mut Call<'_, '_>) -> Answer {
    Ok(Object::new()
        .text("timezone", "UTC")
        .int("serverTime", call.world.told_now().millis())
        .raw("rateLimits", "[]")
        .raw("exchangeFilters", "[]")
        .raw("symbols", "[]")
        .end())
}

pub(super) fn nothing(_call: &mut Call<'_, '_>) -> Answer {
    Ok("[]".to_owned())
}

pub(super) fn exchange_info(call: &mut Call<'_, '_>) -> Answer {
    let limit = |kind: &str, interval: &str, num: u32, limit: u32| {
        Object::new()
            .text("rateLimitType", kind)
            .text("interval", interval)
            .raw("intervalNum", num)
            .raw("limit", limit)
            .end()
    };
    let limits = list([
        limit("REQUEST_WEIGHT", "MINUTE", 1, WEIGHT_1M),
        limit("ORDERS", "MINUTE", 1, ORDERS_1M),
        limit("ORDERS", "SECOND", 10, ORDERS_10S),
    ]);
    let asset = Object::new()
        .text("asset", "USDT")
        .raw("marginAvailable", true)
        .text("autoAssetExchange", "-10000")
        .end();
    let symbols = call.venue.numbers().map(|no| symbol(call, no));
    Ok(Object::new()
        .text("timezone", "UTC")
        .int("serverTime", call.world.told_now().millis())
        .text("futuresType", "U_MARGINED")
        .raw("rateLimits", limits)
        .raw("exchangeFilters", "[]")
        .raw("assets", list([asset]))
        .raw("symbols", list(symbols))
        .end())
}

pub(super) const fn status_word(status: ListingStatus) -> &'static str {
    match status {
        ListingStatus::Trading => "TRADING",
        ListingStatus::PreLaunch => "PENDING_TRADING",
        ListingStatus::Halt => "BREAK",
        ListingStatus::Settling => "SETTLING",
        ListingStatus::Closed => "CLOSE",
    }
}

fn symbol(call: &Call<'_, '_>, no: InstrumentNo) -> String {
    let listed = call.listed(no);
    let exchange = &call.world.exchange;
    let listing = exchange.listing(no).expect("the dialect lists what is listed");
    let tick = listing.instrument.tick * Decimal::from(exchange.tick_multiple(no).max(1));
    Object::new()
        .text("symbol", &listed.symbol)
        .text("pair", &listed.symbol)
        .text("contractType", "PERPETUAL")
        .int("deliveryDate", 4_133_404_800_000)
        .int("onboardDate", listing.listed_at.millis())
        .text("status", status_word(listing.status))
        .quoted("maintMarginPercent", (listing.maintenance_rate * Decimal::from(100)).normalize())
        .text("requiredMarginPercent", "5.0000")
        .text("baseAsset", &listed.base)
        .text("quoteAsset", &listed.quote)
        .text("marginAsset", &listed.quote)
        .raw("pricePrecision", listed.price_precision)
        .raw("quantityPrecision", listed.qty_precision)
        .raw("baseAssetPrecision", 8)
        .raw("quotePrecision", 8)
        .text("underlyingType", "COIN")
        .raw("underlyingSubType", "[]")
        .raw("settlePlan", 0)
        .text("triggerProtect", "0.0500")
        .quoted("liquidationFee", exchange.config().liquidation_fee.normalize())
        .quoted("marketTakeBound", listing.price_band.normalize())
        .raw("maxMoveOrderLimit", 10_000)
        .raw("filters", filters(listed, listing, tick))
        .raw(
            "orderTypes",
            r#"["LIMIT","MARKET","STOP","STOP_MARKET","TAKE_PROFIT","TAKE_PROFIT_MARKET"]"#,
        )
        .raw("timeInForce", r#"["GTC","IOC","FOK","GTX","GTD"]"#)
        .end()
}

fn filters(listed: &Listed, listing: &Listing, tick: Decimal) -> String {
    let size = |kind: &str, most: Lots| {
        Object::new()
            .text("filterType", kind)
            .qty("stepSize", listed, Lots(1))
            .qty("maxQty", listed, most)
            .qty("minQty", listed, listing.min_qty)
            .end()
    };
    let count =
        |kind: &str, limit: usize| Object::new().text("filterType", kind).raw("limit", limit).end();
    let band = listing.price_band;
    list([
        Object::new()
            .text("filterType", "PRICE_FILTER")
            .quoted("minPrice", tick.normalize())
            .quoted("maxPrice", tick * Decimal::from(10_000_000))
            .quoted("tickSize", tick)
            .end(),
        size("LOT_SIZE", listing.max_qty),
        size("MARKET_LOT_SIZE", listing.max_market_qty),
        count("MAX_NUM_ORDERS", listing.max_open_orders),
        count("MAX_NUM_ALGO_ORDERS", listing.max_open_orders),
        Object::new()
            .text("filterType", "MIN_NOTIONAL")
            .quoted("notional", listing.min_notional().decimal().normalize())
            .end(),
        Object::new()
            .text("filterType", "PERCENT_PRICE")
            .quoted("multiplierUp", format_args!("{:.4}", Decimal::ONE + band))
            .quoted("multiplierDown", format_args!("{:.4}", Decimal::ONE - band))
            .text("multiplierDecimal", "4")
            .end(),
    ])
}

pub(super) fn depth(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let limit: usize = call.params.number("limit")?.unwrap_or(500);
    if ![5, 10, 20, 50, 100, 500, 1_000].contains(&limit) {
        return Err(ApiError::new(-4021, format!("{limit} is not valid depth limit.")));
    }
    let book = call.world.exchange.book(no, limit);
    let listed = call.listed(no);
    Ok(Object::new()
        .raw("lastUpdateId", book.last_id)
        .int("E", call.world.told_now().millis())
        .int("T", book.at.millis())
        .raw("bids", levels(listed, &book.bids))
        .raw("asks", levels(listed, &book.asks))
        .end())
}

/// `[["price","qty"],…]`.
pub(super) fn levels(listed: &Listed, levels: &[(Ticks, Lots)]) -> String {
    let mut text = String::with_capacity(2 + levels.len() * 26);
    text.push('[');
    for (price, qty) in levels {
        put_level(&mut text, listed, *price, *qty);
    }
    text.push(']');
    text
}

pub(super) fn put_level(text: &mut String, listed: &Listed, price: Ticks, qty: Lots) {
    if !text.ends_with('[') {
        text.push(',');
    }
    text.push_str("[\"");
    listed.put_price(text, price);
    text.push_str("\",\"");
    listed.put_qty(text, qty);
    text.push_str("\"]");
}

pub(super) fn trades(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let limit = call.params.limit(500, 1_000)?;
    let from: u64 = call.params.number("fromId")?.unwrap_or(0);
    let listed = call.listed(no);
    let mut trades = call.world.exchange.recent_trades(no, 1_000);
    trades.retain(|trade| from <= trade.id);
    let skipped = if from == 0 { trades.len().saturating_sub(limit) } else { 0 };
    Ok(list(trades.iter().skip(skipped).take(limit).map(|trade| {
        let value = listed.price(trade.price) * listed.qty(trade.qty);
        Object::new()
            .raw("id", trade.id)
            .price("price", listed, trade.price)
            .qty("qty", listed, trade.qty)
            .money("quoteQty", value)
            .int("time", trade.at.millis())
            .raw("isBuyerMaker", trade.aggressor == Side::Sell)
            .end()
    })))
}

pub(super) fn agg_trades(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let limit = call.params.limit(500, 1_000)?;
    let (since, until) = window(call.params)?;
    let from: u64 = call.params.number("fromId")?.unwrap_or(0);
    let listed = call.listed(no);
    let mut trades = call.world.exchange.recent_trades(no, 1_000);
    trades.retain(|trade| since <= trade.at && trade.at <= until && from <= trade.id);
    let from_oldest = from != 0 || call.params.has("startTime");
    let skipped = if from_oldest { 0 } else { trades.len().saturating_sub(limit) };
    let shown = trades.iter().skip(skipped).take(limit);
    Ok(list(shown.map(|trade| agg_trade(Object::new(), listed, trade).end())))
}

/// One trade in the words of `aggTrades`; each stands for itself alone.
pub(super) fn agg_trade(object: Object, listed: &Listed, trade: &PublicTrade) -> Object {
    object
        .raw("a", trade.id)
        .price("p", listed, trade.price)
        .qty("q", listed, trade.qty)
        .raw("f", trade.id)
        .raw("l", trade.id)
        .int("T", trade.at.millis())
        .raw("m", trade.aggressor == Side::Sell)
}

const MINUTE: i64 = 60 * Nanos::SECOND.0;

/// A candle's interval by its word.
pub(super) fn interval(word: &str) -> Result<Nanos, ApiError> {
    let minutes = match word {
        "1m" => 1,
        "3m" => 3,
        "5m" => 5,
        "15m" => 15,
        "30m" => 30,
        "1h" => 60,
        "2h" => 120,
        "4h" => 240,
        "6h" => 360,
        "8h" => 480,
        "12h" => 720,
        "1d" => 1_440,
        "3d" => 4_320,
        "1w" => 10_080,
        _ => return Err(ApiError::new(-1120, "Invalid interval.")),
    };
    Ok(Nanos(minutes * MINUTE))
}

pub(super) fn klines(call: &mut Call<'_, '_>) -> Answer {
    let no = call.symbol()?;
    let listed = call.listed(no);
    let rows = candles(call, no)?;
    Ok(list(rows.iter().map(|(candle, close_ms)| {
        format!(
            "[{},\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",{close_ms},\"{}\",{},\"{}\",\"{}\",\"0\"]",
            candle.open_at.millis(),
            listed.price_text(candle.open),
            listed.price_text(candle.high),
            listed.price_text(candle.low),
            listed.price_text(candle.close),
            listed.qty_text(candle.volume),
            candle.turnover,
            candle.trades,
            listed.qty_text(candle.bought),
            candle.bought_turnover,
        )
    })))
}

/// Candles of the mark or index price: the last one is as it is now, earlier ones are those of the trades.
pub(super) fn price_klines(call: &mut Call<'_, '_>) -> Answer {
    let symbol = call.params.get("symbol").or(call.params.get("pair"));
    let no = call.named(symbol.ok_or_else(|| ApiError::missing("symbol"))?)?;
    let listed = call.listed(no);
    let rows = candles(call, no)?;
    Ok(list(rows.iter().map(|(candle, close_ms)| {
        format!(
            "[{},\"{}\",\"{}\",\"{}\",\"{}\",\"0\",{close_ms},\"0\",{},\"0\",\"0\",\"0\"]",
            candle.open_at.millis(),
            listed.price_text(candle.open),
            listed.price_text(candle.high),
            listed.price_text(candle.low),
            listed.price_text(candle.close),
            candle.trades,
        )
    })))
}

/// Candles with the last millisecond of each.
fn candles(call: &Call<'_, '_>, no: InstrumentNo) -> Result<Vec<(Candle, i64)>, ApiError> {
    let span = interval(call.params.need("interval")?)?;
    let limit = call.params.limit(500, 1_500)?;
    let (since, until) = window(call.params)?;
    let mut candles = call.world.exchange.candles(no, span, usize::MAX);
    candles.retain(|candle| since <= candle.open_at && candle.open_at <= until);
    let skipped =
        if call.params.has("startTime") { 0 } else { candles.len().saturating_sub(limit) };
    let shown = candles.into_iter().skip(skipped).take(limit);
    Ok(shown.map(|candle| (candle, (candle.open_at + span).millis() - 1)).collect())
}

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
