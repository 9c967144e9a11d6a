//! What one message of the book channel does to a book: begins it, follows, or shows that something is missing.

use aurora_model::{Level, MarketEvent, MarketKind, Nanos, Ticks};
use aurora_wire::DecodeError;

use super::chain::{Chain, Kept, Proof, Verdict};
use super::checksum::RawBook;
use super::feed::Feed;
use crate::decode::{self, BookHead};
use crate::frame::Push;

/// Changes kept while waiting for a snapshot.
const KEPT: usize = 2_000;

/// What a message did to a book.
pub(super) enum Step {
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

/// Which connection a message came over, and whether it is the one that takes over.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) link: usize,
    pub(super) takes_over: bool,
}

/// What a message did, and what to pass on of it.
pub(super) type Taken = (Step, Option<MarketEvent<'static>>);

impl Feed {
    /// Takes a message; what it holds is in `head` and `levels`.
    pub(super) fn take(
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

pub(super) fn snapshot_kind<'a>(head: &BookHead, levels: &'a [Level]) -> MarketKind<'a> {
    MarketKind::Snapshot { last_id: head.seq.unwrap_or_default(), levels }
}

pub(super) fn change_kind<'a>(
    head: &BookHead,
    proof: &Proof,
    levels: &'a [Level],
) -> MarketKind<'a> {
    let id = head.seq.unwrap_or_else(|| proof.id());
    MarketKind::Diff { first_id: id, last_id: id, prev_id: head.prev, levels }
}
