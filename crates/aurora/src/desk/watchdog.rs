//! What the desk measures about itself: turns of its loop, its clocks, its disk. The engine judges.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use aurora_engine::{Measure, Watch};
use aurora_model::{Nanos, VenueRequest};

/// What is measured may be so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WatchLimits {
    /// Between two turns of the loop.
    pub(crate) pause: Nanos,
    /// The wall clock against the monotonic one.
    pub(crate) jump: Nanos,
    /// Our clock against a venue's.
    pub(crate) skew: Nanos,
    /// p99 of the last minute's commits.
    pub(crate) commit: Nanos,
}

/// Commits of so long count.
const SPAN: Duration = Duration::from_secs(60);
/// Fewer say nothing about their p99.
const FEWEST: usize = 20;
/// A clock that is set is seen within this time; a slow drift is no jump.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Remembers the last turn.
pub(crate) struct Watchdog {
    limits: WatchLimits,
    turned_at: Instant,
    /// Both clocks, when they were last compared.
    compared_at: (Instant, SystemTime),
    commits: VecDeque<(Instant, Nanos)>,
}

impl Watchdog {
    pub(crate) fn new(limits: WatchLimits, now: (Instant, SystemTime)) -> Watchdog {
        Watchdog { limits, turned_at: now.0, compared_at: now, commits: VecDeque::new() }
    }

    /// A turn of the loop: what it tells, if anything.
    pub(crate) fn turn(&mut self, (now, wall): (Instant, SystemTime)) -> [Option<Watch>; 2] {
        let gap = nanos(now - self.turned_at);
        self.turned_at = now;
        let pause = Measure { span: gap, limit: self.limits.pause };
        let pause = (pause.limit < pause.span).then_some(Watch::Pause(pause));
        let (then, wall_then) = self.compared_at;
        let passed = now - then;
        if passed < LOOK_EVERY {
            return [pause, None];
        }
        self.compared_at = (now, wall);
        // The wall clock may have gone back.
        let moved = match wall.duration_since(wall_then) {
            Ok(ahead) => ahead.abs_diff(passed),
            Err(back) => back.duration() + passed,
        };
        let jump = Measure { span: nanos(moved), limit: self.limits.jump };
        [pause, (jump.limit < jump.span).then_some(Watch::Jump(jump))]
    }

    /// Whether a request may leave: an order not when the process has just stood still, for it is from before.
    pub(crate) fn lets(&self, now: Instant, request: &VenueRequest) -> bool {
        let is_order = matches!(request, VenueRequest::Place { .. });
        !is_order || nanos(now - self.turned_at) <= self.limits.pause
    }

    /// A commit took so long.
    pub(crate) fn committed(&mut self, now: Instant, took: Nanos) {
        self.commits.push_back((now, took));
    }

    /// 99 of 100 commits of the last minute; where they are fewer than that, the slowest of them but one:
    /// a single slow commit is no slow disk.
    pub(crate) fn disk(&mut self, now: Instant) -> Watch {
        while self.commits.front().is_some_and(|(at, _)| SPAN < now - *at) {
            self.commits.pop_front();
        }
        let mut took: Vec<u64> =
            self.commits.iter().map(|(_, took)| took.0.max(0).cast_unsigned()).collect();
        took.sort_unstable();
        let p99 = match crate::percentiles::percentiles(&took, [99]) {
            Some([p99]) if FEWEST <= took.len() => {
                let p99 = p99.min(took[took.len() - 2]);
                Nanos(i64::try_from(p99).unwrap_or(i64::MAX))
            }
            _ => Nanos(0),
        };
        Watch::Commits(Measure { span: p99, limit: self.limits.commit })
    }

    /// Our clock and a venue's differ by that much at the worst.
    pub(crate) fn skew(&self, worst: Nanos) -> Watch {
        Watch::Skew(Measure { span: worst, limit: self.limits.skew })
    }
}

fn nanos(span: Duration) -> Nanos {
    Nanos(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn watchdog() -> (Watchdog, Instant, SystemTime) {
        let limits = WatchLimits {
            pause: Nanos::SECOND,
            jump: Nanos::SECOND,
            skew: Nanos::SECOND,
            commit: Nanos::from_millis(100),
        };
        let (now, wall) = (Instant::now(), SystemTime::UNIX_EPOCH + SECOND * 1_000_000);
        (Watchdog::new(limits, (now, wall)), now, wall)
    }

    fn measured(span: i64, limit: i64) -> Measure {
        Measure { span: Nanos::from_millis(span), limit: Nanos::from_millis(limit) }
    }

    #[test]
    fn a_long_turn_is_a_pause_and_a_short_one_is_not() {
        let (mut dog, now, wall) = watchdog();
        assert_eq!(dog.turn((now + SECOND, wall + SECOND)), [None, None]);
        let order = VenueRequest::CancelAll;
        assert!(dog.lets(now + 4 * SECOND, &order), "a cancel is never too old");
        let told = dog.turn((now + 4 * SECOND, wall + 4 * SECOND));
        assert_eq!(told, [Some(Watch::Pause(measured(3_000, 1_000))), None]);
        assert_eq!(dog.turn((now + 5 * SECOND, wall + 5 * SECOND)), [None, None]);
    }

    #[test]
    fn a_wall_clock_that_moves_by_itself_is_seen_in_both_directions() {
        let jumped = |moved: i64| Some(Watch::Jump(measured(moved, 1_000)));
        for (seconds, told) in [(3_600, jumped(3_600_000)), (-90, jumped(90_000)), (0, None)] {
            let (mut dog, now, wall) = watchdog();
            let shift = SECOND * u32::try_from(i64::abs(seconds)).unwrap();
            let set = if seconds < 0 { wall - shift } else { wall + shift };
            assert_eq!(dog.turn((now + SECOND, set + SECOND)), [None, told], "{seconds}");
            assert_eq!(dog.turn((now + 2 * SECOND, set + 2 * SECOND)), [None, None]);
        }
    }

    #[test]
    fn the_disk_is_judged_by_the_last_minute_of_commits() {
        let (mut dog, now, _) = watchdog();
        for n in 0..100u32 {
            let took = if n < 98 { 1 } else { 500 };
            dog.committed(now + n * SECOND / 2, Nanos::from_millis(took));
        }
        assert_eq!(dog.disk(now + 50 * SECOND), Watch::Commits(measured(500, 100)));
        assert_eq!(dog.disk(now + 200 * SECOND), Watch::Commits(measured(0, 100)));
    }

    #[test]
    fn one_slow_commit_is_no_slow_disk_and_two_are() {
        let (mut dog, now, _) = watchdog();
        for n in 0..50u32 {
            dog.committed(now, Nanos::from_millis(if n == 20 { 900 } else { 1 }));
        }
        assert_eq!(dog.disk(now + SECOND), Watch::Commits(measured(1, 100)));
        dog.committed(now, Nanos::from_millis(700));
        assert_eq!(dog.disk(now + SECOND), Watch::Commits(measured(700, 100)));
    }
}
