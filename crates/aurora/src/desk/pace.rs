//! How the desk's time relates to the wall clock.

use std::time::{Duration, Instant};

use aurora_model::Nanos;
use aurora_venue::Clock;

/// `1`, `10`, … or `max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speed {
    /// So many seconds of market in one second of wall time.
    Times(f64),
    /// Time is virtual: as fast as the processor allows.
    Max,
}

impl std::str::FromStr for Speed {
    type Err = String;
    fn from_str(text: &str) -> Result<Speed, String> {
        if text == "max" {
            return Ok(Speed::Max);
        }
        let times: f64 = text.trim_end_matches(['x', '×']).parse().unwrap_or(f64::NAN);
        if times > 0.0 && times <= 1000.0 {
            Ok(Speed::Times(times))
        } else {
            Err(format!("speed {text:?} must be a number above 0 and at most 1000, or `max`"))
        }
    }
}

impl Speed {
    /// As the console shows it.
    pub(crate) fn json(self) -> serde_json::Value {
        match self {
            Speed::Times(times) => times.into(),
            Speed::Max => "max".into(),
        }
    }
}

/// The wall clock, read once at the start and then carried on by a clock that never jumps.
pub(crate) fn steady_clock() -> Clock {
    let (started_at, started) = (Clock::system().now(), Instant::now());
    Clock::new(move || {
        let passed = i64::try_from(started.elapsed().as_nanos()).unwrap_or(i64::MAX);
        Nanos(started_at.0 + passed)
    })
}

/// Maps wall time to market time from the first event on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    speed: Speed,
    market: Nanos,
    wall: Nanos,
}

impl Pace {
    /// The market's `market` is now, `wall`.
    pub(crate) fn begin(speed: Speed, market: Nanos, wall: Nanos) -> Pace {
        Pace { speed, market, wall }
    }

    /// The market's time at that wall time; `None` when time is virtual.
    pub(crate) fn market_at(&self, wall: Nanos) -> Option<Nanos> {
        let Speed::Times(times) = self.speed else { return None };
        let passed = (wall - self.wall).0 as f64 * times;
        Some(self.market + whole(passed))
    }

    /// How long to wait until the market's time is `market`.
    pub(crate) fn wait_for(&self, market: Nanos, wall: Nanos) -> Duration {
        let Some(now) = self.market_at(wall) else { return Duration::ZERO };
        let Speed::Times(times) = self.speed else { return Duration::ZERO };
        let ahead = (market - now).0.max(0) as f64 / times;
        Duration::from_secs_f64(ahead / 1e9)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "spans of a run are far below 2^63 ns")]
fn whole(nanos: f64) -> Nanos {
    Nanos(nanos as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_seconds_of_market_pass_in_one_at_ten_times_the_speed() {
        let pace = Pace::begin(Speed::Times(10.0), Nanos(1_000), Nanos(5));
        assert_eq!(pace.market_at(Nanos(105)), Some(Nanos(2_000)));
        assert_eq!(pace.wait_for(Nanos(2_000), Nanos(5)), Duration::from_nanos(100));
        assert_eq!(pace.wait_for(Nanos(500), Nanos(5)), Duration::ZERO);
    }

    #[test]
    fn a_speed_is_a_number_or_max() {
        assert_eq!("max".parse(), Ok(Speed::Max));
        assert_eq!("10".parse(), Ok(Speed::Times(10.0)));
        assert_eq!("2.5x".parse(), Ok(Speed::Times(2.5)));
        for bad in ["0", "-1", "fast", "NaN", "inf", ""] {
            assert!(bad.parse::<Speed>().is_err(), "{bad}");
        }
    }
}
