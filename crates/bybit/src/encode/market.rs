//! Public calls.

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, CallNo, Urgency};

use super::read;
use super::text::Query;
use crate::limits::Path;

fn public(no: CallNo, path: &'static str, query: Query) -> Call {
    read(no, path, query.end(), Path::Public, Auth::Public)
}

/// The venue's clock.
pub fn time(no: CallNo) -> Call {
    let call = public(no, "/v5/market/time", Query::default());
    Call { urgency: Urgency::Resolve, ..call }
}

/// Maintenance, planned and running.
pub fn system_status(no: CallNo) -> Call {
    public(no, "/v5/system/status", Query::default())
}

/// Instrument rules, a thousand a page.
pub fn instruments(no: CallNo, cursor: Option<&str>) -> Call {
    let query = Query::linear().add("limit", 1000).cursor(cursor);
    public(no, "/v5/market/instruments-info", query)
}

/// The book, at most a thousand levels a side.
pub fn orderbook(no: CallNo, symbol: &str, limit: u16) -> Call {
    let query = Query::linear().add("symbol", symbol).add("limit", limit);
    public(no, "/v5/market/orderbook", query)
}

/// The newest public trades.
pub fn recent_trades(no: CallNo, symbol: &str, limit: u16) -> Call {
    let query = Query::linear().add("symbol", symbol).add("limit", limit);
    public(no, "/v5/market/recent-trade", query)
}

/// Tickers of one instrument or of all.
pub fn tickers(no: CallNo, symbol: Option<&str>) -> Call {
    public(no, "/v5/market/tickers", Query::linear().maybe("symbol", symbol))
}

/// Candles, newest first; `interval` in minutes, or `D`, `W`, `M`.
pub fn klines(no: CallNo, symbol: &str, interval: &str, limit: u16) -> Call {
    let query = Query::linear().add("symbol", symbol).add("interval", interval).add("limit", limit);
    public(no, "/v5/market/kline", query)
}

/// Funding paid, newest first, up to that moment.
pub fn funding_history(no: CallNo, symbol: &str, until: Option<Nanos>, limit: u16) -> Call {
    let query = Query::linear()
        .add("symbol", symbol)
        .maybe("endTime", until.map(Nanos::millis))
        .add("limit", limit);
    public(no, "/v5/market/funding/history", query)
}

/// Open interest, newest first; `interval` is `5min`, `15min`, `30min`, `1h`, `4h` or `1d`.
pub fn open_interest(no: CallNo, symbol: &str, interval: &str, cursor: Option<&str>) -> Call {
    let query = Query::linear().add("symbol", symbol).add("intervalTime", interval).cursor(cursor);
    public(no, "/v5/market/open-interest", query)
}

/// The band orders must stay in.
pub fn price_limit(no: CallNo, symbol: &str) -> Call {
    public(no, "/v5/market/price-limit", Query::linear().add("symbol", symbol))
}

/// The tiers of margin by position size.
pub fn risk_limit(no: CallNo, symbol: &str) -> Call {
    public(no, "/v5/market/risk-limit", Query::linear().add("symbol", symbol))
}
