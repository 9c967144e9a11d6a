//! What a start must find: everything that was acted on, nothing else, and where it stood.

use std::collections::BTreeSet;

use aurora_engine::{Engine, Fingerprint};
use aurora_gate::NoStopwatch;
use aurora_journal::{ChainHash, Recovered, Seq};
use aurora_model::{Fill, InstrumentNo};

use crate::desk::Desk;
use crate::faults::Injected;
use crate::world::World;

/// Everything that was ever appended to a journal.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The desk whose appends count: the newest.
    pub(crate) writer: u32,
    /// The chain after each record.
    pub(crate) heads: Vec<ChainHash>,
    /// On two disks: the chains after all records, whoever appended them.
    pub(crate) known: BTreeSet<[u8; 16]>,
    /// The last record that was acted on, and the chain after it.
    pub(crate) released: (Seq, ChainHash),
    /// Where the last desk stood when it ended.
    pub(crate) last: Option<(ChainHash, Fingerprint)>,
}

impl World {
    /// A desk ended: where did it stand?
    pub(crate) fn buried(&mut self, desk: &Desk) {
        if self.checks.files.writer == desk.term {
            let stood = (desk.journal.head_hash(), desk.engine.fingerprint());
            self.checks.files.last = desk.has_begun.then_some(stood);
        }
    }

    /// A journal was replayed: I11, I12.
    pub(crate) fn recovered(
        &mut self,
        term: u32,
        recovered: &Recovered,
        engine: &Engine<NoStopwatch>,
        (told, heads): (&[Fill], &[ChainHash]),
    ) {
        if self.has_two_disks() && recovered.epoch < self.signer.epoch() {
            // Its successor goes by a disk of its own, and nothing is signed for this one.
            return;
        }
        self.keeps_what_was_acted_on(recovered, heads);
        let waits_for_both = self.waits_for_both();
        let files = &mut self.checks.files;
        let last = recovered.last_seq;
        let stood = files.last.take();
        files.writer = term;
        files.heads.truncate(usize::try_from(last.0).unwrap_or(0));
        // Where orders wait for both nodes, this one has acted on nothing yet.
        if !waits_for_both {
            files.released = (last, recovered.head);
        }
        if let Some((head, fingerprint)) = stood
            && head == recovered.head
            && fingerprint != engine.fingerprint()
        {
            let replayed = engine.fingerprint();
            self.fail("I12", format!("{fingerprint} at record {last}, replay gives {replayed}"));
        }
        self.checks.stop = None;
        (self.checks.decided, self.checks.intents) = (0, 0);
        self.checks.booked = (term, Vec::new());
        told.iter().for_each(|fill| self.booked(term, fill));
        for no in 0..self.options.markets {
            self.position_is_told(engine, InstrumentNo(no));
            let unknown = self.venue.orders.iter().find(|order| {
                order.intent.instrument.0 == no && engine.orders().get(order.id).is_none()
            });
            if let Some(order) = unknown.filter(|_| !self.checks.is_lossy) {
                let id = order.id;
                self.fail("I2", format!("the venue has {id}, the recovered journal does not"));
                return;
            }
        }
    }

    /// I11: nothing that was acted on is gone, and nothing is there that was never written.
    fn keeps_what_was_acted_on(&mut self, recovered: &Recovered, heads: &[ChainHash]) {
        let files = &self.checks.files;
        let (last, (released, head)) = (recovered.last_seq, files.released);
        let at = |seq: Seq| usize::try_from(seq.0).ok().and_then(|seq| seq.checked_sub(1));
        let is_known = match at(last) {
            None => true,
            Some(_) if self.has_two_disks() => files.known.contains(&recovered.head.0),
            Some(at) => files.heads.get(at) == Some(&recovered.head),
        };
        let is_kept = at(released).is_none_or(|at| heads.get(at) == Some(&head));
        if !is_kept && self.may_lose() {
            self.checks.is_lossy = true;
            self.injected(Injected::Lost);
        } else if !is_kept {
            self.fail(
                "I11",
                format!("record {released} was acted on, {last} is the last there is"),
            );
        } else if !is_known {
            self.fail(
                "I11",
                format!("up to record {last} the journal holds what was never written"),
            );
        }
    }
}
