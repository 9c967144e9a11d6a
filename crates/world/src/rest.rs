//! The end of a world: faults are over, and everything must come to rest.

use aurora_engine::{Command, Reconciliation};
use aurora_model::{Nanos, TradingState, TransitionCause};

use crate::disk::newest_epoch;
use crate::world::World;

/// Until a leader must trade again, with every fate known.
const TRADES_WITHIN: Nanos = Nanos::from_millis(60_000);
/// Until a held desk has nothing open at the venue.
const CANCELED_WITHIN: Nanos = Nanos::from_millis(8_000);
/// Until it also knows that: an order that nobody has heard of takes its time.
const RESTS_WITHIN: Nanos = Nanos::from_millis(25_000);

impl World {
    /// Lets the world come to rest; what did not is a violation.
    pub(crate) fn come_to_rest(&mut self) {
        self.calm_down();
        if self.checks.is_lossy {
            // Orders and fills that nobody has written down keep the desk in HOLD, rightly.
            return self.end();
        }
        if self.wait(TRADES_WITHIN, World::missing_to_trade) {
            return;
        }
        self.wants_hold = true;
        self.venue.is_idle = true;
        if let Some(n) = self.leader() {
            let hold = Command::Hold(TransitionCause::Operator, "the end".to_owned());
            self.command(n, &hold);
        }
        if self.wait(CANCELED_WITHIN, World::open_at_the_venue)
            || self.wait(RESTS_WITHIN, World::missing_to_rest)
        {
            return;
        }
        self.end();
    }

    /// Goes on until nothing is missing. True when it failed.
    fn wait(&mut self, span: Nanos, missing: fn(&World) -> Option<(&'static str, String)>) -> bool {
        let until = self.now + span;
        let mut look_at = self.now;
        loop {
            if look_at <= self.now {
                look_at = self.now + Nanos::from_millis(250);
                match missing(self) {
                    None => return self.checks.violation.is_some(),
                    Some((invariant, what)) if until <= self.now => {
                        self.trace.say(self.now, || format!("VIOLATION {invariant}: {what}"));
                        self.checks.fail(self.now, invariant, what);
                        return true;
                    }
                    Some(_) => {}
                }
            }
            if !self.step() {
                return true;
            }
        }
    }

    fn missing_to_trade(&self) -> Option<(&'static str, String)> {
        let Some(desk) = self.leader().and_then(|n| self.nodes[n].desk.as_ref()) else {
            return Some(("Q3", "no node leads".to_owned()));
        };
        let (engine, status) = (&desk.engine, desk.engine.status());
        let doubts = engine.orders().in_doubt_count();
        if doubts != 0 {
            return Some(("Q1", format!("{doubts} orders are in doubt")));
        }
        if status.state != TradingState::Run {
            let failed = engine.checks(self.nodes[0].local(self.now));
            let failed: Vec<_> = failed.iter().filter(|(_, ok)| !ok).map(|(c, _)| c.id()).collect();
            let why = format!("{} ({:?} {})", status.state.code(), status.cause, status.reason);
            return Some(("Q4", format!("the desk stays in {why}; checks: {failed:?}")));
        }
        None
    }

    fn open_at_the_venue(&self) -> Option<(&'static str, String)> {
        let open = self.venue.orders.iter().filter(|order| order.ended_at.is_none()).count();
        (open != 0).then(|| ("Q2", format!("{open} orders stay open though the desk is held")))
    }

    fn missing_to_rest(&self) -> Option<(&'static str, String)> {
        let Some(desk) = self.leader().and_then(|n| self.nodes[n].desk.as_ref()) else {
            return Some(("Q3", "no node leads".to_owned()));
        };
        let engine = &desk.engine;
        let open = self.venue.orders.iter().filter(|order| order.ended_at.is_none()).count();
        let live = engine.orders().live_count();
        if live != 0 || open != 0 {
            return Some(("Q2", format!("{live} orders live here, {open} at the venue")));
        }
        for market in engine.markets() {
            let (ours, theirs) =
                (engine.ledger().position(market.no).0, self.venue.position[market.no.index()]);
            if ours != theirs {
                return Some(("Q2", format!("{}: {ours} here, {theirs} there", market.no.0)));
            }
        }
        if *engine.reconciliation() != Reconciliation::Agreed {
            return Some(("Q2", format!("{:?}", engine.reconciliation())));
        }
        None
    }

    /// Ends every process in order, and reads the journal once more.
    fn end(&mut self) {
        let Some(n) = self.leader() else { return };
        let Some(mut desk) = self.nodes[n].desk.take() else { return };
        match desk.journal.commit() {
            Ok(seq) => {
                desk.durable = seq;
                desk.released = desk.released.max(self.releasable(n, &desk));
                self.released(n, &mut desk);
            }
            // What went wrong before may show only now: as good as a crash.
            Err(_) => desk.has_begun = false,
        }
        self.buried(&desk);
        let epoch = newest_epoch(&self.nodes[n].disk).max(desk.epoch) + 1;
        drop(desk);
        for node in &mut self.nodes {
            node.desk = None;
        }
        if let Err(cannot) = self.open_desk(n, epoch) {
            self.checks.fail(self.now, "I12", format!("the last start: {cannot:?}"));
        }
    }
}
