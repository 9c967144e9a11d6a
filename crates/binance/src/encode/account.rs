//! Balances, positions, settings, and the key of the private stream.

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, MarginMode, Method, Rules, Urgency};

use super::READ_WINDOW_MS;
use super::params::{Params, Shape};

/// The whole account: totals, assets, positions.
pub fn account() -> Call {
    read("/fapi/v3/account", 5)
}

/// Wallet balances.
pub fn balance() -> Call {
    read("/fapi/v3/balance", 5)
}

/// Positions, and instruments with an open order.
pub fn position_risk() -> Call {
    read("/fapi/v3/positionRisk", 5)
}

/// Leverage and margin mode of every instrument.
pub fn symbol_config() -> Call {
    read("/fapi/v1/symbolConfig", 5)
}

/// The account's own order limits.
pub fn rate_limits() -> Call {
    read("/fapi/v1/rateLimit/order", 1)
}

/// What the account pays for trading an instrument.
pub fn commission_rate(rules: &Rules) -> Call {
    Shape::signed(Method::Get, "/fapi/v1/commissionRate", 20).call_for(rules.no, of(rules))
}

/// Leverage by size of the position.
pub fn leverage_bracket(rules: &Rules) -> Call {
    Shape::signed(Method::Get, "/fapi/v1/leverageBracket", 1).call_for(rules.no, of(rules))
}

/// What moved the wallets since that time, of one kind (`FUNDING_FEE`, `TRANSFER` …), a thousand rows from the oldest.
pub fn income(kind: &str, since: Nanos) -> Call {
    let params = Params::new()
        .with("incomeType", kind)
        .with("startTime", since.millis())
        .with("limit", 1000)
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Get, "/fapi/v1/income", 30).call(params)
}

/// Sets the leverage of an instrument.
pub fn leverage(rules: &Rules, leverage: u32) -> Call {
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("leverage", leverage)
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Post, "/fapi/v1/leverage", 1).call_for(rules.no, params)
}

/// Sets cross or isolated margin of an instrument.
pub fn margin_type(rules: &Rules, mode: MarginMode) -> Call {
    let word = match mode {
        MarginMode::Cross => "CROSSED",
        MarginMode::Isolated => "ISOLATED",
    };
    let params = Params::new()
        .with("symbol", &rules.instrument.symbol)
        .with("marginType", word)
        .with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Post, "/fapi/v1/marginType", 1).call_for(rules.no, params)
}

/// Whether long and short positions are kept apart.
pub fn position_mode() -> Call {
    read("/fapi/v1/positionSide/dual", 30)
}

/// Keeps long and short positions apart, or not.
pub fn set_position_mode(hedge: bool) -> Call {
    let params = Params::new().with("dualSidePosition", hedge).with("recvWindow", READ_WINDOW_MS);
    Shape::signed(Method::Post, "/fapi/v1/positionSide/dual", 1).call(params)
}

/// A listen key for an hour; the living one, if there is one.
pub fn new_listen_key() -> Call {
    listen_key(Method::Post)
}

/// Another hour for the listen key.
pub fn keep_listen_key() -> Call {
    listen_key(Method::Put)
}

fn listen_key(method: Method) -> Call {
    let shape = Shape::signed(method, "/fapi/v1/listenKey", 1).urgent(Urgency::Resolve);
    Shape { auth: Auth::Key, ..shape }.call(Params::new())
}

fn read(path: &'static str, weight: u32) -> Call {
    Shape::signed(Method::Get, path, weight).call(Params::new().with("recvWindow", READ_WINDOW_MS))
}

fn of(rules: &Rules) -> Params {
    Params::new().with("symbol", &rules.instrument.symbol).with("recvWindow", READ_WINDOW_MS)
}
