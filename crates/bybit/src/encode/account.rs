//! Calls about the account: positions, balances, settings.

use aurora_model::Nanos;
use aurora_wire::{Auth, Call, CallNo, MarginMode, Urgency};

use super::text::{Object, Query};
use super::{post, read};
use crate::limits::Path;

/// Whose positions or orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    /// Of one instrument.
    Symbol(&'a str),
    /// Of everything that settles in that currency.
    Settle(&'a str),
}

impl Which<'_> {
    pub(crate) fn query(self, query: Query) -> Query {
        match self {
            Which::Symbol(symbol) => query.add("symbol", symbol),
            Which::Settle(coin) => query.add("settleCoin", coin),
        }
    }
}

fn signed(no: CallNo, path: &'static str, query: Query, limit: Path) -> Call {
    read(no, path, query.end(), limit, Auth::Signed)
}

/// Positions, two hundred a page.
pub fn positions(no: CallNo, which: Which<'_>, cursor: Option<&str>) -> Call {
    let query = which.query(Query::linear()).add("limit", 200).cursor(cursor);
    signed(no, "/v5/position/list", query, Path::Positions)
}

/// Balances of the unified account.
pub fn wallet_balance(no: CallNo) -> Call {
    let query = Query::default().add("accountType", "UNIFIED");
    signed(no, "/v5/account/wallet-balance", query, Path::Account)
}

/// What moved the wallet in that span of at most a week, of one kind (`SETTLEMENT` is funding, `TRANSFER_IN`,
/// `TRANSFER_OUT`), newest first, fifty a page.
pub fn transaction_log(
    no: CallNo,
    kind: &str,
    (since, until): (Nanos, Nanos),
    cursor: Option<&str>,
) -> Call {
    let query = Query::default()
        .add("accountType", "UNIFIED")
        .add("type", kind)
        .add("startTime", since.millis())
        .add("endTime", until.millis())
        .add("limit", 50)
        .cursor(cursor);
    signed(no, "/v5/account/transaction-log", query, Path::Account)
}

/// Margin mode and kind of the account.
pub fn account_info(no: CallNo) -> Call {
    signed(no, "/v5/account/info", Query::default(), Path::Account)
}

/// What the account pays.
pub fn fee_rate(no: CallNo, symbol: &str) -> Call {
    signed(no, "/v5/account/fee-rate", Query::linear().add("symbol", symbol), Path::Account)
}

/// What the key may do.
pub fn query_api(no: CallNo) -> Call {
    signed(no, "/v5/user/query-api", Query::default(), Path::Account)
}

/// How the dead-man switch is set.
pub fn query_dead_man(no: CallNo) -> Call {
    signed(no, "/v5/account/query-dcp-info", Query::default(), Path::Account)
}

/// Leverage of an instrument, both sides alike.
pub fn set_leverage(no: CallNo, symbol: &str, leverage: u32) -> Call {
    let body = Object::new()
        .text("category", "linear")
        .text("symbol", symbol)
        .text("buyLeverage", leverage)
        .text("sellLeverage", leverage)
        .end();
    post(no, "/v5/position/set-leverage", body, Path::Settings, Urgency::Read)
}

/// Hedge mode or one-way, for everything that settles in that currency.
pub fn switch_mode(no: CallNo, coin: &str, hedge: bool) -> Call {
    let body = Object::new()
        .text("category", "linear")
        .text("coin", coin)
        .raw("mode", if hedge { 3 } else { 0 })
        .end();
    post(no, "/v5/position/switch-mode", body, Path::Settings, Urgency::Read)
}

/// How margin is kept, for the whole account.
pub fn set_margin_mode(no: CallNo, mode: MarginMode) -> Call {
    let word = match mode {
        MarginMode::Cross => "REGULAR_MARGIN",
        MarginMode::Isolated => "ISOLATED_MARGIN",
    };
    let body = Object::new().text("setMarginMode", word).end();
    post(no, "/v5/account/set-margin-mode", body, Path::Settings, Urgency::Read)
}

/// Sets the dead-man switch: orders are cancelled when the private connection is silent for so many seconds.
pub fn set_dead_man(no: CallNo, window_s: i64) -> Call {
    let body = Object::new().text("product", "DERIVATIVES").raw("timeWindow", window_s).end();
    post(no, "/v5/order/disconnected-cancel-all", body, Path::DeadMan, Urgency::Cancel)
}
