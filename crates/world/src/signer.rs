//! The signer: the real judge, in a process of its own that outlives desks and may die too.

use aurora_authority::{Authority, HoldCause, Operation, Refusal, Remembered};
use aurora_ha::SignerAnswer;
use aurora_model::Nanos;

use crate::setup;
use crate::world::{BEGIN, Event, NodeEvent, World};

/// The signer's process and what it wrote down.
#[derive(Debug)]
pub(crate) struct Signer {
    authority: Authority,
    pub(crate) is_away: bool,
    /// When the epoch was raised last.
    pub(crate) raised_at: Nanos,
    /// The last placing that was signed, as this process knows.
    signed_at: Nanos,
    /// Whether it tells: a file that keeps the epoch knows nothing of it.
    tells_when: bool,
}

impl Signer {
    pub(crate) fn new(tells_when: bool) -> Signer {
        let authority = Authority::new(setup::policy(), Remembered::NOTHING);
        Signer { authority, is_away: false, raised_at: Nanos(0), signed_at: BEGIN, tells_when }
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.authority.remembered().epoch
    }

    pub(crate) fn judge(
        &mut self,
        now: Nanos,
        epoch: u32,
        operation: &Operation<'_>,
    ) -> Result<(), Refusal> {
        let judged = self.authority.judge(now, epoch, operation);
        if judged.is_ok() && matches!(operation, Operation::Place { .. }) {
            self.signed_at = now;
        }
        judged
    }

    /// The desk of that epoch trades, or does not.
    pub(crate) fn follow(&mut self, epoch: u32, is_trading: bool) -> bool {
        if is_trading {
            return self.authority.release(epoch).is_ok();
        }
        if epoch == self.epoch() {
            self.authority.hold(HoldCause::Desk);
        }
        true
    }

    pub(crate) fn kill(&mut self) {
        self.authority.kill();
    }

    pub(crate) fn rearm(&mut self) {
        self.authority.rearm();
    }

    /// Its process ended, and another begins with what the last one wrote down.
    pub(crate) fn restarts(&mut self, now: Nanos) {
        self.authority = Authority::new(setup::policy(), self.authority.remembered());
        self.authority.hold(HoldCause::Desk);
        (self.is_away, self.signed_at) = (false, now);
    }

    fn raise(&mut self, now: Nanos, epoch: u32) -> SignerAnswer {
        match self.authority.raise(epoch) {
            Ok(()) => {
                self.raised_at = now;
                let signed_ago = self.tells_when.then(|| now - self.signed_at);
                SignerAnswer::Raised { epoch, signed_ago }
            }
            Err(_) => SignerAnswer::Stale { highest: self.epoch() },
        }
    }
}

impl World {
    /// The signer refuses a desk whose epoch is over, and its role machine is told.
    pub(crate) fn told_stale(&mut self, n: usize, epoch: u32) {
        let highest = self.signer.epoch();
        if epoch < highest && !self.signer.is_away {
            let (node, life) = (self.nodes[n].no, self.nodes[n].life);
            let event = NodeEvent::Signer(SignerAnswer::Stale { highest });
            self.after(Nanos::from_millis(1), Event::Node { node, life, term: 0, event });
        }
    }

    pub(crate) fn raise_asked(&mut self, node: u8, life: u32, epoch: u32) {
        let answer = match self.signer.is_away {
            true => SignerAnswer::Failed("the signer's socket is gone".to_owned()),
            false => self.signer.raise(self.now, epoch),
        };
        self.trace
            .say(self.now, || format!("signer: raise to {epoch} for node {node}: {answer:?}"));
        let delay = self.draws.millis(1, 10);
        let event = NodeEvent::Signer(answer);
        self.after(delay, Event::Node { node, life, term: 0, event });
    }
}
