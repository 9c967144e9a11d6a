//! Books: begun, followed, lost, begun anew.

use aurora_model::{Level, MarketEvent, MarketKind, Nanos, Ticks};
use aurora_wire::scan::{ARRAY, Scanner};
use aurora_wire::{DecodeError, Note, Output};

use super::chain::{Chain, Kept, Proof, Verdict};
use super::checksum::RawBook;
use super::feed::Feed;
use super::{MarketSession, Purpose};
use crate::decode::{self, BookHead, rest};
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
/// Changes kept while waiting for a snapshot.
const KEPT: usize = 2_000;
const DEPTH: u16 = 400;

/// What a message did to a book.
enum Step {
    /// Nothing to see.
    Quiet,
    /// It was passed on.
    Shown,
    /// A snapshot: the book is whole on this connection.
    Begun,
    /// A change came before any snapshot: one must be fetched.
    Fetch,
    /// Something is missing.
    Gap(String),
}

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
    fn begun(&mut self, at: Nanos, link: usize, index: usize, out: &mut Output) {
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

    /// The snapshot asked for by REST is here: the changes kept so far join it, or another one is asked for.
    pub(super) fn stitch(
        &mut self,
        at: Nanos,
        link: usize,
        index: usize,
        body: Result<&[u8], String>,
        out: &mut Output,
    ) {
        let feed = &mut self.feeds[index];
        let Chain::Stitching { kept, .. } = &mut feed.chains[link] else { return };
        let kept = std::mem::take(kept);
        let Some((head, levels)) = read_book(feed, body, out) else {
            if let Chain::Stitching { kept: empty, .. } = &mut feed.chains[link] {
                *empty = kept;
            }
            return;
        };
        let mut proof = Proof::begin(at, head.seq, true);
        for change in &kept {
            if let Verdict::Gap(_) = proof.judge(at, &change.head) {
                // The snapshot is older than the first change kept: the next one will not be.
                if let Chain::Stitching { kept: empty, .. } = &mut feed.chains[link] {
                    *empty = kept;
                }
                return;
            }
        }
        feed.owner = link;
        out.market(&feed.event(at, head.at, snapshot_kind(&head, &levels)));
        let mut proof = Proof::begin(at, head.seq, true);
        for change in &kept {
            if proof.judge(at, &change.head) == Verdict::Next {
                out.market(&feed.event(
                    at,
                    change.head.at,
                    change_kind(&change.head, &proof, &change.levels),
                ));
            }
        }
        feed.chains[link] = Chain::Live(proof);
        self.begun(at, link, index, out);
    }

    /// A polled book: whole in itself, which proves nothing about what comes next.
    pub(super) fn polled(
        &mut self,
        at: Nanos,
        index: usize,
        body: Result<&[u8], String>,
        out: &mut Output,
    ) {
        let feed = &self.feeds[index];
        if feed.is_live() {
            return;
        }
        if let Some((head, levels)) = read_book(feed, body, out) {
            out.market(&feed.event(at, head.at, snapshot_kind(&head, &levels)));
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

/// Which connection a message came over, and whether it is the one that takes over.
#[derive(Clone, Copy)]
struct Origin {
    link: usize,
    takes_over: bool,
}

/// What a message did, and what to pass on of it.
type Taken = (Step, Option<MarketEvent<'static>>);

impl Feed {
    fn take(
        &mut self,
        at: Nanos,
        from: Origin,
        push: &Push<'_>,
        head: &BookHead,
        levels: &[Level],
    ) -> Result<Taken, DecodeError> {
        if push.is_snapshot() {
            return self.begin(at, from, push, head);
        }
        let link = from.link;
        match &mut self.chains[link] {
            Chain::Off | Chain::Leaving { .. } => Ok((Step::Quiet, None)),
            Chain::Waiting { .. } => {
                let kept = vec![Kept { head: *head, levels: levels.to_vec() }];
                self.chains[link] = Chain::Stitching { asked_at: at, tries: 0, kept };
                Ok((Step::Fetch, None))
            }
            Chain::Stitching { kept, .. } if kept.len() < KEPT => {
                kept.push(Kept { head: *head, levels: levels.to_vec() });
                Ok((Step::Quiet, None))
            }
            Chain::Stitching { .. } => Ok((Step::Gap("no snapshot came".into()), None)),
            Chain::Live(proof) => {
                match proof.judge(at, head) {
                    Verdict::Seen => return Ok((Step::Quiet, None)),
                    Verdict::Gap(why) => return Ok((Step::Gap(why), None)),
                    Verdict::Next => {}
                }
                if let Some(why) = proof.check(push, head)? {
                    return Ok((Step::Gap(why), None));
                }
                Ok(self.follow(at, from, head))
            }
        }
    }

    /// A snapshot over the socket. It is passed on unless the other connection is whole, and further.
    fn begin(
        &mut self,
        at: Nanos,
        from: Origin,
        push: &Push<'_>,
        head: &BookHead,
    ) -> Result<Taken, DecodeError> {
        let link = from.link;
        if matches!(self.chains[link], Chain::Off) {
            return Ok((Step::Quiet, None));
        }
        let mut proof = Proof::begin(at, head.seq, false);
        if head.seq.is_none() && head.checksum == 0 {
            return Ok((Step::Gap("neither sequence number nor checksum".into()), None));
        }
        if head.checksum != 0 {
            let mut raw = RawBook::default();
            put_raw(&mut raw, push, &self.steps.tick)?;
            if raw.checksum() != head.checksum {
                return Ok((Step::Gap("the checksum of the snapshot is wrong".into()), None));
            }
            proof.raw = Some(Box::new(raw));
        }
        proof.tick = Some(self.steps.tick);
        let id = proof.id();
        let is_other = self.owner != link
            && matches!(&self.chains[self.owner], Chain::Live(other) if !from.takes_over || id < other.id());
        self.chains[link] = Chain::Live(proof);
        if is_other {
            return Ok((Step::Quiet, None));
        }
        self.owner = link;
        let kind = MarketKind::Snapshot { last_id: id, levels: &[] };
        Ok((Step::Begun, Some(self.event(at, head.at, kind))))
    }

    /// The next change. On the connection that takes over it is passed on from where it spans what was passed on.
    fn follow(&mut self, at: Nanos, from: Origin, head: &BookHead) -> Taken {
        let (mut step, link) = (Step::Shown, from.link);
        if self.owner != link && !from.takes_over {
            return (Step::Quiet, None);
        }
        if self.owner != link {
            let shown = match &self.chains[self.owner] {
                Chain::Live(other) => other.id(),
                _ => return (Step::Quiet, None),
            };
            let (Some(prev), Some(seq)) = (head.prev, head.seq) else { return (Step::Quiet, None) };
            if shown < prev || seq < shown {
                return (Step::Quiet, None);
            }
            self.owner = link;
            step = Step::Begun;
        }
        let Chain::Live(proof) = &self.chains[link] else { return (Step::Quiet, None) };
        let event = self.event(at, head.at, change_kind(head, proof, &[]));
        (step, Some(event))
    }

    pub(super) fn event<'a>(
        &self,
        received_at: Nanos,
        exchange_at: Nanos,
        kind: MarketKind<'a>,
    ) -> MarketEvent<'a> {
        MarketEvent { instrument: self.no(), exchange_at, received_at, kind }
    }
}

impl Proof {
    /// Compares the checksum while the venue sends them; why not, in words.
    fn check(&mut self, push: &Push<'_>, head: &BookHead) -> Result<Option<String>, DecodeError> {
        let (Some(raw), Some(tick)) = (&mut self.raw, &self.tick) else { return Ok(None) };
        if head.checksum == 0 {
            // From here on only the sequence proves anything.
            self.raw = None;
            return Ok(None);
        }
        put_raw(raw, push, tick)?;
        let found = raw.checksum();
        Ok((found != head.checksum)
            .then(|| format!("the checksum is {found}, the venue says {}", head.checksum)))
    }
}

fn put_raw(
    raw: &mut RawBook,
    push: &Push<'_>,
    tick: &aurora_wire::Step,
) -> Result<(), DecodeError> {
    let mut bad = None;
    push.one(|scanner| {
        decode::raw_levels(scanner, |level| match tick.of(level.1) {
            Ok(price) => raw.set(Ticks(price), level),
            Err(error) => bad = Some(error),
        })
    })?;
    bad.map_or(Ok(()), Err)
}

fn snapshot_kind<'a>(head: &BookHead, levels: &'a [Level]) -> MarketKind<'a> {
    MarketKind::Snapshot { last_id: head.seq.unwrap_or_default(), levels }
}

fn change_kind<'a>(head: &BookHead, proof: &Proof, levels: &'a [Level]) -> MarketKind<'a> {
    let id = head.seq.unwrap_or_else(|| proof.id());
    MarketKind::Diff { first_id: id, last_id: id, prev_id: head.prev, levels }
}

/// Reads a book fetched by REST; says why when it cannot, or when it could not be joined.
fn read_book(
    feed: &Feed,
    body: Result<&[u8], String>,
    out: &mut Output,
) -> Option<(BookHead, Vec<Level>)> {
    let read = body.and_then(|body| {
        let data = rest::good_data(body).map_err(|error| error.to_string())?;
        only_book(feed, data).map_err(|error| error.to_string())
    });
    match read {
        Ok(book) => Some(book),
        Err(why) => {
            out.notes.push(Note::Unreadable(format!("book of {}: {why}", feed.symbol())));
            None
        }
    }
}

fn only_book(feed: &Feed, data: &[u8]) -> Result<(BookHead, Vec<Level>), DecodeError> {
    let (mut scanner, mut levels) = (Scanner::new(data), Vec::new());
    if !scanner.open(ARRAY)? {
        return Err(DecodeError::Missing { field: "data" });
    }
    let head = decode::book(&mut scanner, &feed.steps, &mut levels)?;
    scanner.expect(b']', "']'")?;
    scanner.end()?;
    match head.seq {
        Some(_) => Ok((head, levels)),
        None => Err(DecodeError::Missing { field: "seqId" }),
    }
}
