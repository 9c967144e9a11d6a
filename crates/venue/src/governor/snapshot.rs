//! What the console shows of a governor.

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::Urgency;

use super::penalty::Penalty;

/// One limit as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitView {
    /// What it is called.
    pub name: &'static str,
    /// For limits counted by instrument; the fullest ones are shown.
    pub instrument: Option<InstrumentNo>,
    /// Units spent in the current window.
    pub used: u32,
    /// Units a window has.
    pub capacity: u32,
    /// How many of them only cancels may use.
    pub reserved: u32,
    /// The window's length.
    pub per: Nanos,
    /// Nothing that costs this limit goes before.
    pub paused_until: Option<Nanos>,
}

/// A governor as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GovernorSnapshot {
    /// Every limit that was ever used.
    pub limits: Vec<LimitView>,
    /// How many calls wait, by urgency: cancel, resolve, amend, place, read.
    pub waiting: [u32; 5],
    /// Nothing at all goes before.
    pub paused_until: Option<Nanos>,
    /// The pause is a ban of this address.
    pub banned: bool,
    /// Routes that wait.
    pub penalties: Vec<Penalty>,
    /// How many calls were ever sent, by urgency.
    pub sent: [u64; 5],
    /// How many had to wait first, by urgency.
    pub throttled: [u64; 5],
    /// How many were never sent, by urgency.
    pub refused: [u64; 5],
    /// How often the venue pushed back.
    pub pushbacks: u64,
}

/// The place of an urgency in the arrays of a [`GovernorSnapshot`].
pub(super) const fn place(urgency: Urgency) -> usize {
    match urgency {
        Urgency::Cancel => 0,
        Urgency::Resolve => 1,
        Urgency::Amend => 2,
        Urgency::Place => 3,
        Urgency::Read => 4,
    }
}
