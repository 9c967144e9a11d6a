//! What came of our calls.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueRefusal};
use aurora_wire::{Amendment, Answer, Fate, LostOrder, Note, Output, Placement};

use super::catalog::or;
use super::{AccountSession, Later, Outcome, Purpose, RETRY_AFTER, body, outcome};
use crate::decode::rest::{self, Done, OkxError};

/// What became of one order of a call.
pub(super) struct Item {
    pub(super) code: i64,
    pub(super) fate: Fate,
    pub(super) words: String,
    pub(super) done: Done,
}

impl AccountSession {
    pub(super) fn answered(
        &mut self,
        at: Nanos,
        purpose: Purpose,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        match purpose {
            Purpose::Time { sent_at } => self.on_time(at, sent_at, body(answer), out),
            Purpose::Place(placements) => self.on_placed(at, &placements, answer, out),
            Purpose::Trigger(placement) => self.on_trigger_placed(at, &placement, answer, out),
            Purpose::Amend(amendments) => self.on_amended(at, &amendments, answer, out),
            Purpose::Cancel(ids) => self.on_canceled(at, &ids, answer, out),
            Purpose::TriggerCancel(id, no) => self.on_trigger_canceled(at, id, no, answer, out),
            Purpose::Query(id, no) => self.on_query(at, (id, no), answer, out),
            Purpose::Open(id, no) => self.on_listed(at, (id, no), false, answer, out),
            Purpose::Ended(id, no) => self.on_listed(at, (id, no), true, answer, out),
            Purpose::TriggerQuery(id, no) => self.on_trigger_query(at, id, no, answer, out),
            Purpose::FillsOf(found, report) => self.on_fills_of(at, found, report, answer, out),
            Purpose::Sweep => self.on_sweep(at, answer, out),
            Purpose::CancelAllList(no, instrument) => {
                self.on_cancel_list(no, instrument, answer, out);
            }
            Purpose::CancelAll(no) => self.on_cancel_all(no, answer, out),
            Purpose::DeadMan(no) => self.on_dead_man(no, answer, out),
            Purpose::Setting(no, setting) => self.on_setting(no, setting, answer, out),
            Purpose::Balances(no) => self.on_balances(no, answer, out),
            Purpose::Wallet(no) => self.on_wallet_told(no, answer, out),
            Purpose::Bills(no, kind, since) => self.on_bills((no, kind, since), answer, out),
            Purpose::DropCopy => self.on_drop_copy(at, answer, out),
            Purpose::Fees => self.on_fees(at, answer, out),
        }
    }

    /// The fate of every order of a call, in the order asked. An item is known by our id, else by its place.
    pub(super) fn items(
        &mut self,
        at: Nanos,
        answer: &Answer<'_>,
        ids: &[&str],
        out: &mut Output,
    ) -> Vec<Item> {
        let all = |fate, code, words: &str| {
            let item = || Item { code, fate, words: words.to_owned(), done: Done::default() };
            ids.iter().map(|_| item()).collect::<Vec<_>>()
        };
        let items = match outcome(answer) {
            (code, Outcome::All(fate, words)) => {
                self.on_refusal(at, code, &words, out);
                return all(fate, code, &words);
            }
            (_, Outcome::Items(data)) => rest::items::<Done>(data),
        };
        let items = match items {
            Ok(items) => items,
            Err(error) => return all(Fate::Unknown, 0, &error.to_string()),
        };
        let item = |(place, id): (usize, &&str)| {
            let named = |done: &&Done| done.cl_ord_id == **id || done.algo_cl_ord_id == **id;
            let done = items.iter().find(named).or_else(|| {
                items
                    .get(place)
                    .filter(|done| done.cl_ord_id.is_empty() && items.len() == ids.len())
            });
            match done {
                Some(done) => Item {
                    code: done.code,
                    fate: crate::errors::fate(done.code),
                    words: format!("{} {}", done.code, done.words.trim()),
                    done: done.clone(),
                },
                None => Item {
                    code: 0,
                    fate: Fate::Unknown,
                    words: "the answer does not name it".into(),
                    done: Done::default(),
                },
            }
        };
        let items: Vec<Item> = ids.iter().enumerate().map(item).collect();
        for item in &items {
            self.on_refusal(at, item.code, &item.words, out);
        }
        items
    }

    fn on_placed(
        &mut self,
        at: Nanos,
        placements: &[Placement],
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let ids: Vec<_> = placements.iter().map(|placement| placement.id.as_str()).collect();
        let items = self.items(at, answer, &ids, out);
        for (placement, item) in placements.iter().zip(items) {
            self.place_fate(at, placement, &item, out);
        }
    }

    /// The fate of one new order.
    pub(super) fn place_fate(
        &mut self,
        at: Nanos,
        placement: &Placement,
        item: &Item,
        out: &mut Output,
    ) {
        let id = placement.id;
        match item.fate {
            Fate::Done => {
                let venue_id = u64::try_from(item.done.ord_id).unwrap_or_default();
                self.ack(or(item.done.ts, at + self.offset), id, venue_id, out);
                out.placed.push(id);
            }
            Fate::NotPlaced(refusal) | Fate::Rejected(refusal) => {
                self.reject(at, id, refusal, out);
            }
            Fate::FirstStands => self.query(id, placement.intent.instrument, out),
            _ => out.notes.push(Note::Lost(id, LostOrder::Place, item.words.clone())),
        }
    }

    /// Reports that the venue took an order, once.
    pub(super) fn ack(&mut self, when: Nanos, id: ClientOrderId, venue_id: u64, out: &mut Output) {
        let known = self.orders.get(id);
        known.venue_id = venue_id;
        if !std::mem::replace(&mut known.acked, true) {
            self.report(when, ReportKind::Ack { id, venue_id }, out);
        }
    }

    fn on_amended(
        &mut self,
        at: Nanos,
        amendments: &[Amendment],
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let ids: Vec<_> = amendments.iter().map(|one| one.id.as_str()).collect();
        let items = self.items(at, answer, &ids, out);
        for (amendment, item) in amendments.iter().zip(items) {
            self.amend_fate(at, amendment, &item, out);
        }
    }

    /// Taken is not done: the orders channel, or a query a second later, tells the new terms.
    pub(super) fn amend_fate(
        &mut self,
        at: Nanos,
        amendment: &Amendment,
        item: &Item,
        out: &mut Output,
    ) {
        let (id, no) = (amendment.id, amendment.intent.instrument);
        match item.fate {
            Fate::Done => {
                self.orders.get(id).amend = Some(amendment.intent);
                self.later.put(at + RETRY_AFTER, Later::Amended(id, no));
            }
            Fate::NotPlaced(_) | Fate::Rejected(_) => {
                out.notes.push(Note::AmendRefused(id, item.words.clone()));
            }
            Fate::Gone | Fate::Unchanged | Fate::Busy | Fate::Absent | Fate::FirstStands => {
                out.notes.push(Note::AmendRefused(id, item.words.clone()));
                self.query(id, no, out);
            }
            Fate::Unknown => {
                self.orders.get(id).amend = Some(amendment.intent);
                out.notes.push(Note::Lost(id, LostOrder::Amend, item.words.clone()));
            }
        }
    }

    fn on_canceled(
        &mut self,
        at: Nanos,
        asked: &[(ClientOrderId, InstrumentNo)],
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        if 1 < asked.len() && is_unfit(answer) {
            for one in asked {
                self.cancel_many(&[*one], out);
            }
            return;
        }
        let ids: Vec<_> = asked.iter().map(|(id, _)| id.as_str()).collect();
        let items = self.items(at, answer, &ids, out);
        for ((id, no), item) in asked.iter().zip(items) {
            self.cancel_fate(at, *id, *no, &item, out);
        }
    }

    /// Taken is not done: the orders channel tells the end.
    pub(super) fn cancel_fate(
        &mut self,
        at: Nanos,
        id: ClientOrderId,
        no: InstrumentNo,
        item: &Item,
        out: &mut Output,
    ) {
        match item.fate {
            Fate::Done => {}
            Fate::Busy => self.later.put(at + RETRY_AFTER, Later::Query(id, no)),
            Fate::Unknown | Fate::NotPlaced(_) => {
                out.notes.push(Note::Lost(id, LostOrder::Cancel, item.words.clone()));
            }
            _ => self.query(id, no, out),
        }
    }
}

/// The data of an answer whose code is zero, or why there is none.
pub(super) fn list<'a>(answer: &Answer<'a>) -> Result<&'a [u8], String> {
    let body = body(answer).map_err(str::to_owned)?;
    rest::good_data(body).map_err(|error: OkxError| error.to_string())
}

/// Its items, or why there are none.
pub(super) fn read<T: serde::de::DeserializeOwned>(answer: &Answer<'_>) -> Result<Vec<T>, String> {
    rest::items(list(answer)?).map_err(|error| error.to_string())
}

/// The venue refused the batch as a batch, and looked at none of its orders.
fn is_unfit(answer: &Answer<'_>) -> bool {
    let malformed = VenueRefusal::Malformed;
    matches!(
        outcome(answer),
        (_, Outcome::All(Fate::NotPlaced(refusal) | Fate::Rejected(refusal), _)) if refusal == malformed
    )
}
