//! The timetable: which fault strikes when, how long it lasts, and what people do.

use std::io::ErrorKind;

use aurora_engine::Command;
use aurora_ha::{Input as Word, Operator};
use aurora_journal::disk::Fault as DiskFault;
use aurora_model::{Nanos, TradingState, TransitionCause};

use crate::disk::Disk;
use crate::faults::Fault;
use crate::world::{BEGIN, Event, Mend, World};

/// People look at the desk so often.
const PEOPLE: Nanos = Nanos::from_millis(1_500);

impl World {
    /// The next fault strikes.
    pub(crate) fn next_fault(&mut self) {
        if self.is_calm {
            return;
        }
        let next = self.draws.millis(50, self.options.fault_every.millis());
        self.after(next, Event::Fault);
        if self.options.faults.is_empty() {
            return;
        }
        let fault = self.draws.pick(&self.options.faults);
        let node = self.draws.place(self.nodes.len());
        // Mostly the one that does something.
        let node = self.leader().filter(|_| self.draws.chance(800)).unwrap_or(node);
        self.strike(fault, node);
    }

    fn strike(&mut self, fault: Fault, n: usize) {
        if fault != Fault::KillAtStep {
            self.counts.fault(fault);
        }
        self.trace.say(self.now, || format!("FAULT {} (node {n})", fault.word()));
        match fault {
            Fault::Kill => self.die(n, "kill -9"),
            Fault::KillAtStep => {
                let steps = u32::try_from(self.draws.below(24)).unwrap_or(0);
                self.nodes[n].dies_in = Some(steps);
            }
            Fault::PowerCut => self.power_cut(n),
            Fault::DiskError => {
                let disk = &self.nodes[n].disk;
                let call = disk.calls() + 1 + self.draws.below(6);
                disk.fail(Some(DiskFault { call, error: ErrorKind::Other, lasts: false }));
                if self.options.faults.contains(&Fault::PowerCut) && self.draws.chance(300) {
                    let soon = self.draws.millis(2_000, 9_000);
                    self.after(soon, Event::Mend(Mend::Power));
                }
            }
            Fault::DiskFull => {
                self.nodes[n].disk.set_room(Some(1));
                let span = self.draws.millis(500, 6_000);
                self.after(span, Event::Mend(Mend::DiskFull));
            }
            Fault::SlowDisk => self.nodes[n].slow_until = self.now + self.draws.millis(500, 6_000),
            Fault::Pause => self.pause(n),
            Fault::ClockJump => {
                let jump = match self.draws.below(3) {
                    0 => self.draws.millis(-90_000, 90_000),
                    1 => Nanos::SECOND * 3_600,
                    _ => Nanos::SECOND * -3_600,
                };
                self.nodes[n].clock_off = self.nodes[n].clock_off + jump;
            }
            Fault::CutUp => self.cuts.up_until[n] = self.now + self.draws.millis(100, 5_000),
            Fault::CutDown => self.cut_down(n),
            Fault::HalfOpen => self.deafen(n),
            Fault::VenueRestart => {
                self.venue.away_until = self.now + self.draws.millis(200, 4_000);
                (0..self.nodes.len()).for_each(|n| self.deafen(n));
            }
            Fault::Maintenance => {
                self.venue.closed_until = self.now + self.draws.millis(500, 6_000);
            }
            Fault::Ban => self.venue.banned_until = self.now + self.draws.millis(500, 5_000),
            Fault::SignerDown => {
                self.signer.is_away = true;
                let span = self.draws.millis(100, 4_000);
                self.after(span, Event::Mend(Mend::Signer));
            }
            Fault::StoreDown => self.store.away_until = self.now + self.draws.millis(500, 9_000),
            Fault::StoreForgets => self.store.forget(),
            Fault::Apart => self.cuts.apart_until = self.now + self.draws.millis(200, 9_000),
            Fault::MarketSilent => {
                self.nodes[n].silent_until = self.now + self.draws.millis(800, 4_000);
            }
            Fault::Hold => {
                let why = "a person holds".to_owned();
                self.person_stops(&Command::Hold(TransitionCause::Operator, why));
            }
            Fault::KillSwitch => {
                let why = "a person kills".to_owned();
                self.person_stops(&Command::Kill(TransitionCause::Operator, why));
            }
            Fault::Promote => {
                let word =
                    if self.draws.chance(500) { Operator::Promote } else { Operator::Demote };
                if self.nodes[n].paused_until.is_none() {
                    self.tell(n, Word::Operator(word));
                }
            }
        }
    }

    /// Power fails where that node's disk is: every process on it ends, what was not synced may be gone.
    fn power_cut(&mut self, n: usize) {
        let disk = self.nodes[n].disk.clone();
        let hit = if self.has_two_disks() { n..n + 1 } else { 0..self.nodes.len() };
        for n in hit.clone() {
            self.die(n, "no power");
        }
        let found = disk.power_cut(&mut |below| self.draws.below(below));
        self.nodes[hit].iter_mut().for_each(|node| node.disk = found.clone());
    }

    fn pause(&mut self, n: usize) {
        if self.nodes[n].machine.is_none() || self.nodes[n].paused_until.is_some() {
            return;
        }
        let span = match self.draws.chance(500) {
            true => self.draws.millis(200, 2_000),
            false => self.draws.millis(2_000, 12_000),
        };
        self.nodes[n].paused_until = Some(self.now + span);
        let node = self.nodes[n].no;
        self.after(span, Event::Resume(node));
    }

    fn cut_down(&mut self, n: usize) {
        self.cuts.down_until[n] = self.now + self.draws.millis(100, 5_000);
        self.deafen(n);
    }

    /// The stream says nothing any more, and nobody was told.
    fn deafen(&mut self, n: usize) {
        let now = self.now;
        if let Some(desk) = &mut self.nodes[n].desk {
            (desk.line.is_heard, desk.line.deaf_since) = (false, now);
        }
    }

    pub(crate) fn mend(&mut self, mend: Mend) {
        match mend {
            Mend::DiskFull => self.nodes.iter().for_each(|node| node.disk.set_room(None)),
            Mend::SlowDisk => self.nodes.iter_mut().for_each(|node| node.slow_until = Nanos(0)),
            Mend::Signer => {
                self.signer.restarts(self.now);
                for node in &mut self.nodes {
                    if let Some(desk) = &mut node.desk {
                        desk.is_released = false;
                    }
                }
            }
            Mend::Power if !self.is_calm => self.strike(Fault::PowerCut, 0),
            Mend::Power => {}
            Mend::LetGo => self.wants_hold = false,
        }
    }

    fn person_stops(&mut self, stop: &Command) {
        let Some(n) = self.leader() else { return };
        if !self.command(n, stop) {
            return;
        }
        if let Command::Kill(..) = stop {
            self.signer.kill();
        }
        self.wants_hold = true;
        let span = self.draws.millis(500, 8_000);
        self.after(span, Event::Mend(Mend::LetGo));
    }

    /// People look at the desk: what they stopped, or what a fault stopped, they let go again.
    pub(crate) fn operator(&mut self) {
        self.after(PEOPLE, Event::Operator);
        self.look_at_copies();
        let Some(n) = self.leader() else { return };
        let Some(desk) = &self.nodes[n].desk else { return };
        let status = desk.engine.status();
        let (state, cause) = (status.state, status.cause);
        if self.wants_hold {
            // A crash may forget what was not answered yet: who is at the end says it again.
            if self.is_calm && state == TradingState::Run {
                self.command(n, &Command::Hold(TransitionCause::Operator, "again".to_owned()));
            }
            return;
        }
        if state == TradingState::Killed && self.command(n, &Command::Rearm("looked at".to_owned()))
        {
            self.signer.rearm();
            self.checks.let_go();
        } else if state == TradingState::Hold
            && cause != TransitionCause::Start
            && self.command(n, &Command::Resume("looked at".to_owned()))
        {
            self.checks.let_go();
        }
    }

    /// A copy that cannot be continued is set aside while the other node leads; the process begins again.
    fn look_at_copies(&mut self) {
        let broken = self.nodes.iter().position(|node| node.is_broken);
        let Some(n) = broken.filter(|_| self.is_calm) else { return };
        let other_leads = self.leader() == Some(1 - n);
        // The other one is given its time.
        if !other_leads && !self.draws.chance(250) {
            return;
        }
        if other_leads {
            self.trace.say(self.now, || format!("node {n}: its copy is set aside"));
            self.nodes[n].disk = Disk::new();
        }
        self.die(n, "a person starts it again");
    }

    /// Faults end: what is broken is mended, and everything may come to rest.
    pub(crate) fn calm_down(&mut self) {
        self.trace.say(self.now, || "-- faults are over --".into());
        self.is_calm = true;
        (self.venue.refusals, self.venue.overfills, self.venue.crossings) = (0, 0, 0);
        for mend in [Mend::DiskFull, Mend::SlowDisk, Mend::LetGo] {
            self.mend(mend);
        }
        if self.signer.is_away {
            self.mend(Mend::Signer);
        }
        let now = self.now;
        for node in &mut self.nodes {
            node.disk.fail(None);
            node.dies_in = None;
            node.silent_until = Nanos(0);
            if node.paused_until.is_some() {
                node.paused_until = Some(now);
                let (at, no) = (now, node.no);
                self.queue.add(at, Event::Resume(no));
            }
        }
        (self.venue.away_until, self.venue.closed_until) = (now, now);
        (self.venue.banned_until, self.store.away_until) = (now, now);
        self.cuts = crate::net::Cuts::default();
    }

    /// How long it has been going on.
    pub(crate) fn age(&self) -> Nanos {
        self.now - BEGIN
    }
}
