//! The world: one queue of events, and everything they happen to.

use aurora_ha::{LeaseAnswer, SignerAnswer, Token};
use aurora_journal::Seq;
use aurora_model::{Nanos, VenueReport};

use crate::check::{Checks, Violation};
use crate::counts::Counts;
use crate::draws::Draws;
use crate::faults::Injected;
use crate::lease::Store;
use crate::net::{Call, Cuts};
use crate::node::Node;
use crate::options::{Options, Shape};
use crate::queue::Queue;
use crate::signer::Signer;
use crate::trace::Trace;
use crate::venue::{Answer, Venue};

/// The moment every world begins: 14 November 2023, noon.
pub(crate) const BEGIN: Nanos = Nanos(1_699_963_200_000_000_000);

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// To a process (`life`), or to the desk in it (`term`, not zero).
    Node {
        node: u8,
        life: u32,
        term: u32,
        event: NodeEvent,
    },
    /// A call arrives at the venue.
    Arrive(Box<Call>),
    /// A lease is asked for, renewed, given back.
    Lease {
        node: u8,
        life: u32,
        no: u64,
        token: Option<Token>,
    },
    Release {
        token: Token,
    },
    /// The signer is asked to raise its epoch.
    Raise {
        node: u8,
        life: u32,
        epoch: u32,
    },
    /// A process begins.
    Restart(u8),
    /// A paused process goes on.
    Resume(u8),
    /// Something trades, or the dead man's switch fires.
    VenueStep,
    /// The timetable's next fault.
    Fault,
    /// A fault of the timetable ends.
    Mend(Mend),
    /// People look at the desk.
    Operator,
}

#[derive(Debug)]
pub(crate) enum NodeEvent {
    Tick,
    Lease(u64, LeaseAnswer),
    Signer(SignerAnswer),
    Timer,
    Market(u16),
    Commit,
    Begin,
    Close,
    Compare,
    Watch,
    Answer(Box<(Call, Answer)>),
    Push(u32, Box<VenueReport>),
    /// A follower looks at what the other node has shipped.
    Ship,
    /// A copy that a disk ended is begun again.
    CopyAgain,
    /// The follower on that connection has so much, where so much was shipped.
    Has(u64, Seq, Seq),
}

/// What is put right again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mend {
    DiskFull,
    SlowDisk,
    Signer,
    LetGo,
    /// Not mended at all: the power goes too.
    Power,
}

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Nanos,
    pub(crate) draws: Draws,
    pub(crate) options: Options,
    pub(crate) queue: Queue<Event>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) venue: Venue,
    pub(crate) signer: Signer,
    pub(crate) store: Store,
    pub(crate) cuts: Cuts,
    /// The best bids, in ticks.
    pub(crate) bids: [i64; 2],
    pub(crate) checks: Checks,
    pub(crate) counts: Counts,
    pub(crate) trace: Trace,
    /// Desks so far.
    pub(crate) terms: u32,
    /// Faults are over: everything must come to rest.
    pub(crate) is_calm: bool,
    /// A person has asked for the desk to stand still.
    pub(crate) wants_hold: bool,
}

impl World {
    pub(crate) fn new(seed: u64, trace: Trace) -> World {
        let mut draws =
            Draws::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0xA076_1D64_78BD_642F);
        let options = Options::of(seed, &mut draws);
        let nodes = if options.shape == Shape::Alone { 1 } else { 2 };
        let disk = crate::disk::Disk::new();
        let nodes = (0..nodes).map(|no| match options.shape {
            Shape::Alone | Shape::OneHost => Node::new(no, 0, disk.clone(), &mut draws),
            Shape::SharedStore => Node::new(no, no, disk.clone(), &mut draws),
            Shape::TwoHosts => Node::new(no, no, crate::disk::Disk::new(), &mut draws),
        });
        let nodes = nodes.collect();
        let venue = Venue {
            refusals: options.refusals,
            overfills: options.overfills,
            crossings: options.crossings,
            ..Venue::default()
        };
        let mut world = World {
            now: BEGIN,
            draws,
            queue: Queue::new(),
            nodes,
            venue,
            signer: Signer::new(options.signer_tells),
            store: Store::default(),
            cuts: Cuts::default(),
            bids: [1_000, 500],
            checks: Checks::new(),
            counts: Counts::default(),
            trace,
            terms: 0,
            is_calm: false,
            wants_hold: false,
            options,
        };
        for node in 0..world.nodes.len() {
            let at = BEGIN + world.draws.millis(0, 400);
            world.queue.add(at, Event::Restart(u8::try_from(node).unwrap_or(0)));
        }
        world.queue.add(BEGIN + Nanos::from_millis(50), Event::VenueStep);
        let first = BEGIN + world.draws.millis(100, world.options.fault_every.millis() * 4);
        world.queue.add(first, Event::Fault);
        world.queue.add(BEGIN + Nanos::SECOND * 2, Event::Operator);
        world
    }

    /// Lets the next thing happen. False when a check failed, or there is nothing.
    pub(crate) fn step(&mut self) -> bool {
        let Some((at, event)) = self.queue.pop() else { return false };
        debug_assert!(self.now <= at, "time goes on");
        self.now = at;
        self.counts.events += 1;
        match event {
            Event::Node { node, life, term, event } => {
                self.on_node(usize::from(node), life, term, event);
            }
            Event::Arrive(call) => self.arrive(*call),
            Event::Lease { node, life, no, token } => self.lease_asked(node, life, no, token),
            Event::Release { token } => self.store.release(token),
            Event::Raise { node, life, epoch } => self.raise_asked(node, life, epoch),
            Event::Restart(node) => self.restart(usize::from(node)),
            Event::Resume(node) => self.resume(usize::from(node)),
            Event::VenueStep => self.venue_step(),
            Event::Fault => self.next_fault(),
            Event::Mend(mend) => self.mend(mend),
            Event::Operator => self.operator(),
        }
        self.checks.violation.is_none()
    }

    pub(crate) fn after(&mut self, span: Nanos, event: Event) {
        self.queue.add(self.now + span, event);
    }

    pub(crate) fn injected(&mut self, kind: Injected) {
        self.counts.injected(kind);
    }

    pub(crate) fn violation(&self) -> Option<&Violation> {
        self.checks.violation.as_ref()
    }

    /// The venue's own time passes: orders trade, the dead man's switch fires.
    fn venue_step(&mut self) {
        let every = self.draws.millis(60, 260);
        self.after(every, Event::VenueStep);
        if self.venue.dead_man.is_some_and(|due| due <= self.now) {
            self.venue.dead_man = None;
            self.venue.cancel_all(self.now);
            self.trace.say(self.now, || "venue: the dead man's switch cancels everything".into());
        }
        if self.now < self.venue.away_until || self.venue.is_idle {
            return self.push_all();
        }
        if !self.draws.chance(self.options.lively) {
            return self.push_all();
        }
        let overfilled = self.venue.overfilled;
        let traded = self.venue.trade(self.now, &mut self.draws);
        if overfilled < self.venue.overfilled {
            self.injected(Injected::Overfill);
        }
        if let Some(at) = traded {
            let order = &self.venue.orders[at];
            if order.is_leaving {
                self.counts.injected(Injected::FillCrossedCancel);
            }
            let (id, filled) = (order.id, order.filled);
            self.trace.say(self.now, || format!("venue: {id} has filled {}", filled.0));
        }
        self.push_all();
    }
}
