//! What the machine is told, and what it says.

use std::fmt;

use aurora_model::Nanos;

use crate::settings::OpenOrders;

/// Which grant of a lease: grows with every change of hands, and never comes again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the lease store answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseAnswer {
    /// It is ours, under this token, for the agreed time from when the store said so.
    Granted(Token),
    /// Somebody else has it.
    Held,
    /// Asked for under a token that no longer counts, or given back.
    Gone,
    /// Nobody knows: the store cannot be reached, or answered nonsense.
    Failed(LeaseFault),
}

/// Why the store gave no answer, in a person's words.
pub type LeaseFault = String;

/// What the signer answered to a wish for a higher epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerAnswer {
    /// It is durable there: from now on nothing is signed under an older one.
    Raised {
        /// The epoch that is ours now.
        epoch: u32,
        /// The last order under an older epoch was signed at least so long ago; `None` when nobody knows, and it
        /// may have been at this moment.
        signed_ago: Option<Nanos>,
    },
    /// It knows a higher epoch than the one that was asked for or under; somebody else has taken over.
    Stale {
        /// The highest it knows.
        highest: u32,
    },
    /// Nobody knows: the signer cannot be reached.
    Failed(String),
}

/// Whether this node's copy of the journal may be traded on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// It may: everything the leader has acted on is here, as far as this node can know.
    Fit,
    /// Not yet: records are missing that the leader may have acted on.
    Behind,
    /// Never, until a person has looked: it differs from the leader's, or is damaged.
    Broken,
}

/// What the desk on this node says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskWord {
    /// It has begun, in HOLD, in the journal of its own epoch.
    Started,
    /// Nothing is sent any more, the journal is flushed and closed.
    Drained,
    /// It could not begin, or ended by itself.
    Failed,
}

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// This node is to lead, as soon as the lease is free.
    Promote,
    /// This node is to give up leading, and to stand aside.
    Demote,
    /// The process is to end.
    Shutdown,
}

/// One thing the machine is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Time has passed. At the latest at [`Machine::next_timer`](crate::Machine::next_timer), and often enough
    /// that a pause shows.
    Tick,
    /// The store answered the ask of that number.
    Lease {
        /// Which.
        no: u64,
        /// What it said.
        answer: LeaseAnswer,
    },
    /// The signer answered, or refused something else that was asked under our epoch.
    Signer(SignerAnswer),
    /// The copy of the journal was looked at.
    Copy(Fitness),
    /// Everything the leader before had written is here and replayed; the newest epoch in it.
    CaughtUp {
        /// Zero for an empty journal.
        last_epoch: u32,
    },
    /// The desk on this node.
    Desk(DeskWord),
    /// A person.
    Operator(Operator),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Ask the store for the lease; answer with that number.
    TryLease {
        /// Which ask.
        no: u64,
    },
    /// Ask the store to let it last from now on.
    RenewLease {
        /// Which ask.
        no: u64,
        /// Under which grant.
        token: Token,
    },
    /// Give it back. No answer is needed: it runs out by itself.
    ReleaseLease {
        /// Under which grant.
        token: Token,
    },
    /// Ask the signer to refuse everything below this epoch from now on.
    RaiseEpoch {
        /// At least this one.
        epoch: u32,
    },
    /// Read everything the leader before has written; answer with [`Input::CaughtUp`].
    CatchUp,
    /// Start the desk: a journal of that epoch, HOLD, and the guarded start.
    StartDesk {
        /// Which.
        epoch: u32,
        /// What becomes of what is open.
        open_orders: OpenOrders,
    },
    /// Send nothing more, at once: what has not left does not leave.
    StopSending,
    /// HOLD, but keep leading: authority is being looked at again.
    HoldDesk(Why),
    /// End the desk: HOLD, nothing sent, journal flushed and closed; answer with [`DeskWord::Drained`].
    DrainDesk {
        /// Why.
        why: Why,
        /// The authority is still ours: open orders may be canceled on the way.
        may_cancel: bool,
    },
    /// The drain does not end: end the process.
    EndProcess,
    /// For people and logs.
    Notice(Notice),
}

/// What may leave a node, by the moments of its own clock. The default is: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// Under which epoch.
    pub epoch: u32,
    /// Before this moment anything may leave.
    pub orders_until: Nanos,
    /// Before this moment cancels may leave: a node that drains ends its risk.
    pub cancels_until: Nanos,
}

impl Default for Permit {
    fn default() -> Permit {
        Permit { epoch: 0, orders_until: Nanos(i64::MIN), cancels_until: Nanos(i64::MIN) }
    }
}

/// Why a node stopped leading, or does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A person said so.
    Operator,
    /// The process ends.
    Shutdown,
    /// The lease could not be renewed in time.
    LeaseExpired,
    /// The store says that the lease is another's.
    LeaseTaken,
    /// The signer knows a higher epoch.
    StaleEpoch,
    /// The process stood still for longer than allowed.
    Paused,
    /// The signer cannot be reached.
    NoSigner,
    /// The desk failed.
    DeskFailed,
    /// The copy of the journal may not be traded on.
    Unfit,
}

impl Why {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Why::Operator => "OPERATOR",
            Why::Shutdown => "SHUTDOWN",
            Why::LeaseExpired => "LEASE_EXPIRED",
            Why::LeaseTaken => "LEASE_TAKEN",
            Why::StaleEpoch => "STALE_EPOCH",
            Why::Paused => "PAUSED",
            Why::NoSigner => "NO_SIGNER",
            Why::DeskFailed => "DESK_FAILED",
            Why::Unfit => "UNFIT",
        }
    }

    /// For a person: in Russian, in English.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Why::Operator => ("команда оператора", "an operator's command"),
            Why::Shutdown => ("процесс завершается", "the process is ending"),
            Why::LeaseExpired => {
                ("аренда не продлена вовремя", "the lease was not renewed in time")
            }
            Why::LeaseTaken => ("аренда у другого узла", "another node has the lease"),
            Why::StaleEpoch => {
                ("подписант знает более новую эпоху", "the signer knows a newer epoch")
            }
            Why::Paused => ("процесс стоял на паузе", "the process stood still"),
            Why::NoSigner => ("подписант не отвечает", "the signer does not answer"),
            Why::DeskFailed => ("стол не запустился", "the desk failed"),
            Why::Unfit => ("копия журнала не годится", "the copy of the journal is not fit"),
        }
    }
}

/// How far a candidate has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidacy {
    /// The epoch is asked for.
    Raising,
    /// What the leader before wrote is being read to its end.
    CatchingUp,
    /// Requests signed before may still be taken by a venue.
    WaitingOut,
}

/// Something a person may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The lease is ours.
    Candidate(Token),
    /// The epoch is ours.
    Raised {
        /// The epoch before.
        from: u32,
        /// Ours.
        to: u32,
    },
    /// We lead.
    Leading(u32),
    /// We stopped leading, or being a candidate.
    Stopped(Why),
    /// The process stood still.
    Paused(Nanos),
    /// The store did not answer.
    NoStore(LeaseFault),
    /// The signer did not answer.
    NoSigner(String),
}
