//! What a venue's answer means for the order.

use aurora_model::VenueRefusal;

/// The fate a venue's code or a transport failure spells. Codes that no table lists are [`Fate::Unknown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It may have reached the matching engine: ask, never send again.
    Unknown,
    /// Turned away before the matching engine looked: nothing is there. (Limits, clock, keys.)
    NotPlaced(VenueRefusal),
    /// The matching engine or its risk check refused it for good.
    Rejected(VenueRefusal),
    /// The id is taken: the first order with it stands; look it up.
    FirstStands,
    /// A cancel or amend found nothing open: filled, cancelled or never there; look it up.
    Gone,
    /// A query found nothing.
    Absent,
    /// An amend was refused and the order stands as it was.
    Unchanged,
    /// There was nothing to change: as good as done.
    Done,
    /// The venue is at it: ask again a little later.
    Busy,
}

impl Fate {
    /// Whether the answer settles what became of a new order.
    pub const fn is_final(self) -> bool {
        matches!(self, Fate::NotPlaced(_) | Fate::Rejected(_))
    }

    /// Whether trading must stop until a person has looked: the key or the account is refused.
    pub const fn halts(self) -> bool {
        matches!(self, Fate::NotPlaced(VenueRefusal::NotAllowed))
    }
}
