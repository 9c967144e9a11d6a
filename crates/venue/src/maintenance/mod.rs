//! The maintenance calendar: when a venue will be closed, and what follows from it.

mod feed;
mod ics;
mod json;
mod source;

use aurora_model::{Nanos, Venue};

pub use feed::{Announcements, from_feed};
pub use ics::from_ics;
pub use json::from_json;
pub use source::Source;

const MINUTE: Nanos = Nanos(60_000_000_000);
const HOUR: Nanos = Nanos(3_600_000_000_000);

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceConfig {
    /// The venue is left so long before a window begins.
    pub early: Nanos,
    /// Alerts are told so long before.
    pub alerts: Vec<Nanos>,
}

impl Default for MaintenanceConfig {
    fn default() -> MaintenanceConfig {
        MaintenanceConfig { early: Nanos(10 * MINUTE.0), alerts: vec![Nanos(24 * HOUR.0), HOUR] }
    }
}

/// A time during which a venue, or some of its symbols, does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Which venue.
    pub venue: Venue,
    /// The venue's own names of the symbols; empty for the whole venue.
    pub symbols: Vec<String>,
    /// When it begins, UTC.
    pub from: Nanos,
    /// When it ends, UTC.
    pub to: Nanos,
    /// What it is called.
    pub title: String,
    /// Where we know it from: a file or an address.
    pub source: String,
}

impl Window {
    /// It covers the whole venue or names the symbol.
    pub fn covers(&self, symbol: &str) -> bool {
        self.symbols.is_empty() || self.symbols.iter().any(|have| have == symbol)
    }
}

/// A window is near: told once for each of [`MaintenanceConfig::alerts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Which window.
    pub window: Window,
    /// How long until it begins.
    pub begins_in: Nanos,
}

/// The windows of one venue.
#[derive(Clone, Debug)]
pub struct Calendar {
    config: MaintenanceConfig,
    /// Each with which of its alerts were told.
    windows: Vec<(Window, Vec<bool>)>,
}

impl Calendar {
    /// An empty calendar.
    pub fn new(config: MaintenanceConfig) -> Calendar {
        Calendar { config, windows: Vec::new() }
    }

    /// Replaces the windows; what was told about one that stays is not told again.
    pub fn replace(&mut self, windows: Vec<Window>) {
        let before = std::mem::take(&mut self.windows);
        for window in windows {
            self.add(window, &before);
        }
    }

    /// Adds a window the venue itself announced. One it announced before that overlaps is the same one, moved or
    /// ended early.
    pub fn announced(&mut self, window: Window) {
        let same = |have: &&mut (Window, Vec<bool>)| {
            let (have, _) = &**have;
            have.source == window.source && have.from <= window.to && window.from <= have.to
        };
        match self.windows.iter_mut().find(same) {
            Some((have, _)) => *have = window,
            None => self.add(window, &[]),
        }
    }

    fn add(&mut self, window: Window, before: &[(Window, Vec<bool>)]) {
        let same = |have: &&(Window, Vec<bool>)| {
            (have.0.from, have.0.to, &have.0.symbols) == (window.from, window.to, &window.symbols)
        };
        let told = before.iter().find(same).map(|have| have.1.clone());
        let told = told.unwrap_or_else(|| vec![false; self.config.alerts.len()]);
        self.windows.push((window, told));
        self.windows.sort_by_key(|(window, _)| (window.from, window.to));
    }

    /// Alerts that are due. Of several missed ones about a window only the nearest is told.
    pub fn alerts(&mut self, at: Nanos, out: &mut Vec<Alert>) {
        for (window, told) in &mut self.windows {
            let begins_in = window.from - at;
            if begins_in.0 <= 0 {
                continue;
            }
            let mut is_due = false;
            for (told, before) in told.iter_mut().zip(&self.config.alerts) {
                is_due |= begins_in <= *before && !*told;
                *told |= begins_in <= *before;
            }
            if is_due {
                out.push(Alert { window: window.clone(), begins_in });
            }
        }
    }

    /// Whether orders must stay away now: of the venue (`None`) or of a symbol.
    pub fn is_off(&self, at: Nanos, symbol: Option<&str>) -> bool {
        self.windows.iter().any(|(window, _)| {
            let covers = symbol.map_or(window.symbols.is_empty(), |symbol| window.covers(symbol));
            covers && window.from - self.config.early <= at && at < window.to
        })
    }

    /// Windows that have not ended, soonest first.
    pub fn ahead(&self, at: Nanos) -> impl Iterator<Item = &Window> {
        self.windows.iter().map(|(window, _)| window).filter(move |window| at < window.to)
    }
}

/// Reads a venue's word as people write it: `OKX`, `binance`, `Bybit`, `BINANCEUSDM`.
pub(crate) fn venue_of(text: &str) -> Option<Venue> {
    let word: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    match word.to_ascii_uppercase().as_str() {
        "BINANCE" | "BINANCEFUTURES" => Some(Venue::BinanceUsdm),
        code => Venue::ALL.into_iter().find(|venue| venue.code() == code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from_hours: i64, symbols: &[&str]) -> Window {
        Window {
            venue: Venue::Okx,
            symbols: symbols.iter().map(|s| (*s).to_owned()).collect(),
            from: Nanos(from_hours * HOUR.0),
            to: Nanos((from_hours + 1) * HOUR.0),
            title: "upgrade".to_owned(),
            source: "test".to_owned(),
        }
    }

    fn alerts(calendar: &mut Calendar, at: Nanos) -> Vec<i64> {
        let mut out = Vec::new();
        calendar.alerts(at, &mut out);
        out.iter().map(|alert| alert.begins_in.0 / MINUTE.0).collect()
    }

    #[test]
    fn each_alert_is_told_once_even_when_the_calendar_is_read_again() {
        let mut calendar = Calendar::new(MaintenanceConfig::default());
        calendar.replace(vec![window(48, &[])]);
        assert!(alerts(&mut calendar, Nanos(0)).is_empty());
        assert_eq!(alerts(&mut calendar, Nanos(24 * HOUR.0)), [24 * 60]);
        calendar.replace(vec![window(48, &[])]);
        assert!(alerts(&mut calendar, Nanos(25 * HOUR.0)).is_empty());
        assert_eq!(alerts(&mut calendar, Nanos(47 * HOUR.0 + 1)), [59]);
        assert!(alerts(&mut calendar, Nanos(49 * HOUR.0)).is_empty());
    }

    #[test]
    fn a_late_reader_is_alerted_once_not_twice() {
        let mut calendar = Calendar::new(MaintenanceConfig::default());
        calendar.replace(vec![window(48, &[])]);
        assert_eq!(alerts(&mut calendar, Nanos(48 * HOUR.0 - MINUTE.0)), [1]);
    }

    #[test]
    fn the_venue_is_left_minutes_before_the_window_and_used_again_after_it() {
        let mut calendar = Calendar::new(MaintenanceConfig::default());
        calendar.replace(vec![window(48, &[])]);
        let from = Nanos(48 * HOUR.0);
        let early = Nanos(10 * MINUTE.0);
        assert!(!calendar.is_off(from - early - Nanos(1), None));
        assert!(calendar.is_off(from - early, None));
        assert!(calendar.is_off(from, Some("BTC-USDT-SWAP")));
        assert!(!calendar.is_off(from + HOUR, None));
    }

    #[test]
    fn a_window_of_one_symbol_leaves_the_others_alone() {
        let mut calendar = Calendar::new(MaintenanceConfig::default());
        calendar.replace(vec![window(1, &["SOL-USDT-SWAP"])]);
        assert!(calendar.is_off(HOUR, Some("SOL-USDT-SWAP")));
        assert!(!calendar.is_off(HOUR, Some("BTC-USDT-SWAP")) && !calendar.is_off(HOUR, None));
    }
}
