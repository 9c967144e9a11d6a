//! Answers to calls, as the venue means them: exact decimals, its own ids, no steps yet.
//!
//! Fields we have no use for are passed over, words we do not know are kept as "other".

mod account;
mod algo;
mod info;
mod market;
pub(crate) mod number;
mod order;

use aurora_wire::DecodeError;
use serde::Deserialize;

pub use account::{
    Account, Asset, Balance, Bracket, Brackets, Commission, Income, Leverage, Position,
    PositionMode, SymbolConfig,
};
pub use algo::{Algo, AlgoAck};
pub(crate) use info::symbol_status;
pub use info::{ExchangeInfo, RateLimit};
pub use market::{
    Candle, FundingInfo, FundingPaid, LastPrice, OpenInterest, PastInterest, Premium, PublicTrade,
    SystemStatus, Ticker, Touch,
};
pub use order::{Item, Order, Status, Trade};

use crate::errors::Refusal;

/// Reads an answer whose shape is the type's.
///
/// # Errors
/// [`DecodeError`] where it is cut off or something else stands.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| unreadable(body, &error))
}

/// Reads a list, or a single element as a list of one: some calls answer either, by their parameters.
fn read_many<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<Vec<T>, DecodeError> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => read(body).map(|one| vec![one]),
        _ => read(body),
    }
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> DecodeError {
    if error.is_eof() {
        return DecodeError::Truncated { at: body.len() };
    }
    let lines = body.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    let at = lines.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1);
    let wanted = if error.is_data() { "the documented shape" } else { "JSON" };
    DecodeError::Unexpected { at, wanted }
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident = $read:ident -> $type:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`DecodeError`] where it is cut off or something else stands.
        pub fn $name(body: &[u8]) -> Result<$type, DecodeError> {
            $read(body)
        }
    )*};
}

answers! {
    /// `exchangeInfo`.
    exchange_info = read -> ExchangeInfo;
    /// An order: answer to place, amend, cancel and query.
    order = read -> Order;
    /// Orders: answer to `openOrders`, `allOrders`, `forceOrders`.
    orders = read_many -> Vec<Order>;
    /// Answer to a batch: each element an order or a refusal.
    items = read -> Vec<Item>;
    /// Answer to `userTrades`.
    user_trades = read_many -> Vec<Trade>;
    /// Answer to `balance`.
    balances = read -> Vec<Balance>;
    /// Answer to `positionRisk`.
    positions = read -> Vec<Position>;
    /// Answer to `account`.
    account = read -> Account;
    /// Answer to `commissionRate`.
    commission = read -> Commission;
    /// Answer to `income`.
    income = read -> Vec<Income>;
    /// Answer to `leverage`.
    leverage = read -> Leverage;
    /// Answer to `symbolConfig`.
    symbol_configs = read -> Vec<SymbolConfig>;
    /// Answer to `leverageBracket`.
    brackets = read_many -> Vec<Brackets>;
    /// Answer to `positionSide/dual`.
    position_mode = read -> PositionMode;
    /// Answer to placing or cancelling an algo order.
    algo_ack = read -> AlgoAck;
    /// An algo order.
    algo = read -> Algo;
    /// Answer to `openAlgoOrders` and `allAlgoOrders`.
    algos = read -> Vec<Algo>;
    /// Answer to `premiumIndex`.
    premium = read_many -> Vec<Premium>;
    /// Answer to `openInterest`.
    open_interest = read -> OpenInterest;
    /// Answer to `openInterestHist`.
    open_interest_history = read -> Vec<PastInterest>;
    /// Answer to `ticker/price`.
    prices = read_many -> Vec<LastPrice>;
    /// Answer to `rateLimit/order`.
    order_limits = read -> Vec<RateLimit>;
    /// Answer to `system/status`.
    system_status = read -> SystemStatus;
    /// Answer to `fundingRate`.
    funding_paid = read_many -> Vec<FundingPaid>;
    /// Answer to `fundingInfo`.
    funding_info = read_many -> Vec<FundingInfo>;
    /// Answer to `klines`.
    candles = read -> Vec<Candle>;
    /// Answer to `trades` and `historicalTrades`.
    trades = read_many -> Vec<PublicTrade>;
    /// Answer to `aggTrades`.
    agg_trades = read_many -> Vec<PublicTrade>;
    /// Answer to `ticker/24hr`.
    tickers = read_many -> Vec<Ticker>;
    /// Answer to `ticker/bookTicker`.
    touches = read_many -> Vec<Touch>;
    /// `{"code":200,"msg":"success"}`: answer to cancel-all, margin type, position mode.
    done = read -> Done;
}

/// `{"code":200,"msg":"success"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Done {
    /// 200.
    #[serde(deserialize_with = "number::whole")]
    pub code: i64,
    /// Its words.
    #[serde(default)]
    pub msg: String,
}

impl From<Done> for Refusal {
    fn from(done: Done) -> Refusal {
        Refusal { code: done.code, msg: done.msg }
    }
}

/// The venue's clock, milliseconds since the epoch.
///
/// # Errors
/// [`DecodeError`] where it is cut off or something else stands.
pub fn server_time(body: &[u8]) -> Result<i64, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Time {
        server_time: i64,
    }
    read::<Time>(body).map(|time| time.server_time)
}

/// The listen key.
///
/// # Errors
/// [`DecodeError`] where it is cut off or something else stands.
pub fn listen_key(body: &[u8]) -> Result<String, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        listen_key: String,
    }
    let key = read::<Key>(body)?.listen_key;
    // It goes into a URL as it is.
    match !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        true => Ok(key),
        false => Err(DecodeError::Unexpected { at: 0, wanted: "a listen key" }),
    }
}

/// Milliseconds for which the dead-man switch is armed; zero when it is not.
///
/// # Errors
/// [`DecodeError`] where it is cut off or something else stands.
pub fn countdown(body: &[u8]) -> Result<(String, i64), DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Countdown {
        symbol: String,
        #[serde(deserialize_with = "number::whole")]
        countdown_time: i64,
    }
    read::<Countdown>(body).map(|answer| (answer.symbol, answer.countdown_time))
}
