//! Balances, positions, settings.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::number::{exact, maybe_exact, whole};

/// A wallet balance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    /// Its currency.
    pub asset: String,
    /// All of it.
    #[serde(deserialize_with = "exact")]
    pub balance: Decimal,
    /// What can back new orders.
    #[serde(deserialize_with = "exact")]
    pub available_balance: Decimal,
}

/// A position; plus is long, whatever its side is called.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// How much, with sign.
    #[serde(deserialize_with = "exact")]
    pub position_amt: Decimal,
    /// Average entry price; not told everywhere.
    #[serde(default, deserialize_with = "maybe_exact")]
    pub entry_price: Option<Decimal>,
    /// `BOTH`, `LONG` or `SHORT`.
    pub position_side: String,
}

/// The whole account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Sum of the wallets in dollars.
    #[serde(deserialize_with = "exact")]
    pub total_wallet_balance: Decimal,
    /// The wallets.
    pub assets: Vec<Asset>,
    /// The positions.
    pub positions: Vec<Position>,
}

/// A wallet in [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its currency.
    pub asset: String,
    /// All of it.
    #[serde(deserialize_with = "exact")]
    pub wallet_balance: Decimal,
    /// What can back new orders.
    #[serde(deserialize_with = "exact")]
    pub available_balance: Decimal,
}

/// Fees of an instrument, as fractions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commission {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// Resting.
    #[serde(deserialize_with = "exact")]
    pub maker_commission_rate: Decimal,
    /// Taking.
    #[serde(deserialize_with = "exact")]
    pub taker_commission_rate: Decimal,
}

/// Money that came or went besides fills.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Income {
    /// The venue's name of the instrument; empty for transfers.
    pub symbol: String,
    /// `FUNDING_FEE`, `COMMISSION`, `TRANSFER` and so on.
    pub income_type: String,
    /// How much, plus came.
    #[serde(deserialize_with = "exact")]
    pub income: Decimal,
    /// In which currency.
    pub asset: String,
    /// Milliseconds.
    pub time: i64,
    /// The record's id.
    #[serde(deserialize_with = "whole")]
    pub tran_id: u64,
}

/// An instrument's leverage as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leverage {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// So many times.
    pub leverage: u32,
}

/// An instrument's settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolConfig {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// `CROSSED` or `ISOLATED`.
    pub margin_type: String,
    /// So many times.
    pub leverage: u32,
}

/// Leverage by size of the position.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brackets {
    /// The venue's name of the instrument.
    pub symbol: String,
    /// From the smallest position on.
    pub brackets: Vec<Bracket>,
}

/// One step of [`Brackets`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bracket {
    /// The highest leverage.
    pub initial_leverage: u32,
    /// Up to so much notional.
    #[serde(deserialize_with = "exact")]
    pub notional_cap: Decimal,
    /// Maintenance margin as a fraction.
    #[serde(deserialize_with = "exact")]
    pub maint_margin_ratio: Decimal,
}

/// How positions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionMode {
    /// Long and short apart.
    pub dual_side_position: bool,
}
