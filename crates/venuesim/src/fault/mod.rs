//! What goes wrong on purpose.

use std::time::Duration;

use aurora_model::Nanos;

use crate::dialect::{Denial, Subject};

/// The rules in force on one server.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    skew: Nanos,
}

/// What becomes of one request or frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Waits so long before anything is done.
    pub(crate) before: Duration,
    /// What is done.
    pub(crate) act: Act,
    /// Waits so long before the answer leaves.
    pub(crate) after: Duration,
}

/// What is done with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is executed and answered.
    #[default]
    Pass,
    /// It is not executed, and answered so.
    Deny(Denial),
    /// It is executed, and answered so.
    DenyAfter(Denial),
    /// It is not executed, and never answered.
    Drop,
    /// It is executed, and never answered.
    DropAnswer,
}

impl Faults {
    /// By how much the venue's clock is wrong.
    pub fn clock_skew(&self) -> Nanos {
        self.skew
    }

    pub(crate) fn judge(&mut self, _now: Nanos, _path: &str, _subject: &Subject) -> Verdict {
        Verdict::default()
    }
}
