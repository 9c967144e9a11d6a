//! The verdict with everything a bot, a log or a screen may want to know about it.

use std::fmt;

use aurora_model::{EventCode, Nanos, Reason, Side};

use crate::config::RiskLimits;

/// A gate of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateId {
    /// Pauses, rate and opposite side, per symbol.
    AntiChurn,
    /// One request's latency.
    Latency,
    /// The p95 of recent latencies.
    Health,
    /// Fake walls.
    Trap,
    /// Expected return after costs.
    ExpectedReturn,
    /// Slippage against the target.
    Slippage,
    /// Day's loss, open positions, size.
    Risk,
    /// The sequential test of the signal.
    Sprt,
    /// Bid-ask spread.
    Spread,
    /// The last word.
    Governance,
}

impl GateId {
    /// The gates after anti-churn in their usual order.
    pub const PIPELINE: [GateId; 9] = [
        GateId::Latency,
        GateId::Health,
        GateId::Trap,
        GateId::ExpectedReturn,
        GateId::Slippage,
        GateId::Risk,
        GateId::Sprt,
        GateId::Spread,
        GateId::Governance,
    ];

    /// The name in configuration, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            GateId::AntiChurn => "anti_churn",
            GateId::Latency => "latency",
            GateId::Health => "health",
            GateId::Trap => "trap",
            GateId::ExpectedReturn => "expected_return",
            GateId::Slippage => "slippage",
            GateId::Risk => "risk",
            GateId::Sprt => "sprt",
            GateId::Spread => "spread",
            GateId::Governance => "governance",
        }
    }

    /// The gate of that name.
    pub fn parse(name: &str) -> Option<GateId> {
        let all = GateId::PIPELINE.into_iter().chain([GateId::AntiChurn]);
        all.into_iter().find(|gate| gate.name() == name)
    }

    /// The usual unit of the gate's `value` and `limit` in the trace.
    pub const fn unit(self) -> &'static str {
        match self {
            GateId::AntiChurn | GateId::Latency | GateId::Health => "ms",
            GateId::ExpectedReturn | GateId::Slippage | GateId::Spread => "bps",
            GateId::Trap => "z",
            GateId::Risk => "scale",
            GateId::Sprt => "llr",
            GateId::Governance => "",
        }
    }
}

/// What one gate said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Asked, and it let the order pass.
    Pass,
    /// It denied the order.
    Deny,
    /// Not asked: the order was denied before, or its inputs were absent.
    Skip,
    /// Switched off by configuration.
    Off,
}

impl Verdict {
    /// The word in logs and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Deny => "deny",
            Verdict::Skip => "skip",
            Verdict::Off => "off",
        }
    }
}

/// One gate's line in the waterfall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateTrace {
    /// Which gate.
    pub gate: GateId,
    /// What it said.
    pub verdict: Verdict,
    /// What `value` and `limit` are counted in; empty when they are only numbers.
    pub unit: &'static str,
    /// What it measured; `None` when it was not asked.
    pub value: Option<f64>,
    /// What it allows.
    pub limit: Option<f64>,
    /// How long it took, in nanoseconds; zero without a stopwatch.
    pub ns: u64,
}

/// What is left for the symbol; 999 and 1e12 in reference and where no limit is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quotas {
    /// Allowed entries left in this minute.
    pub trades_pm_left: i64,
    /// Exposure left on the symbol, in quote.
    pub symbol_exposure_left_usdt: f64,
}

impl Quotas {
    /// No limit is set, or the profile knows none.
    pub const UNLIMITED: Quotas = Quotas { trades_pm_left: 999, symbol_exposure_left_usdt: 1e12 };
}

/// Everything one check decided. The gate reuses it from call to call.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// When, by the caller's clock.
    pub at: Nanos,
    /// Whether the order may go out.
    pub allow: bool,
    /// The verdict's reason; [`Reason::OK`] when allowed.
    pub reason: Reason,
    /// No new order passes until an operator acts: halted, disarmed or killed. Always false in reference.
    pub hard_gate: bool,
    /// What the order's size is to be multiplied with, 0 to 1.
    pub risk_scale: f64,
    /// The quantity asked for.
    pub max_qty: f64,
    /// When trying again makes sense, from now; zero when unknown, and always in reference.
    pub cooldown_ms: i64,
    /// What is left for the symbol.
    pub quotas: Quotas,
    /// `observability.reasons`, in order.
    pub reasons: Vec<Reason>,
    /// Set when anti-churn denied: then the observability is only `reasons` and this.
    pub churn: Option<ChurnDenial>,
    /// `observability.risk`, when that gate ran.
    pub risk: Option<RiskView>,
    /// `observability.trap`, when that gate ran.
    pub trap: Option<TrapView>,
    /// `observability.sprt`; its fields are null when that gate did not run.
    pub sprt: Option<SprtView>,
    /// Expected return, when that gate ran.
    pub expected_return: Option<ExpectedReturnView>,
    /// One line per gate, in the order they were asked; anti-churn first.
    pub gates: Vec<GateTrace>,
    /// What the server has to log, in order. POLICY.DECISION is the server's own.
    pub events: Vec<GateEvent>,
}

/// Which anti-churn rule denied, and its detail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ChurnDenial {
    /// `cooldown_remaining_ms`.
    Cooldown {
        /// Until the next entry.
        remaining_ms: i64,
    },
    /// `rate_limit_ms_left`.
    RateLimit {
        /// Until the next entry.
        left_ms: i64,
    },
    /// `position`.
    Position {
        /// The side of the open position.
        side: Side,
        /// Since when it is open.
        since: Nanos,
    },
}

/// `observability.risk`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskView {
    /// The caps.
    pub cfg: RiskLimits,
    /// `ctx.base_notional`.
    pub base_notional: f64,
    /// `ctx.scaled_notional`.
    pub scaled_notional: f64,
    /// The cap that tripped, with what it adds to `ctx`.
    pub tripped: Option<RiskTrip>,
}

/// A risk cap that tripped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RiskTrip {
    /// The size scale is zero.
    SizeScaleZero,
    /// ctx: `dd_cap_pct`, `dd_used_pct`, `pnl_today_pct`.
    DayLoss {
        /// The cap.
        cap_pct: f64,
        /// The loss, above zero.
        used_pct: f64,
        /// The result, below zero.
        pnl_today_pct: f64,
    },
    /// ctx: `open_positions`, `max_concurrent`.
    MaxConcurrent {
        /// Open now.
        open_positions: f64,
        /// The cap.
        max_concurrent: i64,
    },
    /// Nothing is left after scaling.
    NotionalTooSmall,
}

/// `observability.trap`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrapView {
    /// `trap_z`.
    pub z: f64,
    /// `cancel_rate`, volume per second.
    pub cancel_rate: f64,
    /// `repl_rate`, volume per second.
    pub repl_rate: f64,
    /// `n_trades`.
    pub n_trades: f64,
    /// `trap_score`, 0 to 1.
    pub score: f64,
}

/// What the sequential test concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SprtOutcome {
    /// The signal is confirmed.
    Accept,
    /// The signal is contradicted.
    Reject,
    /// Neither yet.
    Continue,
}

impl SprtOutcome {
    /// `ACCEPT`, `REJECT` or `CONTINUE`.
    pub const fn word(self) -> &'static str {
        match self {
            SprtOutcome::Accept => "ACCEPT",
            SprtOutcome::Reject => "REJECT",
            SprtOutcome::Continue => "CONTINUE",
        }
    }
}

/// `observability.sprt`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SprtView {
    /// `decision`.
    pub outcome: SprtOutcome,
    /// `llr`.
    pub llr: f64,
    /// `n_obs`: samples read before the test stopped.
    pub n_obs: usize,
}

/// What the expected return was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedReturnView {
    /// Calibrated P(target).
    pub p: f64,
    /// Expected return after costs, in bps.
    pub e_bps: f64,
    /// The conformal interval of P(target), when `icp_obs` is on and the calibrator has one.
    pub icp: Option<(f64, f64)>,
}

/// Something to log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateEvent {
    /// What happened.
    pub code: EventCode,
    /// Its `details`, by name.
    pub details: Details,
}

/// A few named values of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Details([Option<(&'static str, Detail)>; 4]);

/// One value of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Detail {
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// A word.
    Word(&'static str),
}

impl GateEvent {
    /// An event with up to four details.
    pub fn new(code: EventCode, details: &[(&'static str, Detail)]) -> GateEvent {
        let mut held = [None; 4];
        for (place, detail) in held.iter_mut().zip(details) {
            *place = Some(*detail);
        }
        GateEvent { code, details: Details(held) }
    }
}

impl Details {
    /// The named values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Detail)> + '_ {
        self.0.iter().flatten().copied()
    }
}

impl fmt::Display for GateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Decision {
    /// A decision with room for a whole pipeline, so that filling it never allocates.
    pub(crate) fn empty() -> Decision {
        Decision {
            at: Nanos::default(),
            allow: true,
            reason: Reason::OK,
            hard_gate: false,
            risk_scale: 1.0,
            max_qty: 0.0,
            cooldown_ms: 0,
            quotas: Quotas::UNLIMITED,
            reasons: Vec::with_capacity(16),
            churn: None,
            risk: None,
            trap: None,
            sprt: None,
            expected_return: None,
            gates: Vec::with_capacity(10),
            events: Vec::with_capacity(16),
        }
    }

    /// Forgets the last verdict, keeping the room.
    pub(crate) fn clear(&mut self, at: Nanos, max_qty: f64) {
        self.at = at;
        self.allow = true;
        self.reason = Reason::OK;
        self.hard_gate = false;
        self.risk_scale = 1.0;
        self.max_qty = max_qty;
        self.cooldown_ms = 0;
        self.quotas = Quotas::UNLIMITED;
        self.reasons.clear();
        self.churn = None;
        self.risk = None;
        self.trap = None;
        self.sprt = None;
        self.expected_return = None;
        self.gates.clear();
        self.events.clear();
    }

    /// Turns the verdict to deny for that reason.
    pub(crate) fn block(&mut self, reason: Reason) {
        self.allow = false;
        self.reason = reason;
    }

    /// Appends to `observability.reasons`.
    pub(crate) fn note(&mut self, reason: Reason) {
        self.reasons.push(reason);
    }

    /// Appends an event to log.
    pub(crate) fn raise(&mut self, code: EventCode, details: &[(&'static str, Detail)]) {
        self.events.push(GateEvent::new(code, details));
    }
}
