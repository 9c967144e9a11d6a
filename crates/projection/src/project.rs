//! Records in, rows out.

use aurora_engine::{Record, Stamped};
use aurora_records::Traces;

use crate::names::Names;
use crate::row::Row;

/// How many orders are remembered for what may still come about them.
const REMEMBERED: usize = 50_000;

/// Reads the journal from its first record on.
#[derive(Debug)]
pub struct Projector {
    names: Names,
    traces: Traces,
    touched: Vec<aurora_model::ClientOrderId>,
    epoch: u32,
    last_seq: u64,
}

impl Projector {
    /// Nothing read yet.
    pub fn new(names: Names) -> Projector {
        let traces = Traces::new(REMEMBERED);
        Projector { names, traces, touched: Vec::new(), epoch: 0, last_seq: 0 }
    }

    /// Begins again, with nothing read.
    pub(crate) fn forget(&mut self) {
        *self = Projector::new(self.names.clone());
    }

    /// The last record that was read.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Reads the next record; its rows are added to `rows`.
    pub fn take(&mut self, seq: u64, stamped: &Stamped, rows: &mut Vec<Row>) {
        self.last_seq = seq;
        if let Record::Epoch { epoch } = stamped.record {
            self.epoch = epoch;
        }
        self.traces.take(seq, stamped, &mut self.touched);
        for id in self.touched.drain(..) {
            let trace = self.traces.get(id);
            let named = trace.and_then(|trace| self.names.of(trace.intent.instrument));
            if let (Some(trace), Some(named)) = (trace, named) {
                rows.push(Row::of(trace, named, (seq, self.epoch, stamped.at.0)));
            }
        }
    }
}
