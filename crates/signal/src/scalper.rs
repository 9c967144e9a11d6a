//! The scalper: joins the side that book and flow agree on, for seconds, one position an instrument.

use aurora_book::Touch;
use aurora_model::{Lots, Nanos, OrderIntent, Side, Ticks, TimeInForce};

use crate::exit::{Holding, due};
use crate::facts::{ExitReason, Facts, OpenOrder, Purpose, Strategy, Wish};
use crate::params::ScalperParams;
use crate::score::edge_bps;

/// Scalps on the score of book and flow. Entries rest at the touch, or take when the edge pays for it;
/// a position rests its target and is closed by stop, trailing or time.
#[derive(Clone, Debug)]
pub struct Scalper {
    params: ScalperParams,
    /// What it remembers of each instrument, by number.
    memory: Vec<Memory>,
}

/// What cannot be read from the facts of one tick.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    /// The position's side and when it was first seen.
    held: Option<(Side, Nanos)>,
    best_gain_bps: f64,
    /// Why the position is being closed: once decided it stays so.
    leaving: Option<(ExitReason, Nanos)>,
    entry_not_before: Nanos,
    exit_not_before: Nanos,
}

impl Scalper {
    /// A scalper that has seen nothing.
    pub fn new(params: ScalperParams) -> Scalper {
        Scalper { params, memory: Vec::new() }
    }

    /// Its parameters.
    pub fn params(&self) -> &ScalperParams {
        &self.params
    }
}

impl Strategy for Scalper {
    fn on_tick(&mut self, facts: &Facts<'_>, wishes: &mut Vec<Wish>) {
        let place = facts.instrument.index();
        if self.memory.len() <= place {
            self.memory.resize(place + 1, Memory::default());
        }
        let Some(touch) = facts.touch.filter(|touch| !touch.is_crossed()) else {
            return withdraw_entries(facts, wishes);
        };
        let memory = &mut self.memory[place];
        let tick = Tick { params: &self.params, facts, touch };
        memory.note_position(&tick);
        match memory.held {
            Some((side, since)) => tick.hold(memory, side, since, wishes),
            None => tick.open(memory, wishes),
        }
    }
}

impl Memory {
    fn note_position(&mut self, tick: &Tick<'_>) {
        let facts = tick.facts;
        let side = match facts.position.0 {
            0 => None,
            1.. => Some(Side::Buy),
            ..0 => Some(Side::Sell),
        };
        if side == self.held.map(|held| held.0) {
            return;
        }
        if self.held.is_some() {
            self.entry_not_before = facts.now + tick.params.cooldown;
        }
        self.held = side.map(|side| (side, facts.now));
        self.best_gain_bps = 0.0;
        self.leaving = None;
    }
}

/// One decision: the parameters, the facts, and a touch that is not crossed.
struct Tick<'a> {
    params: &'a ScalperParams,
    facts: &'a Facts<'a>,
    touch: Touch,
}

impl Tick<'_> {
    /// Flat: look after the resting entry, or look for one.
    fn open(&self, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        let score = self.params.weights.score(self.facts.features);
        let mut has_orders = false;
        for order in self.facts.open_orders {
            has_orders = true;
            let is_stray = order.intent.reduce_only;
            if !order.is_settling && (is_stray || self.has_faded(order, score)) {
                wishes.push(Wish::Cancel { id: order.id });
            }
        }
        let is_wide = self.params.max_spread_bps < self.touch.spread_bps().0;
        let is_early = self.facts.now < memory.entry_not_before;
        if has_orders || is_wide || is_early || !self.facts.flags.is_clean() {
            return;
        }
        if let Some(wish) = self.entry(score) {
            memory.entry_not_before = self.facts.now + self.params.retry_after;
            wishes.push(wish);
        }
    }

    fn entry(&self, score: f64) -> Option<Wish> {
        let side = if 0.0 < score { Side::Buy } else { Side::Sell };
        let score = score.abs();
        if score < self.params.entry_score {
            return None;
        }
        let (a_bps, b_bps) = (self.params.stop_bps, self.params.target_bps);
        let probability = self.params.calibration.probability(score);
        let (maker, taker) = self.fees_bps();
        // The way out is counted as taking: a stop does.
        let edge_resting = edge_bps(probability, a_bps, b_bps, maker + taker);
        let edge_taking = edge_bps(probability, a_bps, b_bps, taker + taker);
        let (limit, time_in_force) = if self.params.take_edge_bps <= edge_taking {
            (self.touch.price(side.opposite()), TimeInForce::Ioc)
        } else if self.params.min_edge_bps <= edge_resting {
            (self.touch.price(side), TimeInForce::PostOnly)
        } else {
            return None;
        };
        let qty = self.entry_qty(limit)?;
        let instrument = self.facts.instrument;
        let intent =
            OrderIntent { instrument, side, limit, qty, time_in_force, reduce_only: false };
        Some(Wish::Place { intent, purpose: Purpose::Entry, a_bps, b_bps, score, probability })
    }

    /// A resting entry is withdrawn when its reason is gone, the price ran away, or it waited enough.
    fn has_faded(&self, order: &OpenOrder, score: f64) -> bool {
        let side = order.intent.side;
        let toward = score * sign(side);
        let ran = (self.touch.price(side) - order.intent.limit).0 * side.sign();
        toward < self.params.fade_score
            || self.params.requote_ticks < ran
            || self.params.entry_rest <= self.facts.now - order.placed_at
            || !self.facts.flags.is_clean()
    }

    /// In a position: close it when it is over, else rest the target.
    fn hold(&self, memory: &mut Memory, side: Side, since: Nanos, wishes: &mut Vec<Wish>) {
        let gain_bps = self.gain_bps(side);
        memory.best_gain_bps = memory.best_gain_bps.max(gain_bps);
        let held = self.facts.now - since;
        let holding = Holding { gain_bps, best_gain_bps: memory.best_gain_bps, held };
        let reason = memory.leaving.map(|leaving| leaving.0);
        let now_due = match reason {
            None => due(self.params, &holding),
            // A loss past the stop does not wait for a patient exit.
            Some(ExitReason::Time) if gain_bps <= -self.params.stop_bps => Some(ExitReason::Stop),
            Some(_) => None,
        };
        if let Some(reason) = now_due {
            memory.leaving = Some((reason, self.facts.now));
            memory.exit_not_before = self.facts.now;
        }
        let wanted = self.exit(memory.leaving, side);
        if !self.clear_the_way(&wanted, wishes) && memory.exit_not_before <= self.facts.now {
            memory.exit_not_before = self.facts.now + self.params.retry_after;
            wishes.push(wanted.wish(self));
        }
    }

    /// Cancels what is not the wanted exit. `true` while an order is open: one at a time.
    fn clear_the_way(&self, wanted: &Exit, wishes: &mut Vec<Wish>) -> bool {
        for order in self.facts.open_orders {
            if !order.is_settling && !wanted.is_served_by(order, self.params.requote_ticks) {
                wishes.push(Wish::Cancel { id: order.id });
            }
        }
        !self.facts.open_orders.is_empty()
    }

    fn exit(&self, leaving: Option<(ExitReason, Nanos)>, held: Side) -> Exit {
        let side = held.opposite();
        let own = self.touch.price(side);
        let (reason, limit, time_in_force) = match leaving {
            None => {
                let target = self.target(held);
                // Never better for the other side than our own touch: the target only rests.
                let limit = if 0 < (target - own).0 * side.sign() { own } else { target };
                (ExitReason::Target, limit, TimeInForce::PostOnly)
            }
            Some((reason @ ExitReason::Time, since))
                if self.facts.now - since < self.params.exit_patience =>
            {
                (reason, own, TimeInForce::PostOnly)
            }
            Some((reason, _)) => (reason, self.through_the_touch(side), TimeInForce::Ioc),
        };
        let qty = self.facts.position.abs();
        let instrument = self.facts.instrument;
        let intent = OrderIntent { instrument, side, limit, qty, time_in_force, reduce_only: true };
        Exit { intent, reason }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a price in ticks is far below 2^53")]
    fn target(&self, held: Side) -> Ticks {
        let entry = self.facts.entry.unwrap_or_else(|| self.touch.mid());
        let target = entry * (1.0 + sign(held) * self.params.target_bps / 1e4);
        Ticks(if held == Side::Buy { target.ceil() } else { target.floor() } as i64)
    }

    /// A limit that takes what is there, and some way beyond, but not any price.
    #[expect(clippy::cast_possible_truncation, reason = "a price in ticks is far below 2^53")]
    fn through_the_touch(&self, side: Side) -> Ticks {
        let touch = self.touch.price(side.opposite());
        let slack = (touch.0 as f64 * self.params.exit_slack_bps / 1e4).ceil() as i64;
        Ticks((touch.0 + slack * side.sign()).max(1))
    }

    /// What closing at the touch would gain: a long position sells to the bid.
    fn gain_bps(&self, held: Side) -> f64 {
        let close = self.touch.price(held).0 as f64;
        let Some(entry) = self.facts.entry.filter(|entry| 0.0 < *entry) else { return 0.0 };
        (close - entry) / entry * 1e4 * sign(held)
    }

    fn fees_bps(&self) -> (f64, f64) {
        let bps = |fee| aurora_model::number::decimal_to_f64(fee) * 1e4;
        (bps(self.facts.rules.maker_fee), bps(self.facts.rules.taker_fee))
    }

    /// As many lots as the order's notional pays for; `None` below the venue's smallest order.
    fn entry_qty(&self, limit: Ticks) -> Option<Lots> {
        let rules = self.facts.rules;
        let lot = rules.notional(limit, Lots(1)).decimal();
        let lots = self.params.order_notional.decimal().checked_div(lot)?.trunc();
        let lots = Lots(i64::try_from(lots.mantissa()).ok()?);
        (Lots::ZERO < lots && rules.min_notional <= rules.notional(limit, lots)).then_some(lots)
    }
}

/// The exit order the position should have now.
struct Exit {
    intent: OrderIntent,
    reason: ExitReason,
}

impl Exit {
    /// The open order already does it: same way, resting like this one, near enough in price.
    fn is_served_by(&self, order: &OpenOrder, requote_ticks: i64) -> bool {
        let off = (order.intent.limit - self.intent.limit).0.abs();
        order.intent.reduce_only
            && order.intent.side == self.intent.side
            && order.intent.time_in_force == self.intent.time_in_force
            && (off <= requote_ticks || self.intent.time_in_force == TimeInForce::Ioc)
            && order.left <= self.intent.qty
    }

    fn wish(&self, tick: &Tick<'_>) -> Wish {
        let score = tick.params.weights.score(tick.facts.features) * sign(self.intent.side);
        Wish::Place {
            intent: self.intent,
            purpose: Purpose::Exit(self.reason),
            a_bps: tick.params.stop_bps,
            b_bps: tick.params.target_bps,
            score,
            probability: tick.params.calibration.probability(score),
        }
    }
}

fn withdraw_entries(facts: &Facts<'_>, wishes: &mut Vec<Wish>) {
    let resting = facts.open_orders.iter().filter(|o| !o.is_settling && !o.intent.reduce_only);
    wishes.extend(resting.map(|order| Wish::Cancel { id: order.id }));
}

fn sign(side: Side) -> f64 {
    side.sign() as f64
}
