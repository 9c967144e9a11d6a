//! Books fetched by REST: joined with the changes of a socket, or polled while there is none.

use aurora_model::{Level, Nanos};
use aurora_wire::scan::{ARRAY, Scanner};
use aurora_wire::{DecodeError, Note, Output};

use super::MarketSession;
use super::chain::{Chain, Proof, Verdict};
use super::feed::Feed;
use super::follow::{change_kind, snapshot_kind};
use crate::decode::{self, BookHead, rest};

impl MarketSession {
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
