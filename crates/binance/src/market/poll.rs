//! What is asked for by the clock: books while no socket can be had, and open interest.

use aurora_model::Nanos;

use crate::line::NEVER;

#[derive(Clone, Copy, Debug)]
pub(super) struct Poll {
    books_at: Nanos,
    interest_at: Nanos,
}

impl Default for Poll {
    fn default() -> Poll {
        Poll { books_at: NEVER, interest_at: NEVER }
    }
}

impl Poll {
    /// Books are polled from then on, unless they are already.
    pub(super) fn start(&mut self, at: Nanos) {
        self.books_at = self.books_at.min(at);
    }

    pub(super) const fn stop(&mut self) {
        self.books_at = NEVER;
    }

    pub(super) const fn next(&mut self, at: Nanos) {
        self.books_at = at;
    }

    pub(super) const fn is_on(&self) -> bool {
        self.books_at.0 != NEVER.0
    }

    pub(super) fn is_due(&self, at: Nanos) -> bool {
        self.books_at <= at
    }

    pub(super) const fn next_interest(&mut self, at: Nanos) {
        self.interest_at = at;
    }

    pub(super) fn is_interest_due(&self, at: Nanos) -> bool {
        self.interest_at <= at
    }

    pub(super) fn wake_at(&self) -> Nanos {
        self.books_at.min(self.interest_at)
    }
}
