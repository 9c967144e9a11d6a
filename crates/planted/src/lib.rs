//! Bugs planted on purpose: the teeth of the simulated world.
//!
//! A world that finds nothing proves nothing until it has found what was put there. Each [`Bug`] sits in the real
//! code where a person could have made it, behind `if active(Bug::…)`. Without the feature `on` that is a constant
//! `false` and the compiler takes it out; what ships never has the feature.

macro_rules! bugs {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A bug that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Bug {
            $($(#[$doc])* $variant,)*
        }

        impl Bug {
            /// Every bug, in the order of this file.
            pub const ALL: &'static [Bug] = &[$(Bug::$variant,)*];

            /// Its name in tables.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Bug::$variant => $name,)*
                }
            }
        }
    };
}

bugs! {
    /// An order leaves before its intent is on the disk.
    SendBeforeSync = "send before fsync",
    /// An order whose answer is overdue is sent again.
    ResendOnTimeout = "blind resend on timeout",
    /// After a restart whatever had no answer is sent again.
    ResendOnRestart = "resend on restart",
    /// An overdue answer counts as a refusal.
    TimeoutIsRejection = "timeout means rejected",
    /// A start goes into RUN without the venue's account.
    LeaveHoldUnreconciled = "leave HOLD unreconciled",
    /// "Not found" counts while the request may still arrive.
    NotFoundTooEarly = "not found too early",
    /// The signer signs for an older epoch.
    StaleLeaderSigned = "stale leader not fenced",
    /// A fill told twice is booked twice.
    FillBookedTwice = "no fill dedup",
    /// A start does not ask for the fills it missed.
    NoSweepAtStart = "no fill sweep after a gap",
    /// A failed fsync is taken for a good one.
    SyncErrorIgnored = "fsync error ignored",
    /// New records go behind a torn tail in the same file.
    TornTailKept = "torn tail not cut",
    /// Two epochs write one segment file.
    SegmentShared = "two epochs share a segment",
    /// A new leader does not wait for what was signed before.
    TakeoverWithoutWait = "takeover without waiting",
    /// More filled than was asked for is no reason to stop.
    OverfillUnnoticed = "overfill not noticed",
    /// Orders in doubt count against no limit.
    DoubtNotCounted = "doubt not counted as exposure",
    /// Exits that are out already are not counted when another one is made.
    ExitsNotSummed = "exits not summed",
    /// Nothing that may still fill counts against a limit.
    PendingNotCounted = "open orders not counted as exposure",
    /// What may still fill is looked up on the wrong side.
    PendingOfWrongSide = "exposure of the wrong side",
    /// A cancel ends an order whose fills have not all come.
    CancelEndsBeforeFills = "cancel ack closes before late fills",
    /// A cancel that found nothing open counts as a cancel.
    NothingToCancelIsCanceled = "failed cancel taken for a cancel",
    /// Fills are told apart by their id alone, not by instrument and id.
    FillKeyWithoutInstrument = "dedup key without instrument",
    /// A fill of an order that has ended is dropped.
    LateFillDropped = "late fill dropped",
    /// A HOLD that a person asked for does not survive a restart.
    HoldForgotten = "HOLD not persisted over restart",
    /// KILLED does not survive a restart.
    KillForgotten = "KILLED not persisted over restart",
    /// A start asks for fills from its own beginning on.
    SweepFromNow = "sweep from the wrong time",
    /// A difference between the venue's account and ours is no reason to stop.
    DifferenceIgnored = "account difference ignored",
    /// Nobody looks whether the book is stale.
    StaleBookUsed = "stale book used",
    /// Orders that were written down before a stop leave after it.
    StopLetsEntriesOut = "stop lets written orders out",
    /// A stop cancels nothing.
    StopLeavesOrders = "stop leaves orders open",
    /// A full disk lets new orders through.
    UnauditedOrders = "orders without audit",
    /// "Not found" counts before the time is over in which a venue may hide an order.
    HiddenNotWaited = "deadline not waited",
    /// An order gets the number of one before it.
    NumberReused = "order number reused",
    /// The limit on orders in a minute is not looked at.
    RateIgnored = "order rate not limited",
    /// A fee is taken for income.
    FeeAdded = "fee booked with the wrong sign",
    /// A replay leaves a kind of record out.
    DoubtNotReplayed = "a record kind not replayed",
    /// A commit hands its bytes to the system and does not wait for the disk.
    SyncSkipped = "commit without fsync",
    /// The mark says durable before it is.
    MarkBeforeSync = "high-water mark before fsync",
    /// The name of a new segment is not made durable.
    NameNotSynced = "segment name not made durable",
    /// What a replaced leader wrote late is read.
    LateWritesRead = "late writes of a replaced leader read",
    /// After a failed sync what is readable is taken for durable.
    UnsyncedTailTrusted = "unsynced tail trusted after restart",
    /// Moments of the run before are counted from, though the clock may have been set.
    OldClockTrusted = "times of the old clock trusted",
    /// The end of the process hides that a person held the desk.
    ShutdownHidesHold = "shutdown hides the HOLD",
    /// A start under an epoch that is over opens the journal of its successor.
    OldEpochOpens = "journal opened under an old epoch",
    /// A copy is vouched for that is not on the disk.
    CopyNotSynced = "copy vouched for before fsync",
    /// A copy goes back to where a newer start began, whatever it has there itself.
    CopyGoesBackBlindly = "copy goes back to what it never had",
}

#[cfg(feature = "on")]
mod plant {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants a bug in this thread, or takes it out.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// Whether that bug is planted in this thread.
    #[inline]
    pub fn active(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(not(feature = "on"))]
mod plant {
    use super::Bug;

    /// Nothing can be planted in what ships.
    pub const fn plant(_: Option<Bug>) {}

    /// Nothing is planted in what ships.
    #[inline]
    pub const fn active(_: Bug) -> bool {
        false
    }
}

pub use plant::{active, plant};

/// Whether bugs can be planted in this build.
pub const CAN_PLANT: bool = cfg!(feature = "on");
