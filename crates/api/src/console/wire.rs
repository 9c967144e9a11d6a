//! What the console is sent: the shapes of `docs/reference/console-api.md`, and nothing but shapes.

use serde::Serialize;

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

/// One of the conditions RESUME asks for.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Stable name.
    pub id: &'static str,
    /// Whether it holds.
    pub ok: bool,
    /// What it is, with its value.
    pub text: Text,
}

/// The worst service-level objective.
#[derive(Clone, Debug, Serialize)]
pub struct Slo {
    /// Its name, unit last.
    pub name: &'static str,
    /// Its value now.
    pub value: f64,
    /// What it may be at most.
    pub limit: f64,
    /// Share of the error budget that is left, 0..1.
    pub budget_left: f64,
}

/// Something a person should look at.
#[derive(Clone, Debug, Serialize)]
pub struct Alert {
    /// `info`, `warn`, `error` or `critical`.
    pub severity: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// What happened.
    pub text: Text,
    /// What exactly was seen, in the words of whoever saw it.
    pub detail: Option<String>,
    /// Since when.
    pub since_ms: f64,
    /// When it was over; `None` while it stands.
    pub until_ms: Option<f64>,
    /// How often it happened; the moments in between are folded into one alert.
    pub count: u64,
    /// The page of the console that shows the cause.
    pub link: String,
}

/// The top bar: the three questions that are answered on every page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// `paper`, `testnet`, `shadow`, `live`.
    pub profile: String,
    /// RUN, HOLD or KILLED.
    pub state: &'static str,
    /// Why it is in that state.
    pub cause: &'static str,
    /// What the operator said.
    pub reason: Option<String>,
    /// Since when.
    pub since_ms: f64,
    /// What RESUME asks for.
    pub checks: Vec<Check>,
    /// Today's net profit.
    pub pnl_day: String,
    /// The loss at which the desk holds; positive.
    pub pnl_day_limit: Option<String>,
    /// What money is counted in.
    pub currency: String,
    /// Gross value of the positions.
    pub exposure: String,
    /// What it may be at most.
    pub exposure_limit: Option<String>,
    /// The worst objective.
    pub slo: Slo,
    /// Age of the slowest feed.
    pub data_age_ms: f64,
    /// Whose feed that is.
    pub data_age_instrument: Option<String>,
    /// Orders that may still fill.
    pub working_orders: usize,
    /// Venues they are on.
    pub working_venues: usize,
    /// Newest first.
    pub alerts: Vec<Alert>,
    /// The desk's time: wall time, or the tape's.
    pub now_ms: f64,
    /// The wall clock.
    pub wall_ms: f64,
    /// A number, or `"max"`.
    pub speed: serde_json::Value,
    /// `generated` or `tape`.
    pub market: &'static str,
    /// The tape has been played to its end.
    pub market_ended: bool,
    /// Of this program.
    pub version: &'static str,
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

/// A row of the blotter.
#[derive(Clone, Debug, Serialize)]
pub struct OrderRow {
    /// Client order id.
    pub id: String,
    /// When it was decided.
    pub t_ms: f64,
    /// Canonical id.
    pub instrument: String,
    /// `buy` or `sell`.
    pub side: &'static str,
    /// `limit`.
    #[serde(rename = "type")]
    pub order_type: &'static str,
    /// Time in force.
    pub tif: &'static str,
    /// Limit price.
    pub price: String,
    /// Quantity asked.
    pub qty: String,
    /// Quantity filled.
    pub filled: String,
    /// Average price of its fills.
    pub avg_price: Option<String>,
    /// What rests before it.
    pub ahead: Option<String>,
    /// Where it is in its life.
    pub state: &'static str,
    /// From deciding to the venue's answer.
    pub cycle_ms: Option<f64>,
    /// Profit of what it closed, net of its fees.
    pub pnl: Option<String>,
    /// `entry` or `exit`.
    pub purpose: &'static str,
    /// Why it exits.
    pub exit_reason: Option<&'static str>,
    /// Why the venue refused it.
    pub reason: Option<Coded>,
}

/// A code and what it means.
#[derive(Clone, Debug, Serialize)]
pub struct Coded {
    /// Stable code.
    pub code: String,
    /// What it means, with its values.
    pub text: Text,
}

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

/// A row of the decision list.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionRow {
    /// UUIDv7.
    pub id: String,
    /// When.
    pub t_ms: f64,
    /// Canonical id, or the symbol an outside bot named.
    pub instrument: String,
    /// `buy` or `sell`.
    pub side: &'static str,
    /// Quantity asked.
    pub qty: String,
    /// Limit price.
    pub price: String,
    /// Whether it may pass.
    pub allow: bool,
    /// `ok` or the reason.
    pub reason: String,
    /// The reason in words.
    pub text: Text,
    /// What the decision took.
    pub ns: u64,
    /// `desk` or `http`.
    pub source: &'static str,
}

/// One gate's part in a decision.
#[derive(Clone, Debug, Serialize)]
pub struct GateStep {
    /// Its name.
    pub gate: &'static str,
    /// `pass`, `deny`, `skip`, `off`.
    pub verdict: &'static str,
    /// What it measured.
    pub value: Option<f64>,
    /// What it allows.
    pub limit: Option<f64>,
    /// `max`: the value may be at most the limit; `min`: it must be above.
    pub sense: &'static str,
    /// Unit of both.
    pub unit: &'static str,
    /// What it took; `None` where nobody looked at the clock.
    pub ns: Option<u64>,
    /// What it says.
    pub text: Text,
}

/// One decision in full.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionFull {
    /// The row.
    #[serde(flatten)]
    pub row: DecisionRow,
    /// Everything the gates noted.
    pub reasons: Vec<String>,
    /// The order it became.
    pub order: Option<String>,
    /// In the order they were asked.
    pub gates: Vec<GateStep>,
    /// What the gate contract calls observability.
    pub observability: serde_json::Value,
}

/// The last minutes of the gate.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GateSummary {
    /// Of how many seconds.
    pub window_s: u64,
    /// How many decisions.
    pub decisions: u64,
    /// How many may pass.
    pub allowed: u64,
    /// How many may not.
    pub denied: u64,
    /// Decisions a minute.
    pub per_min: f64,
    /// Why, most first.
    pub reasons: Vec<ReasonCount>,
    /// In evaluation order.
    pub latency: Vec<GateLatency>,
    /// Of the whole decision.
    pub total_p50_ns: u64,
    /// Of the whole decision.
    pub total_p99_ns: u64,
}

/// How often a reason denied.
#[derive(Clone, Debug, Serialize)]
pub struct ReasonCount {
    /// Stable code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// What it means.
    pub text: Text,
}

/// What a gate takes.
#[derive(Clone, Debug, Serialize)]
pub struct GateLatency {
    /// Its name.
    pub gate: &'static str,
    /// Half of the time at most.
    pub p50_ns: u64,
    /// 99 % of the time at most.
    pub p99_ns: u64,
}

/// The health page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Health {
    /// 100 when everything is green.
    pub score_pct: f64,
    /// Card by card.
    pub components: Vec<Component>,
}

/// One card.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    /// Stable name.
    pub id: &'static str,
    /// `P0` to `P3`.
    pub group: &'static str,
    /// GREEN, YELLOW, RED or GRAY.
    pub status: &'static str,
    /// Its name for people.
    pub title: Text,
    /// One line about it.
    pub text: Text,
    /// Since when.
    pub since_ms: f64,
}

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

/// One hop in an order's life.
#[derive(Clone, Debug, Serialize)]
pub struct Hop {
    /// What happened.
    pub hop: &'static str,
    /// When, in nanoseconds, as text.
    pub t_ns: String,
    /// Since it was decided.
    pub after_ms: f64,
}

/// One record of the journal, for people.
#[derive(Clone, Debug, Serialize)]
pub struct JournalLine {
    /// Its number.
    pub seq: u64,
    /// What kind of record.
    pub kind: String,
    /// When.
    pub t_ms: f64,
    /// Its content.
    pub text: String,
}

/// A fill.
#[derive(Clone, Debug, Serialize)]
pub struct FillRow {
    /// The venue's trade id.
    pub trade_id: String,
    /// When.
    pub t_ms: f64,
    /// At what price.
    pub price: String,
    /// How much.
    pub qty: String,
    /// What it cost.
    pub fee: String,
    /// `maker` or `taker`.
    pub liquidity: &'static str,
}

/// The life of one order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderLife {
    /// The row.
    #[serde(flatten)]
    pub row: OrderRow,
    /// In time order.
    pub hops: Vec<Hop>,
    /// `[t_ms, ahead]`.
    pub queue: Vec<(f64, f64)>,
    /// The decision that let it pass.
    pub decision: Option<DecisionFull>,
    /// Its journal records.
    pub journal: Vec<JournalLine>,
    /// Its fills.
    pub fills: Vec<FillRow>,
    /// Its story in one sentence.
    pub why: Text,
}

/// One change of the trading state.
#[derive(Clone, Debug, Serialize)]
pub struct StateChange {
    /// When.
    pub t_ms: f64,
    /// Before.
    pub from: &'static str,
    /// After.
    pub to: &'static str,
    /// Why.
    pub cause: &'static str,
    /// What the operator said.
    pub reason: Option<String>,
}

/// Where the journal is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct JournalPosition {
    /// Its folder.
    pub dir: String,
    /// The fencing epoch of this run.
    pub epoch: u32,
    /// The file being written.
    pub segment: String,
    /// The last record.
    pub seq: u64,
    /// The last record known to be on disk.
    pub durable_seq: u64,
    /// Size of the open segment's records.
    pub bytes: u64,
    /// What a commit takes.
    pub last_commit_us_p50: f64,
    /// What a commit takes.
    pub last_commit_us_p99: f64,
}

/// What the start found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Recovery {
    /// Records replayed.
    pub records: u64,
    /// Orders among them.
    pub orders: u64,
    /// Fills among them.
    pub fills: u64,
    /// How long it took.
    pub took_ms: f64,
    /// Orders in doubt that were resolved.
    pub resolved_unknown: u64,
}

/// The system page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct System {
    /// Of this program.
    pub version: &'static str,
    /// Build profile and target.
    pub build: &'static str,
    /// Compiler.
    pub rustc: &'static str,
    /// When it started.
    pub started_ms: f64,
    /// Process id.
    pub pid: u32,
    /// Profile.
    pub profile: String,
    /// Where the logs are.
    pub session_dir: String,
    /// Where the journal is.
    pub journal: JournalPosition,
    /// Where the console is.
    pub listen: String,
    /// What the start found.
    pub recovery: Recovery,
    /// Newest first.
    pub history: Vec<StateChange>,
    /// Alerts, newest first, also those that are over.
    pub alerts: Vec<Alert>,
}

/// One value of the effective configuration.
#[derive(Clone, Debug, Serialize)]
pub struct ConfigRow {
    /// Its path.
    pub path: String,
    /// What it is; secrets are masked.
    pub value: String,
    /// `default`, `yaml`, `env`, `flag`.
    pub origin: &'static str,
    /// Which line, variable or flag.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// What it means.
    pub text: Text,
}
