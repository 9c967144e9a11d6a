//! One instrument's market: its book, and the clocks of those who act in it.
//!
//! A fair price moves by shocks and by the surprise in market orders. The touch follows it in steps: it stays put
//! until the fair price has wandered a *stickiness* away, then it is quoted anew. While it wanders, the queue it
//! moves toward thins out and the other one grows, so the imbalance tells a little about the next step, as in
//! recorded books; beyond that step the fair price is a martingale and there is nothing to see.

use std::collections::VecDeque;

use aurora_model::{InstrumentNo, Level, Lots, Nanos, Side, Ticks};

use super::chance::{Chance, exp, whole};
use super::climate::{Burst, Climate};
use super::crowd::Crowd;
use super::spec::{Character, InstrumentSpec};
use crate::ladder::Ladder;

/// How often, on average, the fair price is looked at.
const PULSE: Nanos = Nanos(10_000_000);
const DIFF_EVERY: Nanos = Nanos(50_000_000);

/// One message, before it is given its borrowed form.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message {
    /// The levels are in [`Street::levels`].
    Snapshot {
        last_id: u64,
    },
    /// The levels are in [`Street::levels`].
    Diff {
        first_id: u64,
        last_id: u64,
    },
    Touch {
        update_id: u64,
        bid: (Ticks, Lots),
        ask: (Ticks, Lots),
    },
    Trade {
        id: u64,
        aggressor: Side,
        price: Ticks,
        qty: Lots,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Street {
    pub(super) no: InstrumentNo,
    pub(super) character: Character,
    pub(super) chance: Chance,
    pub(super) bids: Ladder,
    pub(super) asks: Ladder,
    /// Where the best bid and ask are being moved to.
    pub(super) target: (Ticks, Ticks),
    /// The fair price in ticks.
    pub(super) fair: f64,
    pub(super) burst: Burst,
    pub(super) crowd: Crowd,
    pub(super) stress: f64,
    /// What the last snapshot or diff says.
    pub(super) levels: Vec<Level>,
    outbox: VecDeque<(Nanos, Message)>,
    changed_bids: Vec<i64>,
    changed_asks: Vec<i64>,
    update_id: u64,
    diff_id: u64,
    trade_id: u64,
    factor: f64,
    /// Nothing is said before this: messages of one instrument do not overtake.
    said_at: Nanos,
    pulse_from: Nanos,
    pulse_at: Nanos,
    touch_at: Nanos,
    order_at: Nanos,
    diff_at: Nanos,
}

impl Street {
    pub(super) fn new(no: InstrumentNo, spec: InstrumentSpec, seed: u64, start: Nanos) -> Street {
        let mut chance = Chance::new(seed, u64::from(no.0) + 1);
        let start_price = spec.start_price.0.max(2);
        let mut street = Street {
            no,
            character: spec.character,
            crowd: Crowd::new(&mut chance),
            chance,
            bids: Ladder::new(Side::Buy),
            asks: Ladder::new(Side::Sell),
            target: (Ticks(start_price - 1), Ticks(start_price)),
            fair: start_price as f64 - 0.5,
            burst: Burst::default(),
            stress: 0.0,
            levels: Vec::new(),
            outbox: VecDeque::new(),
            changed_bids: Vec::new(),
            changed_asks: Vec::new(),
            update_id: 1,
            diff_id: 1,
            trade_id: 0,
            factor: 0.0,
            said_at: start,
            pulse_from: start,
            pulse_at: start + PULSE,
            touch_at: start + Nanos::MILLI,
            order_at: start + Nanos::SECOND,
            diff_at: start + DIFF_EVERY,
        };
        street.open_book();
        street
    }

    /// When it next has something to say or to do.
    pub(super) fn next_at(&self) -> Nanos {
        match self.outbox.front() {
            Some((at, _)) => *at,
            None => self
                .pulse_at
                .min(self.touch_at)
                .min(self.order_at)
                .min(self.diff_at)
                .max(self.said_at),
        }
    }

    /// The next message, if one is ready; else [`Street::act`] makes some, or moves time on.
    pub(super) fn take_message(&mut self) -> Option<(Nanos, Message)> {
        self.outbox.pop_front()
    }

    /// Does what is due next. Called when nothing is left to be said.
    pub(super) fn act(&mut self, climate: &Climate) {
        let now = self.next_at();
        if self.pulse_at <= now {
            self.pulse(now, climate);
        } else if self.diff_at <= now {
            self.say_diff(now);
        } else if self.order_at <= now {
            self.market_order(now);
            self.order_at = now + self.after(self.order_rate(climate));
        } else {
            let pause = self.quote(now);
            self.touch_at = now + span(pause / climate.activity(self.burst).max(0.2));
        }
    }

    /// The fair price moves on, and with it what everyone does next.
    fn pulse(&mut self, now: Nanos, climate: &Climate) {
        let seconds = (now - self.pulse_from).seconds();
        self.pulse_from = now;
        self.pulse_at = now + span(PULSE.seconds() * (0.5 + self.chance.unit()));
        self.burst.step(&mut self.chance, seconds);
        self.stress = climate.stress();
        let common = self.character.common;
        let own = (climate.variance(self.burst.level()) * seconds).sqrt() * self.chance.normal();
        let shared = climate.factor() - self.factor;
        self.factor = climate.factor();
        // A fifth of the variance comes with market orders.
        let shock = common.sqrt() * shared + (1.0 - common).sqrt() * own;
        self.fair += 0.8f64.sqrt() * shock * self.deviation();
        self.fair = self.fair.max(10.0);
        self.follow(now);
        self.order_at = now + self.after(self.order_rate(climate));
    }

    fn order_rate(&self, climate: &Climate) -> f64 {
        self.character.order_rate * climate.activity(self.burst)
    }

    fn after(&mut self, rate: f64) -> Nanos {
        span(self.chance.wait() / rate)
    }

    /// One second's deviation of the price in calm weather, in ticks.
    pub(super) fn deviation(&self) -> f64 {
        self.fair * self.character.volatility_bps * 1e-4
    }

    pub(super) fn best(&self, side: Side) -> (Ticks, Lots) {
        let ladder = if side == Side::Buy { &self.bids } else { &self.asks };
        ladder.best().expect("a side never runs empty: what empties it puts the next level there")
    }

    pub(super) fn set(&mut self, side: Side, price: Ticks, qty: Lots) {
        let (ladder, changed) = match side {
            Side::Buy => (&mut self.bids, &mut self.changed_bids),
            Side::Sell => (&mut self.asks, &mut self.changed_asks),
        };
        ladder.set(price, qty);
        if changed.last() != Some(&price.0) {
            changed.push(price.0);
        }
    }

    /// What a level so far from the touch holds, often nothing.
    pub(super) fn level_size(&mut self, distance: i64) -> Lots {
        let (near, growth, most) = self.character.occupied;
        if !self.chance.happens((near + growth * distance as f64).min(most)) {
            return Lots::ZERO;
        }
        let (near, growth, most) = self.character.level_size;
        let mean = (near + growth * distance as f64).min(most) * self.character.touch_size;
        // A lognormal of spread 1.5 has a mean of 3.08 medians.
        let size = mean / 3.08 * self.chance.lognormal(1.5) / (1.0 + self.stress);
        Lots(whole(size).max(1))
    }

    pub(super) fn say_touch(&mut self, at: Nanos) {
        self.update_id += 1;
        let (bid, ask) = (self.best(Side::Buy), self.best(Side::Sell));
        self.say(at, Message::Touch { update_id: self.update_id, bid, ask });
    }

    pub(super) fn say_trade(&mut self, at: Nanos, aggressor: Side, price: Ticks, qty: Lots) {
        self.trade_id += 1;
        self.say(at, Message::Trade { id: self.trade_id, aggressor, price, qty });
    }

    /// Whoever quotes reacts now.
    pub(super) fn touch_at_once(&mut self, now: Nanos) {
        self.touch_at = now;
    }

    fn say(&mut self, at: Nanos, message: Message) {
        self.said_at = at.max(self.said_at);
        self.outbox.push_back((self.said_at, message));
    }

    fn open_book(&mut self) {
        for side in [Side::Buy, Side::Sell] {
            let touch = if side == Side::Buy { self.target.0 } else { self.target.1 };
            self.set(side, touch, Lots(whole(self.character.touch_size).max(1)));
            for distance in 1..self.character.reach.min(touch.0) {
                let qty = self.level_size(distance);
                self.set(side, Ticks(touch.0 - side.sign() * distance), qty);
            }
        }
        self.collect_changes();
        self.levels.retain(|level| level.qty != Lots::ZERO);
        self.say(self.said_at, Message::Snapshot { last_id: self.update_id });
    }

    /// Levels behind the touch change unseen; the diff tells of them, and of the touch as it now is.
    fn say_diff(&mut self, now: Nanos) {
        let busy = self.chance.lognormal(0.35);
        for _ in 0..whole(self.character.diff_levels * busy) {
            let side = if self.chance.happens(0.5) { Side::Buy } else { Side::Sell };
            let mut distance = 1 + whole(self.character.diff_distance * self.chance.lognormal(1.3));
            if self.character.reach < distance {
                distance = 1 + self.chance.below(self.character.reach);
            }
            let price = Ticks(self.best(side).0.0 - side.sign() * distance);
            if 0 < price.0 {
                let qty = self.level_size(distance);
                self.set(side, price, qty);
            }
        }
        self.collect_changes();
        self.bids.recentre();
        self.asks.recentre();
        self.update_id += 1;
        let (first_id, last_id) = (self.diff_id + 1, self.update_id);
        self.diff_id = last_id;
        self.say(now, Message::Diff { first_id, last_id });
        self.diff_at = now + DIFF_EVERY + span(0.002 * self.chance.wait());
    }

    fn collect_changes(&mut self) {
        self.levels.clear();
        let sides = [
            (Side::Buy, &self.bids, &mut self.changed_bids),
            (Side::Sell, &self.asks, &mut self.changed_asks),
        ];
        for (side, ladder, changed) in sides {
            changed.sort_unstable();
            changed.dedup();
            if side == Side::Buy {
                changed.reverse();
            }
            let levels = changed.drain(..).map(|price| {
                let price = Ticks(price);
                Level { side, price, qty: ladder.get(price) }
            });
            self.levels.extend(levels);
        }
    }

    /// Where the fair price is between the two steps the touch would take, −1 to 1.
    pub(super) fn lean(&self) -> f64 {
        let mid = (self.target.0.0 + self.target.1.0) as f64 / 2.0;
        ((self.fair - mid) / self.step()).clamp(-1.0, 1.0)
    }

    /// How far the fair price wanders before the touch follows, in ticks.
    pub(super) fn step(&self) -> f64 {
        (self.character.stickiness * self.deviation()).max(0.75)
    }

    /// How much the queue at the touch tends to hold.
    pub(super) fn usual_queue(&self, side: Side) -> f64 {
        let toward = side.sign() as f64 * self.lean();
        self.character.touch_size * exp(2.6 * toward) / (1.0 + 2.0 * self.stress)
    }
}

/// A span of so many seconds, at least a nanosecond.
pub(super) fn span(seconds: f64) -> Nanos {
    Nanos(whole(seconds * 1e9).max(1))
}
