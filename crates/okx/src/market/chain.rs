//! What proves that no book message is missing: one connection's view of one instrument.

use aurora_model::{Level, Nanos};
use aurora_wire::Step;

use super::checksum::RawBook;
use crate::decode::BookHead;

/// Where one instrument's book stands on one connection.
#[derive(Clone, Debug)]
pub(super) enum Chain {
    /// Not subscribed.
    Off,
    /// Unsubscribing, to begin anew: what comes means nothing.
    Leaving { since: Nanos },
    /// Subscribed; the first message decides how it begins.
    Waiting { since: Nanos },
    /// No snapshot came over the socket: changes are kept until the one asked for by REST is here.
    Stitching { asked_at: Nanos, tries: u8, kept: Vec<Kept> },
    /// Whole, and every message follows the one before it.
    Live(Proof),
}

/// A change waiting for its snapshot.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) head: BookHead,
    pub(super) levels: Vec<Level>,
}

/// What the next message must follow.
#[derive(Clone, Debug, Default)]
pub(super) struct Proof {
    /// The last sequence number; `None` in recordings, which have checksums instead.
    pub(super) last: Option<u64>,
    /// The book began with a REST snapshot and no change has joined it yet.
    pub(super) joins: bool,
    /// For checksums, while the venue sends them.
    pub(super) raw: Option<Box<RawBook>>,
    pub(super) tick: Option<Step>,
    /// The newest message of all.
    pub(super) heard_at: Nanos,
    /// The newest pairs of `prevSeqId` and `seqId`, to know a repeat from a reset.
    recent: [(u64, u64); 8],
    turn: usize,
    /// Counts messages without sequence numbers.
    pub(super) count: u64,
}

/// What a message means for the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the next change.
    Next,
    /// It was seen, or is in the snapshot already.
    Seen,
    /// Something is missing; what was seen, in words.
    Gap(String),
}

impl Proof {
    /// Begins with a snapshot.
    pub(super) fn begin(at: Nanos, seq: Option<u64>, joins: bool) -> Proof {
        Proof { last: seq, joins, heard_at: at, count: 1, ..Proof::default() }
    }

    /// Judges a change. Its checksum is for the caller to compare.
    pub(super) fn judge(&mut self, at: Nanos, head: &BookHead) -> Verdict {
        self.heard_at = at;
        let (Some(last), Some(prev), Some(seq)) = (self.last, head.prev, head.seq) else {
            return self.judge_unnumbered(head);
        };
        if self.joins {
            return self.judge_joint(last, prev, seq);
        }
        if prev == last {
            // Also a reset, where `seq` is below `prev` once, and a heartbeat, where both are the same.
            self.remember(prev, seq);
            return Verdict::Next;
        }
        if prev != seq && self.recent.contains(&(prev, seq)) {
            return Verdict::Seen;
        }
        Verdict::Gap(format!("prevSeqId {prev} does not follow {last}"))
    }

    /// The first change after a REST snapshot spans it.
    fn judge_joint(&mut self, last: u64, prev: u64, seq: u64) -> Verdict {
        if seq <= last {
            return Verdict::Seen;
        }
        if last < prev {
            return Verdict::Gap(format!(
                "the snapshot ends at {last}, the changes begin at {prev}"
            ));
        }
        self.joins = false;
        self.remember(prev, seq);
        Verdict::Next
    }

    /// A recording of 2022: only a checksum can prove it.
    fn judge_unnumbered(&mut self, head: &BookHead) -> Verdict {
        if self.last.is_some() || head.seq.is_some() {
            return Verdict::Gap("seqId or prevSeqId is missing".into());
        }
        if head.checksum == 0 || self.raw.is_none() {
            return Verdict::Gap("neither sequence number nor checksum".into());
        }
        self.count += 1;
        Verdict::Next
    }

    fn remember(&mut self, prev: u64, seq: u64) {
        self.last = Some(seq);
        self.recent[self.turn % 8] = (prev, seq);
        self.turn += 1;
    }

    /// The id of the newest message.
    pub(super) fn id(&self) -> u64 {
        self.last.unwrap_or(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(snapshot: u64, joins: bool, changes: &[(u64, u64)], expected: &Expect) {
        let mut proof = Proof::begin(Nanos(0), Some(snapshot), joins);
        let mut story = String::new();
        for (prev, seq) in changes {
            let head = BookHead { seq: Some(*seq), prev: Some(*prev), ..BookHead::default() };
            story += &format!("{prev}->{seq} {:?}\n", proof.judge(Nanos(0), &head));
        }
        expected.assert_eq(&story);
    }

    #[test]
    fn heartbeats_and_a_reset_follow_and_a_repeat_is_dropped() {
        check(
            10,
            false,
            &[(10, 15), (15, 15), (10, 15), (15, 3), (3, 7), (8, 9)],
            &expect![[r#"
                10->15 Next
                15->15 Next
                10->15 Seen
                15->3 Next
                3->7 Next
                8->9 Gap("prevSeqId 8 does not follow 7")
            "#]],
        );
    }

    #[test]
    fn changes_join_a_rest_snapshot_where_they_span_it() {
        check(
            10,
            true,
            &[(5, 8), (8, 10), (9, 12), (12, 13)],
            &expect![[r#"
                5->8 Seen
                8->10 Seen
                9->12 Next
                12->13 Next
            "#]],
        );
        check(
            10,
            true,
            &[(11, 12)],
            &expect![[r#"
                11->12 Gap("the snapshot ends at 10, the changes begin at 11")
            "#]],
        );
    }
}
