//! Whether the desk may trade, and why not.

use serde::{Deserialize, Serialize};

/// The desk's trading state. Only [`TradingState::Run`] lets new orders out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TradingState {
    /// No new orders; open ones are cancelled. The state every start begins in.
    Hold,
    /// Trading.
    Run,
    /// No new orders until a person re-arms.
    Killed,
}

impl TradingState {
    /// The word in records and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            TradingState::Hold => "HOLD",
            TradingState::Run => "RUN",
            TradingState::Killed => "KILLED",
        }
    }

    /// Whether new risk may be taken.
    pub const fn may_open(self) -> bool {
        matches!(self, TradingState::Run)
    }

    /// Whether an operator or a check may move the desk from here to there.
    ///
    /// A killed desk never runs again directly: it is re-armed into HOLD first.
    pub const fn allows(self, next: TradingState) -> bool {
        use TradingState as S;
        matches!(
            (self, next),
            (S::Hold, S::Run)
                | (S::Run, S::Hold)
                | (S::Hold | S::Run, S::Killed)
                | (S::Killed, S::Hold)
        )
    }
}

/// Who or what moved the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransitionCause {
    /// Every start begins in HOLD.
    Start,
    /// Recovery finished and every start-up check passed.
    ChecksPassed,
    /// A person, over HTTP, the console or the command line.
    Operator,
    /// The file `kill.flag` appeared.
    KillFlag,
    /// The venue and the journal disagree.
    Reconciliation,
    /// A bug was caught by an invariant.
    Invariant,
    /// The journal or the event log cannot be written.
    Audit,
    /// The day's loss limit is reached.
    DayLoss,
    /// Governance stopped trading.
    Governance,
    /// A venue refuses the key or the account, or its line is gone.
    Venue,
    /// The process is stopping.
    Shutdown,
}

impl TransitionCause {
    /// The word in records and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            TransitionCause::Start => "START",
            TransitionCause::ChecksPassed => "CHECKS_PASSED",
            TransitionCause::Operator => "OPERATOR",
            TransitionCause::KillFlag => "KILL_FLAG",
            TransitionCause::Reconciliation => "RECONCILIATION",
            TransitionCause::Invariant => "INVARIANT",
            TransitionCause::Audit => "AUDIT",
            TransitionCause::DayLoss => "DAY_LOSS",
            TransitionCause::Governance => "GOVERNANCE",
            TransitionCause::Venue => "VENUE",
            TransitionCause::Shutdown => "SHUTDOWN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TradingState::{Hold, Killed, Run};

    #[test]
    fn a_killed_desk_is_rearmed_into_hold_never_straight_into_run() {
        assert!(!Killed.allows(Run));
        assert!(Killed.allows(Hold));
        assert!(Hold.allows(Run) && Run.allows(Hold) && Run.allows(Killed) && Hold.allows(Killed));
    }
}
