//! How far a follower can know what the other side has.

use crate::segment::Seq;

/// What a follower has been told about the journal it copies, and what it may say and do on the strength of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The other side's journal has proved to be the copy's, on this connection.
    is_proved: bool,
    /// The other side said last that there is nothing more.
    is_at_end: bool,
    /// It said so on this connection once.
    has_ended: bool,
    /// It did not answer.
    is_gone: bool,
    is_behind: bool,
}

impl Reach {
    /// Nobody was reached yet; a copy that was behind before still is.
    pub fn new(is_behind: bool) -> Reach {
        Reach { is_behind, ..Reach::default() }
    }

    /// A piece came: until the end is told once, something is missing here that the other side may have acted on.
    pub fn piece(&mut self) {
        self.is_at_end = false;
        self.is_behind |= !self.has_ended;
    }

    /// The other side said that there is nothing more.
    pub fn end(&mut self) {
        (self.is_at_end, self.has_ended, self.is_behind) = (true, true, false);
    }

    /// A piece continued the copy: from now on what is here may be told.
    pub fn proved(&mut self) {
        self.is_proved = true;
    }

    /// The connection is over; what was known by it is not known any more.
    pub fn lost(&mut self) {
        (self.is_proved, self.is_at_end, self.has_ended) = (false, false, false);
    }

    /// The other side does not answer.
    pub fn gone(&mut self) {
        self.is_gone = true;
    }

    /// From now on only an end counts that is told later, and the other side is gone only when it does not answer
    /// now.
    pub fn look_again(&mut self) {
        (self.is_at_end, self.is_gone) = (false, false);
    }

    /// Whether the other side said last that there is nothing more.
    pub const fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Whether nothing more is to be had: the other side said so, or does not answer.
    pub const fn is_over(&self) -> bool {
        self.is_at_end || self.is_gone
    }

    /// Whether the other side had more than it has told since it was last reached.
    pub const fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// What the other side may be told of a copy that is durable up to there: zero before anything has proved
    /// that both have the same journal.
    pub const fn has(&self, durable: Seq) -> Seq {
        if self.is_proved { durable } else { Seq(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_behind_from_the_first_piece_until_the_end_is_told_once() {
        let mut reach = Reach::new(false);
        assert!(!reach.is_behind(), "nobody was reached");
        reach.piece();
        assert!(reach.is_behind());
        reach.lost();
        reach.gone();
        assert!(reach.is_behind() && reach.is_over(), "nobody is there, and something is missing");
        assert!(Reach::new(reach.is_behind()).is_behind());
        reach.end();
        reach.piece();
        assert!(!reach.is_behind() && !reach.is_at_end(), "once at the end is not behind");
        reach.lost();
        reach.piece();
        assert!(reach.is_behind(), "another connection may have more");
    }

    #[test]
    fn an_older_end_does_not_count_once_a_new_one_is_asked_for() {
        let mut reach = Reach::new(false);
        reach.end();
        assert!(reach.is_over());
        reach.look_again();
        assert!(!reach.is_over(), "there may be more since");
        reach.end();
        assert!(reach.is_over());
        reach.look_again();
        reach.gone();
        assert!(reach.is_over() && !reach.is_at_end(), "gone is not at the end");
    }

    #[test]
    fn what_is_here_is_told_only_after_a_piece_has_continued_it() {
        let mut reach = Reach::new(false);
        reach.piece();
        reach.end();
        assert_eq!(reach.has(Seq(7)), Seq(0));
        reach.proved();
        assert_eq!(reach.has(Seq(7)), Seq(7));
        reach.lost();
        assert_eq!(reach.has(Seq(7)), Seq(0), "the next connection is to be proved anew");
    }
}
