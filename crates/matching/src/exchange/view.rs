//! What one may ask the exchange about: the answers.

use aurora_model::{InstrumentNo, Level, Lots, Nanos, Notional, Ticks};
use rust_decimal::Decimal;

use super::text::Asset;

/// A price and what is offered there.
pub type Offer = (Ticks, Lots);

/// The public book with the accounts' orders in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookView {
    /// The last update id in it.
    pub last_id: u64,
    /// Best first.
    pub bids: Vec<Offer>,
    /// Best first.
    pub asks: Vec<Offer>,
    /// When the book changed last.
    pub at: Nanos,
}

/// Levels that changed since the last time they were drained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookChanges {
    /// The first update id in it.
    pub first_id: u64,
    /// The last update id in it.
    pub last_id: u64,
    /// The last update id of the drain before.
    pub prev_id: u64,
    /// As the levels now are, bids before asks; a quantity of zero deletes.
    pub levels: Vec<Level>,
    /// When the book changed last.
    pub at: Nanos,
}

/// One currency of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceView {
    /// Which currency.
    pub asset: Asset,
    /// The wallet, without unrealized profit.
    pub wallet: Notional,
    /// What of it open spot orders hold.
    pub locked: Notional,
    /// Profit of cross and isolated positions at the mark price.
    pub unrealized: Notional,
    /// Profit of cross positions only.
    pub cross_unrealized: Notional,
    /// What of the wallet stands beside isolated positions.
    pub isolated: Notional,
    /// The initial margin of positions.
    pub position_margin: Notional,
    /// The initial margin of open orders.
    pub order_margin: Notional,
    /// The maintenance margin of positions.
    pub maintenance_margin: Notional,
    /// What new orders may use; never below zero.
    pub available: Notional,
    /// When it changed last.
    pub updated_at: Nanos,
}

impl BalanceView {
    /// Wallet and unrealized profit.
    pub fn equity(&self) -> Notional {
        self.wallet + self.unrealized
    }

    /// The initial margin of positions and orders.
    pub fn initial_margin(&self) -> Notional {
        self.position_margin + self.order_margin
    }
}

/// One instrument over the last 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticker24h {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The first price of the window.
    pub open: Ticks,
    /// The highest.
    pub high: Ticks,
    /// The lowest.
    pub low: Ticks,
    /// The last.
    pub last: Ticks,
    /// The size of the last trade.
    pub last_qty: Lots,
    /// What was traded.
    pub volume: Lots,
    /// What it came to, in quote.
    pub turnover: Notional,
    /// The first and last trade id of the window.
    pub trade_ids: (u64, u64),
    /// How many trades.
    pub trades: u64,
    /// The window.
    pub from: Nanos,
    /// The last trade.
    pub to: Nanos,
}

/// One candle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candle {
    /// When it begins: a whole number of intervals since the epoch.
    pub open_at: Nanos,
    /// The first price.
    pub open: Ticks,
    /// The highest.
    pub high: Ticks,
    /// The lowest.
    pub low: Ticks,
    /// The last.
    pub close: Ticks,
    /// What was traded.
    pub volume: Lots,
    /// What of it lifted asks.
    pub bought: Lots,
    /// What all of it came to, in quote.
    pub turnover: Notional,
    /// What of it lifted asks, in quote.
    pub bought_turnover: Notional,
    /// How many trades.
    pub trades: u64,
    /// Whether it is over.
    pub is_closed: bool,
}

/// Initial margin, as the risk engine counts it for one instrument of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeRates {
    /// For a resting order, as a fraction of notional.
    pub maker: Decimal,
    /// For a taking order.
    pub taker: Decimal,
}
