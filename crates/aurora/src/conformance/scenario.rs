//! The language of conformance scenarios: JSON steps against a venue.
//!
//! A scenario is a name, what it proves, and steps. A step does something (`place`, `cancel`, `fault`, …) or waits for
//! something (`until`), or looks at the truth (`expect`). Orders are named within the scenario.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// Unique; `area/what`.
    pub(crate) name: String,
    /// What a user relies on, as a sentence.
    pub(crate) proves: String,
    /// Only on these venues; everywhere when empty.
    #[serde(default)]
    pub(crate) only: Vec<String>,
    /// Needs the simulator's fault switches; left out against a testnet.
    #[serde(default)]
    pub(crate) sim_only: bool,
    /// What happens, in order.
    pub(crate) steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Sends a new order.
    Place(Order),
    /// Sends several in one batch.
    PlaceMany(Vec<Order>),
    /// Gives an order new terms.
    Amend(Change),
    /// The same for several in one batch.
    AmendMany(Vec<Change>),
    /// Cancels an order.
    Cancel(String),
    /// Cancels several in one batch.
    CancelMany(Vec<String>),
    /// Cancels everything, of one instrument or of all.
    CancelAll(Option<u16>),
    /// Asks what became of an order.
    Query(String),
    /// Asks for open orders, fills since the scenario began, and positions.
    Sweep,
    /// Arms the dead-man switch for so many milliseconds, or disarms it.
    DeadMan(Option<i64>),
    /// Sets leverage.
    Leverage(u32),
    /// Sets `cross` or `isolated` margin.
    Margin(String),
    /// Switches hedge mode.
    Hedge(bool),
    /// Asks for balances.
    Balances,
    /// Asks for balances, and what moved them since the scenario began.
    Statement,
    /// Switches a fault on; the rule as the simulator takes it, with `$symbol` and `$a` (an order's id) replaced.
    Fault(serde_json::Value),
    /// Switches every fault off.
    Heal,
    /// Waits until something is told.
    Until(Until),
    /// Lets so many milliseconds pass and fails if this was told in them.
    Never(Never),
    /// Looks at the venue's own truth.
    Expect(Expect),
}

/// A new order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// Its name in the scenario.
    #[serde(rename = "as")]
    pub(crate) name: String,
    /// `buy` or `sell`.
    pub(crate) side: String,
    /// Where: `far` (rests well away), `near` (rests at the touch), `cross` (takes at once), `wild` (outside any band).
    #[serde(default = "far")]
    pub(crate) at: String,
    /// How many times the smallest order the venue takes; zero is the largest it takes.
    #[serde(default = "one")]
    pub(crate) size: i64,
    /// `gtc`, `ioc`, `fok`, `post_only`.
    #[serde(default = "gtc")]
    pub(crate) tif: String,
    /// May only shrink the position.
    #[serde(default)]
    pub(crate) reduce_only: bool,
    /// A market order.
    #[serde(default)]
    pub(crate) market: bool,
    /// `taker`, `maker` or `both`.
    #[serde(default)]
    pub(crate) stp: Option<String>,
    /// Ends by itself after so many seconds.
    #[serde(default)]
    pub(crate) good_for_s: Option<i64>,
    /// Waits for the price to go `above` or `below` the market by this share.
    #[serde(default)]
    pub(crate) trigger: Option<String>,
    /// Uses the client id of that earlier order.
    #[serde(default)]
    pub(crate) same_id_as: Option<String>,
    /// Which instrument of the venue's list.
    #[serde(default)]
    pub(crate) instrument: u16,
}

fn far() -> String {
    String::from("far")
}

fn gtc() -> String {
    String::from("gtc")
}

const fn one() -> i64 {
    1
}

/// New terms for an order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// Which order.
    pub(crate) order: String,
    /// Where to: as in [`Order::at`], or `farther` by a few ticks.
    #[serde(default)]
    pub(crate) at: Option<String>,
    /// New size as in [`Order::size`].
    #[serde(default)]
    pub(crate) size: Option<i64>,
}

/// Something to wait for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Until {
    /// An order is one of these: `ack`, `reject`, `reject:CODE`, `filled`, `partly`, `canceled`, `expired`, `absent`, `lost`,
    /// `amended`, `amend_refused`, `cancel_rejected`.
    #[serde(default)]
    pub(crate) order: BTreeMap<String, Words>,
    /// A note of one of these kinds was told since the last step: `gap`, `synced`, `up`, `down`, `ready`, `clock`,
    /// `dead_man`, `answered`, `refused_answer`, `balance`, `foreign_fill`, `foreign_order`, `status`, `mark`, …
    #[serde(default)]
    pub(crate) note: Option<Words>,
    /// An account report came.
    #[serde(default)]
    pub(crate) account: bool,
    /// How long to wait at most.
    #[serde(default = "patience")]
    pub(crate) within_ms: u64,
}

/// Something that must not be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Never {
    /// As in [`Until::order`].
    #[serde(default)]
    pub(crate) order: BTreeMap<String, Words>,
    /// As in [`Until::note`].
    #[serde(default)]
    pub(crate) note: Option<Words>,
    /// For how long.
    pub(crate) for_ms: u64,
}

const fn patience() -> u64 {
    5_000
}

/// The venue's own truth.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// How many placing requests carried the order's id.
    #[serde(default)]
    pub(crate) posts: BTreeMap<String, u64>,
    /// Whether the order is open there.
    #[serde(default)]
    pub(crate) open: BTreeMap<String, bool>,
    /// Every fill there was told to us once, and none else.
    #[serde(default)]
    pub(crate) fills_equal: bool,
    /// The position in the first instrument, in smallest orders.
    #[serde(default)]
    pub(crate) position: Option<i64>,
}

/// One word or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Words {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Words {
    /// All of them.
    pub(crate) fn all(&self) -> &[String] {
        match self {
            Words::One(word) => std::slice::from_ref(word),
            Words::Any(words) => words,
        }
    }
}
