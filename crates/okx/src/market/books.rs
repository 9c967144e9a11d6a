//! Books: begun, followed, lost, begun anew.

use aurora_model::Nanos;
use aurora_wire::{DecodeError, Output};

use super::chain::Chain;
use super::follow::{Origin, Step};
use super::{MarketSession, Purpose};
use crate::decode;
use crate::encode::{self, Topic};
use crate::frame::Push;

/// How long the venue may take to answer a subscription, or to send the first message.
const ANSWER_WITHIN: Nanos = Nanos(5_000_000_000);
/// An empty message comes about every 60 s; a book without one is not whole.
const SILENT_AFTER: Nanos = Nanos(90_000_000_000);
/// Between two tries for a snapshot by REST.
const SNAPSHOT_EVERY: Nanos = Nanos::SECOND;
/// Then the connection is to blame.
const SNAPSHOT_TRIES: u8 = 5;
const DEPTH: u16 = 400;

impl MarketSession {
    /// Takes a message of the book channel. False when something about the session changed.
    pub(super) fn on_book(
        &mut self,
        at: Nanos,
        link: usize,
        index: usize,
        push: &Push<'_>,
        out: &mut Output,
    ) -> bool {
        let from = Origin { link, takes_over: self.renews && link != self.current };
        let feed = &mut self.feeds[index];
        let mut step = Step::Quiet;
        let read = out.market_with(|levels| {
            let first = levels.len();
            let head = push.one(|scanner| decode::book(scanner, &feed.steps, levels))?;
            let (next, event) = feed.take(at, from, push, &head, &levels[first..])?;
            step = next;
            Ok::<_, DecodeError>(event)
        });
        if let Err(error) = read {
            step = Step::Gap(error.to_string());
        }
        match step {
            Step::Quiet | Step::Shown => return true,
            Step::Begun => self.begun(at, link, index, out),
            Step::Fetch => self.fetch(at, link, index, out),
            Step::Gap(why) => self.resync(at, link, index, &why, out),
        }
        false
    }

    /// The book is whole on that connection.
    pub(super) fn begun(&mut self, at: Nanos, link: usize, index: usize, out: &mut Output) {
        self.pipes[link].works();
        let feed = &mut self.feeds[index];
        if feed.owner == link {
            out.notes.extend(feed.found(at));
        }
        self.hand_over(out);
    }

    /// Asks for the snapshot that the socket did not send.
    fn fetch(&mut self, at: Nanos, link: usize, index: usize, out: &mut Output) {
        let feed = &mut self.feeds[index];
        if let Chain::Stitching { asked_at, tries, .. } = &mut feed.chains[link] {
            *asked_at = at;
            *tries += 1;
            if SNAPSHOT_TRIES < *tries {
                self.pipes[link].close(out);
                return;
            }
        }
        let call = encode::book(feed.symbol(), DEPTH);
        self.call(Purpose::Stitch { link, feed: index }, call, out);
    }

    /// Begins a book anew on that connection.
    pub(super) fn resync(
        &mut self,
        at: Nanos,
        link: usize,
        index: usize,
        why: &str,
        out: &mut Output,
    ) {
        let feed = &mut self.feeds[index];
        if feed.owner == link {
            out.notes.extend(feed.lost(at, why));
        }
        if matches!(feed.chains[link], Chain::Off | Chain::Leaving { .. }) {
            return;
        }
        feed.chains[link] = Chain::Leaving { since: at };
        let frame = encode::unsubscribe(&[Topic::of("books", feed.symbol())]);
        self.pipes[link].operate(frame, out);
    }

    /// The venue confirmed that a book is left: subscribe again.
    pub(super) fn left(&mut self, at: Nanos, link: usize, index: usize, out: &mut Output) {
        let feed = &mut self.feeds[index];
        if matches!(feed.chains[link], Chain::Leaving { .. }) {
            feed.chains[link] = Chain::Waiting { since: at };
            let frame = encode::subscribe(&[Topic::of("books", feed.symbol())]);
            self.pipes[link].operate(frame, out);
        }
    }

    /// The one that is left claims every book; those it has not, or has without being shown, begin anew.
    pub(super) fn claim(&mut self, at: Nanos, out: &mut Output) {
        for index in 0..self.feeds.len() {
            let link = self.current;
            if self.feeds[index].owner != link {
                self.feeds[index].owner = link;
                if self.feeds[index].is_live() {
                    self.resync(at, link, index, "the other connection ended", out);
                }
            }
        }
    }

    /// What waits too long.
    pub(super) fn check_chains(&mut self, at: Nanos, out: &mut Output) {
        for link in 0..self.pipes.len() {
            for index in 0..self.feeds.len() {
                if !self.pipes[link].is_open() {
                    continue;
                }
                match &mut self.feeds[index].chains[link] {
                    Chain::Leaving { since } if ANSWER_WITHIN <= at - *since => {
                        self.pipes[link].close(out);
                    }
                    Chain::Waiting { since } if ANSWER_WITHIN <= at - *since => {
                        self.feeds[index].chains[link] =
                            Chain::Stitching { asked_at: at, tries: 0, kept: Vec::new() };
                        self.fetch(at, link, index, out);
                    }
                    Chain::Stitching { asked_at, .. } if SNAPSHOT_EVERY <= at - *asked_at => {
                        self.fetch(at, link, index, out);
                    }
                    Chain::Live(proof) if SILENT_AFTER <= at - proof.heard_at => {
                        self.resync(at, link, index, "the book is silent", out);
                    }
                    _ => {}
                }
            }
        }
    }

    pub(super) fn chains_wake_at(&self) -> Nanos {
        let wake = |chain: &Chain| match chain {
            Chain::Off => Nanos(i64::MAX),
            Chain::Leaving { since } | Chain::Waiting { since } => *since + ANSWER_WITHIN,
            Chain::Stitching { asked_at, .. } => *asked_at + SNAPSHOT_EVERY,
            Chain::Live(proof) => proof.heard_at + SILENT_AFTER,
        };
        // On a connection that is about to end nothing is waited for.
        let open = |feed| std::iter::zip(&self.pipes, feed).filter(|(pipe, _)| pipe.is_open());
        let chains = self.feeds.iter().flat_map(|feed| open(&feed.chains));
        chains.map(|(_, chain)| wake(chain)).min().unwrap_or(Nanos(i64::MAX))
    }
}
