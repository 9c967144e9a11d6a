//! What the desk asks, as calls.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, VenueRefusal};
use aurora_wire::{Amendment, Ask, AskNo, MarginMode, Note, Output, Placement};

use super::sweep::Sweep;
use super::{AccountSession, Purpose, Setting};
use crate::encode;

/// The most orders in one batch.
const BATCH: usize = 20;

impl AccountSession {
    pub(super) fn ask(&mut self, at: Nanos, no: AskNo, ask: &Ask, out: &mut Output) {
        match ask {
            Ask::Place(placement) => self.place(at, placement, out),
            Ask::PlaceMany(placements) => self.place_many(at, placements, out),
            Ask::Amend(amendment) => self.amend(at, amendment, out),
            Ask::AmendMany(amendments) => self.amend_many(amendments, out),
            Ask::Cancel(id, instrument) => self.cancel(at, *id, *instrument, out),
            Ask::CancelMany(ids) => self.cancel_many(ids, out),
            Ask::CancelAll(instrument) => self.cancel_all(no, *instrument, out),
            Ask::Query(id, instrument) => self.ask_query(*id, *instrument, out),
            Ask::Sweep { since } => self.start_sweep(Sweep::asked(no, *since), out),
            Ask::DeadMan(span) => self.call(Purpose::DeadMan(no), encode::dead_man(*span), out),
            Ask::Leverage(instrument, times) => self.leverage(no, *instrument, *times, out),
            Ask::Margin(instrument, mode) => self.margin(no, *instrument, *mode, out),
            Ask::Hedge(hedge) => {
                let purpose = Purpose::Setting(no, Setting::Hedge(*hedge));
                self.call(purpose, encode::position_mode(*hedge), out);
            }
            Ask::Balances => self.call(Purpose::Balances(no), encode::balance(), out),
            Ask::Statement { since } => self.statement(at, no, *since, out),
        }
    }

    /// Why an order cannot even be written down for the venue.
    fn refusal(&self, placement: &Placement) -> Option<VenueRefusal> {
        let unknown = self.catalog.by_no(placement.intent.instrument).is_none();
        // OKX has no orders that end by themselves at a moment.
        let unfit = placement.good_until.is_some() || placement.intent.qty.0 <= 0;
        (unknown || unfit).then_some(VenueRefusal::Malformed)
    }

    fn place(&mut self, at: Nanos, placement: &Placement, out: &mut Output) {
        if let Some(refusal) = self.refusal(placement) {
            return self.reject(at, placement.id, refusal, out);
        }
        if let Some(trigger) = &placement.trigger {
            return self.place_trigger(placement, trigger, out);
        }
        if !self.place_by_socket(at, placement, out) {
            self.place_by_rest(placement, out);
        }
    }

    fn place_by_rest(&mut self, placement: &Placement, out: &mut Output) {
        let no = placement.intent.instrument;
        let Some(entry) = self.catalog.by_no(no) else { return };
        let call = encode::order(&entry.rules, self.terms(no), placement);
        self.call(Purpose::Place(vec![*placement]), call, out);
    }

    /// One batch an instrument and twenty orders: the venue counts its limit by instrument.
    fn place_many(&mut self, at: Nanos, placements: &[Placement], out: &mut Output) {
        let mut fit = Vec::with_capacity(placements.len());
        for placement in placements {
            match self.refusal(placement) {
                Some(refusal) => self.reject(at, placement.id, refusal, out),
                None if placement.trigger.is_some() => self.place(at, placement, out),
                None => fit.push(*placement),
            }
        }
        for some in grouped(fit, |placement| placement.intent.instrument) {
            let no = some[0].intent.instrument;
            let Some(entry) = self.catalog.by_no(no) else { continue };
            let call = match some.as_slice() {
                [one] => encode::order(&entry.rules, self.terms(no), one),
                _ => encode::orders(&entry.rules, self.terms(no), &some),
            };
            self.call(Purpose::Place(some), call, out);
        }
    }

    fn amend(&mut self, at: Nanos, amendment: &Amendment, out: &mut Output) {
        if !self.amend_by_socket(at, amendment, out) {
            self.amend_many(&[*amendment], out);
        }
    }

    fn amend_many(&mut self, amendments: &[Amendment], out: &mut Output) {
        for some in grouped(amendments.to_vec(), |one| one.intent.instrument) {
            let Some(entry) = self.catalog.by_no(some[0].intent.instrument) else {
                for one in &some {
                    out.notes.push(Note::AmendRefused(one.id, "instrument unknown".into()));
                }
                continue;
            };
            let call = match some.as_slice() {
                [one] => encode::amend(&entry.rules, one),
                _ => encode::amends(&entry.rules, &some),
            };
            self.call(Purpose::Amend(some), call, out);
        }
    }

    fn cancel(&mut self, at: Nanos, id: ClientOrderId, no: InstrumentNo, out: &mut Output) {
        if self.orders.known(id).is_some_and(|known| known.algo.is_some()) {
            return self.cancel_trigger(id, no, out);
        }
        if !self.cancel_by_socket(at, id, no, out) {
            self.cancel_many(&[(id, no)], out);
        }
    }

    pub(super) fn cancel_many(&mut self, ids: &[(ClientOrderId, InstrumentNo)], out: &mut Output) {
        for some in grouped(ids.to_vec(), |(_, instrument)| *instrument) {
            let Some(entry) = self.catalog.by_no(some[0].1) else { continue };
            let call = match some.as_slice() {
                [(id, _)] => encode::cancel(&entry.rules, id.as_str()),
                _ => {
                    let names = some.iter().map(|(id, _)| encode::Which::Ours(id.as_str()));
                    encode::cancels(&entry.rules, names)
                }
            };
            self.call(Purpose::Cancel(some), call, out);
        }
    }

    /// There is no cancel-all over REST: open orders are listed, then cancelled in batches.
    fn cancel_all(&mut self, no: AskNo, instrument: Option<InstrumentNo>, out: &mut Output) {
        let entry = instrument.and_then(|no| self.catalog.by_no(no));
        if entry.is_none() && instrument.is_some() {
            out.notes.push(Note::Answered(no, Err("instrument unknown".into())));
            return;
        }
        let symbol = entry.map(|entry| entry.rules.instrument.symbol.clone());
        self.cancel_alls.insert(no, 1);
        let call = encode::pending(symbol.as_deref(), None);
        self.call(Purpose::CancelAllList(no, instrument), call, out);
    }

    pub(super) fn ask_query(&mut self, id: ClientOrderId, no: InstrumentNo, out: &mut Output) {
        if self.orders.known(id).is_some_and(|known| known.algo.is_some()) {
            self.query_trigger(id, no, out);
        } else {
            self.query(id, no, out);
        }
    }

    fn leverage(&mut self, no: AskNo, instrument: InstrumentNo, times: u32, out: &mut Output) {
        let margin = self.terms(instrument).margin;
        let Some(entry) = self.catalog.by_no(instrument) else {
            out.notes.push(Note::Answered(no, Err("instrument unknown".into())));
            return;
        };
        let call = encode::leverage(&entry.rules, times, margin);
        self.call(Purpose::Setting(no, Setting::Leverage), call, out);
    }

    /// Margin is a matter of each order here: the next ones are sent so.
    fn margin(&mut self, no: AskNo, instrument: InstrumentNo, mode: MarginMode, out: &mut Output) {
        self.margins.insert(instrument, mode);
        out.notes.push(Note::Answered(no, Ok(())));
    }
}

/// Groups of one instrument and at most twenty, in the order in which instruments first come.
pub(super) fn grouped<T>(items: Vec<T>, of: impl Fn(&T) -> InstrumentNo) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    for item in items {
        let no = of(&item);
        match groups.iter_mut().find(|group| of(&group[0]) == no && group.len() < BATCH) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}
