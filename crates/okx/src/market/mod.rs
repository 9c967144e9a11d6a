//! Market data of several instruments over one connection, or two while one takes over from the other.
//!
//! A book is passed on only while it is whole: a snapshot, then changes that each follow the one before
//! (`prevSeqId`). It begins with the socket's snapshot, or, where the first message is a change already, with one
//! fetched by REST and joined. A gap ends it: unsubscribe, subscribe, begin anew.

mod books;
mod chain;
mod checksum;
mod events;
mod extras;
mod feed;
mod fetched;
mod follow;

use std::collections::BTreeMap;

use aurora_model::{Level, Nanos};
use aurora_wire::{
    Action, Answer, Call, CallNo, Endpoints, Input, Link, Note, Output, Rules, Session,
};

use crate::decode::PublicTrade;
use crate::encode::{self, Topic};
use crate::pipe::{Pipe, Stage};
use chain::Chain;
use feed::{Feed, LINKS};

/// How often maintenance is asked about.
const STATUS_EVERY: Nanos = Nanos(600_000_000_000);
/// How often books are polled while no socket can be opened.
const POLL_EVERY: Nanos = Nanos::SECOND;
/// So many failures in a row mean that no socket can be opened.
const POLL_AFTER_FAILURES: u32 = 3;
/// Subscriptions in one frame.
const TOPICS: usize = 60;

/// What a market session is made for.
#[derive(Clone, Debug)]
pub struct MarketConfig {
    /// Where the venue is.
    pub endpoints: Endpoints,
    /// The instruments.
    pub rules: Vec<Rules>,
    /// Which of several parallel views: odd ones take the touch from `books5` in place of `bbo-tbt`.
    pub view: u8,
}

/// What a call was made for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// The snapshot to be joined with the changes of a connection.
    Stitch { link: usize, feed: usize },
    /// A book, while no socket can be opened.
    Poll { feed: usize },
    /// Maintenance.
    Status,
}

/// Market data of OKX.
#[derive(Debug)]
pub struct MarketSession {
    feeds: Vec<Feed>,
    pipes: [Pipe; LINKS],
    /// The connection in use.
    current: usize,
    /// The other one is taking over.
    renews: bool,
    view: u8,
    calls: BTreeMap<CallNo, Purpose>,
    last_call: u64,
    status_at: Nanos,
    poll_at: Nanos,
    wake: Nanos,
    announced: Vec<(Nanos, Nanos)>,
    /// Buffers, kept from frame to frame.
    touch: Vec<Level>,
    trades: Vec<PublicTrade>,
}

impl MarketSession {
    /// A session for the instruments; those with a tick or lot of zero are left out.
    pub fn new(config: MarketConfig) -> MarketSession {
        let pipe = |no| Pipe::new(Link(no), &config.endpoints.public);
        MarketSession {
            pipes: [pipe(0), pipe(1)],
            feeds: config.rules.into_iter().filter_map(Feed::new).collect(),
            current: 0,
            renews: false,
            view: config.view,
            calls: BTreeMap::new(),
            last_call: 0,
            status_at: Nanos(0),
            poll_at: Nanos(i64::MAX),
            wake: Nanos(i64::MAX),
            announced: Vec::new(),
            touch: Vec::new(),
            trades: Vec::new(),
        }
    }

    fn call(&mut self, purpose: Purpose, call: Call, out: &mut Output) {
        self.last_call += 1;
        let no = CallNo(self.last_call);
        self.calls.insert(no, purpose);
        out.actions.push(Action::Call(Call { no, ..call }));
    }

    fn opened(&mut self, at: Nanos, link: usize, out: &mut Output) {
        self.pipes[link].opened(at);
        out.notes.push(Note::Up(self.pipes[link].link()));
        self.poll_at = Nanos(i64::MAX);
        for feed in &mut self.feeds {
            feed.chains[link] = Chain::Waiting { since: at };
        }
        for topics in [self.topics(), self.extra_topics()] {
            for some in topics.chunks(TOPICS) {
                let topics: Vec<_> = some.iter().map(OwnedTopic::borrow).collect();
                self.pipes[link].operate(encode::subscribe(&topics), out);
            }
        }
    }

    /// What the books, the touch and the trades need.
    fn topics(&self) -> Vec<OwnedTopic> {
        let touch = if self.view.is_multiple_of(2) { "bbo-tbt" } else { "books5" };
        let of = |feed: &Feed| {
            ["books", touch, "trades"].map(|channel| OwnedTopic::of(channel, feed.symbol()))
        };
        self.feeds.iter().flat_map(of).collect()
    }

    /// What is good to know; a venue may refuse some of it without harm to the books.
    fn extra_topics(&self) -> Vec<OwnedTopic> {
        let mut topics = vec![OwnedTopic { channel: "status", inst_id: None, inst_type: None }];
        topics.extend(self.feeds.iter().map(|feed| OwnedTopic::of("price-limit", feed.symbol())));
        let contracts = self.feeds.iter().filter(|feed| feed.is_contract());
        for feed in contracts {
            for channel in ["mark-price", "funding-rate", "open-interest"] {
                topics.push(OwnedTopic::of(channel, feed.symbol()));
            }
            topics.push(OwnedTopic::of("index-tickers", &feed.index));
        }
        let mut kinds: Vec<_> = self
            .feeds
            .iter()
            .map(|feed| crate::rules::inst_type(&feed.rules.instrument.id))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            topics.push(OwnedTopic::kind("instruments", kind));
            if kind != "SPOT" {
                topics.push(OwnedTopic::kind("liquidation-orders", kind));
            }
        }
        topics.dedup_by(|a, b| a == b);
        topics
    }

    fn closed(&mut self, at: Nanos, link: usize, why: &str, out: &mut Output) {
        let was_open = self.pipes[link].stage != Stage::Opening;
        self.pipes[link].closed();
        if was_open {
            out.notes.push(Note::Down(self.pipes[link].link(), why.to_owned()));
        }
        for feed in &mut self.feeds {
            feed.chains[link] = Chain::Off;
            if feed.owner == link {
                out.notes.extend(feed.lost(at, &format!("connection closed: {why}")));
            }
        }
        if self.renews && link == self.current {
            // The one that takes over is all there is now.
            self.current = 1 - link;
            self.renews = false;
            self.retire(link);
            self.claim(at, out);
        } else if self.renews || link == self.current {
            self.pipes[link].open(out);
        }
        if POLL_AFTER_FAILURES <= self.pipes[self.current].failures && self.poll_at.0 == i64::MAX {
            self.poll_at = at;
        }
    }

    /// A connection that is not wanted any more begins afresh when it is.
    fn retire(&mut self, link: usize) {
        self.pipes[link].works();
    }

    /// The venue is about to end the connection in use: another one takes over first.
    fn renew(&mut self, out: &mut Output) {
        let next = 1 - self.current;
        if !self.renews && self.pipes[next].stage == Stage::Idle {
            self.renews = true;
            self.pipes[next].open(out);
        }
    }

    /// Ends the old connection once every book comes from the new one.
    fn hand_over(&mut self, out: &mut Output) {
        let next = 1 - self.current;
        if self.renews && self.feeds.iter().all(|feed| feed.owner == next && feed.is_live()) {
            let old = self.current;
            (self.current, self.renews) = (next, false);
            self.pipes[old].close(out);
            self.retire(old);
        }
    }

    fn on_wake(&mut self, at: Nanos, out: &mut Output) {
        for pipe in &mut self.pipes {
            pipe.pulse(at, out);
        }
        self.check_chains(at, out);
        if self.status_at <= at {
            self.status_at = at + STATUS_EVERY;
            self.call(Purpose::Status, encode::status(), out);
        }
        if self.poll_at <= at {
            self.poll_at = at + POLL_EVERY;
            for feed in 0..self.feeds.len() {
                let call = encode::book(self.feeds[feed].symbol(), 400);
                self.call(Purpose::Poll { feed }, call, out);
            }
        }
    }

    fn next_wake(&self) -> Nanos {
        let pipes = self.pipes.iter().map(Pipe::wake_at);
        let timers = [self.status_at, self.poll_at, self.chains_wake_at()];
        pipes.chain(timers).min().unwrap_or(Nanos(i64::MAX))
    }

    fn answered(&mut self, at: Nanos, no: CallNo, answer: Answer<'_>, out: &mut Output) {
        let Some(purpose) = self.calls.remove(&no) else { return };
        let body = match answer {
            Answer::Got { body, .. } => Ok(body),
            Answer::NotSent(why) | Answer::Lost(why) => Err(why.to_owned()),
        };
        match purpose {
            Purpose::Stitch { link, feed } => self.stitch(at, link, feed, body, out),
            Purpose::Poll { feed } => self.polled(at, feed, body, out),
            Purpose::Status => self.on_status(body, out),
        }
    }
}

impl Session for MarketSession {
    fn on(&mut self, at: Nanos, input: Input<'_>, out: &mut Output) {
        match input {
            Input::Start => {
                // One view asks for all: the venue allows one such question in five seconds.
                self.status_at = Nanos(i64::MAX);
                if self.view == 0 {
                    self.status_at = at + STATUS_EVERY;
                    self.call(Purpose::Status, encode::status(), out);
                }
                self.pipes[self.current].open(out);
            }
            Input::Opened(link) if usize::from(link.0) < LINKS => {
                self.opened(at, usize::from(link.0), out);
            }
            Input::Closed(link, why) if usize::from(link.0) < LINKS => {
                self.closed(at, usize::from(link.0), why, out);
            }
            Input::Frame(link, frame) if usize::from(link.0) < LINKS => {
                let is_quiet = self.on_frame(at, usize::from(link.0), frame, out);
                // Data moves timers only back; a wake too early does no harm.
                if is_quiet {
                    return;
                }
            }
            Input::Answer(no, answer) => self.answered(at, no, answer, out),
            Input::Wake => self.on_wake(at, out),
            // Nothing is asked of market data.
            _ => {}
        }
        self.wake = self.next_wake();
    }

    fn wake_at(&self) -> Nanos {
        self.wake
    }
}

/// A subscription that owns its names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnedTopic {
    channel: &'static str,
    inst_id: Option<String>,
    inst_type: Option<&'static str>,
}

impl OwnedTopic {
    fn of(channel: &'static str, inst_id: &str) -> OwnedTopic {
        OwnedTopic { channel, inst_id: Some(inst_id.to_owned()), inst_type: None }
    }

    fn kind(channel: &'static str, inst_type: &'static str) -> OwnedTopic {
        OwnedTopic { channel, inst_id: None, inst_type: Some(inst_type) }
    }

    fn borrow(&self) -> Topic<'_> {
        Topic { channel: self.channel, inst_id: self.inst_id.as_deref(), inst_type: self.inst_type }
    }
}
