//! What is answered as a whole: cancel-all, the dead-man switch, settings, balances.

use aurora_model::InstrumentNo;
use aurora_wire::{Answer, AskNo, Note, Output};

use super::answers::{list, read};
use super::{AccountSession, Outcome, Purpose, Setting, outcome};
use crate::decode;
use crate::decode::rest::{DeadManArmed, Wallet};
use crate::encode;

/// Listed at a time.
const PAGE: usize = 100;

impl AccountSession {
    pub(super) fn on_cancel_list(
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

    pub(super) fn on_cancel_all(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
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

    pub(super) fn on_dead_man(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
        match read::<DeadManArmed>(answer) {
            Ok(armed) => {
                let until = armed.first().and_then(DeadManArmed::until);
                out.notes.push(Note::DeadMan(until));
            }
            Err(words) => out.notes.push(Note::Answered(no, Err(words))),
        }
    }

    pub(super) fn on_setting(
        &mut self,
        no: AskNo,
        setting: Setting,
        answer: &Answer<'_>,
        out: &mut Output,
    ) {
        let result = list(answer).map(|_| ());
        if let (Ok(()), Setting::Hedge(hedge)) = (&result, setting) {
            self.terms.hedge = hedge;
        }
        out.notes.push(Note::Answered(no, result));
    }

    pub(super) fn on_balances(&mut self, no: AskNo, answer: &Answer<'_>, out: &mut Output) {
        let result = read::<Wallet>(answer).map(|wallets| {
            for asset in wallets.iter().flat_map(|wallet| &wallet.details) {
                out.notes.push(Note::Balance(asset.asset.clone(), asset.total(), asset.free()));
            }
        });
        out.notes.push(Note::Answered(no, result));
    }
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
