//! What a journal leads to: the engine, the newest orders and their fates, and the few figures of the start report.
//! It comes from a snapshot and the rest of the records, or from all of them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use aurora_engine::{Engine, Record, Stamped, state_hash};
use aurora_journal::{Chain, Snapshot, Snapshots};
use aurora_model::saved::Saved;
use aurora_model::{InstrumentNo, ReportKind, Ticks};
use aurora_records::Traces;

use super::observer::KEPT_FATES;
use super::stopwatch::Monotonic;

/// An engine that records are replayed into, and what was counted on the way.
pub(crate) struct Recollection {
    pub(crate) engine: Engine<Monotonic>,
    pub(crate) orders: u64,
    pub(crate) fills: u64,
    /// The newest price the journal knows, by instrument.
    pub(crate) prices: BTreeMap<InstrumentNo, Ticks>,
    /// The newest orders and their fates.
    pub(crate) traces: Traces,
}

impl Recollection {
    /// Of an engine that knows nothing yet.
    pub(crate) fn new(engine: Engine<Monotonic>) -> Recollection {
        let traces = Traces::new(KEPT_FATES);
        Recollection { engine, orders: 0, fills: 0, prices: BTreeMap::new(), traces }
    }

    /// Takes the next record.
    pub(crate) fn replay(&mut self, seq: u64, stamped: &Stamped) -> Result<()> {
        match &stamped.record {
            Record::Intent { .. } => self.orders += 1,
            Record::Mark { instrument, half_ticks } => {
                self.prices.insert(*instrument, Ticks(half_ticks / 2));
            }
            Record::Report(report) => {
                if let ReportKind::Fill(fill) = &report.kind {
                    self.fills += 1;
                    self.prices.insert(fill.instrument, fill.price);
                }
            }
            _ => {}
        }
        self.traces.take(seq, stamped, &mut Vec::new());
        Ok(self.engine.replay(seq, stamped)?)
    }

    /// All of it as bytes.
    pub(crate) fn state(&self) -> Vec<u8> {
        let mut out = Vec::new();
        (self.orders, self.fills).save(&mut out);
        self.prices.save(&mut out);
        self.traces.save(&mut out);
        out.extend(self.engine.state());
        out
    }

    /// What a start finds if it ends at that record.
    pub(crate) fn snapshot(&self, after: Chain) -> Snapshot {
        let state = self.state();
        Snapshot { after, state_hash: state_hash(&state), state }
    }

    /// What a snapshot holds, in a new engine; why not, where it cannot be used.
    pub(crate) fn of(
        snapshot: &Snapshot,
        engine: Engine<Monotonic>,
    ) -> Result<Recollection, String> {
        let bytes = &mut snapshot.state.as_slice();
        if state_hash(bytes) != snapshot.state_hash {
            return Err("its state has another hash".into());
        }
        let unreadable = || String::from("its bytes are no state");
        let (orders, fills) = Saved::load(bytes).ok_or_else(unreadable)?;
        let prices = Saved::load(bytes).ok_or_else(unreadable)?;
        let traces = Saved::load(bytes).ok_or_else(unreadable)?;
        let engine = engine.restored(bytes).map_err(|fault| fault.to_string())?;
        Ok(Recollection { engine, orders, fills, prices, traces })
    }

    /// The newest snapshot that can be used, and the record it was taken after; else an engine that knows
    /// nothing. `passed` hears of those that cannot be used.
    pub(crate) fn newest(
        journal: &Path,
        new_engine: &mut dyn FnMut() -> Result<Engine<Monotonic>>,
        passed: &mut dyn FnMut(String),
    ) -> Result<(Recollection, u64)> {
        let snapshots = Snapshots::of(journal, 1);
        for seq in snapshots.list()?.into_iter().rev() {
            let usable = match snapshots.read(seq)? {
                Ok(snapshot) => Recollection::of(&snapshot, new_engine()?),
                Err(unusable) => Err(unusable.to_string()),
            };
            match usable {
                Ok(recollection) => return Ok((recollection, seq.0)),
                Err(why) => passed(format!("the snapshot after record {seq} is not used: {why}")),
            }
        }
        Ok((Recollection::new(new_engine()?), 0))
    }
}
