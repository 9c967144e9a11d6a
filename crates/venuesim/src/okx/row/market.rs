//! What everybody may see: tickers, trades, candles, mark prices, funding, open interest, limits.

use aurora_matching::exchange::{
    BookView, Candle, FundingRecord, MarkPrice, PublicTrade, Ticker24h,
};
use aurora_model::{Lots, Nanos, Side, Ticks};
use rust_decimal::Decimal;

use super::order::side;
use crate::okx::json::Object;
use crate::okx::listed::Listed;

/// One ticker. The day's openings are those of the window where the day is longer.
pub(crate) fn ticker(
    out: &mut String,
    listed: Listed<'_>,
    ticker: Option<&Ticker24h>,
    touch: &BookView,
    day: (Option<Ticks>, Option<Ticks>),
    now: Nanos,
) {
    let price = |ticks: Ticks| listed.price(ticks);
    let best = |levels: &[(Ticks, Lots)]| {
        levels.first().map(|(price, qty)| (listed.price(*price), listed.size(*qty))).unzip()
    };
    let ((bid, bid_size), (ask, ask_size)) = (best(&touch.bids), best(&touch.asks));
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .maybe("last", ticker.map(|ticker| price(ticker.last)))
        .maybe("lastSz", ticker.map(|ticker| listed.size(ticker.last_qty)))
        .maybe("askPx", ask)
        .maybe("askSz", ask_size)
        .maybe("bidPx", bid)
        .maybe("bidSz", bid_size)
        .maybe("open24h", ticker.map(|ticker| price(ticker.open)))
        .maybe("high24h", ticker.map(|ticker| price(ticker.high)))
        .maybe("low24h", ticker.map(|ticker| price(ticker.low)))
        .maybe(
            "volCcy24h",
            ticker.map(|ticker| {
                if listed.is_spot() {
                    ticker.turnover.decimal().normalize()
                } else {
                    listed.base_size(ticker.volume)
                }
            }),
        )
        .maybe("vol24h", ticker.map(|ticker| listed.size(ticker.volume)))
        .maybe("sodUtc0", day.0.map(price))
        .maybe("sodUtc8", day.1.map(price))
        .put("ts", ticker.map_or(now, |ticker| ticker.to).millis());
    row.end();
}

/// An index: the price the pair has elsewhere.
pub(crate) fn index_ticker(
    out: &mut String,
    listed: Listed<'_>,
    mark: &MarkPrice,
    ticker: Option<&Ticker24h>,
) {
    let index = listed.rounded(mark.index);
    let price = |ticks: Option<Ticks>| ticks.map_or(index, |ticks| listed.price(ticks));
    let mut row = Object::begin(out);
    row.put("instId", listed.pair())
        .put("idxPx", index)
        .put("high24h", price(ticker.map(|ticker| ticker.high)))
        .put("low24h", price(ticker.map(|ticker| ticker.low)))
        .put("open24h", price(ticker.map(|ticker| ticker.open)))
        .put("sodUtc0", price(ticker.map(|ticker| ticker.open)))
        .put("sodUtc8", price(ticker.map(|ticker| ticker.open)))
        .put("ts", mark.at.millis());
    row.end();
}

/// One public trade, as REST shows it.
pub(crate) fn trade(out: &mut String, listed: Listed<'_>, trade: &PublicTrade) {
    let mut row = Object::begin(out);
    trade_fields(&mut row, listed, trade);
    row.end();
}

/// One public trade of the `trades` channel.
pub(crate) fn trade_push(out: &mut String, listed: Listed<'_>, trade: &PublicTrade, seq: u64) {
    let mut row = Object::begin(out);
    trade_fields(&mut row, listed, trade);
    row.put("count", 1).bare("seqId", seq);
    row.end();
}

fn trade_fields(row: &mut Object<'_>, listed: Listed<'_>, trade: &PublicTrade) {
    row.put("instId", listed.inst_id())
        .put("tradeId", trade.id)
        .put("px", listed.price(trade.price))
        .put("sz", listed.size(trade.qty))
        .put("side", side(trade.aggressor))
        .put("source", 0)
        .put("ts", trade.at.millis());
}

/// One candle as the venue's array.
pub(crate) fn candle(out: &mut String, listed: Listed<'_>, candle: &Candle) {
    use std::fmt::Write as _;
    let turnover = candle.turnover.decimal().normalize();
    let in_currency = if listed.is_spot() { turnover } else { listed.base_size(candle.volume) };
    let _ = write!(
        out,
        "[\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{in_currency}\",\"{turnover}\",\"{}\"]",
        candle.open_at.millis(),
        listed.price(candle.open),
        listed.price(candle.high),
        listed.price(candle.low),
        listed.price(candle.close),
        listed.size(candle.volume),
        u8::from(candle.is_closed),
    );
}

/// One mark price.
pub(crate) fn mark_price(out: &mut String, listed: Listed<'_>, mark: &MarkPrice) {
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("markPx", listed.rounded(mark.mark))
        .put("ts", mark.at.millis());
    row.end();
}

/// The running funding rate.
pub(crate) fn funding_rate(out: &mut String, listed: Listed<'_>, mark: &MarkPrice) {
    let interval = listed.listing.funding_interval.unwrap_or_default();
    let next = mark.next_funding_at.unwrap_or_default();
    let cap = listed.listing.funding_cap.normalize();
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("method", "current_period")
        .put("formulaType", "noRate")
        .put("fundingRate", mark.funding_rate.normalize())
        .put("nextFundingRate", "")
        .put("fundingTime", next.millis())
        .put("nextFundingTime", (next + interval).millis())
        .put("prevFundingTime", (next - interval).millis())
        .put("minFundingRate", -cap)
        .put("maxFundingRate", cap)
        .put("settState", "settled")
        .put("settFundingRate", mark.funding_rate.normalize())
        .put("premium", premium(mark))
        .put("interestRate", "0.0001")
        .put("impactValue", "")
        .put("ts", mark.at.millis());
    row.end();
}

fn premium(mark: &MarkPrice) -> Decimal {
    (mark.mark - mark.index).checked_div(mark.index).unwrap_or_default().round_dp(10).normalize()
}

/// One settled funding rate.
pub(crate) fn funding_record(out: &mut String, listed: Listed<'_>, record: &FundingRecord) {
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("fundingRate", record.rate.normalize())
        .put("realizedRate", record.rate.normalize())
        .put("fundingTime", record.at.millis())
        .put("method", "current_period")
        .put("formulaType", "noRate");
    row.end();
}

/// How much is held.
pub(crate) fn open_interest(
    out: &mut String,
    listed: Listed<'_>,
    held: Lots,
    price: Decimal,
    now: Nanos,
) {
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("oi", listed.size(held))
        .put("oiCcy", listed.base_size(held))
        .put("oiUsd", listed.worth(price, held).decimal().round_dp(4).normalize())
        .put("ts", now.millis());
    row.end();
}

/// How far a price may go.
pub(crate) fn price_limit(
    out: &mut String,
    listed: Listed<'_>,
    limits: Option<(Ticks, Ticks)>,
    now: Nanos,
) {
    let (buy, sell) = limits.unzip();
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .maybe("buyLmt", buy.map(|ticks| listed.price(ticks)))
        .maybe("sellLmt", sell.map(|ticks| listed.price(ticks)))
        .bare("enabled", limits.is_some())
        .put("ts", now.millis());
    row.end();
}

/// The only position tier there is.
pub(crate) fn position_tier(out: &mut String, listed: Listed<'_>) {
    let listing = listed.listing;
    let leverage = Decimal::from(listing.max_leverage);
    let mut row = Object::begin(out);
    row.put("instId", listed.inst_id())
        .put("instFamily", listed.family())
        .put("uly", listed.family())
        .put("tier", 1)
        .put("minSz", 0)
        .put("maxSz", listed.size(listing.max_qty))
        .put("mmr", listing.maintenance_rate.normalize())
        .put(
            "imr",
            Decimal::ONE.checked_div(leverage).unwrap_or(Decimal::ONE).round_dp(6).normalize(),
        )
        .put("maxLever", leverage)
        .blank(&["optMgnFactor", "quoteMaxLoan", "baseMaxLoan"]);
    row.end();
}

/// One forced close, for everybody to see.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forced {
    pub(crate) side: Side,
    pub(crate) qty: Lots,
    pub(crate) price: Ticks,
    pub(crate) at: Nanos,
}

/// The row of `liquidation-orders`: the closing order's side, the position's opposite.
pub(crate) fn liquidation(out: &mut String, listed: Listed<'_>, forced: &Forced) {
    let mut row = Object::begin(out);
    row.put("instType", listed.inst_type())
        .put("instId", listed.inst_id())
        .put("instFamily", listed.family())
        .put("uly", listed.family())
        .with("details", |out| {
            out.push('[');
            let mut detail = Object::begin(out);
            detail
                .put("side", side(forced.side))
                .put(
                    "posSide",
                    match forced.side {
                        Side::Buy => "short",
                        Side::Sell => "long",
                    },
                )
                .put("bkPx", listed.price(forced.price))
                .put("sz", listed.size(forced.qty))
                .put("bkLoss", 0)
                .put("ccy", "")
                .put("ts", forced.at.millis());
            detail.end();
            out.push(']');
        });
    row.end();
}
