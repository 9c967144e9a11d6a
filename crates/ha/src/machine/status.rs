//! How a node stands, for people.

use aurora_model::Nanos;

use super::{Machine, State, Step};
use crate::hold::Hold;
use crate::words::{Candidacy, Fitness, Why};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Another node leads, or none; this one copies.
    Follower,
    /// The lease is ours, the authority is being taken.
    Candidate(Candidacy),
    /// This node trades.
    Leader,
    /// This node has stopped and is coming to rest.
    Draining,
}

impl Role {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Role::Follower => "FOLLOWER",
            Role::Candidate(_) => "CANDIDATE",
            Role::Leader => "LEADER",
            Role::Draining => "DRAINING",
        }
    }

    /// For a person: in Russian, in English.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Role::Follower => ("ведомый", "follower"),
            Role::Candidate(Candidacy::Raising) => {
                ("кандидат: поднимает эпоху", "candidate: raising the epoch")
            }
            Role::Candidate(Candidacy::CatchingUp) => {
                ("кандидат: дочитывает журнал", "candidate: reading the journal to its end")
            }
            Role::Candidate(Candidacy::WaitingOut) => {
                ("кандидат: ждёт сроков старых заявок", "candidate: waiting out old requests")
            }
            Role::Leader => ("ведущий", "leader"),
            Role::Draining => ("останавливается", "coming to rest"),
        }
    }
}

/// How a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it is.
    pub role: Role,
    /// Since when, on its own clock.
    pub since: Nanos,
    /// The epoch it leads or led in; for others the highest heard of.
    pub epoch: u32,
    /// Its lease.
    pub lease: Option<Hold>,
    /// Its copy of the journal.
    pub fitness: Fitness,
    /// The desk on it has begun.
    pub is_started: bool,
    /// Why it last stopped.
    pub last_why: Option<Why>,
}

impl Machine {
    /// How the node stands.
    pub fn status(&self) -> Status {
        let (role, epoch) = match &self.state {
            State::Follower => (Role::Follower, self.highest_epoch),
            State::Candidate { step, .. } => {
                let step = match step {
                    Step::Raising { .. } => Candidacy::Raising,
                    Step::CatchingUp { .. } => Candidacy::CatchingUp,
                    Step::WaitingOut { .. } => Candidacy::WaitingOut,
                };
                (Role::Candidate(step), self.highest_epoch)
            }
            State::Leader { epoch, .. } => (Role::Leader, *epoch),
            State::Draining { epoch, .. } => (Role::Draining, *epoch),
        };
        Status {
            role,
            since: self.since,
            epoch,
            lease: self.lease(),
            fitness: self.fitness,
            is_started: matches!(self.state, State::Leader { is_started: true, .. }),
            last_why: self.last_why,
        }
    }
}
