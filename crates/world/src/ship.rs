//! The journal on its way to the other node: two machines, each with a disk of its own.
//!
//! The copy, the proofs and what may be believed are the real ones (`Tail`, `Replica`, `Reach`, `Shipped`); the
//! connection between them is the world's.

use std::path::Path;

use aurora_engine::Engine;
use aurora_gate::NoStopwatch;
use aurora_ha::{Fitness, Input as Word, Role};
use aurora_journal::{JournalError, Reach, Record, Replica, Seq, Tail, Taken};
use aurora_model::Nanos;

use crate::desk::{Desk, Died};
use crate::disk::{DIR, Seen, newest_epoch};
use crate::faults::Injected;
use crate::options::Shape;
use crate::setup;
use crate::world::{Event, NodeEvent, World};

/// The longest silence of one that ships.
const BEAT: Nanos = Nanos::from_millis(1_000);
/// The next try after a failure.
const RETRY: Nanos = Nanos::from_millis(500);
/// Silent for longer is gone.
const GONE: Nanos = Nanos::from_millis(3_000);
/// After so long a copy that a disk ended is begun again.
const COPY_AGAIN: Nanos = Nanos::from_millis(5_000);
/// Connections break off in the middle so often, in a thousand pieces.
const BREAKS: u16 = 20;

/// A node's copy of the other one's journal.
#[derive(Debug)]
pub(crate) struct Copying {
    replica: Replica,
    engine: Engine<NoStopwatch>,
    fault: Option<String>,
    reach: Reach,
    link: Option<Link>,
    /// The word to finish has come.
    is_last: bool,
}

/// A connection to the other node.
#[derive(Debug)]
struct Link {
    /// The process at the other end, and what it reads of its journal.
    life: u32,
    tail: Tail,
    /// Its number there.
    no: u64,
    shipped: Seq,
    heard_at: Nanos,
}

/// What became of a look at the other side.
enum Pulled {
    On,
    /// Once more from the first record.
    Rewound,
    Broken(JournalError),
}

impl Copying {
    fn take(engine: &mut Engine<NoStopwatch>, fault: &mut Option<String>, record: &Record) {
        if fault.is_none() {
            let stamped =
                aurora_records::decode(&record.payload).map_err(|error| error.to_string());
            let taken = stamped.and_then(|stamped| {
                engine.replay(record.seq.0, &stamped).map_err(|error| error.to_string())
            });
            *fault = taken.err();
        }
    }
}

impl World {
    pub(crate) fn has_two_disks(&self) -> bool {
        self.options.shape == Shape::TwoHosts
    }

    /// Orders wait until their intent is durable on both nodes.
    pub(crate) fn waits_for_both(&self) -> bool {
        self.has_two_disks() && !self.options.is_async
    }

    /// A takeover may lose what the leader before had acted on.
    pub(crate) fn may_lose(&self) -> bool {
        self.has_two_disks() && self.options.is_async
    }

    /// A follower copies, whenever nothing else has the folder.
    pub(crate) fn keep_following(&mut self, n: usize) {
        let node = &self.nodes[n];
        let is_idle = node.copying.is_none() && node.desk.is_none() && !node.is_broken;
        let follows =
            node.machine.as_ref().is_some_and(|machine| machine.status().role == Role::Follower);
        if self.has_two_disks() && is_idle && follows {
            self.begin_copy(n, false);
        }
    }

    fn begin_copy(&mut self, n: usize, is_last: bool) {
        let mut engine = setup::engine(self.options.seed, self.options.markets, || None);
        let mut fault = None;
        let node = &self.nodes[n];
        let files = Seen::from(node.host, &node.disk);
        let opened = Replica::open_on(files, Path::new(DIR), &mut |record| {
            Copying::take(&mut engine, &mut fault, &record);
        });
        let replica = match opened {
            Ok(replica) => replica,
            Err(JournalError::Locked { .. }) => return,
            Err(error) => {
                if !matches!(error, JournalError::Io { .. }) {
                    self.checks.refused_to_start(self.now, &error);
                }
                return self.copy_broke(n, &error);
            }
        };
        let reach = Reach::new(node.is_behind);
        let copying = Copying { replica, engine, fault, reach, link: None, is_last };
        self.nodes[n].copying = Some(Box::new(copying));
        self.ship_soon(n, 5);
    }

    /// Reads what the other node has to its end, then says so.
    pub(crate) fn finish_copy(&mut self, n: usize) {
        let node = &self.nodes[n];
        if node.copying.is_none() && node.desk.is_none() && !node.is_broken {
            self.begin_copy(n, true);
        }
        if let Some(copying) = &mut self.nodes[n].copying {
            copying.is_last = true;
            copying.reach.look_again();
            self.ship_soon(n, 5);
        }
    }

    /// The other node is looked at within so many milliseconds.
    pub(crate) fn ship_soon(&mut self, n: usize, within: i64) {
        let at = self.now + self.draws.millis(1, within);
        self.ship_at(n, at);
    }

    fn ship_at(&mut self, n: usize, at: Nanos) {
        let node = &mut self.nodes[n];
        if self.now < node.ship_at && node.ship_at <= at {
            return;
        }
        node.ship_at = at;
        let (node, life) = (node.no, node.life);
        self.queue.add(at, Event::Node { node, life, term: 0, event: NodeEvent::Ship });
    }

    /// A follower looks at what has come.
    pub(crate) fn ship(&mut self, n: usize) {
        let Some(mut copying) = self.nodes[n].copying.take() else { return };
        let mut words = Vec::new();
        let pulled = self.pull(n, &mut copying, &mut words);
        let (is_behind, is_last) = (copying.reach.is_behind(), copying.is_last);
        self.nodes[n].is_behind = is_behind;
        words.push(if is_behind { Fitness::Behind } else { Fitness::Fit });
        if let Some(fault) = &copying.fault {
            self.checks.cannot_replay(self.now, fault);
        }
        let mut has_caught_up = false;
        match pulled {
            Pulled::Broken(why) => {
                drop(copying);
                return self.copy_broke(n, &why);
            }
            Pulled::Rewound => {
                drop(copying);
                self.trace.say(self.now, || format!("node {n}: its copy goes back"));
                self.begin_copy(n, is_last);
            }
            Pulled::On if is_last && copying.reach.is_over() => {
                drop(copying);
                has_caught_up = !is_behind;
            }
            Pulled::On => {
                let again = if copying.link.is_some() { BEAT } else { RETRY };
                self.nodes[n].copying = Some(copying);
                self.ship_at(n, self.now + again);
            }
        }
        for fitness in words {
            self.is_fit(n, fitness);
        }
        if has_caught_up {
            let last_epoch = newest_epoch(&self.nodes[n].disk);
            self.tell(n, Word::CaughtUp { last_epoch });
        }
    }

    /// Takes what the other side has, makes it durable, and says so.
    fn pull(&mut self, n: usize, copying: &mut Copying, words: &mut Vec<Fitness>) -> Pulled {
        let other = 1 - n;
        let is_up = self.nodes[other].machine.is_some();
        let is_apart = self.now < self.cuts.apart_until;
        let is_same = |link: &Link| is_up && link.life == self.nodes[other].life;
        if copying.link.as_ref().is_some_and(|link| !is_same(link)) {
            copying.link = None;
            copying.reach.lost();
        }
        if copying.link.is_none() {
            if !is_up || is_apart {
                copying.reach.gone();
                return Pulled::On;
            }
            let there = &mut self.nodes[other];
            let files = Seen::from(there.host, &there.disk);
            let tail = Tail::open_on(files, Path::new(DIR), copying.replica.position());
            let (life, no) = (there.life, there.shipped.begin());
            copying.link = Some(Link { life, tail, no, shipped: Seq(0), heard_at: self.now });
        }
        let is_silent = is_apart || self.nodes[other].paused_until.is_some();
        let Copying { replica, engine, fault, reach, link, .. } = copying;
        let Some(open) = link else { return Pulled::On };
        if is_silent {
            if GONE < self.now - open.heard_at {
                self.nodes[other].shipped.has(open.no, Seq(0), Seq(0));
                reach.gone();
                reach.lost();
                *link = None;
            }
            return Pulled::On;
        }
        open.heard_at = self.now;
        loop {
            let piece = match open.tail.poll() {
                Ok(Some(piece)) => piece,
                Ok(None) => break reach.end(),
                Err(error) => return Pulled::Broken(error),
            };
            if !self.is_calm && self.draws.chance(BREAKS) {
                self.counts.injected(Injected::BrokeOff);
                self.nodes[other].shipped.has(open.no, Seq(0), Seq(0));
                reach.lost();
                *link = None;
                return Pulled::On;
            }
            let was_behind = reach.is_behind();
            reach.piece();
            if reach.is_behind() && !was_behind {
                words.push(Fitness::Behind);
            }
            open.shipped = piece.last_seq();
            match replica.take(&piece, &mut |record| Copying::take(engine, fault, &record)) {
                Ok(Taken::Continued) => reach.proved(),
                Ok(Taken::Known) => {}
                Ok(Taken::Rewound) => return Pulled::Rewound,
                Err(error) => return Pulled::Broken(error),
            }
        }
        if let Err(error) = replica.sync() {
            return Pulled::Broken(error);
        }
        let (said, no, shipped) = (reach.has(replica.last_seq()), open.no, open.shipped);
        let (node, life) = (self.nodes[other].no, open.life);
        let event = NodeEvent::Has(no, shipped, said);
        let soon = self.draws.millis(1, 15);
        self.after(soon, Event::Node { node, life, term: 0, event });
        Pulled::On
    }

    /// The other node says what it has.
    pub(crate) fn other_has(&mut self, n: usize, no: u64, shipped: Seq, said: Seq) {
        if self.now < self.cuts.apart_until {
            return;
        }
        self.nodes[n].shipped.has(no, shipped, said);
        let Some(mut desk) = self.nodes[n].desk.take() else { return };
        let released = self.release(n, &mut desk);
        self.nodes[n].desk = Some(desk);
        if let Err(Died(why)) = released {
            self.die(n, why);
        }
    }

    /// The last record that may be acted on.
    pub(crate) fn releasable(&self, n: usize, desk: &Desk) -> Seq {
        match self.waits_for_both() {
            true => desk.durable.min(self.nodes[n].shipped.last_seq()),
            false => desk.durable,
        }
    }

    /// What its disk ended is begun again after a while; anything else is for a person.
    fn copy_broke(&mut self, n: usize, why: &JournalError) {
        self.trace.say(self.now, || format!("node {n}: its copy is broken: {why}"));
        self.counts.injected(Injected::CopyBroke);
        (self.nodes[n].is_broken, self.nodes[n].copying) = (true, None);
        if matches!(why, JournalError::Io { .. }) {
            let (node, life) = (self.nodes[n].no, self.nodes[n].life);
            let event = NodeEvent::CopyAgain;
            self.after(COPY_AGAIN, Event::Node { node, life, term: 0, event });
        }
        self.is_fit(n, Fitness::Broken);
    }

    pub(crate) fn copy_again(&mut self, n: usize) {
        self.nodes[n].is_broken = false;
        self.keep_following(n);
    }

    fn is_fit(&mut self, n: usize, fitness: Fitness) {
        if std::mem::replace(&mut self.nodes[n].fitness, fitness) != fitness {
            self.tell(n, Word::Copy(fitness));
        }
    }
}
