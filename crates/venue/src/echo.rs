//! A private connection that does not tell what became of a new order is dead, whatever else it says.
//!
//! The venue answers a placing request twice: to the request, and on the private stream. A half-open connection gives
//! the first and never the second, and may look alive for minutes; on some venues other channels of it go on
//! speaking. So only a word about that very order counts.

use std::collections::BTreeMap;

use aurora_model::{ClientOrderId, Nanos};

/// Watches for the second answer.
#[derive(Debug)]
pub struct Echo {
    patience: Nanos,
    /// Orders on their way the stream has not spoken of; those the venue took, with the moment its patience ends.
    silent: BTreeMap<ClientOrderId, Option<Nanos>>,
}

impl Echo {
    /// The stream has so long to speak of an order after its placing request was answered.
    pub const fn new(patience: Nanos) -> Echo {
        Echo { patience, silent: BTreeMap::new() }
    }

    /// A new order is about to leave. The stream often speaks before the answer, so it is listened to from here on.
    pub fn asked(&mut self, id: ClientOrderId) {
        self.silent.entry(id).or_default();
    }

    /// The venue took the order.
    pub fn placed(&mut self, at: Nanos, id: ClientOrderId) {
        if let Some(due) = self.silent.get_mut(&id) {
            due.get_or_insert(Nanos(at.0.saturating_add(self.patience.0)));
        }
    }

    /// Nothing is owed about the order: the stream spoke of it, or the venue did not take it.
    pub fn settled(&mut self, id: ClientOrderId) {
        self.silent.remove(&id);
    }

    /// Nothing is owed at all: the stream is gone, or the account was compared.
    pub fn all_settled(&mut self) {
        self.silent.clear();
    }

    /// The order about which the stream owes a word for too long. Told once; the next order asks anew.
    pub fn overdue(&mut self, at: Nanos) -> Option<ClientOrderId> {
        let is_due = |due: &Option<Nanos>| due.is_some_and(|due| due <= at);
        let id = self.silent.iter().find(|(_, due)| is_due(due)).map(|(id, _)| *id)?;
        self.all_settled();
        Some(id)
    }

    /// When [`Echo::overdue`] may be so.
    pub fn wake_at(&self) -> Nanos {
        self.silent.values().flatten().min().copied().unwrap_or(Nanos(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::id;

    #[test]
    fn a_stream_that_spoke_of_the_order_owes_nothing() {
        let mut echo = Echo::new(Nanos(100));
        echo.asked(id(1));
        echo.settled(id(1));
        echo.placed(Nanos(9), id(1));
        assert_eq!(echo.wake_at(), Nanos(i64::MAX));
        echo.asked(id(2));
        echo.placed(Nanos(20), id(2));
        assert_eq!(echo.wake_at(), Nanos(120));
        assert_eq!(echo.overdue(Nanos(119)), None);
        echo.settled(id(2));
        assert_eq!(echo.overdue(Nanos(500)), None);
    }

    #[test]
    fn a_word_about_another_order_does_not_count() {
        let mut echo = Echo::new(Nanos(100));
        echo.asked(id(1));
        echo.asked(id(2));
        echo.placed(Nanos(20), id(1));
        echo.placed(Nanos(30), id(2));
        echo.settled(id(2));
        assert_eq!(echo.overdue(Nanos(120)), Some(id(1)));
    }

    #[test]
    fn silence_is_told_once() {
        let mut echo = Echo::new(Nanos(100));
        for no in 1..=2 {
            echo.asked(id(no));
            echo.placed(Nanos(20), id(no));
        }
        assert_eq!(echo.overdue(Nanos(120)), Some(id(1)));
        assert_eq!(echo.overdue(Nanos(121)), None);
    }
}
