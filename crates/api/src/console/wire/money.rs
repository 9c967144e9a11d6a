//! Positions, profit and exposure.

use serde::Serialize;

/// A position.
#[derive(Clone, Debug, Serialize)]
pub struct PositionRow {
    /// Canonical id.
    pub instrument: String,
    /// Signed: plus is long.
    pub qty: String,
    /// Average entry price.
    pub avg_price: Option<String>,
    /// What it is valued at.
    pub mark: Option<String>,
    /// Open profit.
    pub unrealized: String,
    /// Profit taken.
    pub realized: String,
    /// Fees paid.
    pub fees: String,
    /// Its value in quote.
    pub notional: String,
    /// What its money is counted in.
    pub settle: String,
    /// Where the strategy takes profit.
    pub target: Option<String>,
    /// Where the strategy gives up.
    pub stop: Option<String>,
}

/// The sums under the profit curve.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PnlSums {
    /// Everything together.
    pub net: String,
    /// Taken.
    pub realized: String,
    /// Open.
    pub unrealized: String,
    /// Paid.
    pub fees: String,
    /// Paid or received for holding; `None` where nothing is.
    pub funding: Option<String>,
    /// The deepest fall from a peak; zero or below.
    pub max_drawdown: String,
    /// How many fills.
    pub fills: u64,
    /// How many orders.
    pub orders: u64,
    /// How many intents the gate refused.
    pub denied: u64,
    /// Share the gate allowed.
    pub allow_rate: Option<f64>,
}

/// The governor's budgets.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RiskBudget {
    /// Every budget.
    pub items: Vec<BudgetRow>,
    /// Until when entries are locked; `None` is not locked.
    pub locked_until_ms: Option<f64>,
    /// What the money is counted in.
    pub currency: String,
}

/// One budget.
#[derive(Clone, Debug, Serialize)]
pub struct BudgetRow {
    /// `hour_loss`, `day_loss`, `drawdown` or `var95`.
    pub name: &'static str,
    /// What is spent of it; below zero is a profit.
    pub value: f64,
    /// All of it; `None` is not configured.
    pub limit: Option<f64>,
}

/// Exposure, whole and by instrument.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Exposure {
    /// Gross value.
    pub total: String,
    /// What it may be at most.
    pub limit: Option<String>,
    /// By instrument.
    pub items: Vec<ExposureItem>,
}

/// Exposure in one instrument.
#[derive(Clone, Debug, Serialize)]
pub struct ExposureItem {
    /// Canonical id.
    pub instrument: String,
    /// Signed value.
    pub net: String,
    /// Value without sign.
    pub gross: String,
    /// What it may be at most.
    pub limit: Option<String>,
}
