//! What goes wrong, kind by kind.

use crate::options::Shape;

macro_rules! kinds {
    ($(#[$outer:meta])* $name:ident: $($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            pub(crate) const ALL: &'static [$name] = &[$($name::$variant,)*];

            pub(crate) const fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// What a timetable can hold.
    Fault:
    /// `kill -9`, and a restart soon after.
    Kill = "process killed",
    /// The process dies at one of its next steps: between append, fsync, sign, send and the next of them.
    KillAtStep = "process killed between two steps",
    /// The machine loses power: what was not synced may be lost.
    PowerCut = "power cut",
    /// A write or a sync fails once.
    DiskError = "disk error",
    /// The disk is full for a while.
    DiskFull = "disk full",
    /// Syncs take long for a while.
    SlowDisk = "slow disk",
    /// The process stands still, as after SIGSTOP.
    Pause = "process paused",
    /// The machine's clock is set to another time.
    ClockJump = "clock set",
    /// Nothing gets to the venue.
    CutUp = "partition towards the venue",
    /// Nothing comes from the venue.
    CutDown = "partition from the venue",
    /// The private stream is silently dead.
    HalfOpen = "half-open stream",
    /// The venue closes every stream and is away for a moment.
    VenueRestart = "venue restarted",
    /// The venue takes no new orders for a while.
    Maintenance = "venue maintenance",
    /// The venue answers nothing but "too many requests".
    Ban = "banned by the venue",
    /// The signer's process is gone for a while.
    SignerDown = "signer away",
    /// The lease store does not answer for a while.
    StoreDown = "lease store away",
    /// The lease store is put back from a backup: it knows nobody's lease.
    StoreForgets = "lease store put back",
    /// The nodes do not reach each other.
    Apart = "partition between the nodes",
    /// The market stream says nothing for a while.
    MarketSilent = "market stream silent",
    /// A person holds the desk, and later lets it go.
    Hold = "operator holds",
    /// A person kills the desk, and later re-arms it.
    KillSwitch = "operator kills",
    /// A person promotes the other node, or demotes this one.
    Promote = "operator moves the lead",
}

kinds! {
    /// Everything that is counted as injected.
    Injected:
    /// An answer never came, the venue had done as it was asked.
    LostAnswer = "answer lost after execution",
    /// A call never arrived.
    LostCall = "call lost on its way",
    /// Something took long.
    Slow = "slow call, answer or push",
    /// A call came after its deadline.
    Late = "call past its deadline",
    /// A push was told twice.
    Twice = "push told twice",
    /// A push overtook an earlier one.
    Overtaken = "push overtook another",
    /// The private stream left a fill out.
    LostFill = "fill left out by the stream",
    /// An order was refused for what it asked.
    Refused = "order refused",
    /// The answer said nothing about whether the order was taken.
    Confused = "unknown-error answer",
    /// A query did not show what the venue had.
    Hidden = "query behind the truth",
    /// A sweep put moments together that never were.
    TornAccount = "sweep of several moments",
    /// A diff of the book was lost.
    Gap = "market data lost",
    /// A fill came for an order whose cancel was on its way.
    FillCrossedCancel = "fill crossed a cancel",
    /// More was filled than was asked for.
    Overfill = "overfill by the venue",
    /// The connection between the nodes broke off in the middle.
    BrokeOff = "shipping broke off",
    /// A copy could not be continued; a person looks at it.
    CopyBroke = "copy of the journal broken",
    /// A leader was replaced that had acted on what its follower did not have.
    Lost = "records lost by asynchronous shipping",
}

impl Fault {
    pub(crate) fn fits(self, shape: Shape) -> bool {
        match self {
            Fault::StoreDown | Fault::StoreForgets | Fault::Promote => shape != Shape::Alone,
            Fault::Apart => shape == Shape::TwoHosts,
            _ => true,
        }
    }
}
