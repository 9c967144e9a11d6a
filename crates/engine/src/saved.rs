//! The whole state that a replay leads to, as bytes and back: what a snapshot holds.
//!
//! Only a replay makes it, never a running engine: what market and timers add comes back from market and
//! timers. It belongs to one configuration, told by a hash of it: with other instruments, limits or gates the same
//! records may lead elsewhere, and the journal is replayed whole.

use std::fmt::Write;

use aurora_gate::Stopwatch;
use aurora_model::saved;
use aurora_model::saved::Saved;

use crate::engine::{Engine, Settings};
use crate::market::Market;
use crate::state::Status;

/// Grows by one whenever the same bytes would mean something else, or replay itself leads elsewhere.
const VERSION: u16 = 3;

/// Why a saved state cannot be taken. The journal has everything: replay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Written by another version.
    #[error("it is of version {0}, this program writes {VERSION}")]
    Version(u16),
    /// Made with another configuration.
    #[error("it was made with other instruments, limits or gates")]
    Configuration,
    /// The bytes are no state.
    #[error("its bytes are no state")]
    Unreadable,
}

saved!(Status { state, cause, reason, since });

impl Market {
    /// What outlives a run. (Its book, its features and its strategy come back with the market.)
    fn save_state(&self, out: &mut Vec<u8>) {
        (self.quiet_until, self.no_exit_until, self.held).save(out);
        self.breaker.save(out);
    }

    fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        (self.quiet_until, self.no_exit_until, self.held) = Saved::load(bytes)?;
        self.breaker = Saved::load(bytes)?;
        Some(())
    }
}

impl<W: Stopwatch> Engine<W> {
    /// The whole state of an engine into which a journal was replayed and that has not been started.
    pub fn state(&self) -> Vec<u8> {
        debug_assert!(!self.started, "what market and timers add is no part of it");
        let mut out = Vec::with_capacity(1 << 16);
        VERSION.save(&mut out);
        out.extend_from_slice(&self.basis());
        self.orders.save_state(&mut out);
        self.ledger.save_state(&mut out);
        self.gate.save_state(&mut out);
        self.markets.iter().for_each(|market| market.save_state(&mut out));
        self.turnover.save(&mut out);
        self.budget.save(&mut out);
        self.sent.save(&mut out);
        self.status.save(&mut out);
        self.outcomes.save(&mut out);
        self.last_fill_at.save(&mut out);
        self.day.save(&mut out);
        out
    }

    /// This engine, new and not started, in the state that was saved.
    ///
    /// # Errors
    /// [`StateError`]; the engine is gone then, for it may be half filled.
    pub fn restored(mut self, state: &[u8]) -> Result<Engine<W>, StateError> {
        let bytes = &mut &state[..];
        let version = u16::load(bytes).ok_or(StateError::Unreadable)?;
        if version != VERSION {
            return Err(StateError::Version(version));
        }
        let (basis, rest) = bytes.split_first_chunk().ok_or(StateError::Unreadable)?;
        if *basis != self.basis() {
            return Err(StateError::Configuration);
        }
        *bytes = rest;
        self.load_state(bytes).ok_or(StateError::Unreadable)?;
        // What is not written the way it was read was not written by us.
        if bytes.is_empty() && self.state() == state {
            Ok(self)
        } else {
            Err(StateError::Unreadable)
        }
    }

    fn load_state(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.orders.load_state(bytes)?;
        self.ledger.load_state(bytes)?;
        self.gate.load_state(bytes)?;
        self.markets.iter_mut().try_for_each(|market| market.load_state(bytes))?;
        self.turnover = Saved::load(bytes)?;
        self.budget = Saved::load(bytes)?;
        self.sent = Saved::load(bytes)?;
        self.status = Saved::load(bytes)?;
        self.outcomes = Saved::load(bytes)?;
        self.last_fill_at = Saved::load(bytes)?;
        self.day = Saved::load(bytes)?;
        Some(())
    }

    /// Everything beside the records that a replay depends on.
    fn basis(&self) -> [u8; 32] {
        // How wallets are compared is judged live, never by a replay.
        let settings = Settings { wallets: None, ..self.settings.clone() };
        let mut text = format!("{settings:?}\n{:?}\n", self.gate.config());
        for market in &self.markets {
            let _ = writeln!(text, "{:?} {}", market.instrument, market.is_traded());
        }
        for (currency, start) in self.ledger.started_with() {
            let _ = writeln!(text, "{currency} {start}");
        }
        *blake3::hash(text.as_bytes()).as_bytes()
    }
}

/// The first 16 bytes of BLAKE3 over a saved state: equal hash, equal state.
pub fn state_hash(state: &[u8]) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(state).as_bytes()[..16]);
    first
}
