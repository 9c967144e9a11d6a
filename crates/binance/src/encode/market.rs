//! Public data.

use aurora_wire::{Call, Rules, Urgency};

use super::params::{Params, Shape};

/// Whether the venue answers at all.
pub fn ping() -> Call {
    Shape::public("/fapi/v1/ping", 1).call(Params::new())
}

/// The venue's clock.
pub fn time() -> Call {
    Shape::public("/fapi/v1/time", 1).urgent(Urgency::Resolve).call(Params::new())
}

/// Every instrument's rules, and the limits.
pub fn exchange_info() -> Call {
    Shape::public("/fapi/v1/exchangeInfo", 1).call(Params::new())
}

/// The whole book to `limit` levels a side: 5, 10, 20, 50, 100, 500 or 1000.
pub fn depth(rules: &Rules, limit: u32) -> Call {
    let weight = match limit {
        ..=50 => 2,
        51..=100 => 5,
        101..=500 => 10,
        _ => 20,
    };
    with_limit("/fapi/v1/depth", weight, rules, limit)
}

/// The newest public trades.
pub fn trades(rules: &Rules, limit: u32) -> Call {
    with_limit("/fapi/v1/trades", 5, rules, limit)
}

/// The newest public trades, those of one taker at one price as one.
pub fn agg_trades(rules: &Rules, limit: u32) -> Call {
    with_limit("/fapi/v1/aggTrades", 20, rules, limit)
}

/// Candles; `interval` such as `1m`.
pub fn klines(rules: &Rules, interval: &str, limit: u32) -> Call {
    let weight = match limit {
        ..100 => 1,
        100..500 => 2,
        500..=1000 => 5,
        _ => 10,
    };
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("interval", interval)
        .with("limit", limit);
    Shape::public("/fapi/v1/klines", weight).call_for(rules.no, params)
}

/// Best bid and ask.
pub fn book_ticker(rules: &Rules) -> Call {
    of("/fapi/v1/ticker/bookTicker", 2, rules)
}

/// The last 24 hours.
pub fn ticker_24h(rules: &Rules) -> Call {
    of("/fapi/v1/ticker/24hr", 1, rules)
}

/// Mark and index price, and funding.
pub fn premium_index(rules: &Rules) -> Call {
    of("/fapi/v1/premiumIndex", 1, rules)
}

/// Open interest now.
pub fn open_interest(rules: &Rules) -> Call {
    of("/fapi/v1/openInterest", 1, rules)
}

/// Funding rates paid.
pub fn funding_rate(rules: &Rules, limit: u32) -> Call {
    with_limit("/fapi/v1/fundingRate", 1, rules, limit)
}

/// Funding intervals of the instruments whose interval is not eight hours.
pub fn funding_info() -> Call {
    Shape::public("/fapi/v1/fundingInfo", 1).call(Params::new())
}

fn of(path: &'static str, weight: u32, rules: &Rules) -> Call {
    let params = Params::new().with("symbol", &rules.instrument.symbol);
    Shape::public(path, weight).call_for(rules.no, params)
}

fn with_limit(path: &'static str, weight: u32, rules: &Rules, limit: u32) -> Call {
    let params = Params::new().with("symbol", &rules.instrument.symbol).with("limit", limit);
    Shape::public(path, weight).call_for(rules.no, params)
}
