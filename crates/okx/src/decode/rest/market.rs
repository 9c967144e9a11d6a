//! Public figures.

use aurora_model::Nanos;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::text;

/// `public/time`.
#[derive(Clone, Debug, Deserialize)]
pub struct ServerTime {
    /// The venue's time.
    #[serde(rename = "ts", deserialize_with = "text::millis")]
    pub at: Nanos,
}

/// `system/status` and the `status` channel.
#[derive(Clone, Debug, Deserialize)]
pub struct SystemStatus {
    /// What is done.
    #[serde(default)]
    pub title: String,
    /// `scheduled`, `ongoing`, `pre_open`, `completed`, `canceled`.
    pub state: String,
    /// From.
    #[serde(deserialize_with = "text::millis")]
    pub begin: Nanos,
    /// To.
    #[serde(default, deserialize_with = "text::millis")]
    pub end: Nanos,
}

/// `public/instruments` and the `instruments` channel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstrumentRow {
    /// `SPOT`, `SWAP`, `FUTURES` …
    pub inst_type: String,
    /// The venue's name.
    pub inst_id: String,
    /// The number that stands for it in socket operations.
    #[serde(default, deserialize_with = "text::whole")]
    pub inst_id_code: i64,
    /// Base of a spot pair.
    #[serde(default)]
    pub base_ccy: String,
    /// Quote of a spot pair.
    #[serde(default)]
    pub quote_ccy: String,
    /// What a contract settles in.
    #[serde(default)]
    pub settle_ccy: String,
    /// Underlying of a contract.
    #[serde(default)]
    pub uly: String,
    /// `linear` or `inverse`.
    #[serde(default)]
    pub ct_type: String,
    /// What one contract is worth.
    #[serde(default, deserialize_with = "text::decimal")]
    pub ct_val: Option<Decimal>,
    /// Times that.
    #[serde(default, deserialize_with = "text::decimal")]
    pub ct_mult: Option<Decimal>,
    /// In which currency.
    #[serde(default)]
    pub ct_val_ccy: String,
    /// Tick.
    #[serde(deserialize_with = "text::decimal")]
    pub tick_sz: Option<Decimal>,
    /// Lot, in contracts or base.
    #[serde(deserialize_with = "text::decimal")]
    pub lot_sz: Option<Decimal>,
    /// The smallest order.
    #[serde(default, deserialize_with = "text::decimal")]
    pub min_sz: Option<Decimal>,
    /// The largest limit order.
    #[serde(default, deserialize_with = "text::decimal")]
    pub max_lmt_sz: Option<Decimal>,
    /// The largest market order; in US dollars for a spot pair.
    #[serde(default, deserialize_with = "text::decimal")]
    pub max_mkt_sz: Option<Decimal>,
    /// The highest leverage.
    #[serde(default, deserialize_with = "text::decimal")]
    pub lever: Option<Decimal>,
    /// `live`, `suspend`, `preopen` …
    #[serde(default)]
    pub state: String,
}

/// `public/funding-rate`, its history and the channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Funding {
    /// Which instrument.
    pub inst_id: String,
    /// The rate building up.
    #[serde(deserialize_with = "text::decimal")]
    pub funding_rate: Option<Decimal>,
    /// The rate that was paid, in the history.
    #[serde(default, deserialize_with = "text::decimal")]
    pub realized_rate: Option<Decimal>,
    /// When it is paid.
    #[serde(deserialize_with = "text::millis")]
    pub funding_time: Nanos,
    /// When the next one is.
    #[serde(default, deserialize_with = "text::millis")]
    pub next_funding_time: Nanos,
}

/// `public/open-interest` and the channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInterest {
    /// Which instrument.
    pub inst_id: String,
    /// In contracts.
    #[serde(deserialize_with = "text::decimal")]
    pub oi: Option<Decimal>,
    /// In base.
    #[serde(default, deserialize_with = "text::decimal")]
    pub oi_ccy: Option<Decimal>,
    /// When.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
}

/// `rubik/stat/…/open-interest-history`: time, then open interest in two or three units.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct OpenInterestPoint(pub Vec<String>);

/// `public/mark-price` and the channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkPrice {
    /// Which instrument.
    pub inst_id: String,
    /// The price.
    #[serde(deserialize_with = "text::decimal")]
    pub mark_px: Option<Decimal>,
    /// When.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
}

/// `market/index-tickers` and the channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexTicker {
    /// Which index, for example `BTC-USDT`.
    pub inst_id: String,
    /// The price.
    #[serde(deserialize_with = "text::decimal")]
    pub idx_px: Option<Decimal>,
    /// When.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
}

/// `public/price-limit`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceLimit {
    /// Which instrument.
    pub inst_id: String,
    /// The highest buy.
    #[serde(deserialize_with = "text::decimal")]
    pub buy_lmt: Option<Decimal>,
    /// The lowest sell.
    #[serde(deserialize_with = "text::decimal")]
    pub sell_lmt: Option<Decimal>,
    /// Whether the venue holds orders to them.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// When.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
}

/// `market/ticker`, `market/tickers` and the channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticker {
    /// Which instrument.
    pub inst_id: String,
    /// Last trade.
    #[serde(deserialize_with = "text::decimal")]
    pub last: Option<Decimal>,
    /// Best bid.
    #[serde(deserialize_with = "text::decimal")]
    pub bid_px: Option<Decimal>,
    /// Best ask.
    #[serde(deserialize_with = "text::decimal")]
    pub ask_px: Option<Decimal>,
    /// Volume of the day in contracts or base.
    #[serde(rename = "vol24h", deserialize_with = "text::decimal")]
    pub volume: Option<Decimal>,
    /// When.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
}

/// `market/candles` and the channels: time, open, high, low, close, volume, …, whether it is over (`1`).
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Candle {
    /// When it began.
    pub at: Nanos,
    /// Open, high, low, close.
    pub prices: [Decimal; 4],
    /// Volume in contracts or base.
    pub volume: Decimal,
    /// Whether it is over; the channel of old did not say.
    pub is_over: Option<bool>,
}

impl TryFrom<Vec<String>> for Candle {
    type Error = String;

    fn try_from(row: Vec<String>) -> Result<Candle, String> {
        let [at, open, high, low, close, volume, rest @ ..] = row.as_slice() else {
            return Err(format!("a candle has at least 6 values, not {}", row.len()));
        };
        let number = |text: &String| {
            Decimal::from_str_exact(text).map_err(|_| format!("{text:?} is not a decimal"))
        };
        let at: i64 = at.parse().map_err(|_| format!("{at:?} is not a time"))?;
        Ok(Candle {
            at: Nanos::from_millis(at),
            prices: [number(open)?, number(high)?, number(low)?, number(close)?],
            volume: number(volume)?,
            is_over: (2 < rest.len()).then(|| rest.last().is_some_and(|last| last == "1")),
        })
    }
}

/// `public/position-tiers`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionTier {
    /// Which tier, from one.
    #[serde(deserialize_with = "text::whole")]
    pub tier: i64,
    /// The largest position of the tier.
    #[serde(deserialize_with = "text::decimal")]
    pub max_sz: Option<Decimal>,
    /// The highest leverage.
    #[serde(deserialize_with = "text::decimal")]
    pub max_lever: Option<Decimal>,
    /// Initial margin, as a fraction.
    #[serde(deserialize_with = "text::decimal")]
    pub imr: Option<Decimal>,
    /// Maintenance margin, as a fraction.
    #[serde(deserialize_with = "text::decimal")]
    pub mmr: Option<Decimal>,
}

/// The `liquidation-orders` channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Liquidated {
    /// Which instrument.
    pub inst_id: String,
    /// One entry a liquidation.
    pub details: Vec<LiquidationDetail>,
}

/// One liquidation.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiquidationDetail {
    /// Side of the order.
    pub side: String,
    /// Bankruptcy price.
    #[serde(deserialize_with = "text::decimal")]
    pub bk_px: Option<Decimal>,
    /// Contracts.
    #[serde(deserialize_with = "text::decimal")]
    pub sz: Option<Decimal>,
    /// When.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
}
