//! Market data as a conversation: subscribe, prove that nothing is missing, start over when it is.
//!
//! Bybit has no checksum and no stitching by REST: a book is whole from a snapshot on, as long as `u` rises by one
//! from message to message. On any doubt the topic is subscribed again, which brings a new snapshot.

mod asked;
mod feed;
mod read;

use std::collections::BTreeMap;

use aurora_model::Nanos;
use aurora_wire::{CallNo, Endpoints, Input, Link, Note, Output, Rules, Session};

use crate::conn::{Conn, Pulse};
use crate::decode::{Decoder, Scratch};
use crate::encode;
use feed::Feed;

/// The best level alone repeats every three seconds, so silence is soon suspicious.
const PULSE: Pulse = Pulse {
    ping_every: Nanos(20_000_000_000),
    ping_after: Nanos(5_000_000_000),
    dead_after: Nanos(12_000_000_000),
};
/// A connection is replaced, with an overlap, before it is a day old.
const RENEW_AFTER: Nanos = Nanos(23 * 3_600_000_000_000 + 1_800_000_000_000);
/// After so many failed attempts books are polled by REST.
const POLL_AFTER: u32 = 3;
/// What a market session is about.
#[derive(Clone, Debug)]
pub struct MarketConfig {
    /// Where the venue is.
    pub endpoints: Endpoints,
    /// The instruments.
    pub rules: Vec<Rules>,
    /// Which of several parallel views this is: odd ones read the 200-level topic (100 ms), even ones the 50-level
    /// topic (20 ms).
    pub view: u8,
}

/// What a call of ours was for.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// The book of the feed at that place.
    Book(usize),
    /// Maintenance.
    Status,
}

/// Market data of some instruments, sans-IO.
#[derive(Debug)]
pub struct MarketSession {
    config: MarketConfig,
    decoder: Decoder,
    scratch: Scratch,
    feeds: Vec<Feed>,
    /// Two connections that take turns: one works, the other replaces it when it is old.
    conns: [Conn; 2],
    main: usize,
    asked: BTreeMap<CallNo, Asked>,
    next_call: u64,
    next_req: u64,
    poll_at: Nanos,
    status_at: Nanos,
    wake_at: Nanos,
}

impl MarketSession {
    /// A session that waits for [`Input::Start`].
    pub fn new(config: MarketConfig) -> MarketSession {
        let depth = if config.view.is_multiple_of(2) { 50 } else { 200 };
        let feed = |rules: &Rules| Feed::new(rules.no, &rules.instrument.symbol, depth);
        let conn = |link| Conn::new(Link(link), &config.endpoints.public, PULSE);
        MarketSession {
            decoder: Decoder::new(&config.rules),
            scratch: Scratch::default(),
            feeds: config.rules.iter().map(feed).collect(),
            conns: [conn(0), conn(1)],
            main: 0,
            asked: BTreeMap::new(),
            next_call: 1,
            next_req: 1,
            poll_at: Nanos(i64::MAX),
            status_at: Nanos(i64::MAX),
            wake_at: Nanos(i64::MAX),
            config,
        }
    }

    fn call_no(&mut self, asked: Asked) -> CallNo {
        let no = CallNo(self.next_call);
        self.next_call += 1;
        self.asked.insert(no, asked);
        no
    }

    fn on_start(&mut self, at: Nanos, out: &mut Output) {
        self.conns[self.main].open(out);
        if self.config.view == 0 {
            self.ask_status(at, out);
        }
    }

    fn on_opened(&mut self, at: Nanos, link: usize, out: &mut Output) {
        self.conns[link].opened(at);
        for feed in 0..self.feeds.len() {
            self.subscribe(at, link, feed, out);
        }
    }

    /// One frame an instrument: a topic the venue does not know spoils only its own frame.
    fn subscribe(&mut self, at: Nanos, link: usize, feed: usize, out: &mut Output) {
        let feed = &mut self.feeds[feed];
        for frame in encode::subscribe(self.next_req, &feed.topics) {
            self.conns[link].send(frame, out);
            self.next_req += 1;
        }
        feed.subscribed(at);
    }

    /// Only the book topics: they are in doubt, the rest goes on.
    fn resubscribe(&mut self, at: Nanos, link: usize, feed: usize, out: &mut Output) {
        let feed = &mut self.feeds[feed];
        let books = &feed.topics[..2];
        let conn = &self.conns[link];
        conn.send(encode::unsubscribe(self.next_req, books), out);
        for frame in encode::subscribe(self.next_req + 1, books) {
            conn.send(frame, out);
        }
        self.next_req += 2;
        feed.subscribed(at);
    }

    fn on_closed(&mut self, at: Nanos, link: usize, why: &str, out: &mut Output) {
        self.conns[link].closed(why, out);
        let name = self.conns[link].link();
        for feed in &mut self.feeds {
            if feed.is_live_on(name) {
                feed.break_up(at, format!("connection lost: {why}"), out);
            }
            if link == self.main {
                feed.retry_at = Nanos(i64::MAX);
            }
        }
        if link != self.main {
            // The replacement could not be had, or the replaced one is gone: the main one decides what is next.
            return;
        }
        let other = 1 - link;
        if self.conns[other].is_open() {
            self.main = other;
            return;
        }
        self.conns[link].open(out);
        if POLL_AFTER <= self.conns[link].failures {
            self.poll_at = self.poll_at.min(at);
        }
    }

    /// A book is whole on that connection; when all are, an older connection has done its work.
    fn on_synced(&mut self, link: usize, out: &mut Output) {
        let name = self.conns[link].link();
        self.conns[link].works(out);
        if link != self.main && self.feeds.iter().all(|feed| feed.is_live_on(name)) {
            self.conns[self.main].close(out);
            self.main = link;
        }
        if self.feeds.iter().all(Feed::is_live) {
            self.poll_at = Nanos(i64::MAX);
        }
    }

    fn on_wake(&mut self, at: Nanos, out: &mut Output) {
        for link in 0..2 {
            self.conns[link].tick(at, out);
        }
        let other = 1 - self.main;
        let main = &self.conns[self.main];
        if main.is_open() && main.opened_at + RENEW_AFTER <= at && self.conns[other].is_idle() {
            self.conns[other].open(out);
        }
        for feed in 0..self.feeds.len() {
            if self.feeds[feed].retry_at <= at {
                self.feeds[feed].retry_at = Nanos(i64::MAX);
                self.resubscribe(at, self.main, feed, out);
            }
        }
        if self.poll_at <= at {
            self.poll(at, out);
        }
        if self.status_at <= at {
            self.ask_status(at, out);
        }
    }

    fn next_wake(&self) -> Nanos {
        let main = &self.conns[self.main];
        let renewal = match main.is_open() && self.conns[1 - self.main].is_idle() {
            true => main.opened_at + RENEW_AFTER,
            false => Nanos(i64::MAX),
        };
        let conns = self.conns.iter().map(Conn::wake_at);
        let retries = self.feeds.iter().map(|feed| feed.retry_at);
        let timers = [renewal, self.poll_at, self.status_at];
        conns.chain(retries).chain(timers).min().unwrap_or(Nanos(i64::MAX))
    }
}

impl Session for MarketSession {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        let place = |link: Link| usize::from(link.0).min(1);
        match input {
            Input::Start => self.on_start(at, out),
            Input::Opened(link) => self.on_opened(at, place(link), out),
            Input::Closed(link, why) => self.on_closed(at, place(link), why, out),
            Input::Frame(link, frame) => self.on_frame(at, place(link), frame, out),
            Input::Answer(no, answer) => self.on_answer(at, no, answer, out),
            Input::Wake => self.on_wake(at, out),
            Input::Ask(no, _) => {
                let words = "the market session places no orders".to_owned();
                out.notes.push(Note::Answered(no, Err(words)));
            }
        }
        self.wake_at = self.next_wake();
    }

    fn wake_at(&self) -> Nanos {
        self.wake_at
    }
}
