//! What operators and post-trade reports do to the gate.

use aurora_model::{EventCode, Nanos};

use crate::config::{Compat, KillSwitchAction, RiskLimits};
use crate::decision::{Detail, GateEvent};
use crate::health::HealthView;
use crate::kill_switch::Trip;
use crate::pipeline::Gate;
use crate::request::{Outcome, PosttradeEvent, read_side};
use crate::symbols::{Position, Symbol, hash};

/// What `/risk/set` changes; `None` leaves a cap as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RiskUpdate {
    /// A day's loss in percent.
    pub dd_day_pct: Option<f64>,
    /// Open positions.
    pub max_concurrent: Option<i64>,
    /// Clipped to 0..1.
    pub size_scale: Option<f64>,
}

impl Gate {
    /// Takes a post-trade report into positions, pauses and the kill switch; what to log.
    ///
    /// Only a report of success moves a position: it sets side and time, or clears it when it closes. A
    /// close starts the symbol's pause.
    pub fn posttrade(&mut self, now: Nanos, report: &PosttradeEvent<'_>) -> &[GateEvent] {
        let now = self.tick(now);
        self.events.clear();
        if self.config.compat == Compat::Strict && report.outcome != Outcome::Other {
            let refused = report.outcome == Outcome::Failed;
            if let Some(trip) = self.kill_switch.report(refused) {
                let event = self.trip(trip);
                self.events.push(event);
            }
        }
        if report.outcome == Outcome::Success && self.symbols.select(report.symbol) {
            if report.closes {
                self.close(now);
            } else if let Some(side) = report.side.and_then(read_side) {
                let symbol = self.symbols.entry(now);
                symbol.position = Some(Position { side, since: now });
                count_exposure(symbol, report);
            }
        }
        &self.events
    }

    /// The selected symbol has no position any more; its pause begins.
    fn close(&mut self, now: Nanos) {
        let pause_ms = self.config.churn.cooldown_after_close_ms;
        if pause_ms <= 0 {
            if let Some(symbol) = self.symbols.get() {
                symbol.flatten();
            }
            return;
        }
        let until = now + Nanos::from_millis(pause_ms);
        let symbol = self.symbols.entry(now);
        symbol.flatten();
        symbol.cooldown_until = Some(until);
        self.events.push(GateEvent::new(
            EventCode::CoolOff,
            &[
                ("cooldown_ms", Detail::Whole(pause_ms)),
                ("until_ms", Detail::Whole(until.millis())),
            ],
        ));
    }

    /// Denies new orders for so many seconds; until when.
    pub fn cooloff(&mut self, now: Nanos, secs: f64) -> Nanos {
        let now = self.tick(now);
        self.health.cooloff(now, secs)
    }

    /// Ends cool-off, every halt and the kill switch, and forgets warnings; what to log. The latency
    /// window and the arming stay as they are.
    pub fn reset(&mut self, now: Nanos) -> &[GateEvent] {
        let now = self.tick(now);
        self.health.reset();
        self.governor.reset();
        self.kill_switch.clear();
        let state = self.health.state(now).word();
        self.log(GateEvent::new(EventCode::OpsReset, &[("state", Detail::Word(state))]))
    }

    /// Lets new orders be judged again; what to log.
    pub fn arm(&mut self, now: Nanos) -> &[GateEvent] {
        self.set_armed(now, true)
    }

    /// Denies every new order until armed; what to log.
    pub fn disarm(&mut self, now: Nanos) -> &[GateEvent] {
        self.set_armed(now, false)
    }

    fn set_armed(&mut self, now: Nanos, armed: bool) -> &[GateEvent] {
        let now = self.tick(now);
        self.health.arm(armed);
        let state = self.health.state(now).word();
        let action = if armed { "arm" } else { "disarm" };
        let details = [("action", Detail::Word(action)), ("state", Detail::Word(state))];
        self.log(GateEvent::new(EventCode::ArmState, &details))
    }

    /// Moves risk caps; what to log.
    pub fn risk_set(&mut self, update: &RiskUpdate) -> &[GateEvent] {
        let caps = &mut self.risk;
        caps.dd_day_pct = update.dd_day_pct.unwrap_or(caps.dd_day_pct);
        caps.max_concurrent = update.max_concurrent.unwrap_or(caps.max_concurrent);
        caps.size_scale = update.size_scale.map_or(caps.size_scale, |scale| scale.clamp(0.0, 1.0));
        let details = [
            ("dd_day_pct", Detail::Number(caps.dd_day_pct)),
            ("max_concurrent", Detail::Whole(caps.max_concurrent)),
            ("size_scale", Detail::Number(caps.size_scale)),
        ];
        self.log(GateEvent::new(EventCode::RiskUpdate, &details))
    }

    /// The risk caps in force.
    pub fn risk_snapshot(&self) -> RiskLimits {
        self.risk
    }

    /// The health guard as an operator sees it.
    pub fn health(&self, now: Nanos) -> HealthView {
        self.health.view(now, self.governor.is_halted(now))
    }

    /// A tripped kill switch: halts unless it may only alert. Its windows start anew.
    pub(crate) fn trip(&mut self, trip: Trip) -> GateEvent {
        self.kill_switch.clear();
        if self.config.kill_switch.action == KillSwitchAction::HaltAndAlert {
            self.governor.kill();
        }
        GateEvent::new(
            EventCode::Halt,
            &[
                ("trigger", Detail::Word(trip.rate)),
                ("value_pct", Detail::Number(trip.value_pct)),
                ("limit_pct", Detail::Number(trip.limit_pct)),
            ],
        )
    }

    fn log(&mut self, event: GateEvent) -> &[GateEvent] {
        self.events.clear();
        self.events.push(event);
        &self.events
    }
}

/// Adds what the report filled. A later report of the same order replaces the earlier: fills are cumulative.
fn count_exposure(symbol: &mut Symbol, report: &PosttradeEvent<'_>) {
    let Some(notional) = report.notional else { return };
    let order = report.order_id.map(hash);
    if let (Some(order), Some((last, counted))) = (order, symbol.last_order)
        && order == last
    {
        symbol.exposure -= counted;
    }
    symbol.exposure += notional;
    symbol.last_order = order.map(|order| (order, notional));
}
