//! A ticker, as `market/tickers` and the `tickers` topic show it.

use aurora_matching::Exchange;
use aurora_model::{InstrumentNo, Nanos};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Counted, Millis, Number};

/// One row.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bybit) struct TickerRow<'a> {
    symbol: &'a str,
    tick_direction: &'static str,
    last_price: Decimal,
    index_price: Number,
    mark_price: Number,
    prev_price24h: Decimal,
    price24h_pcnt: Number,
    high_price24h: Decimal,
    low_price24h: Decimal,
    prev_price1h: Decimal,
    open_interest: Decimal,
    open_interest_value: Number,
    turnover24h: Number,
    volume24h: Decimal,
    funding_rate: Number,
    next_funding_time: Millis,
    funding_interval_hour: String,
    funding_cap: Number,
    predicted_delivery_price: &'static str,
    basis_rate: &'static str,
    basis: &'static str,
    delivery_fee_rate: &'static str,
    delivery_time: &'static str,
    bid1_price: String,
    bid1_size: String,
    ask1_price: String,
    ask1_size: String,
}

impl<'a> TickerRow<'a> {
    /// The instrument now; `None` for an instrument that is not listed.
    pub(in crate::bybit) fn new(exchange: &'a Exchange, no: InstrumentNo) -> Option<TickerRow<'a>> {
        let listing = exchange.listing(no)?;
        let mark = exchange.mark_price(no);
        let day = exchange.ticker_24h(no);
        let (bid, ask) = exchange.touch(no);
        let price = |level: Option<(_, _)>| {
            level.map_or(String::new(), |(price, _)| listing.price(price).to_string())
        };
        let size = |level: Option<(_, _)>| {
            level.map_or(String::new(), |(_, qty)| listing.qty(qty).to_string())
        };
        let hour = exchange.candles(no, Nanos::SECOND * 3_600, 1);
        let open = day.map_or(Decimal::ZERO, |day| listing.price(day.open));
        let last = day.map_or(Decimal::ZERO, |day| listing.price(day.last));
        let held = listing.qty(exchange.open_interest(no));
        let of_mark = |of: fn(&aurora_matching::exchange::MarkPrice) -> Decimal| {
            mark.as_ref().map_or(Decimal::ZERO, of)
        };
        let interval = listing.funding_interval.unwrap_or(Nanos(0));
        Some(TickerRow {
            symbol: &listing.instrument.symbol,
            tick_direction: if last < open { "MinusTick" } else { "PlusTick" },
            last_price: last,
            index_price: Number(of_mark(|m| m.index)),
            mark_price: Number(of_mark(|m| m.mark)),
            prev_price24h: open,
            price24h_pcnt: Number((last - open).checked_div(open).unwrap_or_default().round_dp(6)),
            high_price24h: day.map_or(Decimal::ZERO, |day| listing.price(day.high)),
            low_price24h: day.map_or(Decimal::ZERO, |day| listing.price(day.low)),
            prev_price1h: hour.first().map_or(open, |hour| listing.price(hour.open)),
            open_interest: held,
            open_interest_value: Number((held * of_mark(|m| m.mark)).round_dp(4)),
            turnover24h: Number(day.map_or(Decimal::ZERO, |day| day.turnover.decimal())),
            volume24h: day.map_or(Decimal::ZERO, |day| listing.qty(day.volume)),
            funding_rate: Number(of_mark(|m| m.funding_rate)),
            next_funding_time: Millis(mark.and_then(|m| m.next_funding_at).unwrap_or(Nanos(0))),
            funding_interval_hour: (interval.0 / (3_600 * Nanos::SECOND.0)).to_string(),
            funding_cap: Number(listing.funding_cap),
            predicted_delivery_price: "",
            basis_rate: "",
            basis: "",
            delivery_fee_rate: "",
            delivery_time: "0",
            bid1_price: price(bid),
            bid1_size: size(bid),
            ask1_price: price(ask),
            ask1_size: size(ask),
        })
    }
}
