//! The lease store: one row, its own clock, and a network before it.

use aurora_ha::{LeaseAnswer, Token};
use aurora_model::Nanos;

use crate::world::{Event, NodeEvent, World};

/// How long a lease lasts; the nodes' settings say the same.
const TTL: Nanos = Nanos::from_millis(5_000);

/// Who has the lease.
#[derive(Debug, Default)]
pub(crate) struct Store {
    holder: Option<u8>,
    token: Token,
    until: Nanos,
    /// Does not answer before.
    pub(crate) away_until: Nanos,
}

impl Store {
    fn ask(&mut self, now: Nanos, node: u8, token: Option<Token>) -> LeaseAnswer {
        let is_held = self.holder.is_some() && now < self.until;
        match token {
            Some(token) if token != self.token || self.holder != Some(node) => LeaseAnswer::Gone,
            // A lease that ran out is still renewed while nobody else has taken it.
            Some(_) => {
                self.until = now + TTL;
                LeaseAnswer::Granted(self.token)
            }
            None if is_held => LeaseAnswer::Held,
            None => {
                self.token = Token(self.token.0 + 1);
                (self.holder, self.until) = (Some(node), now + TTL);
                LeaseAnswer::Granted(self.token)
            }
        }
    }

    /// It is put back from a backup: whoever asks next has the lease, whoever has it does not know.
    pub(crate) fn forget(&mut self) {
        self.holder = None;
    }

    pub(crate) fn release(&mut self, token: Token) {
        if self.token == token {
            self.holder = None;
        }
    }
}

impl World {
    pub(crate) fn lease_asked(&mut self, node: u8, life: u32, no: u64, token: Option<Token>) {
        if self.now < self.store.away_until {
            return;
        }
        let answer = self.store.ask(self.now, node, token);
        let delay = if self.draws.chance(self.options.slow / 4) && !self.is_calm {
            self.draws.millis(300, 1_500)
        } else {
            self.draws.millis(1, 20)
        };
        let event = NodeEvent::Lease(no, answer);
        self.after(delay, Event::Node { node, life, term: 0, event });
    }
}
