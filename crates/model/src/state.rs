//! Whether the desk may trade and a venue takes orders, and why not.

use serde::{Deserialize, Serialize};

use crate::TimeInForce;

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
    /// An absolute cap on turnover or loss is reached.
    KillCap,
    /// The order flow went wild: only a person lets it go on.
    Runaway,
    /// Governance stopped trading.
    Governance,
    /// A venue refuses the key or the account, or its line is gone.
    Venue,
    /// The process stood still: what it knew is old.
    Pause,
    /// The clock moved by itself, or is not the venues' clock.
    Clock,
    /// The disk takes too long to make records durable.
    Disk,
    /// The desk's processes are of different builds.
    Build,
    /// The process is stopping.
    Shutdown,
}

impl TransitionCause {
    /// Every cause.
    pub const ALL: [TransitionCause; 17] = [
        TransitionCause::Start,
        TransitionCause::ChecksPassed,
        TransitionCause::Operator,
        TransitionCause::KillFlag,
        TransitionCause::Reconciliation,
        TransitionCause::Invariant,
        TransitionCause::Audit,
        TransitionCause::DayLoss,
        TransitionCause::KillCap,
        TransitionCause::Runaway,
        TransitionCause::Governance,
        TransitionCause::Venue,
        TransitionCause::Pause,
        TransitionCause::Clock,
        TransitionCause::Disk,
        TransitionCause::Build,
        TransitionCause::Shutdown,
    ];

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
            TransitionCause::KillCap => "KILL_CAP",
            TransitionCause::Runaway => "RUNAWAY",
            TransitionCause::Governance => "GOVERNANCE",
            TransitionCause::Venue => "VENUE",
            TransitionCause::Pause => "PAUSE",
            TransitionCause::Clock => "CLOCK",
            TransitionCause::Disk => "DISK",
            TransitionCause::Build => "BUILD",
            TransitionCause::Shutdown => "SHUTDOWN",
        }
    }
}

/// The state of a venue or of one instrument there, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum VenueState {
    /// Everything is taken.
    #[default]
    Normal,
    /// It works, but badly: slow, pushing back, or one of its paths is down. Everything is still taken.
    Degraded,
    /// Only orders that rest are taken: the window after a halt or a listing.
    PostOnlyWindow,
    /// Orders may be cancelled and positions reduced; nothing new.
    CancelOnly,
    /// What we know of it is not to be trusted: books or account are not whole. Cancels only.
    Quarantine,
    /// It is closed, or about to close: cancels only.
    Maintenance,
}

impl VenueState {
    /// The word in records and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            VenueState::Normal => "NORMAL",
            VenueState::Degraded => "DEGRADED",
            VenueState::PostOnlyWindow => "POST_ONLY",
            VenueState::CancelOnly => "CANCEL_ONLY",
            VenueState::Quarantine => "QUARANTINE",
            VenueState::Maintenance => "MAINTENANCE",
        }
    }

    /// Whether a new order may leave in this state.
    pub const fn takes(self, time_in_force: TimeInForce, reduce_only: bool) -> bool {
        match self {
            VenueState::Normal | VenueState::Degraded => true,
            VenueState::PostOnlyWindow => matches!(time_in_force, TimeInForce::PostOnly),
            VenueState::CancelOnly => reduce_only,
            VenueState::Quarantine | VenueState::Maintenance => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::TradingState::{Hold, Killed, Run};
    use super::{TimeInForce, VenueState};

    #[test]
    fn a_killed_desk_is_rearmed_into_hold_never_straight_into_run() {
        assert!(!Killed.allows(Run));
        assert!(Killed.allows(Hold));
        assert!(Hold.allows(Run) && Run.allows(Hold) && Run.allows(Killed) && Hold.allows(Killed));
    }

    #[test]
    fn what_may_leave_in_each_state() {
        let mut table = String::new();
        for state in [
            VenueState::Normal,
            VenueState::Degraded,
            VenueState::PostOnlyWindow,
            VenueState::CancelOnly,
            VenueState::Quarantine,
            VenueState::Maintenance,
        ] {
            let kinds = [
                ("limit", state.takes(TimeInForce::Gtc, false)),
                ("post-only", state.takes(TimeInForce::PostOnly, false)),
                ("reduce-only", state.takes(TimeInForce::Ioc, true)),
            ];
            let may: Vec<_> = kinds.iter().filter(|kind| kind.1).map(|kind| kind.0).collect();
            table += &format!("{}: [{}]\n", state.code(), may.join(", "));
        }
        expect![[r#"
            NORMAL: [limit, post-only, reduce-only]
            DEGRADED: [limit, post-only, reduce-only]
            POST_ONLY: [post-only]
            CANCEL_ONLY: [reduce-only]
            QUARANTINE: []
            MAINTENANCE: []
        "#]]
        .assert_eq(&table);
    }
}
