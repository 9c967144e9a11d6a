//! The table of paths.

use aurora_model::Nanos;

use super::{account, bills, market, orders, public, settings};
use crate::okx::algo;
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;
use crate::okx::limit::{Rule, Scope};
use crate::okx::trade::Operation;
use crate::request::Request;

/// Reads something: the rows, brackets included.
type Read = fn(&mut Desk<'_, '_>, &Request<'_>) -> Answer<String>;
/// Changes something: the rows.
type Write = fn(&mut Desk<'_, '_>, &[u8]) -> Answer<String>;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Public,
    Private,
}

/// What a path does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    Rows(Read),
    Change(Write),
    Orders { operation: Operation, is_batch: bool },
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) rule: Rule,
    pub(crate) work: Work,
}

impl Route {
    fn method(&self) -> &'static str {
        match self.work {
            Work::Rows(_) => "GET",
            Work::Change(_) | Work::Orders { .. } => "POST",
        }
    }
}

/// So many in two seconds.
const fn in_two_seconds(most: u32, by: Scope) -> Rule {
    Rule { most, per: Nanos(2 * Nanos::SECOND.0), by }
}

/// Something everybody may read.
const fn open(path: &'static str, most: u32, read: Read) -> Route {
    let rule = in_two_seconds(most, Scope::Address);
    Route { path, access: Access::Public, rule, work: Work::Rows(read) }
}

/// Something an account may read.
const fn own(path: &'static str, most: u32, read: Read) -> Route {
    let rule = in_two_seconds(most, Scope::User);
    Route { path, access: Access::Private, rule, work: Work::Rows(read) }
}

/// Something an account may change.
const fn change(path: &'static str, most: u32, write: Write) -> Route {
    let rule = in_two_seconds(most, Scope::User);
    Route { path, access: Access::Private, rule, work: Work::Change(write) }
}

/// Orders, one or a batch; counted by instrument.
const fn order(path: &'static str, most: u32, operation: Operation, is_batch: bool) -> Route {
    let rule = in_two_seconds(most, Scope::UserInstrument);
    Route { path, access: Access::Private, rule, work: Work::Orders { operation, is_batch } }
}

/// Every path under `/api/v5/`.
const ROUTES: &[Route] = &[
    open("public/time", 10, public::time),
    open("system/status", 5, public::status),
    open("public/instruments", 20, public::instruments),
    open("public/underlying", 20, public::underlying),
    open("public/funding-rate", 20, public::funding_rate),
    open("public/funding-rate-history", 20, public::funding_history),
    open("public/open-interest", 20, public::open_interest),
    open("public/mark-price", 20, public::mark_price),
    open("public/price-limit", 20, public::price_limit),
    open("public/position-tiers", 20, public::position_tiers),
    open("public/insurance-fund", 10, public::nothing),
    open("public/liquidation-orders", 40, public::nothing),
    open("public/convert-contract-coin", 10, public::convert),
    open("market/books", 40, market::books),
    open("market/books-full", 10, market::books_full),
    open("market/books-lite", 6, market::books),
    open("market/candles", 40, market::candles),
    open("market/history-candles", 20, market::candles),
    open("market/mark-price-candles", 20, market::price_candles),
    open("market/history-mark-price-candles", 20, market::price_candles),
    open("market/index-candles", 20, market::index_candles),
    open("market/history-index-candles", 20, market::index_candles),
    open("market/trades", 100, market::trades),
    open("market/history-trades", 20, market::trades),
    open("market/ticker", 20, market::ticker),
    open("market/tickers", 20, market::tickers),
    open("market/index-tickers", 20, market::index_tickers),
    open("market/platform-24-volume", 2, market::platform_volume),
    open("market/exchange-rate", 1, market::exchange_rate),
    own("account/config", 5, account::config),
    own("account/balance", 10, account::balance),
    own("account/positions", 10, account::positions),
    own("account/account-position-risk", 10, account::risk),
    own("account/positions-history", 10, account::positions_history),
    own("account/leverage-info", 20, account::leverage),
    own("account/instruments", 20, public::instruments),
    own("account/trade-fee", 5, account::trade_fee),
    own("account/max-size", 20, account::max_size),
    own("account/max-avail-size", 20, account::max_available),
    own("account/bills", 5, bills::bills),
    own("account/bills-archive", 5, bills::bills),
    own("asset/currencies", 6, account::currencies),
    own("asset/balances", 6, account::funding_balances),
    own("trade/order", 60, orders::one),
    own("trade/orders-pending", 60, orders::pending),
    own("trade/orders-history", 40, orders::history),
    own("trade/orders-history-archive", 20, orders::history),
    own("trade/fills", 60, orders::fills),
    own("trade/fills-history", 10, orders::fills),
    own("trade/order-algo", 20, algo::one),
    own("trade/orders-algo-pending", 20, algo::pending),
    own("trade/orders-algo-history", 20, algo::history),
    own("trade/account-rate-limit", 1, account::rate_limit),
    change("account/set-leverage", 20, settings::set_leverage),
    change("account/set-position-mode", 5, settings::set_position_mode),
    change("account/position/margin-balance", 20, settings::move_margin),
    change("trade/cancel-all-after", 2, settings::cancel_all_after),
    change("trade/close-position", 20, settings::close_position),
    change("trade/order-algo", 20, algo::place),
    change("trade/cancel-algos", 20, algo::cancel),
    order("trade/order", 60, Operation::Place, false),
    order("trade/amend-order", 60, Operation::Amend, false),
    order("trade/cancel-order", 60, Operation::Cancel, false),
    order("trade/batch-orders", 300, Operation::Place, true),
    order("trade/amend-batch-orders", 300, Operation::Amend, true),
    order("trade/cancel-batch-orders", 300, Operation::Cancel, true),
];

/// The route of a request, and its place in the table.
pub(crate) fn route(method: &str, path: &str) -> Answer<(usize, &'static Route)> {
    let known = path.strip_prefix("/api/v5/").unwrap_or_default();
    let mut there = ROUTES.iter().enumerate().filter(|(_, route)| route.path == known).peekable();
    if there.peek().is_none() {
        return Err(Refusal::saying(404, "Not Found"));
    }
    there.find(|(_, route)| route.method() == method).ok_or(Refusal::of(50115))
}

/// The place of an order operation's rule, for the same operation over a socket.
pub(crate) fn of_operation(operation: Operation, is_batch: bool) -> (usize, &'static Route) {
    let same = |route: &Route| match route.work {
        Work::Orders { operation: known, is_batch: batch } => {
            (known, batch) == (operation, is_batch)
        }
        Work::Rows(_) | Work::Change(_) => false,
    };
    let place = ROUTES.iter().position(same).expect("every operation is in the table");
    (place, &ROUTES[place])
}
