//! Why Bybit says no: its numbers and its words.
//!
//! `retMsg` texts are the venue's own where a client is known to read them; the number is what counts.

use std::borrow::Cow;

/// A refusal in the venue's words; HTTP stays 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `retCode`.
    pub(super) code: u32,
    /// `retMsg`.
    pub(super) message: Cow<'static, str>,
}

impl Refusal {
    pub(super) const fn new(code: u32, message: &'static str) -> Refusal {
        Refusal { code, message: Cow::Borrowed(message) }
    }

    pub(super) fn told(code: u32, message: String) -> Refusal {
        Refusal { code, message: Cow::Owned(message) }
    }

    /// 10001: a parameter is missing, malformed or of the wrong kind.
    pub(super) fn params(what: impl AsRef<str>) -> Refusal {
        Refusal::told(10_001, format!("params error: {}", what.as_ref()))
    }

    /// 10001 for a parameter that has to be there.
    pub(super) fn missing(name: &str) -> Refusal {
        Refusal::params(format!("{name} is required"))
    }
}

pub(super) const SERVER_TIMEOUT: Refusal = Refusal::new(10_000, "Server Timeout");
pub(super) const CATEGORY: Refusal = Refusal::new(10_001, "Illegal category");
pub(super) const SYMBOL: Refusal = Refusal::new(10_001, "params error: symbol invalid");
pub(super) const POSITION_IDX: Refusal =
    Refusal::new(10_001, "position idx not match position mode");
pub(super) const QTY: Refusal = Refusal::new(10_001, "Qty invalid");
pub(super) const QTY_TOO_LARGE: Refusal =
    Refusal::new(10_001, "The number of contracts exceeds maximum limit allowed: too large");
pub(super) const QTY_TOO_SMALL: Refusal =
    Refusal::new(10_001, "The number of contracts exceeds minimum limit allowed");
pub(super) const PRICE_TICK: Refusal =
    Refusal::new(10_001, "params error: price invalid, not a multiple of the tick size");
pub(super) const API_KEY: Refusal = Refusal::new(10_003, "API key is invalid.");
pub(super) const NO_API_KEY: Refusal = Refusal::new(
    10_001,
    "empty value: apiTimestamp[] apiKey[] apiSignature[]: send the X-BAPI headers",
);
pub(super) const PERMISSION: Refusal =
    Refusal::new(10_005, "Permission denied, please check your API key permissions.");
pub(super) const TOO_MANY_VISITS: Refusal =
    Refusal::new(10_006, "Too many visits. Exceeded the API Rate Limit.");
pub(super) const SERVER_ERROR: Refusal =
    Refusal::new(10_016, "Server error. Please try again later.");
pub(super) const RESTARTING: Refusal = Refusal::new(10_019, "ws trade service is restarting");
pub(super) const NO_ROUTE: Refusal =
    Refusal::new(10_017, "Route not found: check the path and the method.");
pub(super) const OP: Refusal = Refusal::new(10_404, "op type is not found");
pub(super) const DUPLICATE_REQ_ID: Refusal = Refusal::new(20_006, "reqId is duplicate");
pub(super) const GONE_CANCEL: Refusal =
    Refusal::new(110_001, "order not exists or too late to cancel");
pub(super) const GONE_AMEND: Refusal =
    Refusal::new(110_001, "order not exists or too late to replace");
pub(super) const PRICE_BAND: Refusal =
    Refusal::new(110_003, "Order price exceeds the allowable range.");
pub(super) const NO_FUNDS: Refusal = Refusal::new(110_007, "ab not enough for new order");
pub(super) const STOP_ORDERS: Refusal =
    Refusal::new(110_009, "The number of stop orders exceeds the maximum allowable limit");
pub(super) const LEVERAGE_RISK: Refusal =
    Refusal::new(110_013, "cannot set leverage: above what the risk limit allows");
pub(super) const ZERO_POSITION: Refusal =
    Refusal::new(110_017, "current position is zero, cannot fix reduce-only order qty");
pub(super) const TRUNCATED_TO_ZERO: Refusal =
    Refusal::new(110_017, "orderQty will be truncated to zero.");
pub(super) const ACTIVE_ORDERS: Refusal =
    Refusal::new(110_020, "Not allowed to have more than 500 active orders");
pub(super) const MODE_HAS_POSITION: Refusal =
    Refusal::new(110_024, "You have an existing position, so the position mode cannot be switched");
pub(super) const MODE_UNCHANGED: Refusal = Refusal::new(110_025, "Position mode is not modified");
pub(super) const ISOLATED_UNCHANGED: Refusal =
    Refusal::new(110_026, "Cross/isolated margin mode is not modified");
pub(super) const MODE_HAS_ORDERS: Refusal =
    Refusal::new(110_028, "You have existing open orders, so the position mode cannot be switched");
pub(super) const LEVERAGE_UNCHANGED: Refusal = Refusal::new(110_043, "leverage not modified");
pub(super) const BELOW_FILLED: Refusal = Refusal::new(
    110_064,
    "The number of contracts modified cannot be less than or equal to the filled quantity",
);
pub(super) const NOT_TRADING: Refusal = Refusal::new(110_066, "Trading is currently not allowed.");
pub(super) const DUPLICATE_LINK_ID: Refusal = Refusal::new(110_072, "OrderLinkedID is duplicate");
pub(super) const STOP_UNCHANGED: Refusal = Refusal::new(34_040, "not modified");
