//! The ways to take a leader away.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum Fault {
    /// SIGKILL.
    Kill,
    /// SIGSTOP for longer than the lease, SIGCONT once the other trades.
    Pause,
    /// The leader loses the lease store; it is whole otherwise, and told nothing.
    Partition,
    /// `aurora ha demote`.
    Demote,
}

impl Fault {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::Pause => "pause",
            Fault::Partition => "partition",
            Fault::Demote => "demote",
        }
    }
}
