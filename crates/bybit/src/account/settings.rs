//! Leverage, modes, the dead-man switch, balances, and cancelling everything.

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{AskNo, MarginMode, Note, Output};

use super::outcome::Outcome;
use super::stream::tell_balances;
use super::{AccountSession, PULSE, Pending};
use crate::conn::Pulse;
use crate::encode::{self, Which};
use crate::rest::{self, List};

/// The windows the dead-man switch takes, in seconds.
const WINDOW_S: (i64, i64) = (3, 300);
/// One cancel-all covers at most so many orders; beyond, some are picked.
const CANCEL_ALL_COVERS: usize = 500;

/// A setting on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Plain,
    Hedge(bool),
    DeadMan(i64),
    Balances,
    /// Of a symbol, or else of a settle currency.
    CancelAll {
        of_symbol: bool,
        name: String,
    },
}

impl AccountSession {
    fn set(
        &mut self,
        no: AskNo,
        setting: Setting,
        make: impl FnOnce(aurora_wire::CallNo) -> aurora_wire::Call,
        out: &mut Output,
    ) {
        self.call(Pending::Setting { no, setting }, make, out);
    }

    pub(super) fn ask_cancel_all(
        &mut self,
        no: AskNo,
        instrument: Option<InstrumentNo>,
        out: &mut Output,
    ) {
        let targets: Vec<(bool, String)> = match instrument.map(|no| self.rules(no)) {
            Some(Some(rules)) => vec![(true, rules.instrument.symbol.clone())],
            Some(None) => return not_ours(no, out),
            None => self.settle_coins().into_iter().map(|coin| (false, coin)).collect(),
        };
        self.tally.insert(no, (targets.len(), Ok(())));
        for (of_symbol, name) in targets {
            self.cancel_all_of(no, of_symbol, &name, out);
        }
    }

    fn cancel_all_of(&mut self, no: AskNo, of_symbol: bool, name: &str, out: &mut Output) {
        let setting = Setting::CancelAll { of_symbol, name: name.to_owned() };
        let which = if of_symbol { Which::Symbol(name) } else { Which::Settle(name) };
        self.set(no, setting, |call| encode::cancel_all(call, which), out);
    }

    pub(super) fn ask_leverage(
        &mut self,
        no: AskNo,
        instrument: InstrumentNo,
        leverage: u32,
        out: &mut Output,
    ) {
        let Some(rules) = self.rules(instrument) else { return not_ours(no, out) };
        let max = rules.max_leverage;
        if leverage == 0 || max < leverage {
            let words = format!("leverage {leverage} must be from 1 to {max}");
            return out.notes.push(Note::Answered(no, Err(words)));
        }
        let symbol = rules.instrument.symbol.clone();
        self.tally.insert(no, (1, Ok(())));
        self.set(no, Setting::Plain, |call| encode::set_leverage(call, &symbol, leverage), out);
    }

    /// Bybit keeps one margin mode for the whole account.
    pub(super) fn ask_margin(&mut self, no: AskNo, mode: MarginMode, out: &mut Output) {
        self.tally.insert(no, (1, Ok(())));
        self.set(no, Setting::Plain, |call| encode::set_margin_mode(call, mode), out);
    }

    pub(super) fn ask_hedge(&mut self, no: AskNo, hedge: bool, out: &mut Output) {
        let coins = self.settle_coins();
        self.tally.insert(no, (coins.len(), Ok(())));
        for coin in coins {
            let setting = Setting::Hedge(hedge);
            self.set(no, setting, |call| encode::switch_mode(call, &coin, hedge), out);
        }
    }

    pub(super) fn ask_balances(&mut self, no: AskNo, out: &mut Output) {
        self.tally.insert(no, (1, Ok(())));
        self.set(no, Setting::Balances, encode::wallet_balance, out);
    }

    /// The switch fires when this connection is silent for the window; without a window it is not watched.
    pub(super) fn ask_dead_man(
        &mut self,
        at: Nanos,
        no: AskNo,
        window: Option<Nanos>,
        out: &mut Output,
    ) {
        let Some(window) = window else {
            if self.dead_man_s.take().is_some() {
                self.watch_dead_man(false, out);
                self.private.set_pulse(PULSE);
            }
            out.notes.push(Note::DeadMan(None));
            return out.notes.push(Note::Answered(no, Ok(())));
        };
        let seconds =
            (window.0.saturating_add(999_999_999) / 1_000_000_000).clamp(WINDOW_S.0, WINDOW_S.1);
        if self.dead_man_s == Some(seconds) && self.private.is_up() {
            out.notes.push(Note::DeadMan(Some(at + Nanos::SECOND * seconds)));
            return out.notes.push(Note::Answered(no, Ok(())));
        }
        self.tally.insert(no, (1, Ok(())));
        let setting = Setting::DeadMan(seconds);
        self.set(no, setting, |call| encode::set_dead_man(call, seconds), out);
    }

    /// Pings must come well within the window.
    fn dead_man_set(&mut self, at: Nanos, seconds: i64, out: &mut Output) {
        if self.dead_man_s.is_none() {
            self.watch_dead_man(true, out);
        }
        self.dead_man_s = Some(seconds);
        let ping_every = PULSE.ping_every.min(Nanos(Nanos::SECOND.0 * seconds / 3));
        let ping_after = PULSE.ping_after.min(ping_every);
        self.private.set_pulse(Pulse { ping_every, ping_after, ..PULSE });
        out.notes.push(Note::DeadMan(Some(at + Nanos::SECOND * seconds)));
    }

    pub(super) fn on_set(
        &mut self,
        at: Nanos,
        no: AskNo,
        setting: Setting,
        outcome: &Outcome<'_>,
        out: &mut Output,
    ) {
        let result = outcome.clone().settled();
        let is_done = result.is_ok();
        match (setting, outcome) {
            (Setting::Hedge(hedge), _) if is_done => self.terms.hedge = hedge,
            (Setting::DeadMan(seconds), _) if is_done => self.dead_man_set(at, seconds, out),
            (Setting::Balances, Outcome::Taken { result: text, .. }) => {
                let read = List::read(text).and_then(|list| rest::wallet(list.items));
                match read {
                    Ok(balances) => tell_balances(balances, out),
                    Err(error) => return self.count(no, Err(error.to_string()), out),
                }
            }
            (Setting::CancelAll { of_symbol, name }, Outcome::Taken { result: text, .. }) => {
                let canceled = rest::count_ids(text).unwrap_or(0);
                if CANCEL_ALL_COVERS <= canceled {
                    return self.cancel_all_of(no, of_symbol, &name, out);
                }
            }
            _ => {}
        }
        self.count(no, result, out);
    }
}

pub(super) fn not_ours(no: AskNo, out: &mut Output) {
    out.notes.push(Note::Answered(no, Err("the instrument is not ours".to_owned())));
}
