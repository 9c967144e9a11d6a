//! What makers do at the touch: queue up, cancel, and move it after the fair price.

use aurora_model::{Lots, Nanos, Side, Ticks};

use super::chance::whole;
use super::street::{Street, span};

/// How long makers take for one step of moving the touch, in seconds.
const REACTION_S: f64 = 0.000_5;
/// How much of what happens at the touch comes at once after something else did.
const HURRIED: f64 = 0.72;
const HURRY_S: f64 = 0.000_4;
/// How often the touch moves because a taker sweeps the stale quotes, not because they are cancelled.
const SWEPT: f64 = 0.25;

impl Street {
    /// Chooses a new touch when the fair price has left the old one.
    pub(super) fn follow(&mut self, now: Nanos) {
        if self.lean().abs() < 1.0 {
            return;
        }
        let side = if 0.0 < self.lean() { Side::Buy } else { Side::Sell };
        // In bad weather makers ask for more room.
        let width = 1 + whole(self.stress * self.chance.wait() * 0.12 * self.step()).max(0);
        let bid = whole(self.fair - (width - 1) as f64 / 2.0);
        self.target = (Ticks(bid), Ticks(bid + width));
        if self.chance.happens(SWEPT) {
            self.sweep(now, side);
        }
        self.touch_at_once(now);
    }

    /// One thing done at the touch; returns the pause until the next, in seconds.
    pub(super) fn quote(&mut self, now: Nanos) -> f64 {
        let stale = [Side::Buy, Side::Sell].into_iter().find(|side| self.is_too_good(*side));
        let far = [Side::Buy, Side::Sell].into_iter().find(|side| self.is_too_poor(*side));
        match (stale, far) {
            (Some(side), _) => self.retreat(side),
            (None, Some(side)) => self.improve(side),
            (None, None) => self.queue_or_cancel(),
        }
        self.say_touch(now);
        let is_moving = [Side::Buy, Side::Sell].into_iter().any(|side| self.is_off(side));
        if is_moving {
            return REACTION_S * self.chance.wait();
        }
        let pause = if self.chance.happens(HURRIED) {
            HURRY_S
        } else {
            (1.0 / self.character.touch_rate - HURRIED * HURRY_S) / (1.0 - HURRIED)
        };
        pause * self.chance.wait()
    }

    /// When a taker ate the touch, someone soon quotes it again.
    pub(super) fn notice_gap(&mut self, now: Nanos) {
        if self.is_off(Side::Buy) || self.is_off(Side::Sell) {
            let pause = span(REACTION_S * self.chance.wait());
            self.touch_at_once(now + pause);
        }
    }

    fn is_off(&self, side: Side) -> bool {
        self.is_too_good(side) || self.is_too_poor(side)
    }

    pub(super) fn is_too_good(&self, side: Side) -> bool {
        0 < self.beyond_target(side)
    }

    fn is_too_poor(&self, side: Side) -> bool {
        self.beyond_target(side) < 0
    }

    /// How many ticks the best price is better than it should be.
    fn beyond_target(&self, side: Side) -> i64 {
        (self.best(side).0.0 - self.target_of(side).0) * side.sign()
    }

    pub(super) fn target_of(&self, side: Side) -> Ticks {
        if side == Side::Buy { self.target.0 } else { self.target.1 }
    }

    /// Cancels every quote better than the target.
    fn retreat(&mut self, side: Side) {
        let target = self.target_of(side);
        while self.is_too_good(side) {
            let (price, _) = self.best(side);
            self.remove_best(side, price, target);
        }
    }

    /// Removes the best level; where nothing is behind it, the level at `last` is put there first.
    pub(super) fn remove_best(&mut self, side: Side, price: Ticks, last: Ticks) {
        let ladder = if side == Side::Buy { &self.bids } else { &self.asks };
        if ladder.worse_than(price).is_none() {
            let behind = Ticks(price.0 - side.sign());
            let at = if (price.0 - last.0) * side.sign() > 0 { last } else { behind };
            self.set(side, at, Lots(whole(self.character.touch_size).max(1)));
        }
        self.set(side, price, Lots::ZERO);
    }

    /// Puts a new best level at the target or on the way to it, and something on the levels passed over.
    fn improve(&mut self, side: Side) {
        let (best, _) = self.best(side);
        let gap = -self.beyond_target(side);
        let ahead = if self.chance.happens(0.75) { gap } else { 1 + self.chance.below(gap) };
        let price = Ticks(best.0 + side.sign() * ahead);
        for distance in 1..ahead.min(self.character.reach) {
            let qty = self.level_size(distance);
            if qty != Lots::ZERO {
                self.set(side, Ticks(price.0 - side.sign() * distance), qty);
            }
        }
        let first = self.usual_queue(side) * (0.05 + 0.3 * self.chance.unit());
        self.set(side, price, Lots(whole(first).max(1)));
    }

    fn queue_or_cancel(&mut self) {
        let side = if self.chance.happens(0.5) { Side::Buy } else { Side::Sell };
        let (price, qty) = self.best(side);
        let (now, usual) = (qty.0 as f64, self.usual_queue(side));
        let size = 0.03 * self.character.touch_size * self.chance.lognormal(1.3);
        let grows = 0.5 + 0.47 * (usual - now) / (usual + now);
        let next = if self.chance.happens(grows) {
            now + size
        } else {
            (now - size).max(0.02 * usual).min(now)
        };
        self.set(side, price, Lots(whole(next).max(1)));
    }
}
