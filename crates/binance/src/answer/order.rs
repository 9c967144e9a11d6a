//! Orders and fills as the venue tells them.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

use super::number::{exact, maybe_exact, whole};
use crate::errors::Refusal;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Status {
    /// Open, nothing filled.
    New,
    /// Open, part of it filled.
    PartiallyFilled,
    /// Filled whole.
    Filled,
    /// Ended by a cancel.
    Canceled,
    /// Ended by its time in force.
    Expired,
    /// Ended because it would have traded with its own account.
    ExpiredInMatch,
    /// Refused; only on the stream.
    Rejected,
    /// A word we do not know.
    #[serde(other)]
    Other,
}

impl Status {
    /// Whether it may still fill.
    pub const fn is_open(self) -> bool {
        matches!(self, Status::New | Status::PartiallyFilled)
    }

    pub(crate) fn of(word: &[u8]) -> Status {
        match word {
            b"NEW" => Status::New,
            b"PARTIALLY_FILLED" => Status::PartiallyFilled,
            b"FILLED" => Status::Filled,
            b"CANCELED" => Status::Canceled,
            b"EXPIRED" => Status::Expired,
            b"EXPIRED_IN_MATCH" => Status::ExpiredInMatch,
            b"REJECTED" => Status::Rejected,
            _ => Status::Other,
        }
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// The venue's id.
    #[serde(deserialize_with = "whole")]
    pub order_id: u64,
    /// The client's id.
    pub client_order_id: String,
    /// `BUY` or `SELL`.
    pub side: String,
    /// `LIMIT`, `MARKET` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// `GTC`, `IOC`, `FOK`, `GTX`, `GTD`.
    #[serde(default)]
    pub time_in_force: String,
    /// Where it stands.
    pub status: Status,
    /// Its limit; zero for a market order.
    #[serde(deserialize_with = "exact")]
    pub price: Decimal,
    /// How much was asked.
    #[serde(deserialize_with = "exact")]
    pub orig_qty: Decimal,
    /// How much has filled.
    #[serde(deserialize_with = "exact")]
    pub executed_qty: Decimal,
    /// What it filled at on average; zero when it has not.
    #[serde(default, deserialize_with = "maybe_exact")]
    pub avg_price: Option<Decimal>,
    /// May only shrink a position.
    #[serde(default)]
    pub reduce_only: bool,
    /// Milliseconds; zero when not told.
    #[serde(default)]
    pub update_time: i64,
}

/// One element of a batch's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// It went well.
    Order(Box<Order>),
    /// It did not.
    Refused(Refusal),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Item, D::Error> {
        #[derive(Deserialize)]
        struct Code {
            code: Option<i64>,
        }
        let raw = <&RawValue>::deserialize(source)?.get();
        let code: Code = serde_json::from_str(raw).map_err(D::Error::custom)?;
        match code.code {
            Some(_) => serde_json::from_str(raw).map(Item::Refused),
            None => serde_json::from_str(raw).map(Item::Order),
        }
        .map_err(D::Error::custom)
    }
}

/// One of our fills.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trade {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// The trade's id.
    #[serde(deserialize_with = "whole")]
    pub id: u64,
    /// The order's id by the venue; the client's is not told here.
    #[serde(deserialize_with = "whole")]
    pub order_id: u64,
    /// `BUY` or `SELL`.
    pub side: String,
    /// At what price.
    #[serde(deserialize_with = "exact")]
    pub price: Decimal,
    /// How much.
    #[serde(deserialize_with = "exact")]
    pub qty: Decimal,
    /// What it cost; below zero is a rebate.
    #[serde(deserialize_with = "exact")]
    pub commission: Decimal,
    /// In which currency.
    pub commission_asset: String,
    /// Whether the order was resting.
    pub maker: bool,
    /// Milliseconds.
    pub time: i64,
}
