//! A venue's own limits, as data for the governor.

use aurora_model::Nanos;

/// A limit's place in [`crate::Protocol::limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitNo(pub u8);

/// What a limit is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything from this address.
    Ip,
    /// Everything of the account.
    Account,
    /// Every instrument of the account on its own.
    Instrument,
}

/// So many units in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is called on screens, for example `weight 1m`.
    pub name: &'static str,
    /// How many units.
    pub capacity: u32,
    /// In how long.
    pub per: Nanos,
    /// Counted over what.
    pub scope: Scope,
}

/// What one call costs of one limit; zero units cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Of which limit.
    pub limit: LimitNo,
    /// How many units.
    pub units: u32,
}

/// What an answer's headers say about a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Which limit.
    pub limit: LimitNo,
    /// Units used within the current window.
    pub used: u32,
    /// The capacity, when the venue tells another one than the table.
    pub capacity: Option<u32>,
    /// When the window ends, by the venue's clock.
    pub resets_at: Option<Nanos>,
}

/// The venue pushes back: nothing may be sent for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushback {
    /// Which limit; `None` is everything to this venue.
    pub limit: Option<LimitNo>,
    /// For how long.
    pub pause: Nanos,
    /// The address is banned; going on makes it longer.
    pub ban: bool,
}
