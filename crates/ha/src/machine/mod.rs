//! The role of one node: what follows from each thing it is told.
//!
//! The order of a takeover is fixed. Lease, then epoch: from that answer on the signer refuses the leader
//! before. Then its journal is read to the end: what it can have sent is in there, for the signer refused it
//! anything later. Then the wait for what was signed already. Only then the desk starts.

mod status;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use aurora_model::Nanos;

use crate::hold::Hold;
use crate::settings::{Settings, SettingsError};
use crate::words::{
    DeskWord, Fitness, Input, LeaseAnswer, Operator, Output, Permit, SignerAnswer, Why,
};

pub use status::{Role, Status};

/// An ask at the store that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Asked {
    no: u64,
    at: Nanos,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Somebody else leads, or nobody.
    Follower,
    /// The lease is ours, the authority not yet.
    Candidate { lease: Hold, since: Nanos, step: Step },
    /// The authority is ours.
    Leader { lease: Hold, epoch: u32, is_started: bool },
    /// The desk is coming to rest; the lease is kept where it is still ours.
    Draining { lease: Option<Hold>, epoch: u32, why: Why, since: Nanos },
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Since when the signer has not answered; it is asked again after a while.
    Raising { asked_at: Nanos },
    /// `quiet_at`: from then on nothing signed before can be taken any more.
    CatchingUp { epoch: u32, quiet_at: Nanos },
    /// Everything is read.
    WaitingOut { epoch: u32, quiet_at: Nanos },
}

/// The role machine of one node. See the crate's first page.
#[derive(Debug)]
pub struct Machine {
    settings: Settings,
    state: State,
    since: Nanos,
    /// The last time we were told the time.
    heard_at: Nanos,
    /// When the store is asked next.
    ask_at: Nanos,
    asked: Option<Asked>,
    next_no: u64,
    /// The highest epoch we have heard of.
    highest_epoch: u32,
    fitness: Fitness,
    /// A person wants this node to lead.
    is_wanted: bool,
    /// After a pause nothing is sent before the lease was looked at again: an ask from this moment on.
    verify_from: Option<Nanos>,
    last_why: Option<Why>,
    is_ending: bool,
    outputs: VecDeque<Output>,
}

impl Machine {
    /// A follower that will ask for the lease at once, if it may. `epoch` is the newest in its journal, zero
    /// for an empty one.
    ///
    /// # Errors
    /// [`SettingsError`] when the spans cannot work together.
    pub fn new(settings: Settings, now: Nanos, epoch: u32) -> Result<Machine, SettingsError> {
        settings.check()?;
        Ok(Machine {
            settings,
            state: State::Follower,
            since: now,
            heard_at: now,
            ask_at: now,
            asked: None,
            next_no: 0,
            highest_epoch: epoch,
            fitness: Fitness::Fit,
            is_wanted: false,
            verify_from: None,
            last_why: None,
            is_ending: false,
            outputs: VecDeque::new(),
        })
    }

    /// Takes one thing at its time; what follows from it waits in [`Machine::poll_output`].
    ///
    /// `now` is the node's own monotonic clock. It must not stand still while the process is paused.
    pub fn on_input(&mut self, now: Nanos, input: Input) {
        self.on_time(now);
        match input {
            Input::Tick => {}
            Input::Lease { no, answer } => self.on_lease(now, no, answer),
            Input::Signer(answer) => self.on_signer(now, answer),
            Input::Copy(fitness) => self.on_copy(now, fitness),
            Input::CaughtUp { last_epoch } => self.on_caught_up(now, last_epoch),
            Input::Desk(word) => self.on_desk(now, word),
            Input::Operator(word) => self.on_operator(now, word),
        }
        self.go_on(now);
    }

    /// The next thing to do, in order; `None` when there is nothing more.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether a request may leave this node now, and under which epoch.
    ///
    /// To be asked with the newest time right before every request: after a pause the machine has not been
    /// told of, it says no. The signer asks its own question all the same.
    pub fn may_send(&self, now: Nanos) -> Option<u32> {
        let permit = self.permit();
        (now < permit.orders_until).then_some(permit.epoch)
    }

    /// What a thread that sends may be given to look at: until when, if nothing is heard meanwhile.
    pub fn permit(&self) -> Permit {
        if self.verify_from.is_some() {
            return Permit::default();
        }
        let awake_until = self.heard_at + self.settings.pause_limit;
        match &self.state {
            State::Leader { lease, epoch, .. } => {
                let until = lease.until.min(awake_until);
                Permit { epoch: *epoch, orders_until: until, cancels_until: until }
            }
            State::Draining { lease: Some(lease), epoch, .. } => Permit {
                epoch: *epoch,
                cancels_until: lease.until.min(awake_until),
                ..Permit::default()
            },
            _ => Permit::default(),
        }
    }

    /// When the machine next wants [`Input::Tick`].
    pub fn next_timer(&self) -> Nanos {
        let asking = match self.asked {
            Some(asked) => asked.at + self.settings.answer_within,
            None if self.wants_to_ask() => self.ask_at,
            None => Nanos(i64::MAX),
        };
        let own = match &self.state {
            State::Follower => Nanos(i64::MAX),
            State::Candidate { lease, since, step } => {
                let limit = *since + self.settings.candidate_limit;
                let step = match step {
                    Step::Raising { asked_at } => {
                        limit.min(*asked_at + self.settings.answer_within)
                    }
                    Step::CatchingUp { .. } => limit,
                    // The limit may be over by now; it does not count here.
                    Step::WaitingOut { quiet_at, .. } => *quiet_at,
                };
                step.min(lease.until)
            }
            State::Leader { lease, .. } => lease.until,
            State::Draining { since, .. } => *since + self.settings.drain_limit,
        };
        asking.min(own)
    }

    /// A shutdown was asked for, and nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.is_ending && matches!(self.state, State::Follower)
    }

    /// What the spans are.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn say(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn on_lease(&mut self, now: Nanos, no: u64, answer: LeaseAnswer) {
        // An answer to an ask we gave up on says nothing about now.
        let Some(asked) = self.asked.take_if(|asked| asked.no == no) else {
            return self.too_late(&answer);
        };
        match answer {
            LeaseAnswer::Granted(token) => {
                self.granted(now, asked.at, Hold::asked_at(asked.at, token, &self.settings));
            }
            LeaseAnswer::Held => self.not_ours(now, Why::LeaseTaken),
            LeaseAnswer::Gone => self.not_ours(now, Why::LeaseExpired),
            LeaseAnswer::Failed(fault) => self.no_store(now, fault),
        }
    }

    fn on_signer(&mut self, now: Nanos, answer: SignerAnswer) {
        match answer {
            SignerAnswer::Raised { epoch, signed_ago } => self.raised(now, epoch, signed_ago),
            SignerAnswer::Stale { highest } => self.stale(now, highest),
            SignerAnswer::Failed(fault) => self.no_signer(now, fault),
        }
    }

    fn on_copy(&mut self, now: Nanos, fitness: Fitness) {
        self.fitness = fitness;
        // A leader does not copy: its own journal is the one that counts.
        if fitness == Fitness::Broken && matches!(self.state, State::Candidate { .. }) {
            self.give_up(now, Why::Unfit);
        }
    }

    fn on_desk(&mut self, now: Nanos, word: DeskWord) {
        match (word, &mut self.state) {
            (DeskWord::Started, State::Leader { is_started, .. }) => *is_started = true,
            (DeskWord::Failed, State::Leader { .. }) => {
                self.drain(now, Why::DeskFailed);
                self.drained(now);
            }
            (DeskWord::Drained | DeskWord::Failed, State::Draining { .. }) => self.drained(now),
            // It ended by itself: nothing is sent any more.
            (DeskWord::Drained, State::Leader { .. }) => {
                self.drain(now, Why::Shutdown);
                self.drained(now);
            }
            (_, State::Follower | State::Candidate { .. }) | (DeskWord::Started, _) => {}
        }
    }

    fn on_operator(&mut self, now: Nanos, word: Operator) {
        match word {
            Operator::Promote => {
                self.is_wanted = true;
                self.ask_at = self.ask_at.min(now);
            }
            Operator::Demote => self.step_down(now, Why::Operator),
            Operator::Shutdown => {
                self.is_ending = true;
                self.step_down(now, Why::Shutdown);
            }
        }
    }
}
