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

/// A venue's codes: from, to, and the fate they spell; sorted, one row a code or a run of codes.
///
/// Three classes follow from it. *Settled* ([`Fate::is_final`]): the order is not there. *Unknown*, and every code
/// that no row names: the venue is asked. Nothing else is repeated but reads and cancels, which are safe to repeat.
#[derive(Clone, Copy, Debug)]
pub struct Codes(pub &'static [(i64, i64, Fate)]);

impl Codes {
    /// The fate the table names; `None` when no row does.
    pub fn listed(&self, code: i64) -> Option<Fate> {
        let at = self.0.partition_point(|(_, to, _)| *to < code);
        self.0.get(at).filter(|(from, ..)| *from <= code).map(|(.., fate)| *fate)
    }

    /// The fate of a code; [`Fate::Unknown`] when no row names it.
    pub fn fate(&self, code: i64) -> Fate {
        self.listed(code).unwrap_or(Fate::Unknown)
    }

    /// Whether every row ends before the next begins.
    pub fn is_sorted(&self) -> bool {
        self.0.iter().all(|(from, to, _)| from <= to)
            && self.0.windows(2).all(|pair| pair[0].1 < pair[1].0)
    }
}
