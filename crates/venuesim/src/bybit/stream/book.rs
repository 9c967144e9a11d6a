//! One depth of one book: a snapshot, then what changed, each message one `u` further.
//!
//! A newcomer is shown the book as the others last saw it, so that the next delta fits everybody.

use std::fmt::Write;

use aurora_matching::exchange::{BookView, Listing};
use aurora_model::{Lots, Nanos, Ticks};

use super::topic::Depth;
use crate::bybit::rows::Counted;

/// After so long without a change level 1 is repeated.
const REPEAT_AFTER: Nanos = Nanos::from_millis(3_000);

/// One side, best first.
type Levels<'a> = &'a [(Ticks, Lots)];

/// A book topic as its listeners know it.
#[derive(Clone, Debug)]
pub(super) struct BookTopic {
    depth: Depth,
    name: String,
    /// The number of the last message; 0 before the first.
    u: u64,
    seen: BookView,
    sent_at: Nanos,
    /// It moved since.
    is_stale: bool,
    /// Somebody listens.
    is_live: bool,
}

impl BookTopic {
    pub(super) fn new(depth: Depth, symbol: &str) -> BookTopic {
        BookTopic {
            depth,
            name: format!("orderbook.{}.{symbol}", depth.levels()),
            u: 0,
            seen: BookView::default(),
            sent_at: Nanos(0),
            is_stale: true,
            is_live: false,
        }
    }

    pub(super) fn depth(&self) -> Depth {
        self.depth
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The book moved.
    pub(super) fn moved(&mut self) {
        self.is_stale = true;
    }

    /// Nobody listens any more: the next listener begins afresh.
    pub(super) fn rest(&mut self) {
        self.is_live = false;
    }

    /// Whether there is something to push: a change whose time has come, or the repetition of level 1.
    pub(super) fn is_due(&self, now: Nanos, every: Nanos) -> bool {
        let since = now - self.sent_at;
        let repeats = self.depth == Depth::One && REPEAT_AFTER <= since;
        (self.is_stale && every <= since) || repeats
    }

    /// The snapshot a newcomer is shown.
    pub(super) fn snapshot(
        &mut self,
        listing: &Listing,
        now: Nanos,
        book: impl FnOnce() -> BookView,
    ) -> String {
        if !self.is_live {
            self.see(book(), now);
            self.u = self.u.max(self.seen.last_id) + 1;
            self.is_live = true;
        }
        self.whole(listing, now)
    }

    /// The book as if the venue's service had just restarted: everything again, and `u` is 1.
    pub(super) fn reset(&mut self, listing: &Listing, now: Nanos, book: BookView) -> String {
        self.see(book, now);
        self.u = 1;
        self.is_live = true;
        self.whole(listing, now)
    }

    /// What is to be pushed now; `None` when nothing changed in these levels.
    pub(super) fn push(&mut self, listing: &Listing, now: Nanos, book: BookView) -> Option<String> {
        if self.depth == Depth::One {
            return Some(self.touch(listing, now, book));
        }
        let bids = changes(&self.seen.bids, &book.bids, |a, b| b < a);
        let asks = changes(&self.seen.asks, &book.asks, |a, b| a < b);
        self.is_stale = false;
        if bids.is_empty() && asks.is_empty() {
            return None;
        }
        self.see(book, now);
        self.u += 1;
        Some(self.message("delta", listing, now, (&bids, &asks)))
    }

    /// Level 1 is shown whole every time, and has its `u` twice when nothing changed.
    fn touch(&mut self, listing: &Listing, now: Nanos, book: BookView) -> String {
        let same = book.bids == self.seen.bids && book.asks == self.seen.asks;
        self.u += u64::from(!same);
        self.see(book, now);
        self.whole(listing, now)
    }

    fn see(&mut self, book: BookView, now: Nanos) {
        self.seen = book;
        self.sent_at = now;
        self.is_stale = false;
    }

    fn whole(&self, listing: &Listing, now: Nanos) -> String {
        self.message("snapshot", listing, now, (&self.seen.bids, &self.seen.asks))
    }

    fn message(
        &self,
        kind: &str,
        listing: &Listing,
        now: Nanos,
        (bids, asks): (Levels<'_>, Levels<'_>),
    ) -> String {
        let mut out = String::with_capacity(160 + 28 * (bids.len() + asks.len()));
        let (ts, symbol) = (now.millis(), &listing.instrument.symbol);
        let head = format_args!(
            r#"{{"topic":"{}","type":"{kind}","ts":{ts},"data":{{"s":"{symbol}","b":"#,
            self.name
        );
        out.write_fmt(head).expect("a String takes any text");
        levels(&mut out, listing, bids);
        out.push_str(r#","a":"#);
        levels(&mut out, listing, asks);
        let (seq, cts) = (self.seen.last_id, self.seen.at.millis());
        write!(out, r#","u":{},"seq":{seq}}},"cts":{cts}}}"#, self.u)
            .expect("a String takes any text");
        out
    }
}

fn levels(out: &mut String, listing: &Listing, levels: Levels<'_>) {
    out.push('[');
    for (at, (price, qty)) in levels.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        match qty.0 {
            0 => write!(out, r#"{comma}["{}","0"]"#, listing.price(*price)),
            _ => write!(out, r#"{comma}["{}","{}"]"#, listing.price(*price), listing.qty(*qty)),
        }
        .expect("a String takes any text");
    }
    out.push(']');
}

/// The levels that differ, both sides sorted best first; what is gone has no quantity.
fn changes(
    old: Levels<'_>,
    new: Levels<'_>,
    is_better: impl Fn(Ticks, Ticks) -> bool,
) -> Vec<(Ticks, Lots)> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut changed = Vec::new();
    loop {
        match (old.peek(), new.peek()) {
            (None, None) => return changed,
            (Some(was), Some(is)) if was.0 == is.0 => {
                if was.1 != is.1 {
                    changed.push(**is);
                }
                old.next();
                new.next();
            }
            (Some(was), is) if is.is_none_or(|is| is_better(was.0, is.0)) => {
                changed.push((was.0, Lots::ZERO));
                old.next();
            }
            (_, Some(is)) => {
                changed.push(**is);
                new.next();
            }
            (Some(_), None) => unreachable!("the arm above takes what has no counterpart"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_matching::InstrumentSpec;
    use expect_test::expect;

    fn listing() -> Listing {
        Listing::new(InstrumentSpec::standard().remove(0).instrument)
    }

    fn book(id: u64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> BookView {
        let side = |levels: &[(i64, i64)]| {
            levels.iter().map(|(price, qty)| (Ticks(*price), Lots(*qty))).collect()
        };
        BookView { last_id: id, bids: side(bids), asks: side(asks), at: Nanos::from_millis(7) }
    }

    #[test]
    fn a_snapshot_is_followed_by_what_changed() {
        let listing = listing();
        let mut topic = BookTopic::new(Depth::Fifty, "BTCUSDT");
        let start = book(40, &[(618_000, 10), (617_990, 5)], &[(618_001, 7)]);
        let now = Nanos::from_millis(1_000);
        expect![[r#"{"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":1000,"data":{"s":"BTCUSDT","b":[["61800.0","0.010"],["61799.0","0.005"]],"a":[["61800.1","0.007"]],"u":41,"seq":40},"cts":7}"#]]
            .assert_eq(&topic.snapshot(&listing, now, || start.clone()));
        topic.moved();
        assert!(!topic.is_due(Nanos::from_millis(1_019), Nanos::from_millis(20)));
        assert!(topic.is_due(Nanos::from_millis(1_020), Nanos::from_millis(20)));
        let next = book(43, &[(618_002, 1), (618_000, 10)], &[(618_003, 2)]);
        let now = Nanos::from_millis(1_020);
        expect![[r#"{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1020,"data":{"s":"BTCUSDT","b":[["61800.2","0.001"],["61799.0","0"]],"a":[["61800.1","0"],["61800.3","0.002"]],"u":42,"seq":43},"cts":7}"#]]
            .assert_eq(&topic.push(&listing, now, next.clone()).unwrap());
        assert_eq!(topic.push(&listing, now, next), None);
    }

    #[test]
    fn a_newcomer_sees_what_the_others_last_saw() {
        let listing = listing();
        let mut topic = BookTopic::new(Depth::Fifty, "BTCUSDT");
        let now = Nanos::from_millis(1_000);
        topic.snapshot(&listing, now, || book(40, &[(618_000, 10)], &[]));
        topic.moved();
        let second = topic.snapshot(&listing, now, || unreachable!("the book is known"));
        assert!(second.contains(r#""u":41,"seq":40"#), "{second}");
    }

    #[test]
    fn level_one_is_repeated_with_the_same_number() {
        let listing = listing();
        let mut topic = BookTopic::new(Depth::One, "BTCUSDT");
        let touch = book(40, &[(618_000, 10)], &[(618_001, 7)]);
        topic.snapshot(&listing, Nanos(0), || touch.clone());
        let every = Nanos::from_millis(10);
        assert!(!topic.is_due(Nanos::from_millis(2_999), every));
        assert!(topic.is_due(Nanos::from_millis(3_000), every));
        let again = topic.push(&listing, Nanos::from_millis(3_000), touch).unwrap();
        assert!(again.contains(r#""type":"snapshot""#) && again.contains(r#""u":41"#), "{again}");
    }

    #[test]
    fn a_restart_begins_at_one() {
        let listing = listing();
        let mut topic = BookTopic::new(Depth::Fifty, "BTCUSDT");
        let reset = topic.reset(&listing, Nanos(0), book(40, &[(618_000, 10)], &[]));
        assert!(reset.contains(r#""type":"snapshot""#) && reset.contains(r#""u":1,"#), "{reset}");
    }
}
