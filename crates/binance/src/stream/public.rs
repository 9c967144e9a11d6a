//! Public events besides book and trades.

use aurora_model::Side;
use aurora_wire::DecodeError;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{event, payload, whole};
use crate::answer;
use crate::answer::number::{exact, maybe_exact};

/// One public event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicEvent {
    /// Mark price and funding.
    Mark(Mark),
    /// Somebody was liquidated.
    Liquidation(Liquidation),
    /// An instrument's status.
    Contract(ContractInfo),
    /// Nothing we have a use for.
    Other,
}

/// Mark price and funding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Mark {
    /// The venue's name of the instrument.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Mark price.
    #[serde(rename = "p", deserialize_with = "exact")]
    pub mark: Decimal,
    /// Index price.
    #[serde(default, rename = "i", deserialize_with = "maybe_exact")]
    pub index: Option<Decimal>,
    /// The rate now building up; none for delivery contracts.
    #[serde(default, rename = "r", deserialize_with = "maybe_exact")]
    pub funding_rate: Option<Decimal>,
    /// When it is paid, milliseconds; zero for delivery contracts.
    #[serde(default, rename = "T")]
    pub funding_ms: i64,
}

/// A liquidation order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Liquidation {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// The order's side.
    pub side: Side,
    /// Its average price.
    pub price: Decimal,
    /// Its quantity.
    pub qty: Decimal,
}

/// An instrument's status.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractInfo {
    /// The venue's name of the instrument.
    #[serde(rename = "s")]
    pub symbol: String,
    /// `TRADING` and so on.
    #[serde(rename = "cs")]
    pub status: String,
}

/// Reads a public event, with or without the envelope.
///
/// # Errors
/// When the frame is cut off, mangled, or lacks a field its event cannot do without.
pub fn public(frame: &[u8]) -> Result<PublicEvent, DecodeError> {
    let data = payload(frame)?;
    Ok(match event(data)? {
        Some(b"markPriceUpdate") => PublicEvent::Mark(answer::read(data)?),
        Some(b"forceOrder") => PublicEvent::Liquidation(liquidation(data)?),
        Some(b"contractInfo") => PublicEvent::Contract(answer::read(data)?),
        _ => {
            whole(data)?;
            PublicEvent::Other
        }
    })
}

fn liquidation(data: &[u8]) -> Result<Liquidation, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        o: Order,
    }
    #[derive(Deserialize)]
    struct Order {
        s: String,
        #[serde(rename = "S")]
        side: String,
        #[serde(deserialize_with = "exact")]
        q: Decimal,
        #[serde(deserialize_with = "exact")]
        ap: Decimal,
    }
    let order = answer::read::<Wire>(data)?.o;
    let side = match order.side.as_str() {
        "BUY" => Side::Buy,
        "SELL" => Side::Sell,
        _ => return Err(DecodeError::Missing { field: "S" }),
    };
    Ok(Liquidation { symbol: order.s, side, price: order.ap, qty: order.q })
}
