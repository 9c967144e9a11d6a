//! Everything stops when the venue pushes back: for as long as it says, longer each time in a row. Then one single
//! call tries, and the rest follow when its answer is a good one.

use aurora_model::Nanos;
use aurora_wire::{LimitNo, Pushback};

use super::call::Ticket;

/// A pause the venue does not spell out, doubled each time in a row.
const FIRST_PAUSE: Nanos = Nanos(250_000_000);
const LONGEST_PAUSE: Nanos = Nanos(60_000_000_000);
/// After so long without a push back it is forgotten how often there was one.
const FORGIVEN_AFTER: Nanos = Nanos(30_000_000_000);
const LONG_AGO: Nanos = Nanos(i64::MIN / 2);

/// Whether calls go at all.
#[derive(Debug)]
pub(super) struct Pause {
    until: Nanos,
    began_at: Nanos,
    is_ban: bool,
    strikes: u32,
    calm_since: Nanos,
    /// After a pause: one call tries, and nothing follows until it is answered.
    probe: Probe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    No,
    Due,
    Out(Ticket),
}

impl Pause {
    /// No pause, and none before.
    pub(super) const fn none() -> Pause {
        Pause {
            until: LONG_AGO,
            began_at: LONG_AGO,
            is_ban: false,
            strikes: 0,
            calm_since: LONG_AGO,
            probe: Probe::No,
        }
    }

    /// Until when nothing at all goes; `None` when calls go.
    pub(super) fn until(&self, at: Nanos) -> Option<Nanos> {
        (at < self.until).then_some(self.until)
    }

    /// Whether the pause is a ban of this address.
    pub(super) fn is_banned(&self, at: Nanos) -> bool {
        self.is_ban && at < self.until
    }

    /// Whether another call may go: there is no pause, and none tries for the others.
    pub(super) fn is_open(&self, at: Nanos) -> bool {
        self.until <= at && !matches!(self.probe, Probe::Out(_))
    }

    /// A call goes; the first one after a pause goes alone.
    pub(super) fn let_out(&mut self, ticket: Ticket) {
        if self.probe == Probe::Due {
            self.probe = Probe::Out(ticket);
        }
    }

    /// A call was answered without a push back, well or not.
    pub(super) fn answered(&mut self, at: Nanos, ticket: Ticket, is_good: bool) {
        if self.probe == Probe::Out(ticket) {
            self.probe = if is_good { Probe::No } else { Probe::Due };
            self.calm_since = at;
        }
    }

    /// The venue pushed back on a call sent at `sent_at`. Where only one limit has to wait, that limit and until when.
    pub(super) fn push_back(
        &mut self,
        at: Nanos,
        sent_at: Nanos,
        pushback: Pushback,
    ) -> Option<(LimitNo, Nanos)> {
        if FORGIVEN_AFTER < at - self.calm_since && FORGIVEN_AFTER < at - self.until {
            self.strikes = 0;
        }
        // Calls that were under way when the pause began bring the same message: it counts once.
        if self.began_at < sent_at || pushback.ban {
            self.strikes += 1;
        }
        self.began_at = at;
        let own = FIRST_PAUSE.0 << self.strikes.saturating_sub(1).min(20);
        let pause = pushback.pause.0.max(own.min(LONGEST_PAUSE.0));
        let until = Nanos(at.0.saturating_add(pause));
        if let Some(limit) = pushback.limit.filter(|_| !pushback.ban) {
            if matches!(self.probe, Probe::Out(_)) {
                self.probe = Probe::No;
            }
            return Some((limit, until));
        }
        self.is_ban = pushback.ban || self.is_banned(at);
        self.until = self.until.max(until);
        self.probe = Probe::Due;
        None
    }
}
