//! Book channels: what each one last showed, and what has changed since.
//!
//! A stream numbers its pushes with the book's own update ids, so that the REST book fits into it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use aurora_matching::exchange::BookView;
use aurora_model::{InstrumentNo, Level, Lots, Nanos, Side, Ticks};

use super::Hub;
use crate::dialect::World;
use crate::okx::channel::BookKind;
use crate::okx::desk::{Memory, listed};
use crate::okx::json::array;
use crate::okx::row::book::{self, Seq};
use crate::socket::Topic;

/// A stream with nothing to tell says so after so long.
const HEARTBEAT: Nanos = Nanos(60 * Nanos::SECOND.0);

/// Every book channel somebody listens to.
pub(super) type BookStreams = BTreeMap<Topic, Stream>;

/// One book channel.
#[derive(Debug)]
pub(super) struct Stream {
    no: InstrumentNo,
    kind: BookKind,
    /// What its listeners have.
    shown: BookView,
    /// The number of their last push.
    seq: u64,
    sent_at: Nanos,
    /// The book may differ from what was shown.
    is_dirty: bool,
}

impl Hub {
    /// The instrument's book moved.
    pub(crate) fn book_moved(&mut self, no: InstrumentNo) {
        for stream in self.books.values_mut().filter(|stream| stream.no == no) {
            stream.is_dirty = true;
        }
    }

    /// Pushes what is due.
    pub(super) fn push_books(&mut self, memory: &Memory, world: &mut World<'_>) {
        self.books.retain(|topic, _| world.sockets.is_wanted(*topic));
        let now = world.now;
        let due = self.books.iter().filter(|(_, stream)| {
            let since = now - stream.sent_at;
            (stream.is_dirty && world.terms.interval(stream.kind.every()) <= since)
                || (stream.kind.is_incremental() && HEARTBEAT <= since)
        });
        for topic in due.map(|(topic, _)| *topic).collect::<Vec<_>>() {
            self.flush_book(memory, world, topic);
        }
    }

    /// Pushes what has changed in one stream, whether it is due or not.
    pub(super) fn flush_book(&mut self, memory: &Memory, world: &mut World<'_>, topic: Topic) {
        let Some(stream) = self.books.get_mut(&topic) else { return };
        let Some(listed) = listed(world, stream.no) else { return };
        stream.is_dirty = false;
        let depth = stream.kind.depth();
        let book = world.exchange.book(stream.no, depth);
        let mut rows = String::with_capacity(512);
        let mut head = "";
        if stream.kind.is_incremental() {
            let levels = difference(&stream.shown, &book);
            let is_due = HEARTBEAT <= world.now - stream.sent_at;
            if levels.is_empty() && !is_due {
                return;
            }
            let prev = i64::try_from(stream.seq).unwrap_or(i64::MAX);
            if !levels.is_empty() {
                stream.seq = memory.seq(stream.no, book.last_id);
            }
            let id = stream.seq;
            head = "\"action\":\"update\",";
            array(&mut rows, [&levels], |out, levels| {
                book::changes(out, listed, levels, book.at, Seq::Step { prev, id });
            });
            stream.shown = book;
        } else {
            if (&book.bids, &book.asks) == (&stream.shown.bids, &stream.shown.asks) {
                return;
            }
            stream.seq = memory.seq(stream.no, book.last_id);
            let seq = Seq::At(stream.seq);
            array(&mut rows, [&book], |out, shown| book::whole(out, listed, shown, depth, seq));
            stream.shown = book;
        }
        stream.sent_at = world.now;
        self.publish(world, topic, head, &rows);
    }

    /// The first push to a new listener: the book as the others have it. Where the venue sends none any more, only
    /// whole-book channels open with one.
    pub(super) fn open_book(
        &mut self,
        memory: &Memory,
        world: &mut World<'_>,
        topic: Topic,
        kind: BookKind,
    ) -> Option<(String, String)> {
        let no = self.subscribed.get(&topic)?.instrument?;
        let depth = kind.depth();
        let stream = self.books.entry(topic).or_insert_with(|| {
            let shown = world.exchange.book(no, depth);
            let seq = memory.seq(no, shown.last_id);
            Stream { no, kind, shown, seq, sent_at: world.now, is_dirty: false }
        });
        if kind.is_incremental() && !world.terms.book_snapshot {
            return None;
        }
        let listed = listed(world, no)?;
        let mut rows = String::with_capacity(4096);
        let id = stream.seq;
        let seq = if kind.is_incremental() { Seq::Step { prev: -1, id } } else { Seq::At(id) };
        array(&mut rows, [&stream.shown], |out, shown| book::whole(out, listed, shown, depth, seq));
        let head = if kind.is_incremental() { "\"action\":\"snapshot\"," } else { "" };
        Some((head.to_owned(), rows))
    }
}

/// The levels by which two books differ: new quantities, zero for those that are gone; bids before asks.
fn difference(old: &BookView, new: &BookView) -> Vec<Level> {
    let mut levels = Vec::new();
    one_side(&mut levels, Side::Buy, &old.bids, &new.bids);
    one_side(&mut levels, Side::Sell, &old.asks, &new.asks);
    levels
}

fn one_side(levels: &mut Vec<Level>, side: Side, old: &[(Ticks, Lots)], new: &[(Ticks, Lots)]) {
    let better = |a: Ticks, b: Ticks| match side {
        Side::Buy => b.cmp(&a),
        Side::Sell => a.cmp(&b),
    };
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => better(*a, *b),
        };
        let was = if order == Ordering::Greater { None } else { old.next() };
        let is = if order == Ordering::Less { None } else { new.next() };
        match (was, is) {
            (Some((price, _)), None) => levels.push(Level { side, price: *price, qty: Lots::ZERO }),
            (was, Some((price, qty))) if was.is_none_or(|(_, before)| before != qty) => {
                levels.push(Level { side, price: *price, qty: *qty });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(bids: &[(i64, i64)], asks: &[(i64, i64)]) -> BookView {
        let side =
            |levels: &[(i64, i64)]| levels.iter().map(|(p, q)| (Ticks(*p), Lots(*q))).collect();
        BookView { bids: side(bids), asks: side(asks), ..BookView::default() }
    }

    #[test]
    fn the_difference_of_two_books_says_what_came_went_and_changed() {
        let old = book(&[(10, 1), (9, 2), (7, 4)], &[(11, 1), (12, 5)]);
        let new = book(&[(9, 2), (8, 3), (7, 5)], &[(11, 1), (13, 2)]);
        let told: Vec<(Side, i64, i64)> = difference(&old, &new)
            .iter()
            .map(|level| (level.side, level.price.0, level.qty.0))
            .collect();
        let want = [
            (Side::Buy, 10, 0),
            (Side::Buy, 8, 3),
            (Side::Buy, 7, 5),
            (Side::Sell, 12, 0),
            (Side::Sell, 13, 2),
        ];
        assert_eq!(told, want);
        assert!(difference(&new, &new).is_empty());
    }
}
