//! Market data of a view: books, touches, trades, marks, open interest. Sans-IO.
//!
//! Two lines: `public` carries books and touches, `extra` what Binance serves from its market class. Even views
//! subscribe by frame on `/ws` and take single trades; odd views name their streams in the URL of `/stream` and
//! take aggregated trades, so that two views share as little as possible of the way.

mod book;
mod overlap;
mod poll;
mod read;

use std::collections::BTreeMap;

use aurora_book::DiffIds;
use aurora_model::{Level, Nanos};
use aurora_wire::{
    Action, Answer, Call, CallNo, Endpoints, Input, Link, Note, Output, Rules, Session,
};

use crate::encode;
use crate::errors::refusal_of;
use crate::line::{Line, Loss, NEVER};
use crate::stream::{Reply, reply};
use crate::symbols::Symbols;
use book::{Book, Diff, Snapshot};
use overlap::Overlap;
use poll::Poll;

const PUBLIC: u8 = 0;
const EXTRA: u8 = 2;
/// Books of the smallest instruments are quiet for seconds, not for this long.
const PATIENCE: Nanos = Nanos(15_000_000_000);
/// So long without a socket, and books are polled instead.
const POLL_AFTER: Nanos = Nanos(5_000_000_000);
const POLL_EVERY: Nanos = Nanos(1_000_000_000);
const OPEN_INTEREST_EVERY: Nanos = Nanos(60_000_000_000);
/// The spare connection proves itself so long where an instrument is too quiet to prove it.
const PROOF_AFTER: Nanos = Nanos(15_000_000_000);
const SNAPSHOT_LEVELS: u32 = 1000;
const POLLED_LEVELS: u32 = 100;

/// What a market session needs to know.
#[derive(Clone, Debug)]
pub struct MarketConfig {
    /// Where the venue is.
    pub endpoints: Endpoints,
    /// The instruments it watches.
    pub rules: Vec<Rules>,
    /// Which of several parallel views.
    pub view: u8,
}

/// What a call in flight was for, and the instrument's place in the list.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Snapshot(usize),
    Polled(usize),
    OpenInterest(usize),
}

/// One instrument as this view sees it.
#[derive(Clone, Debug)]
struct Watched {
    book: Book,
    last_touch: u64,
    last_trade: u64,
}

/// Market data of one view.
#[derive(Debug)]
pub struct MarketSession {
    endpoints: Endpoints,
    view: u8,
    symbols: Symbols,
    watched: Vec<Watched>,
    public: Line,
    extra: Line,
    overlaps: [Overlap; 2],
    calls: BTreeMap<CallNo, Asked>,
    last_call: u64,
    poll: Poll,
    levels: Vec<Level>,
}

impl MarketSession {
    /// A session that has not begun.
    pub fn new(config: MarketConfig) -> MarketSession {
        let MarketConfig { endpoints, rules, view } = config;
        let symbols = Symbols::new(rules);
        let watched = symbols.all().iter().map(|symbol| Watched {
            book: Book::new(symbol.rules.no),
            last_touch: 0,
            last_trade: 0,
        });
        MarketSession {
            watched: watched.collect(),
            endpoints,
            view,
            public: Line::new(PUBLIC, PATIENCE),
            extra: Line::new(EXTRA, PATIENCE),
            overlaps: Default::default(),
            calls: BTreeMap::new(),
            last_call: 0,
            poll: Poll::default(),
            levels: Vec::new(),
            symbols,
        }
    }

    fn is_odd(&self) -> bool {
        self.view % 2 == 1
    }

    fn public_streams(&self) -> Vec<String> {
        let of = |stream: &str| {
            let (book, touch) = (format!("{stream}@depth@100ms"), format!("{stream}@bookTicker"));
            let trade = (!self.is_odd()).then(|| format!("{stream}@trade"));
            [Some(book), Some(touch), trade].into_iter().flatten()
        };
        self.symbols.all().iter().flat_map(|symbol| of(&symbol.stream)).collect()
    }

    fn extra_streams(&self) -> Vec<String> {
        let of = |stream: &str| {
            let (mark, forced) = (format!("{stream}@markPrice@1s"), format!("{stream}@forceOrder"));
            let trade = self.is_odd().then(|| format!("{stream}@aggTrade"));
            [Some(mark), Some(forced), trade].into_iter().flatten()
        };
        self.symbols.all().iter().flat_map(|symbol| of(&symbol.stream)).collect()
    }

    fn url(&self, line: u8) -> String {
        let (class, streams) = match line {
            PUBLIC => ("public", self.public_streams()),
            _ => ("market", self.extra_streams()),
        };
        match self.is_odd() {
            true => {
                format!("{}/{class}/stream?streams={}", self.endpoints.public, streams.join("/"))
            }
            false => format!("{}/{class}/ws", self.endpoints.public),
        }
    }

    fn line(&mut self, link: Link) -> (&mut Line, u8) {
        if self.public.owns(link) { (&mut self.public, PUBLIC) } else { (&mut self.extra, EXTRA) }
    }

    fn overlap(&mut self, line: u8) -> &mut Overlap {
        &mut self.overlaps[usize::from(line == EXTRA)]
    }

    fn open(&mut self, line: u8, out: &mut Output) {
        let url = self.url(line);
        if line == PUBLIC { self.public.open(url, out) } else { self.extra.open(url, out) }
    }

    fn call(&mut self, call: Call, asked: Asked, out: &mut Output) {
        self.last_call += 1;
        let no = CallNo(self.last_call);
        self.calls.insert(no, asked);
        out.actions.push(Action::Call(Call { no, ..call }));
    }

    fn opened(&mut self, at: Nanos, link: Link, out: &mut Output) {
        let is_odd = self.is_odd();
        let (line, name) = self.line(link);
        if !line.opened(at, link) {
            return;
        }
        if is_odd {
            return self.subscribed(at, link, out);
        }
        let streams = if name == PUBLIC { self.public_streams() } else { self.extra_streams() };
        out.actions.push(Action::Send(link, subscribe(&streams, 1)));
        if name == EXTRA {
            // Apart from the others, so that a refusal of it is not a refusal of all.
            out.actions.push(Action::Send(link, subscribe(&["!contractInfo".to_owned()], 2)));
        }
    }

    fn subscribed(&mut self, at: Nanos, link: Link, out: &mut Output) {
        let (line, name) = self.line(link);
        let is_news = line.ready(link, out);
        if is_news && name == PUBLIC && self.public.is_active(link) {
            self.poll.stop();
            self.watched.iter_mut().for_each(|watched| watched.book.stream_is_up(at));
        }
    }

    fn closed(&mut self, at: Nanos, link: Link, why: &str, out: &mut Output) {
        let (line, name) = self.line(link);
        match line.closed(at, link, why, out) {
            Loss::Spare => self.overlap(name).clear(),
            Loss::Covered => self.take_over(at, name, out),
            Loss::Whole => {
                self.overlap(name).clear();
                if name == PUBLIC {
                    self.poll.start(at + POLL_AFTER);
                    let books = self.watched.iter_mut().map(|watched| &mut watched.book);
                    books.for_each(|book| book.stream_is_down(at, why, out));
                }
                self.open(name, out);
            }
        }
    }

    fn frame(&mut self, at: Nanos, link: Link, frame: &[u8], out: &mut Output) {
        let (line, name) = self.line(link);
        if !line.is_open(link) {
            return;
        }
        line.heard(at, link);
        let is_active = line.is_active(link);
        match self.read(at, link, is_active, frame, out) {
            Ok(()) => {}
            Err(error) => out.notes.push(Note::Unreadable(format!("{name}: {error}"))),
        }
        if !is_active {
            self.try_switch(at, name, out);
        }
    }

    fn reply(&mut self, at: Nanos, link: Link, frame: &[u8], out: &mut Output) {
        match reply(frame) {
            Ok(Reply::Done(Some(1))) => self.subscribed(at, link, out),
            Ok(Reply::Refused(id, refusal)) => {
                out.notes.push(Note::Unreadable(format!("a frame of ours was refused: {refusal}")));
                // Without its streams the connection is of no use; another may have more luck.
                if id == Some(1) && self.line(link).0.is_active(link) {
                    self.line(link).0.drop_all(out);
                }
            }
            Ok(_) => {}
            Err(error) => out.notes.push(Note::Unreadable(error.to_string())),
        }
    }

    fn answer(&mut self, at: Nanos, no: CallNo, answer: Answer<'_>, out: &mut Output) {
        let Some(asked) = self.calls.remove(&no) else { return };
        let body = match answer {
            Answer::Got { status: 200..=299, body, .. } => Ok(body),
            Answer::Got { status, body, .. } => Err(refusal_of(status, body).1.to_string()),
            Answer::NotSent(why) | Answer::Lost(why) => Err(why.to_owned()),
        };
        match (asked, body) {
            (Asked::Snapshot(place), Ok(body)) => self.snapshot(at, place, body, out),
            (Asked::Snapshot(place), Err(why)) => {
                out.notes.push(Note::Unreadable(format!("no snapshot: {why}")));
                self.watched[place].book.ask_again(at);
            }
            (Asked::Polled(place), Ok(body)) if self.poll.is_on() => {
                self.polled(at, place, body, out);
            }
            (Asked::OpenInterest(place), Ok(body)) => self.open_interest(place, body, out),
            // The next poll comes soon enough.
            (Asked::Polled(_) | Asked::OpenInterest(_), _) => {}
        }
    }

    fn wake(&mut self, at: Nanos, out: &mut Output) {
        for place in 0..self.watched.len() {
            if self.watched[place].book.ask_at() <= at {
                self.watched[place].book.asked();
                let call = encode::depth(&self.symbols.all()[place].rules, SNAPSHOT_LEVELS);
                self.call(call, Asked::Snapshot(place), out);
            }
        }
        if self.poll.is_due(at) {
            self.poll.next(at + POLL_EVERY);
            for place in 0..self.watched.len() {
                let call = encode::depth(&self.symbols.all()[place].rules, POLLED_LEVELS);
                self.call(call, Asked::Polled(place), out);
            }
        }
        if self.poll.is_interest_due(at) {
            self.poll.next_interest(at + OPEN_INTEREST_EVERY);
            for place in 0..self.watched.len() {
                let call = encode::open_interest(&self.symbols.all()[place].rules);
                self.call(call, Asked::OpenInterest(place), out);
            }
        }
        self.public.tick(at, out);
        self.extra.tick(at, out);
        let urls = [self.url(PUBLIC), self.url(EXTRA)];
        let [public, extra] = urls;
        self.public.renew(at, || public, out);
        self.extra.renew(at, || extra, out);
        self.try_switch(at, PUBLIC, out);
        self.try_switch(at, EXTRA, out);
    }
}

impl Session for MarketSession {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => {
                self.open(PUBLIC, out);
                self.open(EXTRA, out);
                self.poll.start(at + POLL_AFTER);
                if self.view == 0 {
                    self.poll.next_interest(at);
                }
            }
            Input::Opened(link) => self.opened(at, link, out),
            Input::Closed(link, why) => self.closed(at, link, why, out),
            Input::Frame(link, frame) => self.frame(at, link, frame, out),
            Input::Answer(no, answer) => self.answer(at, no, answer, out),
            Input::Wake => {}
            Input::Ask(no, _) => {
                let why = "a market session takes no orders: ask the account session";
                out.notes.push(Note::Answered(no, Err(why.to_owned())));
            }
        }
        if self.wake_at() <= at {
            self.wake(at, out);
        }
    }

    fn wake_at(&self) -> Nanos {
        let books = self.watched.iter().map(|watched| watched.book.ask_at());
        let proof = [&self.public, &self.extra].into_iter().filter_map(Line::spare_since);
        books
            .chain([self.poll.wake_at(), self.public.wake_at(), self.extra.wake_at()])
            .chain(proof.map(|since| since + PROOF_AFTER))
            .min()
            .unwrap_or(NEVER)
    }
}

fn subscribe(streams: &[String], id: u32) -> String {
    let names: Vec<String> = streams.iter().map(|name| format!("\"{name}\"")).collect();
    format!("{{\"method\":\"SUBSCRIBE\",\"params\":[{}],\"id\":{id}}}", names.join(","))
}
