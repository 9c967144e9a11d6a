//! What must outlive the process: written down before the answer that it changed leaves.

/// Why only what takes risk off is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldCause {
    /// The desk is not trading: a new epoch begins so, and the desk ends it.
    Desk,
    /// Too many orders, or too much of them, within the window. Only a person ends it.
    Breaker,
    /// A person said so, and only a person ends it.
    Operator,
}

impl HoldCause {
    /// Every cause, the lightest first.
    pub const ALL: [HoldCause; 3] = [HoldCause::Desk, HoldCause::Breaker, HoldCause::Operator];

    /// The word in files and answers.
    pub const fn code(self) -> &'static str {
        match self {
            HoldCause::Desk => "DESK",
            HoldCause::Breaker => "BREAKER",
            HoldCause::Operator => "OPERATOR",
        }
    }
}

/// What must be durable before an answer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The highest epoch there ever was; zero before the first.
    pub epoch: u32,
    /// Only what takes risk off is signed, and why.
    pub hold: Option<HoldCause>,
    /// Nothing but cancels and reads is signed until a person re-arms.
    pub is_killed: bool,
}

impl Remembered {
    /// Before the first epoch.
    pub const NOTHING: Remembered =
        Remembered { epoch: 0, hold: Some(HoldCause::Desk), is_killed: false };
}
