//! Answers and channels that are not hot, through serde. An empty text means that there is no value.

mod account;
mod market;
mod text;
mod trade;

pub use account::{
    AccountConfig, Balance, Bill, FeeRates, Leverage, PastPosition, Position, PositionMode, Wallet,
};
pub use market::{
    Candle, Funding, IndexTicker, InstrumentRow, Liquidated, LiquidationDetail, MarkPrice,
    OpenInterest, OpenInterestPoint, PositionTier, PriceLimit, ServerTime, SystemStatus, Ticker,
};
pub use trade::{AlgoOrder, DeadManArmed, Done, FillRow, PositionAndBalance};

use aurora_wire::DecodeError;
use serde::de::DeserializeOwned;

use crate::frame;

/// Why an answer holds nothing for us.
#[derive(Debug, thiserror::Error)]
pub enum OkxError {
    /// It is cut off or mangled.
    #[error("answer cannot be read: {0}")]
    Frame(#[from] DecodeError),
    /// It is JSON, but not what was asked for.
    #[error("answer is not what was asked for: {0}")]
    Body(#[from] serde_json::Error),
    /// The venue refused.
    #[error("{words}")]
    Refused {
        /// The venue's code.
        code: i64,
        /// Its code and words.
        words: String,
    },
}

/// Reads a REST answer's items.
///
/// # Errors
/// [`OkxError::Refused`] with the venue's code when that is not zero; otherwise when it cannot be read.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, OkxError> {
    items(good_data(body)?)
}

/// Reads the items of a push or an envelope.
///
/// # Errors
/// [`OkxError::Body`] when they are not what was asked for.
pub fn items<T: DeserializeOwned>(data: &[u8]) -> Result<Vec<T>, OkxError> {
    Ok(serde_json::from_slice(data)?)
}

/// The data of a REST answer whose code is zero.
///
/// # Errors
/// [`OkxError::Refused`] with the venue's code when that is not zero; otherwise when it cannot be read.
pub fn good_data(body: &[u8]) -> Result<&[u8], OkxError> {
    let envelope = frame::read_envelope(body)?;
    match (envelope.code, envelope.data) {
        (Some(0), Some(data)) => Ok(data),
        (Some(0), None) => Err(DecodeError::Missing { field: "data" }.into()),
        (Some(code), _) => Err(OkxError::Refused { code, words: envelope.words() }),
        (None, _) => Err(DecodeError::Missing { field: "code" }.into()),
    }
}
