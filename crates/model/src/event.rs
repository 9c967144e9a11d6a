//! Event codes: the word every record in `aurora_events.jsonl` carries.

use std::borrow::Cow;
use std::fmt;

macro_rules! event_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)*) => {
        /// What happened. The text is frozen: logs, metrics and screens share it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventCode {
            $($(#[$doc])* $variant,)*
        }

        impl EventCode {
            /// Every code, in the order of this file.
            pub const ALL: &'static [EventCode] = &[$(EventCode::$variant,)*];

            /// The code as it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(EventCode::$variant => $code,)*
                }
            }
        }
    };
}

event_codes! {
    /// An order left for the venue.
    OrderSubmit = "ORDER.SUBMIT",
    /// The venue took it.
    OrderAck = "ORDER.ACK",
    /// Part of it filled.
    OrderPartial = "ORDER.PARTIAL",
    /// All of it filled.
    OrderFill = "ORDER.FILL",
    /// It was refused.
    OrderReject = "ORDER.REJECT",
    /// We asked for its cancel.
    OrderCancelRequest = "ORDER.CANCEL.REQUEST",
    /// The venue confirmed the cancel.
    OrderCancelAck = "ORDER.CANCEL.ACK",
    /// Its time ran out, or its ack never came.
    OrderExpire = "ORDER.EXPIRE",
    /// One pre-trade verdict.
    PolicyDecision = "POLICY.DECISION",
    /// The TRAP score was over its threshold.
    PolicyTrapGuard = "POLICY.TRAP_GUARD",
    /// The TRAP flag denied an order.
    PolicyTrapBlock = "POLICY.TRAP_BLOCK",
    /// Governance let an order pass.
    GovernanceAllow = "GOVERNANCE.ALLOW",
    /// Governance denied an order.
    GovernanceDeny = "GOVERNANCE.DENY",
    /// One request was slower than the limit.
    HealthLatencyHigh = "HEALTH.LATENCY_HIGH",
    /// The p95 over the window was above the guard.
    HealthLatencyP95High = "HEALTH.LATENCY_P95_HIGH",
    /// A component of the platform changed colour.
    HealthChanged = "HEALTH.CHANGED",
    /// The expected return passed.
    ExpectedReturnAccept = "AURORA.EXPECTED_RETURN_ACCEPT",
    /// The expected return was too low.
    ExpectedReturnLow = "AURORA.EXPECTED_RETURN_LOW",
    /// The slippage guard denied an order.
    SlippageGuard = "AURORA.SLIPPAGE_GUARD",
    /// A pause began: after a close, or asked for by an operator.
    CoolOff = "AURORA.COOL_OFF",
    /// The gate was armed or disarmed.
    ArmState = "AURORA.ARM_STATE",
    /// The health guard denies new orders.
    Escalation = "AURORA.ESCALATION",
    /// Trading is halted.
    Halt = "AURORA.HALT",
    /// A risk limit denied an order.
    RiskDeny = "RISK.DENY",
    /// The day's loss limit denied an order.
    RiskDenyDrawdown = "RISK.DENY.DRAWDOWN",
    /// The CVaR limit denied an order.
    RiskDenyCvar = "RISK.DENY.CVAR",
    /// The limit on open positions denied an order.
    RiskDenyPosLimit = "RISK.DENY.POS_LIMIT",
    /// A risk limit was changed.
    RiskUpdate = "RISK.UPDATE",
    /// The spread was over its limit.
    SpreadGuardTrip = "SPREAD_GUARD_TRIP",
    /// The latency was over the governance limit.
    LatencyGuardTrip = "LATENCY_GUARD_TRIP",
    /// The volatility was over its limit.
    VolatilityGuardTrip = "VOLATILITY_GUARD_TRIP",
    /// The book is too old to trade on.
    DqStaleBook = "DQ_EVENT.STALE_BOOK",
    /// The best bid is not below the best ask.
    DqCrossedBook = "DQ_EVENT.CROSSED_BOOK",
    /// The spread is not a plausible one.
    DqAbnormalSpread = "DQ_EVENT.ABNORMAL_SPREAD",
    /// The pause after a close is still running.
    CooldownActive = "COOLDOWN.ACTIVE",
    /// Orders on one symbol come too fast.
    OpenRateLimit = "OPEN.RATE_LIMIT",
    /// The position is too young to be turned.
    PositionMinHold = "POSITION.MIN_HOLD",
    /// An open position stands on the other side.
    PositionOppositeBlock = "POSITION.OPPOSITE_BLOCK",
    /// A post-trade report was stored.
    PosttradeLog = "POSTTRADE.LOG",
    /// A configuration took effect.
    ConfigSwitched = "CONFIG.SWITCHED",
    /// The operator token came from its old environment name.
    OpsTokenAliasUsed = "OPS.TOKEN.ALIAS_USED",
    /// The operator token was replaced.
    OpsTokenRotate = "OPS.TOKEN_ROTATE",
    /// An operator reset the health guard.
    OpsReset = "OPS.RESET",
    /// The desk moved between HOLD, RUN and KILLED.
    StateChanged = "STATE.CHANGED",
    /// The venue cancelled our orders because we went silent.
    AutoCancelOnHeartbeat = "AUTO_CANCEL_ON_HB",
    /// Safe mode began.
    SafeModeActivated = "SAFE_MODE.ACTIVATED",
    /// A component failed.
    ComponentFailed = "COMPONENT.FAILED",
    /// A component recovered.
    ComponentRecovered = "COMPONENT.RECOVERED",
    /// The platform became ready, or stopped being so.
    ReadinessChanged = "READINESS.CHANGED",
    /// The list of traded instruments changed.
    UniverseChanged = "UNIVERSE.CHANGED",
    /// A limit was breached.
    LimitsBreached = "LIMITS.BREACHED",
}

/// A text that is no event code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an event code; docs/reference lists them")]
pub struct UnknownEventCode(pub String);

impl EventCode {
    /// Whether the code belongs to `HEALTH.*`, which is written at most ten times a second each.
    pub fn is_health(self) -> bool {
        self.as_str().starts_with("HEALTH.")
    }
}

impl std::str::FromStr for EventCode {
    type Err = UnknownEventCode;

    /// Reads a code in either spelling: `ORDER_FILL` and `POLICY_DECISION` are old forms.
    fn from_str(text: &str) -> Result<EventCode, UnknownEventCode> {
        let code = normalize(text);
        let dotted = match &*code {
            "POLICY_DECISION" => "POLICY.DECISION",
            "ORDER.CANCEL_REQUEST" => "ORDER.CANCEL.REQUEST",
            "ORDER.CANCEL_ACK" => "ORDER.CANCEL.ACK",
            other => other,
        };
        let known = EventCode::ALL.iter().copied().find(|known| known.as_str() == dotted);
        known.ok_or_else(|| UnknownEventCode(text.to_owned()))
    }
}

impl fmt::Display for EventCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A code in its written form: upper-case, and `ORDER_X` as `ORDER.X`. Nothing else is rewritten.
pub fn normalize(code: &str) -> Cow<'_, str> {
    let code = code.trim();
    let upper = code.bytes().any(|b| b.is_ascii_lowercase());
    let code: Cow<'_, str> =
        if upper { Cow::Owned(code.to_ascii_uppercase()) } else { Cow::Borrowed(code) };
    match code.strip_prefix("ORDER_") {
        Some(rest) => Cow::Owned(format!("ORDER.{rest}")),
        None => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_the_round_trip() {
        for code in EventCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(normalize(code.as_str()), code.as_str());
        }
    }

    #[test]
    fn only_the_order_prefix_is_rewritten() {
        for (old, new) in [
            ("ORDER_FILL", "ORDER.FILL"),
            ("order_cancel_request", "ORDER.CANCEL_REQUEST"),
            ("SPREAD_GUARD_TRIP", "SPREAD_GUARD_TRIP"),
            ("POLICY_DECISION", "POLICY_DECISION"),
            ("ORDERS_DENIED", "ORDERS_DENIED"),
            (" health.latency_high ", "HEALTH.LATENCY_HIGH"),
        ] {
            assert_eq!(normalize(old), new);
        }
        assert_eq!("policy_decision".parse(), Ok(EventCode::PolicyDecision));
        assert_eq!("ORDER_CANCEL_ACK".parse(), Ok(EventCode::OrderCancelAck));
        assert!("ORDER_TELEPORTED".parse::<EventCode>().is_err());
    }
}
