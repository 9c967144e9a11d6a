//! Answers to REST calls. Numbers are exact decimals from their text; an empty text is an absent value.

mod account;
mod envelope;
mod market;
mod value;

pub(crate) use account::key_rights;
pub use account::{
    Balance, BatchItem, DeadManStatus, KeyInfo, LogRow, Position, count_ids, fee_rates, key_info,
    margin_mode, positions, read_batch, read_dead_man, read_order_ids, read_position_frame,
    read_wallet_frame, transaction_log, wallet,
};
pub(crate) use envelope::UNREADABLE_CODE;
pub use envelope::{Envelope, List};
pub(crate) use market::time_of;
pub use market::{
    Candle, Funding, Maintenance, OpenInterest, PriceLimit, TickerFields, funding_history, klines,
    open_interest, price_limit, read_system_status, read_ticker, server_time, system_status,
    tickers,
};
pub(crate) use value::{Num, Text, parse};
