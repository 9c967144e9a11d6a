//! The gate as bytes and back, for snapshots: what reports of earlier runs have made of it.
//!
//! Latency and TRAP windows are not in it: no record of the journal feeds them.

use aurora_model::saved;
use aurora_model::saved::Saved;

use crate::governance::Governor;
use crate::kill_switch::{KillSwitch, Tally};
use crate::pipeline::Gate;
use crate::symbols::{Position, Symbol, Symbols};

saved!(Governor { halt_until, killed });
saved!(Tally { last, bad });
saved!(Position { side, since });

impl Saved for Symbol {
    fn save(&self, out: &mut Vec<u8>) {
        let Symbol { cooldown_until, last_allow, position, allows, exposure, last_order, trap: _ } =
            self;
        (*cooldown_until, *last_allow, *position).save(out);
        allows.save(out);
        (*exposure, *last_order).save(out);
    }

    fn load(bytes: &mut &[u8]) -> Option<Symbol> {
        let (cooldown_until, last_allow, position) = Saved::load(bytes)?;
        let allows = Saved::load(bytes)?;
        let (exposure, last_order) = Saved::load(bytes)?;
        let trap = None;
        Some(Symbol { cooldown_until, last_allow, position, allows, exposure, last_order, trap })
    }
}

impl Symbols {
    fn save_state(&self, out: &mut Vec<u8>) {
        let Symbols { hashes, names, used, symbols, clock, most: _, name, hash, place } = self;
        hashes.save(out);
        names.save(out);
        used.save(out);
        symbols.save(out);
        clock.save(out);
        name.save(out);
        (*hash, *place).save(out);
    }

    fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.hashes = Saved::load(bytes)?;
        self.names = Saved::load(bytes)?;
        self.used = Saved::load(bytes)?;
        self.symbols = Saved::load(bytes)?;
        self.clock = Saved::load(bytes)?;
        self.name = Saved::load(bytes)?;
        (self.hash, self.place) = Saved::load(bytes)?;
        let known = self.symbols.len();
        let is_even = [self.hashes.len(), self.names.len(), self.used.len()] == [known; 3];
        let is_there = self.place.is_none_or(|place| place < known);
        (is_even && is_there && known <= self.most).then_some(())
    }
}

impl KillSwitch {
    fn save_state(&self, out: &mut Vec<u8>) {
        let KillSwitch { config: _, denied, rejected } = self;
        denied.save(out);
        rejected.save(out);
    }

    fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        (self.denied, self.rejected) = (Saved::load(bytes)?, Saved::load(bytes)?);
        let is_true = |tally: &Tally| tally.bad == tally.last.iter().filter(|bad| **bad).count();
        (is_true(&self.denied) && is_true(&self.rejected)).then_some(())
    }
}

impl Gate {
    /// Appends what the reports of earlier runs have made of it.
    pub fn save_state(&self, out: &mut Vec<u8>) {
        self.now.save(out);
        self.governor.save(out);
        self.kill_switch.save_state(out);
        self.symbols.save_state(out);
    }

    /// Takes that state from the front of `bytes`; `None` when it is none.
    pub fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.now = Saved::load(bytes)?;
        self.governor = Saved::load(bytes)?;
        self.kill_switch.load_state(bytes)?;
        self.symbols.load_state(bytes)
    }
}
