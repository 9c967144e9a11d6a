//! What the console is sent: the shapes of `docs/reference/console-api.md`, and nothing but shapes.

mod fate;
mod frame;
mod gate;
mod health;
mod market;
mod money;
mod orders;
mod system;

use serde::Serialize;

pub use fate::{
    ExactlyOnce, ExecutionRow, JournalLink, Latency, ReconBalance, ReconBalances, ReconOrder,
    ReconOrders, Route,
};
pub use frame::{Alert, Check, Frame, Slo};
pub use gate::{DecisionFull, DecisionRow, GateLatency, GateStep, GateSummary, ReasonCount};
pub use health::{Component, Health};
pub use market::{Bar, InstrumentRow, Ladder, Mark, Notch};
pub use money::{BudgetRow, Exposure, ExposureItem, PnlSums, PositionRow, RiskBudget};
pub use orders::{Coded, FillRow, Hop, JournalLine, OrderLife, OrderRow, OrderTerms};
pub use system::{
    ConfigRow, Follower, HighAvailability, JournalPosition, Recovery, StateChange, System,
};

/// A text for people, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages at once.
    pub fn new(ru: impl Into<String>, en: impl Into<String>) -> Text {
        Text { ru: ru.into(), en: en.into() }
    }
}
