//! Order entry over the private socket, within the same limits as by REST.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{ClientOrderId, InstrumentNo, Nanos};
use aurora_wire::{Amendment, Answer, Headers, Output, Placement};

use super::{AccountSession, Purpose};
use crate::encode;
use crate::frame::Envelope;
use crate::sign::ORDER_DEADLINE;

/// An operation without an answer by then is lost.
const ANSWER_WITHIN: Nanos = Nanos(2_000_000_000);
const WINDOW: Nanos = Nanos(2_000_000_000);
/// The venue takes 60 in two seconds for an instrument and operation; the rest is left to REST and its governor.
const MOST: usize = 40;

/// Operations on their way.
#[derive(Clone, Debug)]
pub(super) struct Socket {
    is_used: bool,
    last: u64,
    pending: BTreeMap<u64, (Nanos, Purpose)>,
    sent: BTreeMap<InstrumentNo, VecDeque<Nanos>>,
}

impl Socket {
    pub(super) const fn new(is_used: bool) -> Socket {
        Socket { is_used, last: 0, pending: BTreeMap::new(), sent: BTreeMap::new() }
    }

    /// The number of the next operation; `None` when there is no room for it.
    fn next(&mut self, at: Nanos, instrument: InstrumentNo) -> Option<u64> {
        let sent = self.sent.entry(instrument).or_default();
        while sent.front().is_some_and(|first| WINDOW <= at - *first) {
            sent.pop_front();
        }
        if MOST <= sent.len() {
            return None;
        }
        sent.push_back(at);
        self.last += 1;
        Some(self.last)
    }

    pub(super) fn wake_at(&self) -> Nanos {
        let first = self.pending.values().map(|(sent_at, _)| *sent_at).min();
        first.map_or(Nanos(i64::MAX), |sent_at| sent_at + ANSWER_WITHIN)
    }
}

impl AccountSession {
    /// The number of the next operation; `None` when the socket cannot be used for it.
    fn next_operation(&mut self, at: Nanos, instrument: InstrumentNo) -> Option<u64> {
        if !self.socket.is_used || !self.private.is_ready() {
            return None;
        }
        self.socket.next(at, instrument)
    }

    /// False when it must go by REST.
    pub(super) fn place_by_socket(
        &mut self,
        at: Nanos,
        placement: &Placement,
        out: &mut Output,
    ) -> bool {
        let no = placement.intent.instrument;
        let Some(number) = self.next_operation(at, no) else { return false };
        let Some(entry) = self.catalog.by_no(no) else { return false };
        let deadline = at + self.offset + ORDER_DEADLINE;
        let frame = encode::op_order(number, deadline, &entry.rules, self.terms(no), placement);
        self.private.send(frame, out);
        self.socket.pending.insert(number, (at, Purpose::Place(vec![*placement])));
        true
    }

    /// False when it must go by REST.
    pub(super) fn amend_by_socket(
        &mut self,
        at: Nanos,
        amendment: &Amendment,
        out: &mut Output,
    ) -> bool {
        let no = amendment.intent.instrument;
        let Some(number) = self.next_operation(at, no) else { return false };
        let Some(entry) = self.catalog.by_no(no) else { return false };
        let deadline = at + self.offset + ORDER_DEADLINE;
        self.private.send(encode::op_amend(number, deadline, &entry.rules, amendment), out);
        self.socket.pending.insert(number, (at, Purpose::Amend(vec![*amendment])));
        true
    }

    /// False when it must go by REST.
    pub(super) fn cancel_by_socket(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        out: &mut Output,
    ) -> bool {
        let Some(number) = self.next_operation(at, no) else { return false };
        let Some(entry) = self.catalog.by_no(no) else { return false };
        self.private.send(encode::op_cancel(number, &entry.rules, id.as_str()), out);
        self.socket.pending.insert(number, (at, Purpose::Cancel(vec![(id, no)])));
        true
    }

    /// The answer to an operation reads like the answer to the call.
    pub(super) fn on_operation(
        &mut self,
        at: Nanos,
        envelope: &Envelope<'_>,
        bytes: &[u8],
        out: &mut Output,
    ) {
        let number = std::str::from_utf8(envelope.id).ok().and_then(|id| id.parse().ok());
        let pending = number.and_then(|number: u64| self.socket.pending.remove(&number));
        if let Some((_, purpose)) = pending {
            let answer = Answer::Got { status: 200, headers: Headers::default(), body: bytes };
            self.answered(at, purpose, &answer, out);
        }
    }

    /// Operations whose answer is overdue.
    pub(super) fn expire_operations(&mut self, at: Nanos, out: &mut Output) {
        let overdue = |(sent_at, _): &(Nanos, Purpose)| ANSWER_WITHIN <= at - *sent_at;
        let numbers: Vec<_> = self
            .socket
            .pending
            .iter()
            .filter(|(_, sent)| overdue(sent))
            .map(|(no, _)| *no)
            .collect();
        for number in numbers {
            if let Some((_, purpose)) = self.socket.pending.remove(&number) {
                self.answered(at, purpose, &Answer::Lost("no answer over the socket"), out);
            }
        }
    }

    /// The socket is gone, and the answers with it.
    pub(super) fn lose_operations(&mut self, at: Nanos, why: &str, out: &mut Output) {
        for (_, (_, purpose)) in std::mem::take(&mut self.socket.pending) {
            self.answered(at, purpose, &Answer::Lost(why), out);
        }
    }
}
