//! Everything the account has, in one report: open orders, fills since a moment, positions.
//!
//! Asked page by page, one call at a time. Positions come before fills, so that a fill in between is told as a fill
//! beside the position rather than lost between the two.

use std::collections::BTreeMap;

use aurora_model::{Fill, InstrumentNo, Lots, Nanos, ReportKind, VenueOrder, VenueReport};
use aurora_wire::{AskNo, Call, CallNo, DecodeError, Note, Output};

use super::outcome::Outcome;
use super::stream::foreign_order;
use super::{AccountSession, Pending};
use crate::decode::OrderStatus;
use crate::encode::{self, Which};
use crate::rest::{self, List};

/// The longest span one question about fills may cover.
const SPAN: Nanos = Nanos(7 * 86_400_000_000_000);
/// How soon a failed page is asked again, and how often before a desk's question is given up.
const AGAIN: Nanos = Nanos(500_000_000);
const TRIES: u8 = 5;
/// Up to so many instruments positions are asked one by one, which also tells flat ones and the position mode.
const ONE_BY_ONE: usize = 10;

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SweepFor {
    /// The desk.
    Ask { no: AskNo, since: Nanos },
    /// We do, before the account is ready.
    Verify { since: Nanos },
    /// We do, because a frame could not be read or the stream ended meanwhile.
    Unproven { since: Nanos },
}

impl SweepFor {
    fn since(self) -> Nanos {
        match self {
            SweepFor::Ask { since, .. }
            | SweepFor::Verify { since }
            | SweepFor::Unproven { since } => since,
        }
    }
}

/// What is asked next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Positions of the filter at that place.
    Positions(usize),
    /// Fills from that moment on.
    Fills(Nanos),
    /// Open orders of the settle currency at that place.
    Orders(usize),
}

/// A sweep under way.
#[derive(Debug)]
pub(super) struct Sweep {
    wanted: SweepFor,
    step: Step,
    cursor: Option<String>,
    tries: u8,
    /// When a failed page is asked again.
    again_at: Nanos,
    open: Vec<VenueOrder>,
    fills: BTreeMap<(Nanos, u128), Fill>,
}

impl AccountSession {
    pub(super) fn start_sweep(&mut self, at: Nanos, wanted: SweepFor, out: &mut Output) {
        let is_same = |queued: &SweepFor| {
            !matches!(wanted, SweepFor::Ask { .. })
                && std::mem::discriminant(queued) == std::mem::discriminant(&wanted)
        };
        if self.sweeps.iter().any(is_same) {
            return;
        }
        self.sweeps.push_back(wanted);
        self.next_sweep(at, out);
    }

    /// The stream is gone: what is being fetched no longer proves that nothing was missed.
    pub(super) fn abandon_verification(&mut self) {
        self.sweeps.retain(|wanted| !matches!(wanted, SweepFor::Verify { .. }));
        if let Some(Sweep { wanted, .. }) = &mut self.sweep
            && let SweepFor::Verify { since } = *wanted
        {
            *wanted = SweepFor::Unproven { since };
        }
    }

    fn next_sweep(&mut self, at: Nanos, out: &mut Output) {
        if self.sweep.is_some() {
            return;
        }
        let Some(wanted) = self.sweeps.pop_front() else { return };
        // A position that is gone may not be told at all.
        self.legs.clear();
        self.sweep = Some(Sweep {
            wanted,
            step: Step::Positions(0),
            cursor: None,
            tries: 0,
            again_at: Nanos(i64::MAX),
            open: Vec::new(),
            fills: BTreeMap::new(),
        });
        self.ask_page(at, out);
    }

    fn filters(&self) -> Vec<(bool, String)> {
        if self.config.rules.len() <= ONE_BY_ONE {
            let symbol = |rules: &aurora_wire::Rules| (true, rules.instrument.symbol.clone());
            return self.config.rules.iter().map(symbol).collect();
        }
        self.settle_coins().into_iter().map(|coin| (false, coin)).collect()
    }

    fn ask_page(&mut self, at: Nanos, out: &mut Output) {
        let Some(sweep) = &self.sweep else { return };
        let cursor = sweep.cursor.as_deref();
        let no = CallNo(0);
        let call: Call = match sweep.step {
            Step::Positions(place) => match self.filters().get(place) {
                Some((true, symbol)) => encode::positions(no, Which::Symbol(symbol), cursor),
                Some((false, coin)) => encode::positions(no, Which::Settle(coin), cursor),
                None => return self.go_on_with(at, Step::Fills(sweep.wanted.since()), out),
            },
            Step::Fills(from) => {
                let now = self.venue_at(at);
                encode::executions(no, from, now.min(from + SPAN).max(from), cursor)
            }
            Step::Orders(place) => match self.settle_coins().get(place) {
                Some(coin) => encode::open_orders(no, Which::Settle(coin), cursor),
                None => return self.finish(at, out),
            },
        };
        self.call(Pending::Sweep, |no| Call { no, ..call }, out);
    }

    fn go_on_with(&mut self, at: Nanos, step: Step, out: &mut Output) {
        if let Some(sweep) = &mut self.sweep {
            (sweep.step, sweep.cursor, sweep.tries) = (step, None, 0);
        }
        self.ask_page(at, out);
    }

    pub(super) fn on_swept(&mut self, at: Nanos, outcome: &Outcome<'_>, out: &mut Output) {
        if let Some(words) = outcome.halts() {
            out.notes.push(Note::Refused(words.to_owned()));
        }
        let read = match outcome {
            Outcome::Taken { result, .. } => {
                List::read(result).and_then(|list| self.read_page(&list, out).map(|()| list.next))
            }
            Outcome::Not(_, words) | Outcome::NotSent(words) => {
                return self.page_failed(at, words.clone(), out);
            }
        };
        match read {
            Ok(Some(next)) => {
                if let Some(sweep) = &mut self.sweep {
                    // A cursor that does not move would ask the same page for ever.
                    let is_stuck = sweep.cursor.as_deref() == Some(next);
                    sweep.cursor = Some(next.to_owned());
                    if is_stuck {
                        return self.next_step(at, out);
                    }
                }
                self.ask_page(at, out);
            }
            Ok(None) => self.next_step(at, out),
            Err(error) => self.page_failed(at, format!("unreadable answer: {error}"), out),
        }
    }

    fn next_step(&mut self, at: Nanos, out: &mut Output) {
        let Some(sweep) = &self.sweep else { return };
        let step = match sweep.step {
            Step::Positions(place) => Step::Positions(place + 1),
            Step::Fills(from) if from + SPAN < self.venue_at(at) => Step::Fills(from + SPAN),
            Step::Fills(_) => Step::Orders(0),
            Step::Orders(place) => Step::Orders(place + 1),
        };
        self.go_on_with(at, step, out);
    }

    /// Asked again a little later; a desk's question is given up after some tries, our own never.
    fn page_failed(&mut self, at: Nanos, why: String, out: &mut Output) {
        let Some(sweep) = &mut self.sweep else { return };
        sweep.tries = sweep.tries.saturating_add(1);
        if let SweepFor::Ask { no, .. } = sweep.wanted
            && TRIES <= sweep.tries
        {
            out.notes.push(Note::Answered(no, Err(why)));
            self.sweep = None;
            return self.next_sweep(at, out);
        }
        sweep.again_at = at + AGAIN * i64::from(sweep.tries.min(20));
    }

    fn read_page(&mut self, list: &List<'_>, out: &mut Output) -> Result<(), DecodeError> {
        let Some(mut sweep) = self.sweep.take() else { return Ok(()) };
        let read = match sweep.step {
            Step::Positions(_) => {
                rest::positions(list.items).map(|positions| self.tell_positions(&positions, out))
            }
            Step::Fills(_) => self.read_fills(list, &mut sweep, out),
            Step::Orders(_) => self.read_open(list, &mut sweep, out),
        };
        self.sweep = Some(sweep);
        read
    }

    fn read_fills(
        &mut self,
        list: &List<'_>,
        sweep: &mut Sweep,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let mut read = Vec::new();
        self.decoder.executions(list.items.as_bytes(), |fill| read.push(fill))?;
        for execution in read {
            let fill = execution.fill;
            if execution.is_ours && self.is_ours(Some(fill.order)).is_some() {
                sweep.fills.insert((fill.at, fill.trade_id), fill);
            } else {
                self.on_execution(&execution, out);
            }
        }
        Ok(())
    }

    fn read_open(
        &mut self,
        list: &List<'_>,
        sweep: &mut Sweep,
        out: &mut Output,
    ) -> Result<(), DecodeError> {
        let mut read = Vec::new();
        self.decoder.orders(list.items.as_bytes(), |order| read.push(order))?;
        for update in read.iter().filter(|update| update.status == OrderStatus::Open) {
            match self.is_ours(update.id) {
                Some(id) => sweep.open.push(self.orders.venue_order(id, update)),
                None => foreign_order(update, out),
            }
        }
        Ok(())
    }

    fn finish(&mut self, at: Nanos, out: &mut Output) {
        let Some(sweep) = self.sweep.take() else { return };
        for fill in sweep.fills.values() {
            self.orders.note_fill(fill);
        }
        let mut open = sweep.open;
        open.sort_by_key(|order| order.id);
        open.dedup_by_key(|order| order.id);
        let fills: Vec<Fill> = sweep.fills.into_values().collect();
        let kind = ReportKind::Account { open, fills, positions: self.positions() };
        out.reports.push(VenueReport { venue_at: self.venue_at(at), kind });
        if let SweepFor::Verify { .. } = sweep.wanted {
            let is_first = !std::mem::replace(&mut self.was_ready, true);
            (self.is_ready, self.heard_at) = (true, at);
            if is_first {
                self.fees_at = at;
            }
            out.notes.push(Note::AccountReady);
            self.start_drop_copy(at);
        }
        self.next_sweep(at, out);
    }

    /// The position in every instrument that has one.
    fn positions(&self) -> Vec<(InstrumentNo, Lots)> {
        let mut instruments: Vec<InstrumentNo> = self.legs.keys().map(|(no, _)| *no).collect();
        instruments.dedup();
        let held = instruments.into_iter().map(|no| (no, self.net(no).0));
        held.filter(|(_, lots)| *lots != Lots::ZERO).collect()
    }

    pub(super) fn wake_sweep(&mut self, at: Nanos, out: &mut Output) {
        if let Some(sweep) = &mut self.sweep
            && sweep.again_at <= at
        {
            sweep.again_at = Nanos(i64::MAX);
            self.ask_page(at, out);
        }
    }

    pub(super) fn sweep_wake_at(&self) -> Nanos {
        self.sweep.as_ref().map_or(Nanos(i64::MAX), |sweep| sweep.again_at)
    }
}
