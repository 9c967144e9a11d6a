//! The sliding window over verdicts and reports that halts trading when too many go wrong.

use std::collections::VecDeque;

use crate::config::KillSwitchConfig;

/// The last so many verdicts and reports.
#[derive(Clone, Debug)]
pub(crate) struct KillSwitch {
    pub(crate) config: KillSwitchConfig,
    pub(crate) denied: Tally,
    pub(crate) rejected: Tally,
}

/// A rate that is over its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trip {
    /// `denied_rate_pct` or `reject_rate_pct`.
    pub(crate) rate: &'static str,
    pub(crate) value_pct: f64,
    pub(crate) limit_pct: f64,
}

impl KillSwitch {
    pub(crate) fn new(config: KillSwitchConfig) -> KillSwitch {
        let tally = || Tally { last: VecDeque::with_capacity(config.window_trades), bad: 0 };
        KillSwitch { config, denied: tally(), rejected: tally() }
    }

    /// Counts one verdict of the gate; the trip, if that was one too many.
    pub(crate) fn verdict(&mut self, denied: bool) -> Option<Trip> {
        self.denied.push(denied, self.config.window_trades);
        let rate = self.denied.full_rate_pct(self.config.window_trades)?;
        trip("denied_rate_pct", rate, self.config.max_denied_rate_pct)
    }

    /// Counts one order the venue took or refused; the trip, if that was one too many.
    pub(crate) fn report(&mut self, refused: bool) -> Option<Trip> {
        self.rejected.push(refused, self.config.window_trades);
        let rate = self.rejected.full_rate_pct(self.config.window_trades)?;
        trip("reject_rate_pct", rate, self.config.max_reject_rate_pct)
    }

    /// Starts both windows anew.
    pub(crate) fn clear(&mut self) {
        self.denied.clear();
        self.rejected.clear();
    }
}

fn trip(rate: &'static str, value_pct: f64, limit_pct: f64) -> Option<Trip> {
    (value_pct > limit_pct).then_some(Trip { rate, value_pct, limit_pct })
}

/// Good and bad among the last so many.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) last: VecDeque<bool>,
    pub(crate) bad: usize,
}

impl Tally {
    fn push(&mut self, bad: bool, window: usize) {
        if self.last.len() == window {
            self.bad -= usize::from(self.last.pop_front() == Some(true));
        }
        self.last.push_back(bad);
        self.bad += usize::from(bad);
    }

    /// The share of bad ones; `None` before the window is full.
    fn full_rate_pct(&self, window: usize) -> Option<f64> {
        (self.last.len() == window).then(|| 100.0 * self.bad as f64 / window as f64)
    }

    fn clear(&mut self) {
        self.last.clear();
        self.bad = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_trips_above_the_rate_and_only_over_a_full_window() {
        let mut switch =
            KillSwitch::new(KillSwitchConfig { window_trades: 4, ..KillSwitchConfig::default() });
        let verdicts = [true, true, false, false, false, true, true];
        let trips: Vec<bool> = verdicts.map(|denied| switch.verdict(denied).is_some()).to_vec();
        assert_eq!(trips, [false, false, false, false, false, false, false]);
        let trip = switch.verdict(true).unwrap();
        assert_eq!((trip.rate, trip.value_pct, trip.limit_pct), ("denied_rate_pct", 75.0, 50.0));
    }

    #[test]
    fn refused_orders_have_a_window_of_their_own() {
        let mut switch =
            KillSwitch::new(KillSwitchConfig { window_trades: 2, ..KillSwitchConfig::default() });
        assert_eq!(switch.verdict(false), None);
        assert_eq!(switch.report(false), None);
        assert_eq!(switch.report(true).unwrap().rate, "reject_rate_pct");
        switch.clear();
        assert_eq!(switch.report(true), None);
    }
}
