//! How many orders, and how much of them, were signed lately.

use std::collections::VecDeque;

use aurora_model::Nanos;
use rust_decimal::Decimal;

/// Placements within a span that slides; never more than its cap are kept.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    span: Nanos,
    signed: VecDeque<(Nanos, Decimal)>,
    worth: Decimal,
}

impl Window {
    pub(crate) fn new(span: Nanos, most: u32) -> Window {
        // The room that is usual; a cap that nobody reaches costs nothing.
        let room = usize::try_from(most).unwrap_or(usize::MAX).min(4096);
        Window { span, signed: VecDeque::with_capacity(room), worth: Decimal::ZERO }
    }

    /// Forgets what is older than the span. A clock that goes back forgets nothing.
    pub(crate) fn slide(&mut self, at: Nanos) {
        while let Some((signed_at, worth)) = self.signed.front().copied() {
            if at - signed_at < self.span {
                return;
            }
            self.worth -= worth;
            self.signed.pop_front();
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.signed.len()
    }

    pub(crate) const fn worth(&self) -> Decimal {
        self.worth
    }

    pub(crate) fn add(&mut self, at: Nanos, worth: Decimal) {
        self.signed.push_back((at, worth));
        self.worth += worth;
    }
}
