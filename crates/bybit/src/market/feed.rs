//! One instrument's market data: whether its book is whole, its touch, its ticker.

use aurora_model::{InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Side, Ticks};
use aurora_wire::{BackOff, Link, Note, Output};

use crate::decode::{BookHead, Print};
use crate::rest::TickerFields;

/// How long a snapshot may take after subscribing.
const SNAPSHOT_WITHIN: Nanos = Nanos(5_000_000_000);
/// A book that stayed whole so long is trusted afresh.
const TRUSTED_AFTER: Nanos = Nanos(2_000_000_000);
/// How many trade ids are remembered to know a repeat while two connections overlap.
const PRINTS_KEPT: usize = 256;

/// Whether the book downstream is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Book {
    /// Not since that moment; never, while it is the first.
    Broken { since: Nanos, is_first: bool },
    /// Whole, by that connection: the last message's ids.
    Live { link: Link, update_id: u64, seq: u64, since: Nanos },
    /// As whole as snapshots by REST make it.
    Polled,
}

/// One instrument.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) no: InstrumentNo,
    pub(crate) symbol: String,
    pub(crate) topics: Vec<String>,
    book: Book,
    /// Doubts in a row.
    doubts: u32,
    /// When to subscribe again, if no snapshot came.
    pub(crate) retry_at: Nanos,
    touch: [Option<(Ticks, Lots)>; 2],
    touch_id: u64,
    ticker: TickerFields,
    prints: Vec<u64>,
    next_print: usize,
}

/// What to do after a book message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Fine,
    /// The book became whole on this connection.
    Synced,
    /// The book is in doubt: subscribe again.
    Resubscribe,
}

impl Feed {
    /// `depth` is the book topic's.
    pub(crate) fn new(no: InstrumentNo, symbol: &str, depth: u16) -> Feed {
        let topics = vec![
            format!("orderbook.{depth}.{symbol}"),
            format!("orderbook.1.{symbol}"),
            format!("publicTrade.{symbol}"),
            format!("tickers.{symbol}"),
            format!("allLiquidation.{symbol}"),
        ];
        Feed {
            no,
            symbol: symbol.to_owned(),
            topics,
            book: Book::Broken { since: Nanos(0), is_first: true },
            doubts: 0,
            retry_at: Nanos(i64::MAX),
            touch: [None; 2],
            touch_id: 0,
            ticker: TickerFields::default(),
            prints: vec![0; PRINTS_KEPT],
            next_print: 0,
        }
    }

    pub(crate) fn is_live_on(&self, wanted: Link) -> bool {
        matches!(self.book, Book::Live { link, .. } if link == wanted)
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.book, Book::Live { .. })
    }

    /// Whether a frame that could not be read may have been about this book; when in doubt, it was.
    pub(crate) fn may_be_about_book(&self, frame: &[u8]) -> bool {
        let names = |text: &str| frame.windows(text.len()).any(|part| part == text.as_bytes());
        let others = ["publicTrade.", "tickers.", "allLiquidation.", "orderbook.1."];
        if others.iter().any(|topic| names(topic)) {
            return false;
        }
        names(&self.topics[0]) || !names("orderbook.")
    }

    /// Topics went out: a snapshot must come.
    pub(crate) fn subscribed(&mut self, at: Nanos) {
        self.retry_at = at + SNAPSHOT_WITHIN;
    }

    /// The book can no longer be trusted.
    pub(crate) fn break_up(&mut self, at: Nanos, why: String, out: &mut Output) {
        if let Book::Live { since, .. } = self.book
            && TRUSTED_AFTER <= at - since
        {
            self.doubts = 0;
        }
        if !matches!(self.book, Book::Broken { .. }) {
            self.book = Book::Broken { since: at, is_first: false };
            out.notes.push(Note::Gap(self.no, why));
        }
        self.touch = [None; 2];
        self.touch_id = 0;
    }

    /// The same, because of what a message said. The first doubt is answered at once, further ones after a wait.
    pub(crate) fn doubt(&mut self, at: Nanos, why: String, out: &mut Output) -> Verdict {
        self.break_up(at, why, out);
        self.doubts += 1;
        if self.doubts == 1 {
            return Verdict::Resubscribe;
        }
        self.retry_at = at + BackOff::CONNECT.after(self.doubts - 1);
        Verdict::Fine
    }

    fn whole(&mut self, at: Nanos, book: Book, out: &mut Output) {
        if let Book::Broken { since, is_first } = self.book {
            let took = if is_first { Nanos(0) } else { at - since };
            out.notes.push(Note::Synced(self.no, took));
        }
        self.book = book;
        self.retry_at = Nanos(i64::MAX);
    }

    fn event<'a>(&self, at: Nanos, head: &BookHead, kind: MarketKind<'a>) -> MarketEvent<'a> {
        MarketEvent { instrument: self.no, exchange_at: head.exchange_at, received_at: at, kind }
    }

    /// A message of the deep book.
    #[inline]
    pub(crate) fn on_book(
        &mut self,
        at: Nanos,
        link: Link,
        head: &BookHead,
        levels: &mut [Level],
        out: &mut Output,
    ) -> Verdict {
        if head.is_snapshot {
            return self.on_snapshot(at, link, head, levels, out);
        }
        let Book::Live { link: live, update_id, seq, since } = self.book else {
            return Verdict::Fine; // Changes to a book we do not have.
        };
        if live != link {
            return Verdict::Fine;
        }
        if head.update_id == update_id + 1 {
            let kind = MarketKind::Diff {
                first_id: head.update_id,
                last_id: head.update_id,
                prev_id: Some(update_id),
                levels,
            };
            out.market(&self.event(at, head, kind));
            let (update_id, seq) = (head.update_id, head.seq);
            self.book = Book::Live { link, update_id, seq, since };
            return Verdict::Fine;
        }
        if head.update_id <= update_id && head.seq <= seq {
            return Verdict::Fine; // Told before.
        }
        let why = format!("update {} came after {update_id}", head.update_id);
        self.doubt(at, why, out)
    }

    fn on_snapshot(
        &mut self,
        at: Nanos,
        link: Link,
        head: &BookHead,
        levels: &mut [Level],
        out: &mut Output,
    ) -> Verdict {
        best_first(levels);
        if is_crossed(levels) {
            let why = format!("snapshot {} is crossed", head.update_id);
            return self.doubt(at, why, out);
        }
        let kind = MarketKind::Snapshot { last_id: head.update_id, levels };
        out.market(&self.event(at, head, kind));
        let live = Book::Live { link, update_id: head.update_id, seq: head.seq, since: at };
        self.whole(at, live, out);
        Verdict::Synced
    }

    /// A snapshot by REST, while there is no connection.
    pub(crate) fn on_polled(
        &mut self,
        at: Nanos,
        head: &BookHead,
        levels: &mut [Level],
        out: &mut Output,
    ) {
        best_first(levels);
        if self.is_live() || is_crossed(levels) {
            return;
        }
        let kind = MarketKind::Snapshot { last_id: head.update_id, levels };
        out.market(&self.event(at, head, kind));
        self.whole(at, Book::Polled, out);
    }

    /// A message of the topic with the best level only. The venue sends whole touches; a side that is missing is
    /// taken as unchanged.
    pub(crate) fn on_touch(
        &mut self,
        at: Nanos,
        head: &BookHead,
        levels: &[Level],
        out: &mut Output,
    ) {
        if head.is_snapshot {
            self.touch = [None; 2];
        } else if head.update_id < self.touch_id {
            return;
        }
        self.touch_id = head.update_id;
        for level in levels.iter().rev() {
            let side = &mut self.touch[usize::from(level.side == Side::Sell)];
            *side = (level.qty != Lots::ZERO).then_some((level.price, level.qty));
        }
        if let [Some(bid), Some(ask)] = self.touch
            && bid.0 < ask.0
        {
            let kind = MarketKind::Bbo { update_id: head.update_id, bid, ask };
            out.market(&self.event(at, head, kind));
        }
    }

    /// A public trade; `overlap` while a second connection repeats what the first says.
    pub(crate) fn on_print(&mut self, at: Nanos, print: &Print, overlap: bool, out: &mut Output) {
        if overlap && self.prints.contains(&print.id) {
            return;
        }
        self.prints[self.next_print] = print.id;
        self.next_print = (self.next_print + 1) % PRINTS_KEPT;
        let kind = MarketKind::Trade {
            id: print.id,
            aggressor: print.aggressor,
            price: print.price,
            qty: print.qty,
        };
        out.market(&MarketEvent {
            instrument: self.no,
            exchange_at: print.at,
            received_at: at,
            kind,
        });
    }

    /// A ticker; `fields` of a change that are absent stay as they were.
    pub(crate) fn on_ticker(&mut self, fields: TickerFields, is_snapshot: bool, out: &mut Output) {
        let before = std::mem::take(&mut self.ticker);
        let old = if is_snapshot { TickerFields::default() } else { before.clone() };
        let now = TickerFields {
            mark: fields.mark.or(old.mark),
            index: fields.index.or(old.index),
            funding_rate: fields.funding_rate.or(old.funding_rate),
            funding_at: fields.funding_at.or(old.funding_at),
            open_interest: fields.open_interest.or(old.open_interest),
            last: fields.last.or(old.last),
            volume_24h: fields.volume_24h.or(old.volume_24h),
            symbol: fields.symbol,
        };
        let shown = |ticker: &TickerFields| {
            (ticker.mark, ticker.index, ticker.funding_rate, ticker.funding_at)
        };
        if let Some(mark) = now.mark
            && shown(&now) != shown(&before)
        {
            out.notes.push(Note::Mark {
                instrument: self.no,
                mark,
                index: now.index,
                funding_rate: now.funding_rate,
                funding_at: now.funding_at,
            });
        }
        if let Some(interest) = now.open_interest
            && now.open_interest != before.open_interest
        {
            out.notes.push(Note::OpenInterest(self.no, interest));
        }
        self.ticker = now;
    }
}

/// Bids from the highest down, asks from the lowest up; they nearly always come so.
fn best_first(levels: &mut [Level]) {
    let key = |level: &Level| match level.side {
        Side::Buy => (0, -level.price.0),
        Side::Sell => (1, level.price.0),
    };
    if !levels.is_sorted_by_key(key) {
        levels.sort_by_key(key);
    }
}

/// The best bid is not below the best ask; the levels are best first.
fn is_crossed(levels: &[Level]) -> bool {
    let best = |side| levels.iter().find(|level| level.side == side).map(|level| level.price);
    matches!((best(Side::Buy), best(Side::Sell)), (Some(bid), Some(ask)) if ask <= bid)
}
