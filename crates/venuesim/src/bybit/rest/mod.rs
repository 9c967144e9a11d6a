//! The REST side: which paths there are, who may ask, and what each does.

mod account;
mod asset;
mod closed_pnl;
mod lists;
mod log;
mod market;
mod page;
mod position;
mod trade;

use aurora_matching::exchange::AccountNo;

use super::Bybit;
use super::params::Params;
use super::reply::Answer;
use crate::dialect::{Action, World};

/// A path, what it does, and who answers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) action: Action,
    pub(super) handler: Handler,
}

/// Answers what everybody may ask.
pub(super) type PublicHandler = fn(&World<'_>, &Params) -> Answer;
/// Answers what an account asks.
pub(super) type PrivateHandler = fn(&mut Bybit, &mut World<'_>, AccountNo, &Params) -> Answer;

/// Who answers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handler {
    Public(PublicHandler),
    Private(PrivateHandler),
}

/// The route of a request.
pub(super) fn route(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path && route.method == method)
}

const fn public(path: &'static str, handler: PublicHandler) -> Route {
    Route { method: "GET", path, action: Action::Public, handler: Handler::Public(handler) }
}

const fn private(
    method: &'static str,
    path: &'static str,
    action: Action,
    handler: PrivateHandler,
) -> Route {
    Route { method, path, action, handler: Handler::Private(handler) }
}

const fn read(path: &'static str, handler: PrivateHandler) -> Route {
    private("GET", path, Action::Private, handler)
}

const fn write(path: &'static str, handler: PrivateHandler) -> Route {
    private("POST", path, Action::Private, handler)
}

/// Every path.
pub(super) const ROUTES: &[Route] = &[
    public("/v5/market/time", market::time),
    public("/v5/system/status", market::status),
    public("/v5/announcements/index", market::nothing),
    public("/v5/market/instruments-info", market::instruments),
    public("/v5/market/orderbook", market::order_book),
    public("/v5/market/kline", market::klines),
    public("/v5/market/mark-price-kline", market::price_klines),
    public("/v5/market/index-price-kline", market::price_klines),
    public("/v5/market/premium-index-price-kline", market::premium_klines),
    public("/v5/market/recent-trade", market::recent_trades),
    public("/v5/market/tickers", market::tickers),
    public("/v5/market/funding/history", market::funding_history),
    public("/v5/market/open-interest", market::open_interest),
    public("/v5/market/price-limit", market::price_limit),
    public("/v5/market/risk-limit", market::risk_limit),
    public("/v5/market/account-ratio", market::account_ratio),
    public("/v5/market/insurance", market::nothing),
    public("/v5/market/delivery-price", market::nothing),
    private("POST", "/v5/order/create", Action::Place, trade::create),
    private("POST", "/v5/order/amend", Action::Amend, trade::amend),
    private("POST", "/v5/order/cancel", Action::Cancel, trade::cancel),
    private("POST", "/v5/order/cancel-all", Action::Cancel, trade::cancel_all),
    private("POST", "/v5/order/create-batch", Action::Place, trade::create_batch),
    private("POST", "/v5/order/amend-batch", Action::Amend, trade::amend_batch),
    private("POST", "/v5/order/cancel-batch", Action::Cancel, trade::cancel_batch),
    private("GET", "/v5/order/realtime", Action::QueryOrder, lists::realtime),
    private("GET", "/v5/order/history", Action::QueryOrder, lists::history),
    read("/v5/execution/list", lists::executions),
    write("/v5/order/pre-check", trade::pre_check),
    write("/v5/order/disconnected-cancel-all", trade::disconnected_cancel_all),
    read("/v5/position/list", position::list),
    read("/v5/position/closed-pnl", closed_pnl::list),
    write("/v5/position/set-leverage", position::set_leverage),
    write("/v5/position/switch-mode", position::switch_mode),
    write("/v5/position/switch-isolated", position::switch_isolated),
    write("/v5/position/trading-stop", position::trading_stop),
    write("/v5/position/add-margin", position::add_margin),
    read("/v5/account/wallet-balance", account::wallet_balance),
    read("/v5/account/info", account::info),
    read("/v5/account/fee-rate", account::fee_rate),
    read("/v5/account/query-dcp-info", account::dcp_info),
    read("/v5/account/transaction-log", log::transaction_log),
    read("/v5/account/smp-group", account::smp_group),
    read("/v5/account/collateral-info", account::no_rows),
    read("/v5/account/borrow-history", account::no_rows),
    write("/v5/account/set-margin-mode", account::set_margin_mode),
    private("GET", "/v5/user/query-api", Action::Session, account::query_api),
    read("/v5/asset/coin/query-info", asset::coin_info),
    read("/v5/asset/transfer/query-account-coins-balance", asset::account_coins),
    read("/v5/asset/transfer/query-account-coin-balance", asset::account_coin),
    read("/v5/asset/transfer/query-inter-transfer-list", account::no_rows),
    read("/v5/asset/deposit/query-record", asset::no_records),
    read("/v5/asset/withdraw/query-record", asset::no_records),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_listed_once() {
        for (at, route) in ROUTES.iter().enumerate() {
            let twin = ROUTES[at + 1..].iter().find(|other| other.path == route.path);
            assert!(twin.is_none(), "{} is listed twice", route.path);
        }
    }

    #[test]
    fn a_wrong_method_finds_nothing() {
        assert!(route("GET", "/v5/order/create").is_none());
        assert!(
            route("POST", "/v5/order/create").is_some_and(|route| route.action == Action::Place)
        );
    }
}
