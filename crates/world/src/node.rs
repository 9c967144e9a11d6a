//! A node: a process that lives and dies, the role machine in it, and its desk while it leads.

use aurora_engine::{Command, Input};
use aurora_ha::{DeskWord, Fitness, Input as Word, Machine, Output, Settings};
use aurora_journal::Shipped;
use aurora_model::{Nanos, TransitionCause};

use crate::desk::{Cannot, Desk, Died};
use crate::disk::{Disk, newest_epoch};
use crate::draws::Draws;
use crate::ship::Copying;
use crate::world::{BEGIN, Event, NodeEvent, World};

/// Spans of the role machine: short, so that worlds see many takeovers.
fn settings() -> Settings {
    Settings {
        drain_limit: Nanos::from_millis(4_000),
        stand_aside: Nanos::from_millis(4_000),
        candidate_limit: Nanos::from_millis(6_000),
        ..Settings::default()
    }
}

/// One machine and the process on it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) no: u8,
    pub(crate) disk: Disk,
    /// Which machine its locks belong to.
    pub(crate) host: u8,
    /// What the machine's wall clock shows beyond the truth.
    pub(crate) clock_off: Nanos,
    /// The same, as it was when the process began: it counts on by itself from there.
    anchor: Nanos,
    /// Counts processes; messages to an earlier one find nobody.
    pub(crate) life: u32,
    pub(crate) machine: Option<Machine>,
    pub(crate) desk: Option<Box<Desk>>,
    /// On two hosts, while it follows.
    pub(crate) copying: Option<Box<Copying>>,
    /// As its process knows: the other node had more than it has told.
    pub(crate) is_behind: bool,
    /// Its copy is not continued before a person has looked.
    pub(crate) is_broken: bool,
    pub(crate) ship_at: Nanos,
    /// What the role machine was told of the copy.
    pub(crate) fitness: Fitness,
    /// What the other node has of what this one ships.
    pub(crate) shipped: Shipped,
    pub(crate) paused_until: Option<Nanos>,
    inbox: Vec<(u32, u32, NodeEvent)>,
    /// It dies when so many more steps are done.
    pub(crate) dies_in: Option<u32>,
    /// Syncs take long before.
    pub(crate) slow_until: Nanos,
    /// The market says nothing before.
    pub(crate) silent_until: Nanos,
    tick_at: Nanos,
}

impl Node {
    pub(crate) fn new(no: u8, host: u8, disk: Disk, draws: &mut Draws) -> Node {
        let clock_off = draws.millis(-200, 200);
        Node {
            no,
            disk,
            host,
            clock_off,
            anchor: Nanos(0),
            life: 0,
            machine: None,
            desk: None,
            copying: None,
            is_behind: false,
            is_broken: false,
            ship_at: Nanos(0),
            fitness: Fitness::Fit,
            shipped: Shipped::default(),
            paused_until: None,
            inbox: Vec::new(),
            dies_in: None,
            slow_until: Nanos(0),
            silent_until: Nanos(0),
            tick_at: Nanos(0),
        }
    }

    /// What the desk on it believes the time to be.
    pub(crate) fn local(&self, now: Nanos) -> Nanos {
        now + self.anchor
    }
}

impl World {
    /// A process begins; whatever the one before left is on the disk or gone.
    pub(crate) fn restart(&mut self, n: usize) {
        let now = self.now;
        let node = &mut self.nodes[n];
        if node.machine.is_some() {
            return;
        }
        node.life += 1;
        if node.anchor < node.clock_off {
            // For all a new process can know, so much more time has passed.
            self.checks.clock_went_on(node.clock_off - node.anchor);
        }
        node.anchor = node.clock_off;
        node.paused_until = None;
        node.dies_in = None;
        node.inbox.clear();
        (node.tick_at, node.ship_at) = (Nanos(0), Nanos(0));
        (node.is_behind, node.is_broken, node.fitness) = (false, false, Fitness::Fit);
        // Connections of the process before tell nothing to this one.
        node.shipped.begin();
        let epoch = newest_epoch(&node.disk);
        node.machine = Some(Machine::new(settings(), now - BEGIN, epoch).expect("sound spans"));
        self.trace.say(now, || format!("node {n}: begins, the journal's newest epoch is {epoch}"));
        self.tell(n, Word::Tick);
    }

    /// A process dies; `is_power` takes with it what was not synced.
    pub(crate) fn die(&mut self, n: usize, why: &str) {
        if self.nodes[n].machine.is_none() {
            return;
        }
        self.trace.say(self.now, || format!("node {n}: dies: {why}"));
        let node = &mut self.nodes[n];
        node.machine = None;
        node.paused_until = None;
        node.inbox.clear();
        node.copying = None;
        if let Some(desk) = self.nodes[n].desk.take() {
            self.buried(&desk);
        }
        let node = self.nodes[n].no;
        let back = self.draws.millis(50, 2_500);
        self.after(back, Event::Restart(node));
    }

    pub(crate) fn on_node(&mut self, n: usize, life: u32, term: u32, event: NodeEvent) {
        let node = &mut self.nodes[n];
        let is_gone = node.machine.is_none() || node.life != life;
        if is_gone || (term != 0 && node.desk.as_ref().is_none_or(|desk| desk.term != term)) {
            return;
        }
        if node.paused_until.is_some() {
            return node.inbox.push((life, term, event));
        }
        match event {
            NodeEvent::Tick => self.tell(n, Word::Tick),
            NodeEvent::Lease(no, answer) => self.tell(n, Word::Lease { no, answer }),
            NodeEvent::Signer(answer) => self.tell(n, Word::Signer(answer)),
            NodeEvent::Ship => self.ship(n),
            NodeEvent::CopyAgain => self.copy_again(n),
            NodeEvent::Has(no, shipped, said) => self.other_has(n, no, shipped, said),
            event => self.on_desk(n, event),
        }
    }

    fn on_desk(&mut self, n: usize, event: NodeEvent) {
        let Some(mut desk) = self.nodes[n].desk.take() else { return };
        match self.desk_event(n, &mut desk, event) {
            Ok(true) => self.nodes[n].desk = Some(desk),
            Ok(false) => {
                self.buried(&desk);
                drop(desk);
                self.tell(n, Word::Desk(DeskWord::Drained));
            }
            Err(Died(why)) => {
                self.nodes[n].desk = Some(desk);
                self.die(n, why);
            }
        }
    }

    /// The process goes on: everything that waited happens now.
    pub(crate) fn resume(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        if node.paused_until.is_none_or(|until| self.now < until) {
            return;
        }
        node.paused_until = None;
        self.trace.say(self.now, || format!("node {n}: goes on"));
        let inbox = std::mem::take(&mut self.nodes[n].inbox);
        for (life, term, event) in inbox {
            self.on_node(n, life, term, event);
        }
    }

    /// Tells the role machine something, and does what it says.
    pub(crate) fn tell(&mut self, n: usize, word: Word) {
        let now = self.now - BEGIN;
        let Some(machine) = &mut self.nodes[n].machine else { return };
        machine.on_input(now, word);
        while let Some(output) = self.nodes[n].machine.as_mut().and_then(Machine::poll_output) {
            self.carry_out_role(n, output);
        }
        self.keep_following(n);
        self.next_tick(n);
    }

    /// The machine is told the time when it wants, and often enough that a pause shows.
    fn next_tick(&mut self, n: usize) {
        let node = &mut self.nodes[n];
        let Some(machine) = &node.machine else { return };
        let wanted = BEGIN + machine.next_timer();
        let at = wanted.min(self.now + Nanos::from_millis(400)).max(self.now + Nanos(1_000));
        if self.now < node.tick_at && node.tick_at <= at {
            return;
        }
        node.tick_at = at;
        let (no, life) = (node.no, node.life);
        let event = NodeEvent::Tick;
        self.queue.add(at, Event::Node { node: no, life, term: 0, event });
    }

    fn carry_out_role(&mut self, n: usize, output: Output) {
        let Node { no, life, .. } = self.nodes[n];
        let delay = self.draws.millis(1, 15);
        match output {
            Output::TryLease { no: ask } => {
                self.after(delay, Event::Lease { node: no, life, no: ask, token: None });
            }
            Output::RenewLease { no: ask, token } => {
                self.after(delay, Event::Lease { node: no, life, no: ask, token: Some(token) });
            }
            Output::ReleaseLease { token } => self.after(delay, Event::Release { token }),
            Output::RaiseEpoch { epoch } => {
                self.after(delay, Event::Raise { node: no, life, epoch });
            }
            Output::CatchUp if self.has_two_disks() => self.finish_copy(n),
            Output::CatchUp => {
                let last_epoch = newest_epoch(&self.nodes[n].disk);
                self.tell(n, Word::CaughtUp { last_epoch });
            }
            Output::StartDesk { epoch, .. } => self.start_desk(n, epoch),
            Output::StopSending => {
                if let Some(desk) = &mut self.nodes[n].desk {
                    desk.line.is_stopped = true;
                }
            }
            Output::HoldDesk(why) => {
                let hold = Command::Hold(TransitionCause::Venue, why.text().1.to_owned());
                self.command(n, &hold);
            }
            Output::DrainDesk { why, .. } => {
                self.trace.say(self.now, || format!("node {n}: drains: {}", why.code()));
                let hold = Command::Hold(TransitionCause::Shutdown, why.text().1.to_owned());
                self.command(n, &hold);
                match &self.nodes[n].desk {
                    Some(desk) => {
                        let term = desk.term;
                        let soon = self.draws.millis(50, 600);
                        let event = NodeEvent::Close;
                        self.after(soon, Event::Node { node: no, life, term, event });
                    }
                    None => self.tell(n, Word::Desk(DeskWord::Drained)),
                }
            }
            Output::EndProcess => self.die(n, "the drain does not end"),
            Output::Notice(notice) => {
                self.trace.say(self.now, || format!("node {n}: {notice:?}"));
            }
        }
    }

    fn start_desk(&mut self, n: usize, epoch: u32) {
        self.nodes[n].copying = None;
        match self.open_desk(n, epoch) {
            Ok(desk) => {
                self.nodes[n].desk = Some(desk);
                self.tell(n, Word::Desk(DeskWord::Started));
            }
            Err(Cannot::Refused(why)) => {
                self.trace.say(self.now, || format!("node {n}: no desk: {why}"));
                self.tell(n, Word::Desk(DeskWord::Failed));
            }
            Err(Cannot::Died(why)) => self.die(n, &why),
        }
    }

    /// A command to the desk on that node, if there is one; whether it was carried out.
    pub(crate) fn command(&mut self, n: usize, command: &Command) -> bool {
        if self.nodes[n].paused_until.is_some() {
            return false;
        }
        let Some(mut desk) = self.nodes[n].desk.take() else { return false };
        if !desk.has_begun {
            self.nodes[n].desk = Some(desk);
            return false;
        }
        let done = self.apply(n, &mut desk, &Input::Command(command.clone()));
        self.nodes[n].desk = Some(desk);
        match done {
            Ok(is_done) => is_done,
            Err(Died(why)) => {
                self.die(n, why);
                false
            }
        }
    }

    /// The node that may trade, as far as it knows itself.
    pub(crate) fn leader(&self) -> Option<usize> {
        let epoch = self.signer.epoch();
        self.nodes.iter().position(|node| {
            node.paused_until.is_none()
                && node.desk.as_ref().is_some_and(|desk| desk.has_begun && desk.epoch == epoch)
        })
    }
}
