//! Every call we make of Binance, as parameters on the wire. Time and signature are added when it is signed.

mod account;
mod algo;
mod market;
mod order;
mod params;

pub use account::{
    account, balance, commission_rate, income, keep_listen_key, leverage, leverage_bracket,
    margin_type, new_listen_key, position_mode, position_risk, rate_limits, set_position_mode,
    symbol_config,
};
pub use algo::{
    all_algo_orders, cancel_algo, cancel_all_algos, open_algos, place_algo, query_algo,
};
pub use market::{
    agg_trades, book_ticker, depth, exchange_info, funding_info, funding_rate, klines,
    open_interest, ping, premium_index, ticker_24h, time, trades,
};
pub use order::{
    MOST_ORDERS, Order, all_orders, amend, amend_many, cancel, cancel_all, cancel_many, countdown,
    open_order, open_orders, place, place_many, query, test, user_trades,
};

/// How much older than the venue's clock an order may be when it gets there: a late one is refused, not placed.
pub const ORDER_WINDOW_MS: u32 = 2_000;
/// The same for everything else that is signed.
pub const READ_WINDOW_MS: u32 = 5_000;
