//! What the other node has of a journal, as a leader may believe it.

use crate::segment::Seq;

/// The last word of whoever copies this journal. Only the newest connection counts, and never for more than was
/// shipped on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipped {
    /// The newest connection, counted up.
    newest: u64,
    seq: Seq,
}

impl Shipped {
    /// A connection begins: its number. Nothing is known of what it will say.
    pub fn begin(&mut self) -> u64 {
        self.newest += 1;
        self.seq = Seq(0);
        self.newest
    }

    /// On that connection, where so much was shipped, so much is said to be durable; zero when it ends.
    pub fn has(&mut self, connection: u64, shipped: Seq, said: Seq) {
        if self.newest == connection {
            self.seq = said.min(shipped);
        }
    }

    /// The last record that is durable on the other node too; zero while none is connected.
    pub const fn last_seq(&self) -> Seq {
        self.seq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_connection_counts_and_an_older_one_that_ends_changes_nothing() {
        let mut shipped = Shipped::default();
        let (old, new) = (shipped.begin(), shipped.begin());
        shipped.has(new, Seq(9), Seq(5));
        shipped.has(old, Seq(9), Seq(8));
        assert_eq!(shipped.last_seq(), Seq(5));
        shipped.has(old, Seq(9), Seq(0));
        assert_eq!(shipped.last_seq(), Seq(5), "the other node is still there");
        shipped.has(new, Seq(9), Seq(0));
        assert_eq!(shipped.last_seq(), Seq(0));
    }

    #[test]
    fn nobody_has_what_was_not_shipped_to_him() {
        let mut shipped = Shipped::default();
        let connection = shipped.begin();
        shipped.has(connection, Seq(3), Seq(1_000));
        assert_eq!(shipped.last_seq(), Seq(3));
    }
}
