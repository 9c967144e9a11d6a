//! Wall-clock time that never steps back.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aurora_gate::Stopwatch;
use aurora_model::Nanos;

/// How often the wall clock is looked at again.
const CHECK_EVERY_NS: i64 = 1_000_000_000;
/// How much of a wall clock that was set back is given up at each look: half a millisecond a second.
const SLEW_NS: i64 = 500_000;

/// Unix time carried forward by the monotonic clock. A wall clock that jumps ahead is followed at once,
/// one that is set back is approached slowly.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    offset_ns: i64,
    checked_ns: i64,
}

impl Clock {
    /// Starts at the wall clock's time.
    pub fn start() -> Clock {
        Clock { started: Instant::now(), offset_ns: wall_ns(), checked_ns: 0 }
    }

    /// The time now.
    pub fn now(&mut self) -> Nanos {
        self.at(Instant::now())
    }

    /// The time now, and a timer that starts at it: one look at the clock for both.
    pub fn now_and_timer(&mut self) -> (Nanos, GateTimer) {
        let started = Instant::now();
        (self.at(started), GateTimer { started, is_fresh: true })
    }

    fn at(&mut self, instant: Instant) -> Nanos {
        let elapsed = nanos_between(self.started, instant);
        if CHECK_EVERY_NS <= elapsed - self.checked_ns {
            self.checked_ns = elapsed;
            self.offset_ns = (wall_ns() - elapsed).max(self.offset_ns - SLEW_NS);
        }
        Nanos(self.offset_ns + elapsed)
    }
}

fn nanos_between(from: Instant, to: Instant) -> i64 {
    i64::try_from(to.saturating_duration_since(from).as_nanos()).unwrap_or(i64::MAX)
}

fn wall_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Times the gates of one decision. Its first reading is its start, and costs nothing.
#[derive(Clone, Copy, Debug)]
pub struct GateTimer {
    started: Instant,
    is_fresh: bool,
}

impl Stopwatch for GateTimer {
    fn nanos(&mut self) -> u64 {
        if std::mem::take(&mut self.is_fresh) {
            return 0;
        }
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_steps_back() {
        let mut clock = Clock::start();
        let mut last = clock.now();
        for _ in 0..100_000 {
            let now = clock.now();
            assert!(last <= now);
            last = now;
        }
        assert!((wall_ns() - last.0).abs() < 1_000_000_000);
    }
}
