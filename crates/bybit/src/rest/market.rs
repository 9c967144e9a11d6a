//! Public answers: time, tickers, candles, funding, open interest, bands, maintenance.

use aurora_model::Nanos;
use aurora_wire::DecodeError;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::envelope::{Envelope, List};
use super::value::{Num, Text, parse};

#[derive(Deserialize)]
struct WireTime<'a> {
    #[serde(borrow, rename = "timeNano")]
    nano: Text<'a>,
}

/// The venue's clock, from the answer of `/v5/market/time`.
///
/// # Errors
/// When it cannot be read.
pub fn server_time(body: &[u8]) -> Result<Nanos, DecodeError> {
    time_of(Envelope::read(body)?.result)
}

pub(crate) fn time_of(result: &str) -> Result<Nanos, DecodeError> {
    let wire: WireTime<'_> = parse(result.as_bytes(), "timeNano")?;
    let wanted = "nanoseconds in timeNano";
    wire.nano.0.parse().map(Nanos).map_err(|_| DecodeError::Unexpected { at: 0, wanted })
}

/// A ticker's fields; on the stream an absent one has not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TickerFields {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// Mark price.
    pub mark: Option<Decimal>,
    /// Index price.
    pub index: Option<Decimal>,
    /// The rate now building up, as a fraction.
    pub funding_rate: Option<Decimal>,
    /// When it is paid.
    pub funding_at: Option<Nanos>,
    /// Open interest in base.
    pub open_interest: Option<Decimal>,
    /// The last trade's price.
    pub last: Option<Decimal>,
    /// Base traded in a day.
    pub volume_24h: Option<Decimal>,
}

#[derive(Deserialize)]
struct WireTicker<'a> {
    #[serde(borrow)]
    symbol: Text<'a>,
    #[serde(default, rename = "markPrice")]
    mark: Num,
    #[serde(default, rename = "indexPrice")]
    index: Num,
    #[serde(default, rename = "fundingRate")]
    funding_rate: Num,
    #[serde(borrow, default, rename = "nextFundingTime")]
    funding_at: Text<'a>,
    #[serde(default, rename = "openInterest")]
    open_interest: Num,
    #[serde(default, rename = "lastPrice")]
    last: Num,
    #[serde(default, rename = "volume24h")]
    volume_24h: Num,
}

impl WireTicker<'_> {
    fn fields(&self) -> Result<TickerFields, DecodeError> {
        let funding_at = self.funding_at.millis()?;
        Ok(TickerFields {
            symbol: self.symbol.0.to_owned(),
            mark: self.mark.0,
            index: self.index.0,
            funding_rate: self.funding_rate.0,
            funding_at: (funding_at != Nanos(0)).then_some(funding_at),
            open_interest: self.open_interest.0,
            last: self.last.0,
            volume_24h: self.volume_24h.0,
        })
    }
}

/// Reads one ticker, such as the `data` of a streamed one.
///
/// # Errors
/// When it cannot be read.
pub fn read_ticker(object: &[u8]) -> Result<TickerFields, DecodeError> {
    parse::<WireTicker<'_>>(object, "a ticker")?.fields()
}

/// Reads the `list` of `/v5/market/tickers`.
///
/// # Errors
/// When it cannot be read.
pub fn tickers(list: &str) -> Result<Vec<TickerFields>, DecodeError> {
    let wire: Vec<WireTicker<'_>> = parse(list.as_bytes(), "a list of tickers")?;
    wire.iter().map(WireTicker::fields).collect()
}

/// One candle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candle {
    /// When it began.
    pub at: Nanos,
    /// Open, high, low, close.
    pub ohlc: [Decimal; 4],
    /// Base traded.
    pub volume: Decimal,
}

/// Reads the `list` of `/v5/market/kline`, newest first.
///
/// # Errors
/// When it cannot be read.
pub fn klines(list: &str) -> Result<Vec<Candle>, DecodeError> {
    let rows: Vec<Vec<Text<'_>>> = parse(list.as_bytes(), "a list of candles")?;
    rows.iter().map(|row| candle(row)).collect()
}

fn candle(row: &[Text<'_>]) -> Result<Candle, DecodeError> {
    let [at, open, high, low, close, volume, ..] = row else {
        return Err(DecodeError::Missing { field: "a candle's volume" });
    };
    let number = |text: &Text<'_>| {
        let wanted = "a decimal number in a candle";
        Decimal::from_str_exact(text.0).map_err(|_| DecodeError::Unexpected { at: 0, wanted })
    };
    Ok(Candle {
        at: at.millis()?,
        ohlc: [number(open)?, number(high)?, number(low)?, number(close)?],
        volume: number(volume)?,
    })
}

/// One funding payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funding {
    /// When.
    pub at: Nanos,
    /// What longs paid shorts, as a fraction.
    pub rate: Decimal,
}

#[derive(Deserialize)]
struct WireFunding<'a> {
    #[serde(rename = "fundingRate")]
    rate: Num,
    #[serde(borrow, rename = "fundingRateTimestamp")]
    at: Text<'a>,
}

/// Reads the `list` of `/v5/market/funding/history`, newest first.
///
/// # Errors
/// When it cannot be read.
pub fn funding_history(list: &str) -> Result<Vec<Funding>, DecodeError> {
    let wire: Vec<WireFunding<'_>> = parse(list.as_bytes(), "a list of funding payments")?;
    let funding = |wire: &WireFunding<'_>| {
        Ok(Funding { at: wire.at.millis()?, rate: wire.rate.some("fundingRate")? })
    };
    wire.iter().map(funding).collect()
}

/// Open interest at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInterest {
    /// When.
    pub at: Nanos,
    /// In base for linear contracts.
    pub qty: Decimal,
}

#[derive(Deserialize)]
struct WireInterest<'a> {
    #[serde(rename = "openInterest")]
    qty: Num,
    #[serde(borrow, rename = "timestamp")]
    at: Text<'a>,
}

/// Reads the `list` of `/v5/market/open-interest`, newest first.
///
/// # Errors
/// When it cannot be read.
pub fn open_interest(list: &str) -> Result<Vec<OpenInterest>, DecodeError> {
    let wire: Vec<WireInterest<'_>> = parse(list.as_bytes(), "a list of open interest")?;
    let interest = |wire: &WireInterest<'_>| {
        Ok(OpenInterest { at: wire.at.millis()?, qty: wire.qty.some("openInterest")? })
    };
    wire.iter().map(interest).collect()
}

/// The band orders must stay in now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceLimit {
    /// The highest price a buy may have.
    pub highest_bid: Decimal,
    /// The lowest price a sell may have.
    pub lowest_ask: Decimal,
}

#[derive(Deserialize)]
struct WireLimit {
    #[serde(rename = "buyLmt")]
    buy: Num,
    #[serde(rename = "sellLmt")]
    sell: Num,
}

/// Reads the answer of `/v5/market/price-limit`.
///
/// # Errors
/// When it cannot be read.
pub fn price_limit(body: &[u8]) -> Result<PriceLimit, DecodeError> {
    let wire: WireLimit = parse(Envelope::read(body)?.result.as_bytes(), "buyLmt and sellLmt")?;
    Ok(PriceLimit { highest_bid: wire.buy.some("buyLmt")?, lowest_ask: wire.sell.some("sellLmt")? })
}

/// A maintenance window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// From.
    pub begins: Nanos,
    /// To.
    pub ends: Nanos,
    /// The venue's title.
    pub title: String,
    /// It is over.
    pub is_over: bool,
    /// It touches linear contracts.
    pub is_ours: bool,
}

#[derive(Deserialize)]
struct WireStatus<'a> {
    #[serde(borrow, default)]
    title: Text<'a>,
    #[serde(borrow, default)]
    state: Text<'a>,
    #[serde(borrow)]
    begin: Text<'a>,
    #[serde(borrow)]
    end: Text<'a>,
    /// 1 linear, 2 spot, … ; an empty list is everything.
    #[serde(borrow, default)]
    product: Vec<Text<'a>>,
}

fn windows(list: &[WireStatus<'_>]) -> Result<Vec<Maintenance>, DecodeError> {
    let window = |wire: &WireStatus<'_>| {
        Ok(Maintenance {
            begins: wire.begin.millis()?,
            ends: wire.end.millis()?,
            title: wire.title.0.to_owned(),
            is_over: matches!(wire.state.0, "completed" | "canceled"),
            is_ours: wire.product.is_empty() || wire.product.contains(&Text("1")),
        })
    };
    list.iter().map(window).collect()
}

/// Reads the answer of `/v5/system/status`.
///
/// # Errors
/// When it cannot be read.
pub fn system_status(body: &[u8]) -> Result<Vec<Maintenance>, DecodeError> {
    let list = List::read(Envelope::read(body)?.result)?.items;
    windows(&parse::<Vec<WireStatus<'_>>>(list.as_bytes(), "a list of maintenance windows")?)
}

#[derive(Deserialize)]
struct WireStatusFrame<'a> {
    #[serde(borrow)]
    data: Vec<WireStatus<'a>>,
}

/// Reads a frame of topic `system.status`.
///
/// # Errors
/// When it cannot be read.
pub fn read_system_status(frame: &[u8]) -> Result<Vec<Maintenance>, DecodeError> {
    windows(&parse::<WireStatusFrame<'_>>(frame, "a frame with maintenance windows")?.data)
}
