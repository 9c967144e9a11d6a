//! Questions. Nothing here changes anything.

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Call, Rules};

use super::{call, many};
use crate::limits;

fn read(endpoint: limits::Endpoint, query: String) -> Call {
    call(endpoint, query, String::new())
}

fn of(endpoint: limits::Endpoint, symbol: &str) -> Call {
    read(endpoint, format!("instId={symbol}"))
}

fn about(endpoint: limits::Endpoint, query: String, instrument: InstrumentNo) -> Call {
    many(endpoint, query, String::new(), 1, Some(instrument))
}

/// The venue's time.
pub fn time() -> Call {
    read(limits::TIME, String::new())
}

/// Maintenance, planned and running.
pub fn status() -> Call {
    read(limits::STATUS, String::new())
}

/// Rules of every instrument of a kind: `SPOT`, `SWAP`, `FUTURES`.
pub fn instruments(kind: &str) -> Call {
    read(limits::INSTRUMENTS, format!("instType={kind}"))
}

/// The book to a depth of at most 400.
pub fn book(symbol: &str, depth: u16) -> Call {
    read(limits::BOOK, format!("instId={symbol}&sz={depth}"))
}

/// Candles, newest first: `bar` is `1m`, `1H`, `1Dutc` …
pub fn candles(symbol: &str, bar: &str, limit: u16) -> Call {
    read(limits::CANDLES, format!("instId={symbol}&bar={bar}&limit={limit}"))
}

/// The newest public trades, newest first.
pub fn trades(symbol: &str, limit: u16) -> Call {
    read(limits::TRADES, format!("instId={symbol}&limit={limit}"))
}

/// The funding rate building up.
pub fn funding(symbol: &str) -> Call {
    of(limits::FUNDING, symbol)
}

/// Funding rates that were paid.
pub fn funding_history(symbol: &str) -> Call {
    of(limits::FUNDING_HISTORY, symbol)
}

/// Open interest.
pub fn open_interest(kind: &str, symbol: &str) -> Call {
    read(limits::OPEN_INTEREST, format!("instType={kind}&instId={symbol}"))
}

/// Mark price.
pub fn mark_price(kind: &str, symbol: &str) -> Call {
    read(limits::MARK_PRICE, format!("instType={kind}&instId={symbol}"))
}

/// The highest buy and the lowest sell.
pub fn price_limit(symbol: &str) -> Call {
    of(limits::PRICE_LIMIT, symbol)
}

/// How the account is set.
pub fn config() -> Call {
    read(limits::CONFIG, String::new())
}

/// The wallet.
pub fn balance() -> Call {
    read(limits::BALANCE, String::new())
}

/// What moved the wallet since that time, of one kind (1 transfers, 8 funding), newest first, a hundred at a time;
/// `after` is the id of the last one seen.
pub fn bills(kind: &str, since: Nanos, after: Option<&str>) -> Call {
    let after = after.map(|after| format!("after={after}&")).unwrap_or_default();
    read(limits::BILLS, format!("type={kind}&begin={}&{after}limit=100", since.millis()))
}

/// Every position.
pub fn positions() -> Call {
    read(limits::POSITIONS, String::new())
}

/// Fees of the account for a kind of instrument.
pub fn trade_fee(kind: &str) -> Call {
    read(limits::TRADE_FEE, format!("instType={kind}"))
}

/// What became of an order.
pub fn query(rules: &Rules, id: &str) -> Call {
    let query = format!("instId={}&clOrdId={id}", rules.instrument.symbol);
    about(limits::QUERY, query, rules.no)
}

/// Open orders, newest first, a hundred at a time; `after` is the venue's id of the last one seen.
pub fn pending(symbol: Option<&str>, after: Option<u64>) -> Call {
    let mut query = String::new();
    if let Some(symbol) = symbol {
        query += &format!("instId={symbol}&");
    }
    if let Some(after) = after {
        query += &format!("after={after}&");
    }
    read(limits::PENDING, query + "limit=100")
}

/// Open conditional orders: `trigger` or `conditional`.
pub fn pending_triggers(kind: &str) -> Call {
    read(limits::ALGO_PENDING, format!("ordType={kind}&limit=100"))
}

/// The newest ended orders of an instrument, a hundred of the last seven days.
pub fn history(rules: &Rules) -> Call {
    let symbol = &rules.instrument.symbol;
    let kind = crate::rules::inst_type(&rules.instrument.id);
    about(limits::HISTORY, format!("instType={kind}&instId={symbol}&limit=100"), rules.no)
}

/// Fills of the last three days, newest first, a hundred at a time: since a moment, older than `after`.
pub fn fills(since: Nanos, after: Option<&str>) -> Call {
    let mut query = format!("begin={}", since.millis());
    if let Some(after) = after {
        query += &format!("&after={after}");
    }
    read(limits::FILLS, query + "&limit=100")
}

/// Fills of one order.
pub fn fills_of(rules: &Rules, ord_id: u64) -> Call {
    let query = format!("instId={}&ordId={ord_id}&limit=100", rules.instrument.symbol);
    about(limits::FILLS, query, rules.no)
}

/// What became of an order, by the venue's id.
pub fn query_by_venue_id(rules: &Rules, ord_id: u64) -> Call {
    let query = format!("instId={}&ordId={ord_id}", rules.instrument.symbol);
    about(limits::QUERY, query, rules.no)
}
