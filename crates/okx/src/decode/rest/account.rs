//! What the account has and how it is set.

use aurora_model::Nanos;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::text;

/// `account/balance` and the `account` channel.
#[derive(Clone, Debug, Deserialize)]
pub struct Wallet {
    /// When it last changed.
    #[serde(rename = "uTime", default, deserialize_with = "text::millis")]
    pub at: Nanos,
    /// All of it in US dollars.
    #[serde(rename = "totalEq", default, deserialize_with = "text::decimal")]
    pub total_usd: Option<Decimal>,
    /// One entry an asset.
    #[serde(default)]
    pub details: Vec<Balance>,
}

/// One asset of the wallet.
#[derive(Clone, Debug, Deserialize)]
pub struct Balance {
    /// Which.
    #[serde(rename = "ccy")]
    pub asset: String,
    /// Cash, without unrealized profit.
    #[serde(rename = "cashBal", default, deserialize_with = "text::decimal")]
    pub cash: Option<Decimal>,
    /// Cash and unrealized profit.
    #[serde(rename = "eq", default, deserialize_with = "text::decimal")]
    pub equity: Option<Decimal>,
    /// What may be withdrawn or spent on spot.
    #[serde(rename = "availBal", default, deserialize_with = "text::decimal")]
    pub available: Option<Decimal>,
    /// What may be used as margin.
    #[serde(rename = "availEq", default, deserialize_with = "text::decimal")]
    pub available_equity: Option<Decimal>,
    /// What orders and positions hold.
    #[serde(rename = "frozenBal", default, deserialize_with = "text::decimal")]
    pub frozen: Option<Decimal>,
}

impl Balance {
    /// All of it.
    pub fn total(&self) -> Decimal {
        self.cash.or(self.equity).or(self.available).unwrap_or_default()
    }

    /// What is free.
    pub fn free(&self) -> Decimal {
        let rest = || self.total() - self.frozen.unwrap_or_default();
        self.available.or(self.available_equity).unwrap_or_else(rest)
    }
}

/// A row of `account/bills`: what moved the wallet.
#[derive(Clone, Debug, Deserialize)]
pub struct Bill {
    /// The row's id.
    #[serde(rename = "billId")]
    pub id: String,
    /// 1 transfer, 2 trade, 8 funding, and more.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    #[serde(rename = "ts", deserialize_with = "text::millis")]
    pub at: Nanos,
    /// Of which asset.
    #[serde(rename = "ccy")]
    pub asset: String,
    /// How much the balance changed.
    #[serde(rename = "balChg", default, deserialize_with = "text::decimal")]
    pub change: Option<Decimal>,
    /// Which instrument; empty for transfers.
    #[serde(rename = "instId", default)]
    pub inst_id: String,
}

/// `account/positions` and the `positions` channel.
#[derive(Clone, Debug, Deserialize)]
pub struct Position {
    /// Which instrument.
    #[serde(rename = "instId")]
    pub inst_id: String,
    /// `net`, `long` or `short`.
    #[serde(rename = "posSide", default)]
    pub pos_side: String,
    /// Contracts; signed for `net`, without sign otherwise.
    #[serde(rename = "pos", default, deserialize_with = "text::decimal")]
    pub contracts: Option<Decimal>,
    /// Average entry price.
    #[serde(rename = "avgPx", default, deserialize_with = "text::decimal")]
    pub entry: Option<Decimal>,
    /// `cross` or `isolated`.
    #[serde(rename = "mgnMode", default)]
    pub margin_mode: String,
    /// Mark price.
    #[serde(rename = "markPx", default, deserialize_with = "text::decimal")]
    pub mark: Option<Decimal>,
    /// Where it is liquidated.
    #[serde(rename = "liqPx", default, deserialize_with = "text::decimal")]
    pub liquidation: Option<Decimal>,
    /// Leverage.
    #[serde(rename = "lever", default, deserialize_with = "text::decimal")]
    pub leverage: Option<Decimal>,
    /// Unrealized profit.
    #[serde(rename = "upl", default, deserialize_with = "text::decimal")]
    pub unrealized: Option<Decimal>,
    /// Place in the queue of auto-deleveraging, one to five.
    #[serde(default, deserialize_with = "text::whole")]
    pub adl: i64,
    /// When it last changed.
    #[serde(rename = "uTime", default, deserialize_with = "text::millis")]
    pub at: Nanos,
}

impl Position {
    /// Contracts, plus for long.
    pub fn signed(&self) -> Decimal {
        let contracts = self.contracts.unwrap_or_default();
        if self.pos_side == "short" { -contracts.abs() } else { contracts }
    }
}

/// `account/positions-history`: a position that was closed.
#[derive(Clone, Debug, Deserialize)]
pub struct PastPosition {
    /// Which instrument.
    #[serde(rename = "instId")]
    pub inst_id: String,
    /// `long` or `short`.
    pub direction: String,
    /// Contracts closed.
    #[serde(rename = "closeTotalPos", deserialize_with = "text::decimal")]
    pub closed: Option<Decimal>,
    /// Profit after fees and funding.
    #[serde(rename = "realizedPnl", default, deserialize_with = "text::decimal")]
    pub realized: Option<Decimal>,
    /// Fees; below zero is paid.
    #[serde(default, deserialize_with = "text::decimal")]
    pub fee: Option<Decimal>,
    /// Funding.
    #[serde(rename = "fundingFee", default, deserialize_with = "text::decimal")]
    pub funding: Option<Decimal>,
    /// When it was closed.
    #[serde(rename = "uTime", deserialize_with = "text::millis")]
    pub at: Nanos,
}

/// `account/config`.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountConfig {
    /// 1 spot, 2 futures, 3 multi-currency, 4 portfolio margin.
    #[serde(rename = "acctLv", default, deserialize_with = "text::whole")]
    pub level: i64,
    /// `net_mode` or `long_short_mode`.
    #[serde(rename = "posMode", default)]
    pub position_mode: String,
    /// Self-trade prevention of the account.
    #[serde(rename = "acctStpMode", default)]
    pub stp: String,
    /// What the key may do: `read_only,trade,withdraw` or less.
    #[serde(default)]
    pub perm: String,
}

/// `account/set-position-mode`.
#[derive(Clone, Debug, Deserialize)]
pub struct PositionMode {
    /// `net_mode` or `long_short_mode`.
    #[serde(rename = "posMode")]
    pub mode: String,
}

/// `account/set-leverage`.
#[derive(Clone, Debug, Deserialize)]
pub struct Leverage {
    /// Which instrument.
    #[serde(rename = "instId", default)]
    pub inst_id: String,
    /// Leverage now.
    #[serde(rename = "lever", deserialize_with = "text::decimal")]
    pub leverage: Option<Decimal>,
    /// `cross` or `isolated`.
    #[serde(rename = "mgnMode", default)]
    pub margin_mode: String,
}

/// `account/trade-fee`: below zero is paid.
#[derive(Clone, Debug, Deserialize)]
pub struct FeeRates {
    /// `SPOT`, `SWAP` …
    #[serde(rename = "instType")]
    pub inst_type: String,
    /// Fee level.
    pub level: String,
    /// Spot, and coin-margined contracts.
    #[serde(deserialize_with = "text::decimal")]
    pub maker: Option<Decimal>,
    /// The same for taking.
    #[serde(deserialize_with = "text::decimal")]
    pub taker: Option<Decimal>,
    /// USDT-margined contracts.
    #[serde(rename = "makerU", default, deserialize_with = "text::decimal")]
    pub maker_usdt: Option<Decimal>,
    /// The same for taking.
    #[serde(rename = "takerU", default, deserialize_with = "text::decimal")]
    pub taker_usdt: Option<Decimal>,
}
