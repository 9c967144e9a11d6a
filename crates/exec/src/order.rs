//! One order and where it is in its life.

use aurora_model::{ClientOrderId, Lots, Nanos, OrderEvent, OrderIntent, OrderState, VenueRefusal};

/// Why the order was made; decides nothing at the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It opens or grows a position.
    Entry,
    /// It closes one, for this reason (`target`, `stop`, `trailing`, `time`, …).
    Exit(&'static str),
}

impl Purpose {
    /// Every word an exit may give.
    const EXITS: [&'static str; 6] = ["target", "stop", "trailing", "time", "signal", "hold"];

    /// `entry`, or why it closes.
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Entry => "entry",
            Purpose::Exit(why) => why,
        }
    }

    /// The purpose of that word.
    pub fn of_word(word: &str) -> Option<Purpose> {
        if word == "entry" {
            return Some(Purpose::Entry);
        }
        Purpose::EXITS.into_iter().find(|exit| *exit == word).map(Purpose::Exit)
    }
}

/// An order of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Our id, sent to the venue.
    pub id: ClientOrderId,
    /// What was asked.
    pub intent: OrderIntent,
    /// Why.
    pub purpose: Purpose,
    /// Where it is in its life.
    pub state: OrderState,
    /// How much has filled.
    pub filled: Lots,
    /// Σ price × quantity of its fills, in ticks × lots.
    pub filled_value: i128,
    /// The venue's id, once it acknowledged.
    pub venue_id: Option<u64>,
    /// Why the venue refused it.
    pub refusal: Option<VenueRefusal>,
    /// When it was decided.
    pub decided_at: Nanos,
    /// When it left for the venue.
    pub sent_at: Option<Nanos>,
    /// When the venue's first word about it arrived.
    pub answered_at: Option<Nanos>,
    /// When it ended.
    pub ended_at: Option<Nanos>,
    /// When its cancel was last asked for.
    pub cancel_asked_at: Option<Nanos>,
    /// How often its cancel was asked for in this epoch.
    pub(crate) cancels_asked: u8,
    /// What the venue last said may no longer be so: ask, before anything is built on it.
    pub unsure: bool,
    /// It ended because the venue knew of no such order, not by the venue's word.
    pub absent: bool,
    /// When its fate was last lost; `None` while it is known.
    pub doubted_at: Option<Nanos>,
    /// It is over at the venue with so much filled; it ends here once those fills have come.
    pub(crate) ending: Option<(OrderEvent, Lots)>,
    /// When it was last asked about.
    pub(crate) queried_at: Option<Nanos>,
    /// When the venue first said it knows no such order.
    pub(crate) missed_at: Option<Nanos>,
    /// A person was called because nobody could tell its fate.
    pub(crate) called: bool,
}

impl Order {
    pub(crate) fn new(
        id: ClientOrderId,
        intent: OrderIntent,
        purpose: Purpose,
        at: Nanos,
    ) -> Order {
        Order {
            id,
            intent,
            purpose,
            state: OrderState::Prepared,
            filled: Lots::ZERO,
            filled_value: 0,
            venue_id: None,
            refusal: None,
            decided_at: at,
            sent_at: None,
            answered_at: None,
            ended_at: None,
            cancel_asked_at: None,
            cancels_asked: 0,
            unsure: false,
            absent: false,
            doubted_at: None,
            ending: None,
            queried_at: None,
            missed_at: None,
            called: false,
        }
    }

    /// What may still fill: all of it until the venue says otherwise, in doubt included.
    pub fn left(&self) -> Lots {
        if self.state.may_fill() { self.intent.qty - self.filled } else { Lots::ZERO }
    }

    /// Nobody knows what became of it, or what was known may no longer be so.
    pub fn is_in_doubt(&self) -> bool {
        self.state.may_fill() && (self.unsure || self.state == OrderState::InDoubt)
    }

    /// Forgets the doubt once there is none.
    pub(crate) fn settled(&mut self) {
        if !self.is_in_doubt() {
            (self.doubted_at, self.queried_at, self.missed_at) = (None, None, None);
            self.called = false;
        }
    }

    /// Proved never to have been live: the venue did not refuse it, it never knew it.
    pub fn is_dead(&self) -> bool {
        self.state == OrderState::Reject && self.absent
    }

    /// Its cancel is asked for; false while the last question is fresh. Each time it is so for longer: a venue that
    /// denies the order would otherwise spend on cancels the requests that its fate is found out with.
    pub(crate) fn ask_cancel(&mut self, at: Nanos, deadline: Nanos) -> bool {
        let patience = deadline * (1 << self.cancels_asked.saturating_sub(1).min(3));
        if self.cancel_asked_at.is_some_and(|asked| at - asked < patience) {
            return false;
        }
        self.cancel_asked_at = Some(at);
        self.cancels_asked = self.cancels_asked.saturating_add(1);
        true
    }

    /// It ended without the venue's word, or by its refusal: were it alive, something was wrong.
    pub fn is_given_up(&self) -> bool {
        self.absent || self.state == OrderState::Reject
    }

    /// The venue told of fills that have not come, and that moment or longer ago.
    pub fn lacks_fills_since(&self, then: Nanos) -> bool {
        self.ending.is_some() && self.doubted_at.is_some_and(|doubted| doubted <= then)
    }

    /// The average price of its fills in ticks; `None` before the first.
    pub fn average_price(&self) -> Option<f64> {
        (self.filled.0 != 0).then(|| self.filled_value as f64 / self.filled.0 as f64)
    }
}
