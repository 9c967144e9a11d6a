//! Our clock, and how far each venue's is from it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aurora_model::Nanos;

/// Where the time comes from; the system's clock unless a test brings its own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Nanos + Send + Sync>);

impl Clock {
    /// The system's clock, in UTC.
    pub fn system() -> Clock {
        Clock::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
        })
    }

    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Nanos + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    /// What it shows.
    pub fn now(&self) -> Nanos {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::system()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// How many measurements are kept.
const KEPT: usize = 9;

/// A venue's clock minus ours: the median of recent measurements, so that one slow answer moves nothing.
#[derive(Clone, Debug, Default)]
pub struct Offset {
    recent: VecDeque<(Nanos, Nanos)>,
}

impl Offset {
    /// Takes a measurement: venue minus ours, and the round trip it was made with.
    pub fn measured(&mut self, offset: Nanos, round_trip: Nanos) {
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back((offset, round_trip));
    }

    /// Venue minus ours; zero before the first measurement.
    ///
    /// An answer that took more than three times as long as the quickest says little and is left out.
    pub fn nanos(&self) -> Nanos {
        let Some(quickest) = self.recent.iter().map(|(_, trip)| trip.0).min() else {
            return Nanos(0);
        };
        let usable = self.recent.iter().filter(|(_, trip)| trip.0 <= quickest.saturating_mul(3));
        let mut offsets: Vec<i64> = usable.map(|(offset, _)| offset.0).collect();
        offsets.sort_unstable();
        Nanos(offsets[offsets.len() / 2])
    }

    /// What the venue's clock shows when ours shows `at`.
    pub fn venue_time(&self, at: Nanos) -> Nanos {
        at + self.nanos()
    }

    /// How many measurements it stands on.
    pub fn measurements(&self) -> usize {
        self.recent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: i64) -> Nanos {
        Nanos::from_millis(millis)
    }

    #[test]
    fn one_wild_measurement_does_not_move_the_clock() {
        let mut offset = Offset::default();
        assert_eq!(offset.venue_time(ms(5)), ms(5));
        for millis in [40, 42, 900, 41, 39] {
            offset.measured(ms(millis), ms(10));
        }
        assert_eq!(offset.nanos(), ms(41));
    }

    #[test]
    fn a_slow_answer_is_left_out_and_old_ones_are_forgotten() {
        let mut offset = Offset::default();
        offset.measured(ms(40), ms(10));
        offset.measured(ms(90), ms(31));
        offset.measured(ms(95), ms(35));
        assert_eq!(offset.nanos(), ms(40));
        for _ in 0..KEPT {
            offset.measured(ms(-7), ms(100));
        }
        assert_eq!((offset.nanos(), offset.measurements()), (ms(-7), KEPT));
    }
}
