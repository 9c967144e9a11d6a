//! Conditional ("algo") orders.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::number::{maybe_exact, whole};

/// A conditional order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Algo {
    /// The venue's id.
    #[serde(deserialize_with = "whole")]
    pub algo_id: u64,
    /// The client's id.
    pub client_algo_id: String,
    /// The venue's name of the instrument.
    pub symbol: String,
    /// `BUY` or `SELL`.
    pub side: String,
    /// `STOP`, `STOP_MARKET`, `TAKE_PROFIT`, `TAKE_PROFIT_MARKET`, `TRAILING_STOP_MARKET`.
    #[serde(default)]
    pub order_type: String,
    /// `NEW`, `TRIGGERING`, `TRIGGERED`, `FINISHED`, `CANCELED`, `EXPIRED`, `REJECTED`.
    pub algo_status: String,
    /// How much; not told when it closes the position.
    #[serde(default, deserialize_with = "maybe_exact")]
    pub quantity: Option<Decimal>,
    /// What it waits for.
    #[serde(default, deserialize_with = "maybe_exact")]
    pub trigger_price: Option<Decimal>,
    /// Its limit once triggered.
    #[serde(default, deserialize_with = "maybe_exact")]
    pub price: Option<Decimal>,
    /// The order it became; empty before.
    #[serde(default)]
    pub actual_order_id: String,
}

impl Algo {
    /// Whether it still waits.
    pub fn is_waiting(&self) -> bool {
        matches!(self.algo_status.as_str(), "NEW" | "TRIGGERING")
    }
}

/// A conditional order was taken or cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlgoAck {
    /// The venue's id.
    #[serde(deserialize_with = "whole")]
    pub algo_id: u64,
    /// The client's id.
    pub client_algo_id: String,
}
