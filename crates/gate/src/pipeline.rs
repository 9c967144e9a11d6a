//! The order of evaluation, and the state that lives between checks.

use aurora_model::Nanos;

use crate::config::{Compat, GateConfig, GateConfigError, OrderProfile, RiskLimits};
use crate::decision::{Decision, GateEvent, GateId, GateTrace, Verdict};
use crate::finding::Finding;
use crate::governance::Governor;
use crate::health::{HealthGuard, HealthState};
use crate::kill_switch::KillSwitch;
use crate::request::{CheckRequest, read_side};
use crate::sprt::Bounds;
use crate::stopwatch::Stopwatch;
use crate::symbols::Symbols;
use crate::trap::TrapWindow;
use crate::{churn, expected_return, latency, quotas, risk, slippage, spread, sprt, trap};

/// The gate with everything it remembers. Its state is a function of the calls made, nothing else.
#[derive(Clone, Debug)]
pub struct Gate {
    pub(crate) config: GateConfig,
    order: Vec<GateId>,
    sprt_bounds: Bounds,
    pub(crate) risk: RiskLimits,
    pub(crate) health: HealthGuard,
    pub(crate) governor: Governor,
    pub(crate) kill_switch: KillSwitch,
    pub(crate) symbols: Symbols,
    trap: TrapWindow,
    /// The latest time seen: a clock that steps back does not turn windows over.
    pub(crate) now: Nanos,
    decision: Decision,
    pub(crate) events: Vec<GateEvent>,
}

impl Gate {
    /// A gate at the start of its life: armed, windows empty.
    ///
    /// # Errors
    /// When the gate order does not end with governance, or a number is out of its range.
    pub fn new(config: GateConfig) -> Result<Gate, GateConfigError> {
        config.validate()?;
        Ok(Gate {
            order: order(&config),
            sprt_bounds: Bounds::of(&config.sprt),
            risk: config.risk,
            health: HealthGuard::new(config.health),
            governor: Governor::default(),
            kill_switch: KillSwitch::new(config.kill_switch),
            symbols: Symbols::new(config.max_symbols),
            trap: TrapWindow::new(),
            now: Nanos(i64::MIN),
            decision: Decision::empty(),
            events: Vec::with_capacity(8),
            config,
        })
    }

    /// The configuration it runs with.
    pub fn config(&self) -> &GateConfig {
        &self.config
    }

    /// The last answer.
    pub fn last(&self) -> &Decision {
        &self.decision
    }

    /// Judges one order. The answer stays until the next check.
    ///
    /// Costs about a third of a microsecond and allocates nothing once the symbol is known. With [`crate::NoStopwatch`] the answer depends only on
    /// the calls made before.
    pub fn check(
        &mut self,
        now: Nanos,
        request: &CheckRequest<'_>,
        stopwatch: &mut impl Stopwatch,
    ) -> &Decision {
        let now = self.tick(now);
        let known = self.symbols.select(request.symbol);
        self.decision.clear(now, request.qty.unwrap_or(0.0));
        let mut lap = Lap { at: stopwatch.nanos() };

        let churned = self.anti_churn(request, known);
        lap.trace(&mut self.decision, GateId::AntiChurn, churned, stopwatch);
        if self.decision.allow {
            for at in 0..self.order.len() {
                let gate = self.order[at];
                let finding = self.ask(gate, request, known, stopwatch);
                lap.trace(&mut self.decision, gate, finding, stopwatch);
            }
        }
        self.settle(known);
        &self.decision
    }

    fn anti_churn(&mut self, request: &CheckRequest<'_>, known: bool) -> Finding {
        let config = &self.config.churn;
        match self.symbols.get() {
            Some(symbol) if known => {
                let side = request.side.and_then(read_side);
                churn::check(&mut self.decision, symbol, side, (config, self.config.compat))
            }
            _ => Finding::PASS,
        }
    }

    fn ask(
        &mut self,
        gate: GateId,
        request: &CheckRequest<'_>,
        known: bool,
        stopwatch: &mut impl Stopwatch,
    ) -> Finding {
        let (config, decision) = (&self.config, &mut self.decision);
        let market = &request.market;
        match gate {
            GateId::AntiChurn => Finding::SKIP,
            GateId::Latency => latency::check(decision, market.latency(), config.latency_ms_limit),
            GateId::Health => self.health.check(decision, self.now, market.latency()),
            GateId::Trap => {
                if !decision.allow || !trap::is_present(market) {
                    return Finding::SKIP;
                }
                let per_symbol = config.compat == Compat::Strict && known;
                let window = if per_symbol {
                    self.symbols.entry(self.now).trap.get_or_insert_with(TrapWindow::new)
                } else {
                    &mut self.trap
                };
                trap::check(decision, market, window, &config.trap)
            }
            GateId::ExpectedReturn => expected_return::check(decision, request, config),
            GateId::Slippage => {
                let b_bps = market.b_bps.unwrap_or(0.0);
                slippage::check(decision, market.slip(), b_bps, config.slip_eta)
            }
            GateId::Risk => risk::check(decision, request, (&self.risk, config.compat)),
            GateId::Sprt => match market.sprt_samples {
                _ if !config.sprt.enabled => Finding::OFF,
                Some(samples) if decision.allow => {
                    let test = (&config.sprt, self.sprt_bounds);
                    sprt::check(decision, samples, market.signal(), test, stopwatch)
                }
                _ => Finding::SKIP,
            },
            GateId::Spread => spread::check(decision, market.spread(), config.spread_bps_limit),
            GateId::Governance => {
                // Disarm, halt and cool-off hold even where the health gate is not in the order.
                if decision.allow && self.health.deny(decision, self.now, self.health.p95_ms()) {
                    return Finding::bare(Verdict::Deny);
                }
                self.governor.check(decision, market, (&config.governance, config.compat))
            }
        }
    }

    /// What follows from the verdict: the last allow, the kill-switch window, the quotas.
    fn settle(&mut self, known: bool) {
        if known && self.decision.allow {
            self.symbols.entry(self.now).last_allow = Some(self.now);
        }
        if self.config.compat == Compat::Reference {
            self.decision.hard_gate = false;
            self.decision.cooldown_ms = 0;
            return;
        }
        if self.is_judging()
            && let Some(trip) = self.kill_switch.verdict(!self.decision.allow)
        {
            let event = self.trip(trip);
            self.decision.events.push(event);
        }
        if known {
            let limits = &self.config.quotas;
            let symbol = self.symbols.get();
            self.decision.quotas = quotas::settle(symbol, limits, (self.now, self.decision.allow));
        }
    }

    /// Whether the last verdict was about the order. Denials of a pause or a stop say nothing about it, and
    /// a bot that keeps asking meanwhile must not turn the pause into a halt.
    fn is_judging(&self) -> bool {
        self.decision.churn.is_none()
            && self.health.state(self.now) == HealthState::Normal
            && !self.governor.is_halted(self.now)
    }

    /// The time to judge by: never before what was seen already.
    pub(crate) fn tick(&mut self, now: Nanos) -> Nanos {
        self.now = self.now.max(now);
        self.now
    }
}

/// The gates as configured, with `slip_before_er` applied.
fn order(config: &GateConfig) -> Vec<GateId> {
    let mut order = config.order.clone();
    let place = |gate| order.iter().position(|held| *held == gate);
    let (er, slip) = (place(GateId::ExpectedReturn), place(GateId::Slippage));
    if let (OrderProfile::SlipBeforeEr, Some(er), Some(slip)) = (config.order_profile, er, slip)
        && er < slip
    {
        order.swap(er, slip);
    }
    order
}

/// The stopwatch reading at the end of the gate before.
struct Lap {
    at: u64,
}

impl Lap {
    fn trace(
        &mut self,
        decision: &mut Decision,
        gate: GateId,
        finding: Finding,
        stopwatch: &mut impl Stopwatch,
    ) {
        let now = stopwatch.nanos();
        let ns = now.saturating_sub(self.at);
        self.at = now;
        let Finding { verdict, value, limit, unit } = finding;
        let unit = unit.unwrap_or(gate.unit());
        decision.gates.push(GateTrace { gate, verdict, unit, value, limit, ns });
    }
}
