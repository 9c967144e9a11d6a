//! The steps from role to role.

use aurora_model::Nanos;

use super::{Asked, Machine, State, Step};
use crate::hold::Hold;
use crate::words::{Fitness, LeaseAnswer, Notice, Output, Token, Why};

impl Machine {
    /// First of all: what the mere passing of time has done.
    pub(super) fn on_time(&mut self, now: Nanos) {
        let gap = now - self.heard_at;
        self.heard_at = self.heard_at.max(now);
        if self.settings.pause_limit < gap {
            self.paused(now, gap);
        }
        match self.state {
            State::Leader { lease, .. } if !lease.is_good(now) => {
                self.drain(now, Why::LeaseExpired);
            }
            State::Candidate { lease, .. } if !lease.is_good(now) => {
                self.give_up(now, Why::LeaseExpired);
            }
            State::Draining { lease: Some(lease), epoch, why, since } if !lease.is_good(now) => {
                self.say(Output::StopSending);
                self.state = State::Draining { lease: None, epoch, why, since };
            }
            _ => {}
        }
    }

    /// The process stood still: what has not left does not leave, and the lease is looked at again first.
    fn paused(&mut self, now: Nanos, gap: Nanos) {
        self.say(Output::Notice(Notice::Paused(gap)));
        self.verify_from = Some(now);
        // An ask from before the pause proves nothing about after it.
        self.asked = None;
        self.ask_at = now;
        if let State::Leader { .. } = self.state {
            self.say(Output::StopSending);
            self.say(Output::HoldDesk(Why::Paused));
        }
    }

    /// Last of all: what is due now.
    pub(super) fn go_on(&mut self, now: Nanos) {
        if self.asked.is_some_and(|asked| asked.at + self.settings.answer_within <= now) {
            self.asked = None;
            self.no_store(now, String::from("no answer in time"));
        }
        if let State::Candidate { since, step, .. } = self.state {
            self.candidate(now, since, step);
        }
        if let State::Draining { since, .. } = self.state
            && since + self.settings.drain_limit <= now
        {
            // The lease is not given back: it runs out after the process is gone for sure.
            self.say(Output::StopSending);
            self.say(Output::EndProcess);
            self.asked = None;
            self.is_ending = true;
            self.enter(now, State::Follower);
        }
        if self.asked.is_none() && self.ask_at <= now && self.wants_to_ask() {
            self.ask(now);
        }
    }

    fn candidate(&mut self, now: Nanos, since: Nanos, step: Step) {
        match step {
            Step::Raising { .. } if since + self.settings.candidate_limit <= now => {
                self.give_up(now, Why::NoSigner);
            }
            Step::Raising { asked_at } if asked_at + self.settings.answer_within <= now => {
                self.raise(now);
            }
            Step::CatchingUp { .. } if since + self.settings.candidate_limit <= now => {
                self.give_up(now, Why::Unfit);
            }
            Step::WaitingOut { epoch, quiet_at } if quiet_at <= now => self.lead(now, epoch),
            _ => {}
        }
    }

    /// Whether the store is to be asked at all.
    pub(super) fn wants_to_ask(&self) -> bool {
        match self.state {
            State::Follower => {
                let may = self.settings.auto_takeover || self.is_wanted;
                may && self.fitness == Fitness::Fit && !self.is_ending
            }
            State::Candidate { .. } | State::Leader { .. } => true,
            State::Draining { lease, .. } => lease.is_some(),
        }
    }

    fn ask(&mut self, now: Nanos) {
        self.next_no += 1;
        let no = self.next_no;
        self.asked = Some(Asked { no, at: now });
        let ask = match self.lease() {
            Some(lease) => Output::RenewLease { no, token: lease.token },
            None => Output::TryLease { no },
        };
        self.say(ask);
    }

    pub(super) fn lease(&self) -> Option<Hold> {
        match self.state {
            State::Follower => None,
            State::Candidate { lease, .. } | State::Leader { lease, .. } => Some(lease),
            State::Draining { lease, .. } => lease,
        }
    }

    pub(super) fn granted(&mut self, now: Nanos, asked_at: Nanos, granted: Hold) {
        self.ask_at = asked_at + self.settings.renew_every;
        if !granted.is_good(now) {
            // It took so long that it may have run out already; ask again.
            self.ask_at = now;
            return;
        }
        match &mut self.state {
            State::Follower => {
                self.verify_from = None;
                self.say(Output::Notice(Notice::Candidate(granted.token)));
                self.enter(
                    now,
                    State::Candidate {
                        lease: granted,
                        since: now,
                        step: Step::Raising { asked_at: now },
                    },
                );
                self.raise(now);
            }
            State::Candidate { lease, .. } | State::Leader { lease, .. } => {
                *lease = granted;
                if self.verify_from.is_some_and(|from| from <= asked_at) {
                    self.verify_from = None;
                }
            }
            State::Draining { lease, .. } => *lease = lease.is_some().then_some(granted),
        }
    }

    /// A grant to an ask we gave up on: we do not act on it, and nobody else should wait for it.
    pub(super) fn too_late(&mut self, answer: &LeaseAnswer) {
        if let LeaseAnswer::Granted(token) = answer
            && self.lease().is_none()
        {
            self.say(Output::ReleaseLease { token: *token });
        }
    }

    /// The store says that the lease is not ours.
    pub(super) fn not_ours(&mut self, now: Nanos, why: Why) {
        self.ask_at = now + self.settings.retry_every;
        match &mut self.state {
            State::Follower => {}
            State::Candidate { .. } => self.give_up(now, why),
            State::Leader { .. } => self.drain(now, why),
            State::Draining { lease, .. } => {
                *lease = None;
                self.say(Output::StopSending);
            }
        }
    }

    pub(super) fn no_store(&mut self, now: Nanos, fault: String) {
        self.ask_at = now + self.settings.retry_every;
        self.say(Output::Notice(Notice::NoStore(fault)));
    }

    fn raise(&mut self, now: Nanos) {
        if let State::Candidate { step, .. } = &mut self.state {
            *step = Step::Raising { asked_at: now };
            self.say(Output::RaiseEpoch { epoch: self.highest_epoch.saturating_add(1) });
        }
    }

    pub(super) fn raised(&mut self, now: Nanos, epoch: u32, signed_ago: Option<Nanos>) {
        let quiet_at = now + self.settings.quiet_after_raise(signed_ago);
        let State::Candidate { step, .. } = &mut self.state else { return };
        if !matches!(step, Step::Raising { .. }) || epoch <= self.highest_epoch {
            return;
        }
        *step = Step::CatchingUp { epoch, quiet_at };
        let from = self.highest_epoch;
        self.highest_epoch = epoch;
        self.say(Output::Notice(Notice::Raised { from, to: epoch }));
        self.say(Output::CatchUp);
    }

    pub(super) fn stale(&mut self, now: Nanos, highest: u32) {
        self.highest_epoch = self.highest_epoch.max(highest);
        match self.state {
            // Ours was too low: the next one may do.
            State::Candidate { step: Step::Raising { .. }, .. } => self.raise(now),
            State::Candidate {
                step: Step::CatchingUp { epoch, .. } | Step::WaitingOut { epoch, .. },
                ..
            } if epoch < highest => self.give_up(now, Why::StaleEpoch),
            State::Leader { epoch, .. } if epoch < highest => self.drain(now, Why::StaleEpoch),
            _ => {}
        }
    }

    pub(super) fn no_signer(&mut self, now: Nanos, fault: String) {
        if let State::Candidate { step: Step::Raising { asked_at }, .. } = &mut self.state {
            // Asked again when an answer would be overdue.
            *asked_at = now;
            self.say(Output::Notice(Notice::NoSigner(fault)));
        }
    }

    pub(super) fn on_caught_up(&mut self, now: Nanos, last_epoch: u32) {
        let State::Candidate { step, .. } = &mut self.state else { return };
        let Step::CatchingUp { epoch, quiet_at } = *step else { return };
        if epoch <= last_epoch {
            // The journal knows an epoch the signer does not: it is not this signer's.
            self.highest_epoch = self.highest_epoch.max(last_epoch);
            return self.raise(now);
        }
        *step = Step::WaitingOut { epoch, quiet_at };
    }

    fn lead(&mut self, now: Nanos, epoch: u32) {
        let State::Candidate { lease, .. } = self.state else { return };
        self.is_wanted = false;
        self.enter(now, State::Leader { lease, epoch, is_started: false });
        self.say(Output::Notice(Notice::Leading(epoch)));
        self.say(Output::StartDesk { epoch, open_orders: self.settings.open_orders });
    }

    /// A candidate stops being one.
    pub(super) fn give_up(&mut self, now: Nanos, why: Why) {
        let lease = self.lease().filter(|_| why != Why::LeaseTaken);
        self.stopped(why);
        self.enter(now, State::Follower);
        self.release(lease.map(|lease| lease.token));
        let aside = matches!(why, Why::NoSigner | Why::Unfit | Why::Operator);
        self.ask_at =
            now + if aside { self.settings.stand_aside } else { self.settings.retry_every };
    }

    /// A leader stops: nothing leaves from this moment on.
    pub(super) fn drain(&mut self, now: Nanos, why: Why) {
        let State::Leader { lease, epoch, .. } = self.state else { return };
        let is_ours =
            lease.is_good(now) && matches!(why, Why::Operator | Why::Shutdown | Why::DeskFailed);
        self.stopped(why);
        if !is_ours {
            self.say(Output::StopSending);
        }
        self.say(Output::DrainDesk { why, may_cancel: is_ours });
        let lease = is_ours.then_some(lease);
        self.enter(now, State::Draining { lease, epoch, why, since: now });
    }

    pub(super) fn drained(&mut self, now: Nanos) {
        let State::Draining { lease, why, .. } = self.state else { return };
        self.enter(now, State::Follower);
        self.release(lease.map(|lease| lease.token));
        let aside = matches!(why, Why::Operator | Why::DeskFailed);
        self.ask_at =
            now + if aside { self.settings.stand_aside } else { self.settings.retry_every };
    }

    pub(super) fn step_down(&mut self, now: Nanos, why: Why) {
        self.is_wanted = false;
        match self.state {
            State::Follower => {
                self.asked = None;
                self.ask_at = now + self.settings.stand_aside;
            }
            State::Candidate { .. } => self.give_up(now, why),
            State::Leader { .. } => self.drain(now, why),
            State::Draining { .. } => {}
        }
    }

    fn release(&mut self, token: Option<Token>) {
        self.asked = None;
        self.outputs.extend(token.map(|token| Output::ReleaseLease { token }));
    }

    fn stopped(&mut self, why: Why) {
        self.last_why = Some(why);
        self.say(Output::Notice(Notice::Stopped(why)));
    }

    fn enter(&mut self, now: Nanos, state: State) {
        self.state = state;
        self.since = now;
    }
}
