//! A private connection that does not tell what a new order has done is dead, whatever its socket says.
//!
//! The venue answers a placing request twice: to the request, and on the private stream. A half-open connection gives
//! the first and never the second, and may look alive for minutes.

use aurora_model::Nanos;

/// Watches for the second answer.
#[derive(Debug)]
pub struct Echo {
    patience: Nanos,
    heard_at: Nanos,
    owed_since: Option<Nanos>,
}

impl Echo {
    /// The stream has so long to speak after a placing request was answered.
    pub const fn new(patience: Nanos) -> Echo {
        Echo { patience, heard_at: Nanos(i64::MIN), owed_since: None }
    }

    /// The private stream spoke; of what does not matter.
    pub fn heard(&mut self, at: Nanos) {
        self.heard_at = at;
        self.owed_since = None;
    }

    /// A placing request handed in at `asked_at` was taken by the venue. The stream often speaks before the answer.
    pub fn taken(&mut self, at: Nanos, asked_at: Nanos) {
        if self.heard_at < asked_at {
            self.owed_since.get_or_insert(at);
        }
    }

    /// The stream owes a word for too long. Told once; the next order asks anew.
    pub fn overdue(&mut self, at: Nanos) -> bool {
        let overdue = self.wake_at() <= at;
        if overdue {
            self.owed_since = None;
        }
        overdue
    }

    /// When [`Echo::overdue`] may be so.
    pub fn wake_at(&self) -> Nanos {
        let due = |since: Nanos| Nanos(since.0.saturating_add(self.patience.0));
        self.owed_since.map_or(Nanos(i64::MAX), due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_spoke_since_the_request_owes_nothing() {
        let mut echo = Echo::new(Nanos(100));
        echo.heard(Nanos(5));
        echo.taken(Nanos(9), Nanos(4));
        assert_eq!(echo.wake_at(), Nanos(i64::MAX));
        echo.taken(Nanos(20), Nanos(10));
        assert_eq!(echo.wake_at(), Nanos(120));
        assert!(!echo.overdue(Nanos(119)));
        echo.heard(Nanos(119));
        assert!(!echo.overdue(Nanos(500)));
    }

    #[test]
    fn silence_is_told_once() {
        let mut echo = Echo::new(Nanos(100));
        echo.taken(Nanos(20), Nanos(10));
        echo.taken(Nanos(90), Nanos(80));
        assert!(echo.overdue(Nanos(120)));
        assert!(!echo.overdue(Nanos(121)));
    }
}
