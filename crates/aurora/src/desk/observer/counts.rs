//! What is counted for `/metrics`.

use std::collections::BTreeSet;
use std::sync::Arc;

use aurora_api::console::metrics::Tally;
use aurora_engine::{Engine, Judgement, Reconciliation, WalletState};
use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TradingState};

use super::orders::OrderStep;
use super::show::Show;
use super::view::Outside;

/// How often the counts are shown anew.
const SHOWN_EVERY: Nanos = Nanos(1_000_000_000);

/// Everything counted since the start.
#[derive(Debug, Default)]
pub(super) struct Counts {
    now: Tally,
    shown: Arc<Tally>,
    /// When they are shown anew, by the wall clock.
    shown_at: Nanos,
    /// The checks that kept the desk in HOLD when last looked at.
    blocking: BTreeSet<&'static str>,
}

impl Counts {
    pub(super) fn decided(&mut self, judgement: &Judgement) {
        if let Some(reason) = judgement.denial {
            *self.now.denied.entry(reason.code.code()).or_default() += 1;
        }
    }

    pub(super) fn order(&mut self, venue: &'static str, step: OrderStep) {
        if let Some(state) = step.state {
            *self.now.steps.entry((venue, state)).or_default() += 1;
        }
        if let Some(cycle_ms) = step.cycle_ms {
            self.now.cycles.entry(venue).or_default().record(cycle_ms);
        }
    }

    /// Counts the checks that keep the desk in HOLD and did not before.
    fn note_what_blocks<W: Stopwatch>(&mut self, now: Nanos, engine: &Engine<W>) {
        let is_held = engine.status().state == TradingState::Hold;
        let failing = engine.checks(now).into_iter().filter(|(_, ok)| is_held && !ok);
        let blocking: BTreeSet<_> = failing.map(|(check, _)| check.id()).collect();
        for check in blocking.difference(&self.blocking) {
            *self.now.blocked.entry(check).or_default() += 1;
        }
        self.blocking = blocking;
    }

    /// The counts, at most a second old.
    pub(super) fn shown<W: Stopwatch>(
        &mut self,
        outside: &Outside,
        shows: &[Show],
        engine: &Engine<W>,
    ) -> Arc<Tally> {
        if self.shown_at <= outside.wall {
            self.shown_at = outside.wall + SHOWN_EVERY;
            self.note_what_blocks(outside.now, engine);
            let mut tally = self.now.clone();
            tally.inflight = shows.iter().map(|show| (show.venue, 0)).collect();
            for order in engine.orders().live() {
                *tally.inflight.entry(shows[order.intent.instrument.index()].venue).or_default() +=
                    1;
            }
            tally.repeated_fills = engine.ledger().counters().duplicates;
            tally.recon_mismatch = matches!(engine.reconciliation(), Reconciliation::Differs(_));
            let wallets = engine.wallets(outside.now).into_iter();
            tally.balances = wallets
                .map(|w| (w.venue.code(), w.currency, w.state == WalletState::Differs))
                .collect();
            tally.records = (outside.journal.records, outside.journal.lag);
            tally.commits = outside.journal.commits;
            self.shown = Arc::new(tally);
        }
        Arc::clone(&self.shown)
    }
}
