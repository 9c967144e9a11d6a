//! What one simulated venue is like.

use aurora_model::{Nanos, Notional};
use rust_decimal::Decimal;

use super::command::MarginMode;
use super::text::Asset;
use crate::config::QueueModel;

/// The rules that differ from venue to venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeConfig {
    /// What a new account is given.
    pub starting_balances: Vec<(Asset, Notional)>,
    /// The leverage of a new account.
    pub default_leverage: u32,
    /// The margin mode of a new account.
    pub default_margin: MarginMode,
    /// Fees by tier as `(maker, taker)`; an empty list, or a tier beyond it, is the instrument's own fees.
    pub fee_tiers: Vec<(Decimal, Decimal)>,
    /// When a client id may be used again.
    pub client_ids: ClientIdRule,
    /// Whether a client id that is taken is refused at all.
    pub refuse_reused_ids: bool,
    /// A post-only order that would take.
    pub post_only: WouldTakeRule,
    /// An amend that would make a post-only order take.
    pub post_only_amend: WouldTakeRule,
    /// A fill-or-kill order that cannot fill.
    pub fok: WouldTakeRule,
    /// Whether an amend that only lowers the quantity keeps the place in the queue.
    pub shrink_keeps_place: bool,
    /// Whether an amend that changes nothing is refused.
    pub refuse_empty_amend: bool,
    /// Whether an amend to a quantity at or below what has filled closes the order instead of being refused.
    pub amend_below_filled_closes: bool,
    /// Whether a trigger that has been reached already is refused, or goes off at once.
    pub refuse_instant_trigger: bool,
    /// Whether a reduce-only order larger than the position is cut to it, as venues do at entry.
    pub cut_reduce_only: bool,
    /// How cancels in the public book move a resting order's place.
    pub queue: QueueModel,
    /// How many closed orders are remembered, per account.
    pub closed_orders: usize,
    /// How many fills and funding payments are remembered, per account.
    pub fills: usize,
    /// How many public trades are remembered, per instrument.
    pub trades: usize,
    /// How many one-minute candles are remembered, per instrument.
    pub candles: usize,
    /// How often mark and index are computed and margin is judged.
    pub mark_interval: Nanos,
    /// What a liquidation costs, as a fraction of notional, to the insurance fund.
    pub liquidation_fee: Decimal,
    /// Whether a restart cancels what was open.
    pub cancel_on_restart: bool,
    /// The first order id is one above this. Ids of a venue are large numbers; a dialect may like them so.
    pub first_id: u64,
}

impl Default for ExchangeConfig {
    /// A Binance-like venue.
    fn default() -> ExchangeConfig {
        let asset = |name| Asset::new(name).expect("a name written here is short");
        let money = |amount: i64| Notional::new(Decimal::from(amount));
        ExchangeConfig {
            starting_balances: vec![(asset("USDT"), money(1_000_000))],
            default_leverage: 20,
            default_margin: MarginMode::Cross,
            fee_tiers: Vec::new(),
            client_ids: ClientIdRule::AmongOpen,
            refuse_reused_ids: true,
            post_only: WouldTakeRule::Refuse,
            post_only_amend: WouldTakeRule::Refuse,
            fok: WouldTakeRule::Cancel,
            shrink_keeps_place: true,
            refuse_empty_amend: true,
            amend_below_filled_closes: true,
            refuse_instant_trigger: true,
            cut_reduce_only: true,
            queue: QueueModel::Power(2),
            closed_orders: 1_000,
            fills: 2_000,
            trades: 1_000,
            candles: 1_500,
            mark_interval: Nanos::SECOND,
            liquidation_fee: Decimal::new(5, 3),
            cancel_on_restart: false,
            first_id: 0,
        }
    }
}

/// When a client id may be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientIdRule {
    /// When its order is closed (Binance).
    AmongOpen,
    /// When its order is forgotten (OKX, Bybit).
    AmongRemembered,
}

/// What becomes of an order that may not do what it would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WouldTakeRule {
    /// It is refused and never existed (Binance).
    Refuse,
    /// It is taken, and closed at once (OKX, Bybit).
    Cancel,
}
