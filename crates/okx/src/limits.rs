//! The venue's limits, and the endpoints they are counted by.
//!
//! OKX tells no usage in its headers: whoever asks too much gets 50011 (an endpoint) or 50061 (the account).

use aurora_model::Nanos;
use aurora_wire::{Auth, Cost, Limit, LimitNo, Method, Scope, Urgency};

/// One endpoint: what it is called with, and what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Its path.
    pub path: &'static str,
    /// Its method.
    pub method: Method,
    /// What it needs of the key.
    pub auth: Auth,
    /// Who goes first.
    pub urgency: Urgency,
    /// Its own limit.
    pub limit: LimitNo,
    /// How long its answer is waited for.
    pub patience: Nanos,
}

const WINDOW: Nanos = Nanos(2_000_000_000);

macro_rules! endpoints {
    ($($name:ident = $method:ident $path:literal $auth:ident $urgency:ident, $capacity:literal per $window:expr, $scope:ident;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbers of the limits, named for their endpoints")]
        enum Place { $($name,)* }

        $(
            #[doc = $path]
            pub const $name: Endpoint = Endpoint {
                path: $path,
                method: Method::$method,
                auth: Auth::$auth,
                urgency: Urgency::$urgency,
                limit: LimitNo(Place::$name as u8),
                patience: Urgency::$urgency.patience(READ_PATIENCE),
            };
        )*

        /// Every limit; the last one counts orders of the whole account.
        pub const LIMITS: &[Limit] = &[
            $(Limit { name: concat!(stringify!($method), " ", $path), capacity: $capacity, per: $window, scope: Scope::$scope },)*
            Limit { name: "orders of the account", capacity: 1000, per: WINDOW, scope: Scope::Account },
        ];

        /// Every endpoint.
        pub const ENDPOINTS: &[Endpoint] = &[$($name,)*];
    };
}

endpoints! {
    TIME = Get "/api/v5/public/time" Public Resolve, 10 per WINDOW, Ip;
    STATUS = Get "/api/v5/system/status" Public Read, 1 per Nanos(5_000_000_000), Ip;
    INSTRUMENTS = Get "/api/v5/public/instruments" Public Read, 20 per WINDOW, Ip;
    BOOK = Get "/api/v5/market/books" Public Read, 40 per WINDOW, Ip;
    CANDLES = Get "/api/v5/market/candles" Public Read, 40 per WINDOW, Ip;
    TRADES = Get "/api/v5/market/trades" Public Read, 100 per WINDOW, Ip;
    FUNDING = Get "/api/v5/public/funding-rate" Public Read, 20 per WINDOW, Ip;
    FUNDING_HISTORY = Get "/api/v5/public/funding-rate-history" Public Read, 20 per WINDOW, Ip;
    OPEN_INTEREST = Get "/api/v5/public/open-interest" Public Read, 20 per WINDOW, Ip;
    MARK_PRICE = Get "/api/v5/public/mark-price" Public Read, 20 per WINDOW, Ip;
    PRICE_LIMIT = Get "/api/v5/public/price-limit" Public Read, 20 per WINDOW, Ip;
    CONFIG = Get "/api/v5/account/config" Signed Read, 5 per WINDOW, Account;
    BALANCE = Get "/api/v5/account/balance" Signed Read, 10 per WINDOW, Account;
    BILLS = Get "/api/v5/account/bills" Signed Read, 5 per Nanos::SECOND, Account;
    POSITIONS = Get "/api/v5/account/positions" Signed Read, 10 per WINDOW, Account;
    TRADE_FEE = Get "/api/v5/account/trade-fee" Signed Read, 5 per WINDOW, Account;
    SET_LEVERAGE = Post "/api/v5/account/set-leverage" Signed Read, 20 per WINDOW, Account;
    SET_POSITION_MODE = Post "/api/v5/account/set-position-mode" Signed Read, 5 per WINDOW, Account;
    ORDER = Post "/api/v5/trade/order" Signed Place, 60 per WINDOW, Instrument;
    AMEND = Post "/api/v5/trade/amend-order" Signed Amend, 60 per WINDOW, Instrument;
    CANCEL = Post "/api/v5/trade/cancel-order" Signed Cancel, 60 per WINDOW, Instrument;
    ORDERS = Post "/api/v5/trade/batch-orders" Signed Place, 300 per WINDOW, Instrument;
    AMENDS = Post "/api/v5/trade/amend-batch-orders" Signed Amend, 300 per WINDOW, Instrument;
    CANCELS = Post "/api/v5/trade/cancel-batch-orders" Signed Cancel, 300 per WINDOW, Instrument;
    QUERY = Get "/api/v5/trade/order" Signed Resolve, 60 per WINDOW, Instrument;
    PENDING = Get "/api/v5/trade/orders-pending" Signed Resolve, 60 per WINDOW, Account;
    HISTORY = Get "/api/v5/trade/orders-history" Signed Resolve, 40 per WINDOW, Account;
    ARCHIVE = Get "/api/v5/trade/orders-history-archive" Signed Read, 20 per WINDOW, Account;
    FILLS = Get "/api/v5/trade/fills" Signed Resolve, 60 per WINDOW, Account;
    FILLS_HISTORY = Get "/api/v5/trade/fills-history" Signed Read, 10 per WINDOW, Account;
    DEAD_MAN = Post "/api/v5/trade/cancel-all-after" Signed Cancel, 1 per Nanos(1_000_000_000), Account;
    ALGO_ORDER = Post "/api/v5/trade/order-algo" Signed Place, 20 per WINDOW, Instrument;
    ALGO_CANCEL = Post "/api/v5/trade/cancel-algos" Signed Cancel, 20 per WINDOW, Instrument;
    ALGO_PENDING = Get "/api/v5/trade/orders-algo-pending" Signed Resolve, 20 per WINDOW, Account;
}

/// New and amended orders of the whole account, batches included.
#[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256 endpoints")]
pub(crate) const ACCOUNT_ORDERS: LimitNo = LimitNo(ENDPOINTS.len() as u8);

/// A read may take its time.
const READ_PATIENCE: Nanos = Nanos(5_000_000_000);

impl Endpoint {
    /// What a call with so many orders costs.
    pub(crate) const fn costs(&self, units: u32) -> [Cost; 3] {
        let counts = matches!(self.urgency, Urgency::Place | Urgency::Amend);
        let account = if counts { units } else { 0 };
        [
            Cost { limit: self.limit, units },
            Cost { limit: ACCOUNT_ORDERS, units: account },
            Cost { limit: LimitNo(0), units: 0 },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_costs_its_orders_twice_and_a_cancel_once() {
        let [own, account, none] = ORDERS.costs(20);
        assert_eq!(LIMITS[usize::from(own.limit.0)].name, "Post /api/v5/trade/batch-orders");
        assert_eq!(LIMITS[usize::from(account.limit.0)].name, "orders of the account");
        assert_eq!((own.units, account.units, none.units), (20, 20, 0));
        assert_eq!(CANCELS.costs(20)[1].units, 0);
    }

    #[test]
    fn every_endpoint_has_the_limit_of_its_own_path() {
        for endpoint in ENDPOINTS {
            let name = LIMITS[usize::from(endpoint.limit.0)].name;
            assert!(name.ends_with(endpoint.path), "{name}");
        }
    }
}
