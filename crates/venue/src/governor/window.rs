//! One limit's memory: what was spent during the last window.

use std::collections::VecDeque;

use aurora_model::Nanos;

/// A window is remembered in so many slices; spending counts to the end of its slice.
const SLICES: i64 = 128;

/// How much of a limit was spent in the last `per`, wherever that window begins.
///
/// Venues count in fixed windows whose edges we do not know, so the sum over every window of that length is kept
/// under the capacity, not a bucket that refills (which lets twice the capacity through an unlucky window).
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) capacity: u32,
    per: Nanos,
    spent: VecDeque<(Nanos, u32)>,
    used: u32,
    /// Sent and not yet answered: the venue's own count may lack them.
    in_flight: u32,
    pub(crate) paused_until: Nanos,
}

impl Window {
    pub(crate) fn new(capacity: u32, per: Nanos) -> Window {
        Window {
            capacity,
            per,
            spent: VecDeque::new(),
            used: 0,
            in_flight: 0,
            paused_until: Nanos(i64::MIN),
        }
    }

    pub(crate) fn used(&self) -> u32 {
        self.used
    }

    /// Forgets what is older than the window.
    pub(crate) fn advance(&mut self, at: Nanos) {
        while let Some(&(until, units)) = self.spent.front() {
            if at < until {
                return;
            }
            self.used -= units;
            self.spent.pop_front();
        }
    }

    /// Whether so much may be spent now, with `reserve` units left untouched.
    pub(crate) fn has_room(&self, units: u32, reserve: u32) -> bool {
        self.used.saturating_add(units) <= self.capacity.saturating_sub(reserve)
    }

    pub(crate) fn spend(&mut self, at: Nanos, units: u32) {
        let slice = (self.per.0 / SLICES).max(1);
        let until = (at.0.div_euclid(slice) + 1) * slice + self.per.0;
        self.add(Nanos(until), units);
        self.in_flight += units;
    }

    pub(crate) fn answered(&mut self, units: u32) {
        self.in_flight = self.in_flight.saturating_sub(units);
    }

    /// The venue counts more than we do (somebody else spends too): its count stands until its window ends.
    pub(crate) fn correct(&mut self, at: Nanos, used: u32, resets_at: Option<Nanos>) {
        self.advance(at);
        let ours = self.used.saturating_sub(self.in_flight);
        if used <= ours {
            return;
        }
        let until =
            resets_at.filter(|until| at < *until).map_or(at.0 + self.per.0, |until| until.0);
        self.add(Nanos(until.min(at.0 + self.per.0)), used - ours);
    }

    fn add(&mut self, until: Nanos, units: u32) {
        self.used = self.used.saturating_add(units);
        let place = self.spent.partition_point(|(have, _)| *have < until);
        match self.spent.get_mut(place) {
            Some((have, sum)) if *have == until => *sum = sum.saturating_add(units),
            _ => self.spent.insert(place, (until, units)),
        }
    }

    /// When so much will have room, if nothing else is spent; `None` when never.
    pub(crate) fn room_at(&self, at: Nanos, units: u32, reserve: u32) -> Option<Nanos> {
        let allowed = self.capacity.saturating_sub(reserve).checked_sub(units)?;
        let mut used = self.used;
        let mut when = at;
        for &(until, units) in &self.spent {
            if used <= allowed {
                break;
            }
            used -= units;
            when = until;
        }
        Some(Nanos(when.0.max(self.paused_until.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: i64) -> Nanos {
        Nanos::from_millis(millis)
    }

    #[test]
    fn room_comes_back_when_the_spending_leaves_the_window() {
        let mut window = Window::new(10, ms(1000));
        window.spend(ms(0), 6);
        window.spend(ms(500), 4);
        assert!(!window.has_room(1, 0));
        let when = window.room_at(ms(600), 6, 0).unwrap();
        assert!(ms(1000) <= when && when <= ms(1010), "{when:?}");
        window.advance(when);
        assert!(window.has_room(6, 0) && !window.has_room(7, 0));
        assert_eq!(window.room_at(when, 11, 0), None);
    }

    #[test]
    fn the_venues_higher_count_stands_and_a_lower_one_does_not() {
        let mut window = Window::new(10, ms(1000));
        window.spend(ms(0), 2);
        window.answered(2);
        window.spend(ms(1), 3);
        window.correct(ms(2), 4, Some(ms(300)));
        assert_eq!(window.used(), 7);
        window.correct(ms(3), 1, None);
        assert_eq!(window.used(), 7);
        window.advance(ms(300));
        assert_eq!(window.used(), 5);
    }

    #[test]
    fn a_reserve_is_left_untouched() {
        let mut window = Window::new(10, ms(1000));
        window.spend(ms(0), 8);
        assert!(!window.has_room(1, 2) && window.has_room(2, 0));
    }
}
