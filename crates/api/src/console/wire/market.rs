//! An instrument: its book, its chart, our orders and fills on them.

use serde::Serialize;

/// An instrument of the desk.
#[derive(Clone, Debug, Serialize)]
pub struct InstrumentRow {
    /// Canonical id.
    pub id: String,
    /// The venue's name for it.
    pub symbol: String,
    /// The venue.
    pub venue: String,
    /// What is bought.
    pub base: String,
    /// What it is priced in.
    pub quote: String,
    /// For showing prices.
    pub price_decimals: u32,
    /// For showing quantities.
    pub qty_decimals: u32,
    /// Smallest price step.
    pub tick: String,
    /// Smallest quantity step.
    pub lot: String,
    /// Whether the strategy trades it.
    pub trading: bool,
}

/// The book of one instrument, near the touch.
#[derive(Clone, Debug, Serialize)]
pub struct Ladder {
    /// Canonical id.
    pub instrument: String,
    /// `[price, qty]`, best first.
    pub bids: Vec<(String, String)>,
    /// `[price, qty]`, best first.
    pub asks: Vec<(String, String)>,
    /// Last public trade.
    pub last: Option<String>,
    /// Middle of the touch.
    pub mid: Option<String>,
    /// Touch weighted by the opposite size.
    pub micro: Option<String>,
    /// Ask minus bid, in quote.
    pub spread: Option<String>,
    /// The same over the mid.
    pub spread_bps: Option<f64>,
    /// Order-book imbalance, −1 (asks) to 1 (bids).
    pub obi: Option<f64>,
    /// Trade-flow imbalance, −1 (sellers) to 1 (buyers).
    pub tfi: Option<f64>,
    /// Since the last update.
    pub age_ms: f64,
    /// `crossed`, `locked`, `stale`.
    pub flags: Vec<&'static str>,
    /// Our working orders.
    pub ours: Vec<Notch>,
}

/// An order of ours in the ladder.
#[derive(Clone, Debug, Serialize)]
pub struct Notch {
    /// Client order id.
    pub id: String,
    /// `buy` or `sell`.
    pub side: &'static str,
    /// Limit price.
    pub price: String,
    /// Quantity asked.
    pub qty: String,
    /// Quantity left.
    pub left: String,
    /// What rests before us at the level.
    pub ahead: Option<String>,
    /// What rests behind us.
    pub behind: Option<String>,
}

/// One second of trading: `[t_s, open, high, low, close, volume]`.
pub type Bar = (i64, f64, f64, f64, f64, f64);

/// A fill of ours on the chart.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    /// When.
    pub t_ms: f64,
    /// `buy` or `sell`.
    pub side: &'static str,
    /// At what price.
    pub price: String,
    /// How much.
    pub qty: String,
    /// Client order id.
    pub id: String,
    /// `entry` or `exit`.
    pub kind: &'static str,
}
