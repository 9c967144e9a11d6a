//! What takers do: eat the book from the touch, one print for each resting order they meet.

use aurora_model::{Lots, Nanos, Side, Ticks};

use super::chance::whole;
use super::street::{Street, span};

/// What a market order of the usual queue's size does to the fair price, in one-second deviations.
const IMPACT: f64 = 0.35;
/// How much a market order calls others in.
const EXCITES: f64 = 0.012;
/// The most levels one order goes through.
const DEEPEST: i64 = 40;
/// The lognormal spread of the resting orders a taker meets.
const PRINT_SPREAD: f64 = 2.2;

/// An order that takes: how much, through how many levels, and whether quotes at their right price are left alone.
struct Taker {
    side: Side,
    size: Lots,
    levels: i64,
    only_stale: bool,
}

impl Street {
    /// Somebody takes at the market.
    pub(super) fn market_order(&mut self, now: Nanos) {
        let (side, surprise) = self.crowd.next(&mut self.chance);
        let spread = self.character.order_spread;
        let size = self.character.order_median * self.chance.lognormal(spread);
        let share = (size / self.character.touch_size).min(1.0);
        self.fair += IMPACT * surprise * share.sqrt() * self.deviation();
        self.burst.excite(EXCITES);
        // Takers limit their price: few walk far into a thin book.
        let levels = whole(self.chance.pareto(1.2)).min(DEEPEST);
        let size = Lots(whole(size).max(1));
        self.take(now, &Taker { side, size, levels, only_stale: false });
        self.follow(now);
        self.notice_gap(now);
    }

    /// Somebody takes the stale quotes between the old touch and the new one.
    pub(super) fn sweep(&mut self, now: Nanos, side: Side) {
        let size = Lots(i64::MAX);
        self.take(now, &Taker { side, size, levels: DEEPEST, only_stale: true });
    }

    fn take(&mut self, now: Nanos, taker: &Taker) {
        let against = taker.side.opposite();
        let (mut at, mut size) = (now, taker.size);
        for level in 0..taker.levels {
            if size == Lots::ZERO || (taker.only_stale && !self.is_too_good(against)) {
                break;
            }
            let (price, resting) = self.best(against);
            let taken = resting.min(size);
            size -= taken;
            let left = self.print(&mut at, taker.side, price, taken, level == 0);
            if left == Lots::ZERO {
                self.remove_best(against, price, self.target_of(against));
            }
        }
        self.say_touch(at);
    }

    /// Prints the trades of one level, order by order, and says what is left of it; the touch is told after each
    /// trade where that is asked.
    fn print(
        &mut self,
        at: &mut Nanos,
        side: Side,
        price: Ticks,
        mut taken: Lots,
        tells_touch: bool,
    ) -> Lots {
        let (_, mut left) = self.best(side.opposite());
        while Lots::ZERO < taken {
            let order = self.character.print_median * self.chance.lognormal(PRINT_SPREAD);
            let qty = Lots(whole(order).clamp(1, taken.0));
            taken -= qty;
            left -= qty;
            *at = *at + span(0.000_004 * self.chance.wait());
            self.say_trade(*at, side, price, qty);
            if Lots::ZERO < left {
                self.set(side.opposite(), price, left);
                if tells_touch {
                    self.say_touch(*at);
                }
            }
        }
        left
    }
}
