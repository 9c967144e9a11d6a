//! Books, trades and candles.

use aurora_matching::exchange::{Candle, PublicTrade};
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};

use super::call::Call;
use super::code::{Answer, ApiError};
use super::json::{Object, list};
use super::listed::Listed;
use super::trade::window;

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

pub(super) const MINUTE: i64 = 60 * Nanos::SECOND.0;

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
