//! From a strategy's wish to an order that is written down: the desk's limits, then the gate.

use std::collections::VecDeque;

use aurora_book::FeatureValues;
use aurora_exec::Purpose;
use aurora_gate::{CheckRequest, Decision, Market as GateMarket, RecentStats, Stopwatch};
use aurora_model::number::decimal_to_f64;
use aurora_model::{
    InstrumentNo, Lang, Lots, Nanos, Notional, OrderIntent, OrderState, ReasonCode, Side,
    TradingState, TransitionCause,
};
use aurora_planted::{Bug, active};
use aurora_signal::{Facts, OpenOrder, Wish};

use crate::effect::{Effects, Judgement, Notice};
use crate::engine::Engine;
use crate::guard;
use crate::market::Market;
use crate::record::Record;

/// What a strategy says beside the intent itself.
#[derive(Clone, Copy, Debug)]
struct Case {
    intent: OrderIntent,
    purpose: Purpose,
    a_bps: f64,
    b_bps: f64,
    score: f64,
}

impl<W: Stopwatch> Engine<W> {
    /// Asks the instrument's strategy, and carries out what it wishes for.
    pub(crate) fn tick(&mut self, at: Nanos, no: InstrumentNo, effects: &mut Effects) {
        let market = &mut self.markets[no.index()];
        let Some(mut strategy) = market.strategy.take() else { return };
        let features = market.features.values(at, &market.book);
        let open = self.open_orders(no);
        let mut wishes = std::mem::take(&mut self.wishes);
        wishes.clear();
        let market = &self.markets[no.index()];
        let position = self.ledger.position(no);
        let entry = self.ledger.average_entry_ticks(no);
        strategy.on_tick(
            &Facts {
                now: at,
                instrument: no,
                rules: &market.instrument,
                touch: market.book.touch(),
                flags: market.book.flags(at, self.settings.stale_after),
                features: &features,
                position,
                entry,
                open_orders: &open,
                last_trade: market.book.last_trade(),
            },
            &mut wishes,
        );
        for wish in wishes.drain(..) {
            match wish {
                Wish::Cancel { id } => self.cancel(at, id, no, effects),
                Wish::Place { intent, purpose, a_bps, b_bps, score, .. } => {
                    let purpose = match purpose {
                        aurora_signal::Purpose::Entry => Purpose::Entry,
                        aurora_signal::Purpose::Exit(why) => Purpose::Exit(why.word()),
                    };
                    let case = Case { intent, purpose, a_bps, b_bps, score };
                    self.place(at, &case, &features, effects);
                }
            }
        }
        self.wishes = wishes;
        self.markets[no.index()].strategy = Some(strategy);
    }

    fn open_orders(&self, no: InstrumentNo) -> Vec<OpenOrder> {
        let ours = self.orders.live().filter(|order| order.intent.instrument == no);
        ours.map(|order| OpenOrder {
            id: order.id,
            intent: order.intent,
            left: order.left(),
            placed_at: order.decided_at,
            is_settling: order.cancel_asked_at.is_some() || order.state == OrderState::InDoubt,
        })
        .collect()
    }

    fn place(&mut self, at: Nanos, case: &Case, features: &FeatureValues, effects: &mut Effects) {
        let mut case = *case;
        if case.purpose == Purpose::Entry {
            let limits = &self.settings.brakes.budget;
            case.intent.qty = self.budget.share_of(at, case.intent.qty, limits);
        }
        let (case, intent) = (&case, case.intent);
        let market = &self.markets[intent.instrument.index()];
        let quiet_until = match case.purpose {
            Purpose::Entry => market.quiet_until,
            Purpose::Exit(_) => market.no_exit_until,
        };
        if at < quiet_until {
            return;
        }
        let guards = {
            let facts = self.guard_facts(at, &intent, market);
            guard::check(&self.settings.limits, &self.settings.brakes, &facts)
        };
        let mut denial = guards.iter().find_map(|step| step.denial);
        let (mut gate, mut stands) = (None, false);
        if denial.is_none() && case.purpose == Purpose::Entry {
            let decision = self.ask_gate(at, case, features);
            denial = (!decision.allow).then_some(decision.reason);
            stands = decision.hard_gate && !decision.allow;
            gate = Some(decision);
        }
        self.decisions += 1;
        let id = decision_id(at, self.settings.seed, self.decisions);
        let order = denial.is_none().then(|| self.write_down(at, case, id, effects));
        if let Some(reason) = denial {
            let market = &mut self.markets[intent.instrument.index()];
            market.quiet_until = at + self.settings.quiet;
            if ReasonCode::of_venue(market.venue_state) == Some(reason.code) {
                market.no_exit_until = at + self.settings.quiet;
            }
        }
        effects.notices.push(Notice::Decided(Box::new(Judgement {
            id,
            at,
            instrument: intent.instrument,
            side: intent.side,
            price: intent.limit,
            qty: intent.qty,
            purpose: case.purpose,
            denial,
            guards: guards.to_vec(),
            gate,
            order,
        })));
        // A denial that only a person can lift stops the desk, so that a person sees it.
        if let (true, Some(reason)) = (stands, denial) {
            let reason = reason.text(Lang::En);
            self.go(at, TradingState::Hold, TransitionCause::Governance, reason, effects);
        }
    }

    fn write_down(
        &mut self,
        at: Nanos,
        case: &Case,
        decision: u128,
        effects: &mut Effects,
    ) -> aurora_model::ClientOrderId {
        let Case { intent, purpose, .. } = *case;
        let id = self.orders.prepare(at, intent, purpose);
        self.record(at, Record::Intent { id, intent, purpose, decision }, effects);
        self.await_durable(id);
        if active(Bug::SendBeforeSync) {
            self.on_durable(at, self.records, effects);
        }
        self.markets[intent.instrument.index()].breaker.written_down(at, intent);
        effects.notices.push(Notice::Order(id));
        id
    }

    fn guard_facts(&self, at: Nanos, intent: &OrderIntent, market: &Market) -> guard::Facts {
        let rules = &market.instrument;
        let position = self.ledger.position(market.no);
        let side =
            if active(Bug::PendingOfWrongSide) { intent.side.opposite() } else { intent.side };
        let pending = match active(Bug::PendingNotCounted) {
            true => Lots::ZERO,
            false => self.orders.pending(market.no, side),
        };
        let after = position.0 * intent.side.sign() + pending.0 + intent.qty.0;
        let price = market.book.touch().map_or(intent.limit, |touch| touch.price(intent.side));
        let closing = position.0 * intent.side.sign();
        let reduces = intent.reduce_only && closing < 0 && pending.0 + intent.qty.0 <= -closing;
        let worth = rules.notional(intent.limit, intent.qty);
        let exposure = self.ledger.exposure().gross + self.pending_notional();
        guard::Facts {
            state: self.status.state,
            venue: (
                market.venue_state,
                market.venue_state.takes(intent.time_in_force, intent.reduce_only),
            ),
            audit: self.audit,
            book_ok: self.book_ok(market, at),
            reduces,
            closes: intent.reduce_only.then(|| (self.exits_with(intent), Lots(-closing.min(0)))),
            notional: worth,
            min_notional: rules.min_notional,
            position_after: rules.notional(price, Lots(after)),
            exposure_after: exposure + worth,
            band_bps: market.band_bps(intent.side, intent.limit),
            // What waits for the disk will have left.
            sent_last_minute: count(self.sent.len() + self.waiting.len()),
            live_orders: count(self.orders.live_count()),
            budget_spent: self.budget.locked(at, &self.settings.brakes.budget),
            quarantined: market.quarantined(at),
            same_ms_ago: market.breaker.same_as_before(at, intent),
            collar_bps: market.breaker.collar_bps(intent.side, intent.limit.0),
        }
    }

    /// What this exit and those that may still fill would close together.
    fn exits_with(&self, intent: &OrderIntent) -> Lots {
        let like = self.orders.live().filter(|order| {
            let OrderIntent { instrument, side, reduce_only, .. } = order.intent;
            reduce_only && (instrument, side) == (intent.instrument, intent.side)
        });
        let pending: i64 = like.map(|order| order.left().0).sum();
        Lots(intent.qty.0 + if active(Bug::ExitsNotSummed) { 0 } else { pending })
    }

    /// What every order that may still fill and may open something is worth.
    fn pending_notional(&self) -> Notional {
        let opening = self.orders.live().filter(|order| !order.intent.reduce_only);
        opening.fold(Notional::ZERO, |sum, order| {
            let rules = &self.markets[order.intent.instrument.index()].instrument;
            sum + rules.notional(order.intent.limit, order.left())
        })
    }

    /// Whether the book is whole, fresh and not crossed.
    pub(crate) fn book_ok(&self, market: &Market, at: Nanos) -> bool {
        if active(Bug::StaleBookUsed) {
            return market.book.touch().is_some();
        }
        let flags = market.book.flags(at, self.settings.stale_after);
        market.book.touch().is_some() && !flags.crossed && !flags.stale && !flags.unsynced
    }

    fn ask_gate(&mut self, at: Nanos, case: &Case, features: &FeatureValues) -> Decision {
        let market = &self.markets[case.intent.instrument.index()];
        let rules = &market.instrument;
        let flags = market.book.flags(at, self.settings.stale_after);
        let trap = &features.trap;
        let as_f64 = |lots: Lots| lots.0 as f64;
        let (cancels, adds) = (trap.cancel.map(as_f64), trap.add.map(as_f64));
        let open = self.markets.iter().filter(|m| self.ledger.position(m.no) != Lots::ZERO).count();
        let capital = decimal_to_f64(self.settings.capital.decimal());
        let day = decimal_to_f64(self.ledger.day_pnl().decimal());
        let qty = decimal_to_f64(rules.qty(case.intent.qty).decimal());
        let price = rules.price_f64(case.intent.limit.0 as f64);
        let notional = decimal_to_f64(rules.notional(case.intent.limit, case.intent.qty).decimal());
        let recent_stats = self.outcomes.get(&rules.id.venue).and_then(recent_stats);
        let request = CheckRequest {
            mode: Some(self.settings.mode),
            symbol: Some(&rules.symbol),
            side: Some(case.intent.side.word()),
            qty: Some(qty),
            price: Some(price),
            base_notional: Some(notional),
            notional: None,
            // In and out, both resting.
            fees_bps: Some(decimal_to_f64(rules.maker_fee) * 2e4),
            market: GateMarket {
                latency_ms: Some(market.latency.0 as f64 / 1e6),
                slip_bps_est: Some(slippage_bps(market, case.intent.side, case.intent.limit.0)),
                a_bps: Some(case.a_bps),
                b_bps: Some(case.b_bps),
                spread_bps: market.book.touch().map(|touch| touch.spread_bps().0),
                score: Some(case.score),
                trap_cancel_deltas: Some(&cancels),
                trap_add_deltas: Some(&adds),
                trap_trades_cnt: Some(f64::from(trap.trades)),
                obi_sign: Some(sign(features.obi)),
                tfi_sign: Some(sign(features.tfi)),
                sprt_samples: None,
                pnl_today_pct: Some(if capital > 0.0 { day / capital * 100.0 } else { 0.0 }),
                open_positions: Some(f64::from(count(open))),
                stale_book: flags.stale,
                crossed_book: flags.crossed,
                abnormal_spread: false,
                vol_std_bps: Some(features.volatility.0),
                cvar_hist: None,
                recent_stats,
            },
        };
        self.gate.check(at, &request, &mut self.stopwatch).clone()
    }
}

/// How the last orders fared at one venue, once there are enough to tell.
fn recent_stats(outcomes: &VecDeque<bool>) -> Option<RecentStats> {
    let refused = outcomes.iter().filter(|refused| **refused).count();
    (10 <= outcomes.len()).then(|| RecentStats {
        total: f64::from(count(outcomes.len())),
        rejects: f64::from(count(refused)),
    })
}

/// What a taking order gives away against the mid; a resting one gives nothing.
fn slippage_bps(market: &Market, side: Side, limit: i64) -> f64 {
    let Some(touch) = market.book.touch() else { return 0.0 };
    let takes = match side {
        Side::Buy => touch.ask.0 <= limit,
        Side::Sell => limit <= touch.bid.0,
    };
    if takes { touch.spread_bps().0 / 2.0 } else { 0.0 }
}

fn sign(value: f64) -> f64 {
    if value > 0.0 {
        1.0
    } else if value < 0.0 {
        -1.0
    } else {
        0.0
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// A UUIDv7 made of the desk's time and a counter scrambled with the seed: unique, ordered, reproducible.
fn decision_id(at: Nanos, seed: u64, counter: u64) -> u128 {
    let millis = u128::try_from(at.millis()).unwrap_or(0) & 0xffff_ffff_ffff;
    let random = splitmix(seed ^ counter.rotate_left(32));
    let high = millis << 80 | 0x7 << 76 | u128::from(counter & 0xfff) << 64;
    high | 0b10 << 62 | u128::from(random >> 2)
}

/// Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators": SplitMix64.
fn splitmix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_id_is_a_uuid_of_version_seven_ordered_by_time() {
        let at = |millis| decision_id(Nanos::from_millis(millis), 7, 1);
        let text = format!("{:032x}", at(1_723_161_256_299));
        assert_eq!(&text[12..13], "7");
        assert!(matches!(&text[16..17], "8" | "9" | "a" | "b"), "{text}");
        assert!(at(1_723_161_256_299) < at(1_723_161_256_300));
        assert_ne!(decision_id(Nanos(0), 7, 1), decision_id(Nanos(0), 7, 2));
    }
}
