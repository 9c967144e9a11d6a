//! The top bar: state, money, alerts.

use serde::Serialize;

use super::Text;

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
    /// What is wrong now: the worst first, of those the newest.
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
