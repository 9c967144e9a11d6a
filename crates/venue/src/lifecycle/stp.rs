//! Self-trade prevention: what each venue has, and what is sent.

use aurora_wire::{Capabilities, Placement, Stp};

/// One row of a venue's table of self-trade modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StpRow {
    /// Our word.
    pub mode: Stp,
    /// The venue's word.
    pub word: &'static str,
    /// It is what an order gets that asks for nothing else.
    pub is_default: bool,
}

/// The venue's table; empty where it has none.
pub fn stp_table(capabilities: &Capabilities) -> Vec<StpRow> {
    let rows = capabilities.stp.iter().enumerate();
    rows.map(|(at, &(mode, word))| StpRow { mode, word, is_default: at == 0 }).collect()
}

/// An exit takes our own resting order out of its way, where the venue can do that.
pub(super) fn clear_the_way(placement: &mut Placement, capabilities: &Capabilities) {
    if capabilities.stp.iter().any(|(mode, _)| *mode == Stp::CancelMaker) {
        placement.stp = Stp::CancelMaker;
    }
}
