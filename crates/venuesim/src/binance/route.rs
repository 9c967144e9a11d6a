//! Which path is answered by what, what it costs, and who may ask.

use super::call::Handler;
use super::params::Params;
use super::{account, algo, info, market, price, settings, trade, user};

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    Open,
    Key,
    Signed,
}

/// One endpoint.
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) guard: Guard,
    pub(super) weight: Weight,
    /// What it adds to the order counts of ten seconds and of a minute.
    pub(super) orders: (u32, u32),
    pub(super) handler: Handler,
}

/// What a request weighs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Weight {
    Fixed(u32),
    /// With a symbol, and without one.
    BySymbol(u32, u32),
    Depth,
    Klines,
}

impl Weight {
    pub(super) fn of(self, params: &Params<'_>) -> u32 {
        let limit = |usual: u32| params.number("limit").ok().flatten().unwrap_or(usual);
        match self {
            Weight::Fixed(weight) => weight,
            Weight::BySymbol(one, all) => {
                if params.has("symbol") {
                    one
                } else {
                    all
                }
            }
            Weight::Depth => match limit(500) {
                0..=50 => 2,
                51..=100 => 5,
                101..=500 => 10,
                _ => 20,
            },
            Weight::Klines => match limit(500) {
                0..=99 => 1,
                100..=499 => 2,
                500..=1_000 => 5,
                _ => 10,
            },
        }
    }
}

/// The route of a request.
pub(super) fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.method == method && route.path == path)
}

/// Whether the path exists with another method.
pub(super) fn has_path(path: &str) -> bool {
    ROUTES.iter().any(|route| route.path == path)
}

const fn open(path: &'static str, weight: Weight, handler: Handler) -> Route {
    Route { method: "GET", path, guard: Guard::Open, weight, orders: (0, 0), handler }
}

const fn signed(
    method: &'static str,
    path: &'static str,
    weight: Weight,
    handler: Handler,
) -> Route {
    Route { method, path, guard: Guard::Signed, weight, orders: (0, 0), handler }
}

const fn order(
    method: &'static str,
    path: &'static str,
    weight: u32,
    orders: (u32, u32),
    handler: Handler,
) -> Route {
    Route { method, path, guard: Guard::Signed, weight: Weight::Fixed(weight), orders, handler }
}

const fn keyed(method: &'static str, path: &'static str, weight: u32, handler: Handler) -> Route {
    let weight = Weight::Fixed(weight);
    Route { method, path, guard: Guard::Key, weight, orders: (0, 0), handler }
}

use Weight::{BySymbol, Fixed};

static ROUTES: &[Route] = &[
    order("POST", "/fapi/v1/order", 0, (1, 1), trade::place),
    order("DELETE", "/fapi/v1/order", 1, (0, 0), trade::cancel),
    order("PUT", "/fapi/v1/order", 0, (1, 1), trade::amend),
    signed("GET", "/fapi/v1/order", Fixed(1), trade::query),
    order("POST", "/fapi/v1/order/test", 1, (0, 0), trade::place_test),
    order("POST", "/fapi/v1/batchOrders", 5, (5, 1), trade::place_batch),
    order("PUT", "/fapi/v1/batchOrders", 5, (5, 1), trade::amend_batch),
    order("DELETE", "/fapi/v1/batchOrders", 1, (0, 0), trade::cancel_batch),
    order("DELETE", "/fapi/v1/allOpenOrders", 1, (0, 0), trade::cancel_all),
    order("POST", "/fapi/v1/countdownCancelAll", 10, (0, 0), trade::dead_man),
    order("POST", "/fapi/v1/algoOrder", 0, (1, 1), algo::place),
    order("DELETE", "/fapi/v1/algoOrder", 1, (0, 0), algo::cancel),
    signed("GET", "/fapi/v1/algoOrder", Fixed(1), algo::query),
    order("DELETE", "/fapi/v1/algoOpenOrders", 1, (0, 0), algo::cancel_all),
    signed("GET", "/fapi/v1/openAlgoOrders", BySymbol(1, 40), algo::open),
    signed("GET", "/fapi/v1/allAlgoOrders", Fixed(5), algo::all),
    signed("GET", "/fapi/v1/openOrder", Fixed(1), trade::query_open),
    signed("GET", "/fapi/v1/openOrders", BySymbol(1, 40), trade::open),
    signed("GET", "/fapi/v1/allOrders", Fixed(5), trade::all),
    signed("GET", "/fapi/v1/userTrades", Fixed(5), trade::fills),
    signed("GET", "/fapi/v1/forceOrders", BySymbol(20, 50), trade::forced),
    signed("GET", "/fapi/v1/orderAmendment", Fixed(1), info::nothing),
    signed("GET", "/fapi/v3/account", Fixed(5), account::account_v3),
    signed("GET", "/fapi/v2/account", Fixed(5), account::account_v2),
    signed("GET", "/fapi/v3/balance", Fixed(5), account::balance),
    signed("GET", "/fapi/v2/balance", Fixed(5), account::balance),
    signed("GET", "/fapi/v1/balance", Fixed(5), account::balance),
    signed("GET", "/fapi/v3/positionRisk", Fixed(5), account::position_risk_v3),
    signed("GET", "/fapi/v2/positionRisk", Fixed(5), account::position_risk_v2),
    signed("GET", "/fapi/v1/symbolConfig", Fixed(5), account::symbol_config),
    signed("GET", "/fapi/v1/accountConfig", Fixed(5), account::account_config),
    signed("GET", "/fapi/v1/commissionRate", Fixed(20), account::commission),
    signed("GET", "/fapi/v1/leverageBracket", Fixed(1), account::brackets),
    signed("GET", "/fapi/v1/rateLimit/order", Fixed(1), account::order_limits),
    signed("GET", "/fapi/v1/income", Fixed(30), account::income),
    signed("POST", "/fapi/v1/leverage", Fixed(1), settings::set_leverage),
    signed("POST", "/fapi/v1/marginType", Fixed(1), settings::set_margin_type),
    signed("POST", "/fapi/v1/positionMargin", Fixed(1), settings::move_margin),
    signed("GET", "/fapi/v1/positionMargin/history", Fixed(1), info::nothing),
    signed("GET", "/fapi/v1/positionSide/dual", Fixed(30), settings::position_mode),
    signed("POST", "/fapi/v1/positionSide/dual", Fixed(1), settings::set_position_mode),
    signed("GET", "/fapi/v1/multiAssetsMargin", Fixed(30), settings::multi_assets),
    keyed("POST", "/fapi/v1/listenKey", 1, user::open_key),
    keyed("PUT", "/fapi/v1/listenKey", 1, user::extend_key),
    keyed("DELETE", "/fapi/v1/listenKey", 1, user::close_key),
    open("/fapi/v1/ping", Fixed(1), info::ping),
    open("/fapi/v1/time", Fixed(1), info::time),
    open("/fapi/v1/exchangeInfo", Fixed(1), info::exchange_info),
    open("/fapi/v1/depth", Weight::Depth, market::depth),
    open("/fapi/v1/trades", Fixed(5), market::trades),
    keyed("GET", "/fapi/v1/historicalTrades", 20, market::trades),
    open("/fapi/v1/aggTrades", Fixed(20), market::agg_trades),
    open("/fapi/v1/klines", Weight::Klines, market::klines),
    open("/fapi/v1/continuousKlines", Weight::Klines, market::price_klines),
    open("/fapi/v1/markPriceKlines", Weight::Klines, market::price_klines),
    open("/fapi/v1/indexPriceKlines", Weight::Klines, market::price_klines),
    open("/fapi/v1/ticker/24hr", BySymbol(1, 40), price::ticker_24h),
    open("/fapi/v1/ticker/price", BySymbol(1, 2), price::ticker_price),
    open("/fapi/v2/ticker/price", BySymbol(1, 2), price::ticker_price),
    open("/fapi/v1/ticker/bookTicker", BySymbol(2, 5), price::book_ticker),
    open("/fapi/v1/premiumIndex", BySymbol(1, 10), price::premium_index),
    open("/fapi/v1/fundingRate", Fixed(1), price::funding_rate),
    open("/fapi/v1/fundingInfo", Fixed(1), price::funding_info),
    open("/fapi/v1/openInterest", Fixed(1), price::open_interest),
    open("/futures/data/openInterestHist", Fixed(1), price::open_interest_history),
    open("/sapi/v1/system/status", Fixed(1), info::system_status),
    open("/api/v3/exchangeInfo", Fixed(1), info::nothing_listed),
    open("/api/v3/time", Fixed(1), info::time),
    open("/api/v3/ping", Fixed(1), info::ping),
    open("/dapi/v1/exchangeInfo", Fixed(1), info::nothing_listed),
    open("/dapi/v1/time", Fixed(1), info::time),
    open("/eapi/v1/exchangeInfo", Fixed(1), info::nothing_listed),
    signed("GET", "/sapi/v1/capital/config/getall", Fixed(1), info::nothing),
    signed("GET", "/sapi/v1/margin/allPairs", Fixed(1), info::nothing),
    signed("GET", "/sapi/v1/margin/isolated/allPairs", Fixed(1), info::nothing),
    signed("GET", "/sapi/v1/margin/allAssets", Fixed(1), info::nothing),
];

/// Whether the request needs a signature.
pub(super) fn is_signed(method: &str, path: &str) -> bool {
    find(method, path).is_some_and(|route| route.guard == Guard::Signed)
}
