//! Public data by REST.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::number::{exact, maybe_exact, whole};

/// Mark price and funding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Premium {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// Mark price.
    #[serde(deserialize_with = "exact")]
    pub mark_price: Decimal,
    /// Index price.
    #[serde(deserialize_with = "exact")]
    pub index_price: Decimal,
    /// The rate now building up; empty for delivery contracts.
    #[serde(default, deserialize_with = "maybe_exact")]
    pub last_funding_rate: Option<Decimal>,
    /// When it is paid, milliseconds.
    #[serde(deserialize_with = "whole")]
    pub next_funding_time: i64,
    /// Milliseconds.
    #[serde(deserialize_with = "whole")]
    pub time: i64,
}

/// Open interest in base.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInterest {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// How much.
    #[serde(deserialize_with = "exact")]
    pub open_interest: Decimal,
    /// Milliseconds.
    #[serde(deserialize_with = "whole")]
    pub time: i64,
}

/// Open interest at a past moment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PastInterest {
    /// How much, in base; in contracts where the instrument is counted so.
    #[serde(deserialize_with = "exact")]
    pub sum_open_interest: Decimal,
    /// Its worth in quote.
    #[serde(deserialize_with = "exact")]
    pub sum_open_interest_value: Decimal,
    /// Milliseconds.
    #[serde(deserialize_with = "whole")]
    pub timestamp: i64,
}

/// The last trade's price.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LastPrice {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// Its price.
    #[serde(deserialize_with = "exact")]
    pub price: Decimal,
}

/// Whether the venue as a whole works; told on the spot host only.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SystemStatus {
    /// 0 normal, 1 maintenance.
    pub status: u32,
    /// The same in words.
    pub msg: String,
}

/// A funding rate that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FundingPaid {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// As a fraction.
    #[serde(deserialize_with = "exact")]
    pub funding_rate: Decimal,
    /// Milliseconds.
    #[serde(deserialize_with = "whole")]
    pub funding_time: i64,
}

/// How often funding is paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FundingInfo {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// So many hours apart.
    pub funding_interval_hours: u32,
    /// The highest rate.
    #[serde(deserialize_with = "exact")]
    pub adjusted_funding_rate_cap: Decimal,
    /// The lowest.
    #[serde(deserialize_with = "exact")]
    pub adjusted_funding_rate_floor: Decimal,
}

/// A public trade, or several of one taker as one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublicTrade {
    /// Its id.
    #[serde(alias = "a", deserialize_with = "whole")]
    pub id: u64,
    /// Its price.
    #[serde(alias = "p", deserialize_with = "exact")]
    pub price: Decimal,
    /// Its size.
    #[serde(alias = "q", deserialize_with = "exact")]
    pub qty: Decimal,
    /// Milliseconds.
    #[serde(alias = "T", deserialize_with = "whole")]
    pub time: i64,
    /// The seller took.
    #[serde(alias = "m", rename = "isBuyerMaker")]
    pub is_buyer_maker: bool,
}

/// The last 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticker {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// The last trade's price.
    #[serde(deserialize_with = "exact")]
    pub last_price: Decimal,
    /// The highest.
    #[serde(deserialize_with = "exact")]
    pub high_price: Decimal,
    /// The lowest.
    #[serde(deserialize_with = "exact")]
    pub low_price: Decimal,
    /// Base traded.
    #[serde(deserialize_with = "exact")]
    pub volume: Decimal,
}

/// Best bid and ask.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Touch {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// Best bid.
    #[serde(deserialize_with = "exact")]
    pub bid_price: Decimal,
    /// What rests there.
    #[serde(deserialize_with = "exact")]
    pub bid_qty: Decimal,
    /// Best ask.
    #[serde(deserialize_with = "exact")]
    pub ask_price: Decimal,
    /// What rests there.
    #[serde(deserialize_with = "exact")]
    pub ask_qty: Decimal,
}

/// A candle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candle {
    /// Milliseconds.
    pub open_time: i64,
    /// Open, high, low, close.
    pub prices: [Decimal; 4],
    /// Base traded; zero for mark and index candles.
    pub volume: Decimal,
    /// Milliseconds.
    pub close_time: i64,
}

impl<'de> Deserialize<'de> for Candle {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Candle, D::Error> {
        #[derive(Deserialize)]
        struct Exact(#[serde(deserialize_with = "exact")] Decimal);
        type Row = (
            i64,
            Exact,
            Exact,
            Exact,
            Exact,
            Exact,
            i64,
            IgnoredAny,
            IgnoredAny,
            IgnoredAny,
            IgnoredAny,
            IgnoredAny,
        );
        let row = Row::deserialize(source)?;
        Ok(Candle {
            open_time: row.0,
            prices: [row.1.0, row.2.0, row.3.0, row.4.0],
            volume: row.5.0,
            close_time: row.6,
        })
    }
}
