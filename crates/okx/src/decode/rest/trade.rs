//! What became of what was asked, and fills.

use aurora_model::Nanos;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::account::{Balance, Position};
use super::text;

/// One item of a place, amend or cancel: the fate of the order is in `code`, never in the top-level one.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Done {
    /// The venue's id; zero when there is none.
    #[serde(rename = "ordId", default, deserialize_with = "text::whole")]
    pub ord_id: i64,
    /// Our id.
    #[serde(rename = "clOrdId", default)]
    pub cl_ord_id: String,
    /// The venue's id of a conditional order.
    #[serde(rename = "algoId", default, deserialize_with = "text::whole")]
    pub algo_id: i64,
    /// Our id of it.
    #[serde(rename = "algoClOrdId", default)]
    pub algo_cl_ord_id: String,
    /// Zero is good.
    #[serde(rename = "sCode", deserialize_with = "text::whole")]
    pub code: i64,
    /// The venue's words.
    #[serde(rename = "sMsg", default)]
    pub words: String,
    /// When, where told.
    #[serde(default, deserialize_with = "text::millis")]
    pub ts: Nanos,
}

/// `trade/fills`, `trade/fills-history` and the `fills` channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FillRow {
    /// Which instrument.
    pub inst_id: String,
    /// The venue's trade id.
    pub trade_id: String,
    /// The order's id.
    #[serde(deserialize_with = "text::whole")]
    pub ord_id: i64,
    /// Our id of the order.
    #[serde(default)]
    pub cl_ord_id: String,
    /// Id of the entry, for paging.
    #[serde(default)]
    pub bill_id: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Price.
    #[serde(deserialize_with = "text::decimal")]
    pub fill_px: Option<Decimal>,
    /// Contracts, or base.
    #[serde(deserialize_with = "text::decimal")]
    pub fill_sz: Option<Decimal>,
    /// `M` or `T`.
    #[serde(default)]
    pub exec_type: String,
    /// Below zero is paid.
    #[serde(default, deserialize_with = "text::decimal")]
    pub fee: Option<Decimal>,
    /// In which currency.
    #[serde(default)]
    pub fee_ccy: String,
    /// When it was written down.
    #[serde(deserialize_with = "text::millis")]
    pub ts: Nanos,
    /// When it traded, where told.
    #[serde(default, deserialize_with = "text::millis")]
    pub fill_time: Nanos,
}

impl FillRow {
    /// When it traded.
    pub fn at(&self) -> Nanos {
        if self.fill_time.0 == 0 { self.ts } else { self.fill_time }
    }
}

/// `trade/cancel-all-after`.
#[derive(Clone, Debug, Deserialize)]
pub struct DeadManArmed {
    /// When everything is cancelled, in seconds or milliseconds; zero when disarmed.
    #[serde(rename = "triggerTime", deserialize_with = "text::whole")]
    trigger_time: i64,
}

impl DeadManArmed {
    /// When everything is cancelled; `None` when disarmed.
    pub fn until(&self) -> Option<Nanos> {
        match self.trigger_time {
            ..=0 => None,
            // The manual's own example is in seconds.
            seconds @ ..100_000_000_000 => Some(Nanos::SECOND * seconds),
            millis => Some(Nanos::from_millis(millis)),
        }
    }
}

/// A conditional order: `orders-algo-pending`, its history and the `orders-algo` channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlgoOrder {
    /// Which instrument.
    pub inst_id: String,
    /// The venue's id.
    #[serde(deserialize_with = "text::id")]
    pub algo_id: i64,
    /// Our id.
    #[serde(default)]
    pub algo_cl_ord_id: String,
    /// The order it placed when it fired.
    #[serde(default, deserialize_with = "text::id")]
    pub ord_id: i64,
    /// `buy` or `sell`.
    pub side: String,
    /// `live`, `pause`, `order_placed`, `effective`, `partially_effective`, `filled`, `canceled`, `order_failed`.
    pub state: String,
    /// Contracts, or base; none when it closes a whole position.
    #[serde(default, deserialize_with = "text::decimal")]
    pub sz: Option<Decimal>,
    /// Where a `trigger` order fires.
    #[serde(default, deserialize_with = "text::decimal")]
    pub trigger_px: Option<Decimal>,
    /// Where a stop loss fires.
    #[serde(default, deserialize_with = "text::decimal")]
    pub sl_trigger_px: Option<Decimal>,
    /// The limit it then places; -1 for a market order.
    #[serde(default, deserialize_with = "text::decimal")]
    pub ord_px: Option<Decimal>,
    /// May only shrink a position.
    #[serde(default, deserialize_with = "text::flag")]
    pub reduce_only: bool,
    /// When it last changed, where told.
    #[serde(rename = "uTime", default, deserialize_with = "text::millis")]
    pub updated_at: Nanos,
}

/// The `balance_and_position` channel.
#[derive(Clone, Debug, Deserialize)]
pub struct PositionAndBalance {
    /// What changed in the wallet.
    #[serde(rename = "balData", default)]
    pub balances: Vec<Balance>,
    /// What changed in positions.
    #[serde(rename = "posData", default)]
    pub positions: Vec<Position>,
}
