//! What came of our calls.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, ReportKind, VenueOrder, VenueRefusal};
use aurora_wire::{Amendment, Answer, AskNo, Fate, LostOrder, Note, Output, Placement};

use super::catalog::or;
use super::{AccountSession, Later, Outcome, Purpose, RETRY_AFTER, Setting, body, outcome};
use crate::decode;
use crate::decode::rest::{self, DeadManArmed, Done, FillRow, OkxError, Wallet};
use crate::encode;

/// Listed at a time.
const PAGE: usize = 100;

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
            Purpose::Query(id) => self.on_query(at, id, answer, out),
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

    fn on_query(&mut self, at: Nanos, id: ClientOrderId, answer: &Answer<'_>, out: &mut Output) {
        let words = match outcome(answer) {
            (_, Outcome::Items(data)) => match decode::orders(data) {
                Ok(orders) if !orders.is_empty() => {
                    self.on_order(at, &orders[0], Some(id), out);
                    return;
                }
                Ok(_) => "no order in the answer".to_owned(),
                Err(error) => error.to_string(),
            },
            (_, Outcome::All(Fate::Absent, _)) => {
                let kind = ReportKind::Order { id, found: None };
                self.report(at + self.offset, kind, out);
                return;
            }
            (code, Outcome::All(_, words)) => {
                self.on_refusal(at, code, &words, out);
                words
            }
        };
        out.notes.push(Note::Unreadable(format!("query of {id}: {words}")));
    }

    /// Asks for the fills of an order that the stream did not tell.
    pub(super) fn fetch_fills(&mut self, found: VenueOrder, report: bool, out: &mut Output) {
        let known = self.orders.get(found.id);
        if known.fetching && !report {
            return;
        }
        known.fetching = true;
        let Some(entry) = self.catalog.by_no(found.intent.instrument) else { return };
        let call = encode::fills_of(&entry.rules, found.venue_id);
        self.call(Purpose::FillsOf(found, report), call, out);
    }

    fn on_fills_of(
        &mut self,
        at: Nanos,
        found: VenueOrder,
        report: bool,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let (id, no) = (found.id, found.intent.instrument);
        self.orders.get(id).fetching = false;
        match read::<FillRow>(answer) {
            Ok(rows) => rows.iter().rev().for_each(|row| self.on_fill_row(id, row, out)),
            Err(words) => out.notes.push(Note::Unreadable(format!("fills of {id}: {words}"))),
        }
        if self.orders.get(id).filled < found.filled {
            // The list is behind the order.
            self.later.put(at + RETRY_AFTER, Later::Query(id, no));
        }
        if report {
            let kind = ReportKind::Order { id, found: Some(found) };
            self.report(at + self.offset, kind, out);
        }
    }

    fn on_fill_row(&mut self, id: ClientOrderId, row: &FillRow, out: &mut Output) {
        let Some(entry) = self.catalog.by_symbol(row.inst_id.as_bytes()) else { return };
        match entry.fill_of_row(id, row) {
            Ok(fill) => {
                if self.orders.fill(id, fill.instrument, fill.trade_id, fill.qty) {
                    self.orders.get(id).fees += row.fee.unwrap_or_default();
                    self.report(fill.at, ReportKind::Fill(fill), out);
                }
            }
            Err(error) => out.notes.push(Note::Unreadable(format!("fill of {id}: {error}"))),
        }
    }

    fn on_cancel_list(
        &mut self,
        no: AskNo,
        instrument: Option<InstrumentNo>,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let listed = list(answer).and_then(|data| {
            let orders = decode::orders(data).map_err(|error| error.to_string())?;
            let name = |symbol: &[u8]| String::from_utf8_lossy(symbol).into_owned();
            Ok(orders.iter().map(|order| (name(order.inst_id), order.ord_id)).collect::<Vec<_>>())
        });
        let listed = match listed {
            Ok(listed) => listed,
            Err(words) => return self.cancel_all_done(no, Err(words), out),
        };
        if listed.len() == PAGE
            && let Some((_, last)) = listed.last()
        {
            let symbol = instrument.and_then(|no| self.catalog.by_no(no));
            let symbol = symbol.map(|entry| entry.rules.instrument.symbol.clone());
            let call = encode::pending(symbol.as_deref(), Some(*last));
            self.more_calls(no);
            self.call(Purpose::CancelAllList(no, instrument), call, out);
        }
        for some in by_symbol(listed) {
            let place = self.catalog.by_symbol(some[0].0.as_bytes()).map(|entry| entry.rules.no);
            self.more_calls(no);
            self.call(Purpose::CancelAll(no), encode::cancels_listed(&some, place), out);
        }
        self.cancel_triggers(instrument, out);
        self.cancel_all_done(no, Ok(()), out);
    }

    fn on_cancel_all(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
        let result = match outcome(answer) {
            // An item refused was gone already; the stream tells which.
            (_, Outcome::Items(_)) => Ok(()),
            (_, Outcome::All(_, words)) => Err(words),
        };
        self.cancel_all_done(no, result, out);
    }

    fn more_calls(&mut self, no: AskNo) {
        *self.cancel_alls.entry(no).or_default() += 1;
    }

    /// One call of a cancel-all is over; the last one, or the first bad one, answers the question.
    fn cancel_all_done(&mut self, no: AskNo, result: Result<(), String>, out: &mut Output) {
        let Some(left) = self.cancel_alls.get_mut(&no) else { return };
        *left = left.saturating_sub(1);
        if *left == 0 || result.is_err() {
            self.cancel_alls.remove(&no);
            out.notes.push(Note::Answered(no, result));
        }
    }

    fn on_dead_man(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
        match read::<DeadManArmed>(answer) {
            Ok(armed) => {
                let until = armed.first().and_then(DeadManArmed::until);
                out.notes.push(Note::DeadMan(until));
            }
            Err(words) => out.notes.push(Note::Answered(no, Err(words))),
        }
    }

    fn on_setting(&mut self, no: AskNo, setting: Setting, answer: &Answer<'_>, out: &mut Output) {
        let result = list(answer).map(|_| ());
        if let (Ok(()), Setting::Hedge(hedge)) = (&result, setting) {
            self.terms.hedge = hedge;
        }
        out.notes.push(Note::Answered(no, result));
    }

    fn on_balances(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
        let result = read::<Wallet>(answer).map(|wallets| {
            for asset in wallets.iter().flat_map(|wallet| &wallet.details) {
                out.notes.push(Note::Balance(asset.asset.clone(), asset.total(), asset.free()));
            }
        });
        out.notes.push(Note::Answered(no, result));
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

/// Groups of one instrument and at most twenty.
fn by_symbol(listed: Vec<(String, u64)>) -> Vec<Vec<(String, u64)>> {
    let mut groups: Vec<Vec<(String, u64)>> = Vec::new();
    for one in listed {
        match groups.iter_mut().find(|group| group[0].0 == one.0 && group.len() < 20) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}
