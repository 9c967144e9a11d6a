//! How much happened.

use std::collections::BTreeMap;

use aurora_model::Nanos;

use crate::faults::{Fault, Injected};

/// Counters of one world, or of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) events: u64,
    pub(crate) span: Nanos,
    pub(crate) orders: u64,
    pub(crate) fills: u64,
    pub(crate) records: u64,
    pub(crate) desks: u64,
    pub(crate) replays: u64,
    pub(crate) checks: u64,
    faults: [u64; Fault::ALL.len()],
    injected: [u64; Injected::ALL.len()],
}

impl Counts {
    pub(crate) fn fault(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    pub(crate) fn injected(&mut self, kind: Injected) {
        self.injected[kind as usize] += 1;
    }

    pub(crate) fn add(&mut self, other: &Counts) {
        self.events += other.events;
        self.span = self.span + other.span;
        self.orders += other.orders;
        self.fills += other.fills;
        self.records += other.records;
        self.desks += other.desks;
        self.replays += other.replays;
        self.checks += other.checks;
        let faults = self.faults.iter_mut().zip(other.faults);
        let injected = self.injected.iter_mut().zip(other.injected);
        faults.chain(injected).for_each(|(sum, count)| *sum += count);
    }

    /// Every kind of fault with how often it struck.
    pub(crate) fn by_kind(&self) -> BTreeMap<&'static str, u64> {
        let faults = Fault::ALL.iter().map(|fault| fault.word()).zip(self.faults);
        let injected = Injected::ALL.iter().map(|kind| kind.word()).zip(self.injected);
        faults.chain(injected).collect()
    }
}
