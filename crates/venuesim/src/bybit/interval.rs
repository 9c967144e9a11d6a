//! Candle intervals as Bybit names them.

use aurora_model::Nanos;

/// One of the venue's candle intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval(&'static str, i64);

/// Names and minutes. A month is 30 days here.
const INTERVALS: [Interval; 13] = [
    Interval("1", 1),
    Interval("3", 3),
    Interval("5", 5),
    Interval("15", 15),
    Interval("30", 30),
    Interval("60", 60),
    Interval("120", 120),
    Interval("240", 240),
    Interval("360", 360),
    Interval("720", 720),
    Interval("D", 1_440),
    Interval("W", 10_080),
    Interval("M", 43_200),
];

impl Interval {
    /// The interval of that name.
    pub(super) fn named(name: &str) -> Option<Interval> {
        INTERVALS.into_iter().find(|interval| interval.0 == name)
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        self.0
    }

    /// How long it is.
    pub(super) fn span(self) -> Nanos {
        Nanos::SECOND * (60 * self.1)
    }
}
