//! HOLD, RUN, KILLED: how the state changes, by whose word, and what follows from it.

use aurora_gate::Stopwatch;
use aurora_model::{Nanos, TradingState, TransitionCause, VenueRequest};
use aurora_planted::{Bug, active};

use crate::checks::StartCheck;
use crate::effect::{Effects, Notice};
use crate::engine::{Engine, Settings};
use crate::input::Command;
use crate::reconcile::Reconciliation;
use crate::record::Record;

/// The state and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// HOLD, RUN or KILLED.
    pub state: TradingState,
    /// Why.
    pub cause: TransitionCause,
    /// In a person's words.
    pub reason: String,
    /// Since when.
    pub since: Nanos,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The state does not allow it.
    State {
        /// The state the desk is in.
        from: TradingState,
        /// The state that was wanted.
        to: TradingState,
    },
    /// A condition does not hold.
    Check(StartCheck),
    /// Not while the desk trades.
    Trading,
    /// No wallet differs: there is nothing to accept.
    NothingDiffers,
}

impl<W: Stopwatch> Engine<W> {
    pub(crate) fn on_command(
        &mut self,
        at: Nanos,
        command: &Command,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        match command {
            Command::Start { epoch } => self.start(at, *epoch, effects),
            Command::Hold(cause, reason) => {
                if self.status.state == TradingState::Killed {
                    return Err(self.refuse(TradingState::Hold));
                }
                self.go(at, TradingState::Hold, *cause, reason.clone(), effects);
            }
            Command::Resume(reason) => {
                if self.status.state != TradingState::Hold {
                    return Err(self.refuse(TradingState::Run));
                }
                if let Some((check, _)) = self.checks(at).into_iter().find(|(_, ok)| !ok) {
                    return Err(Refusal::Check(check));
                }
                self.gate.reset(at);
                self.release_instruments();
                self.go(at, TradingState::Run, TransitionCause::Operator, reason.clone(), effects);
            }
            Command::Kill(cause, reason) => {
                self.go(at, TradingState::Killed, *cause, reason.clone(), effects);
            }
            Command::Rearm(reason) => {
                if self.status.state != TradingState::Killed {
                    return Err(self.refuse(TradingState::Hold));
                }
                self.go(at, TradingState::Hold, TransitionCause::Operator, reason.clone(), effects);
            }
            Command::AcceptBalances => return self.accept_balances(at, effects),
            Command::Checkpoint => self.checkpoint(at, effects),
        }
        Ok(())
    }

    /// Begins a run: HOLD, everything unanswered is in doubt, and the venue is asked about all of it.
    fn start(&mut self, at: Nanos, epoch: u32, effects: &mut Effects) {
        self.started = true;
        self.record(at, Record::Epoch { epoch }, effects);
        self.begin_epoch(epoch, at);
        self.timer_at = at;
        self.checkpoint_at = at;
        self.begin_wallets(at);
        // Whatever a person or a brake stopped stays stopped over a restart; a person lets it go.
        let stopped = match self.status.state {
            TradingState::Killed => !active(Bug::KillForgotten),
            TradingState::Hold => {
                !active(Bug::HoldForgotten)
                    && !matches!(
                        self.status.cause,
                        TransitionCause::Start | TransitionCause::Shutdown
                    )
            }
            TradingState::Run => false,
        };
        if stopped {
            let Status { state, cause, reason, .. } = self.status.clone();
            effects.notices.push(Notice::State { from: state, to: state, cause, reason });
        } else {
            self.set_state(at, TradingState::Hold, TransitionCause::Start, String::new(), effects);
        }
        self.reconciliation = Reconciliation::Awaited;
        effects.requests.push(VenueRequest::CancelAll);
        if active(Bug::ResendOnRestart) {
            let lost: Vec<_> = self.orders.live().map(|order| order.id).collect();
            lost.into_iter().for_each(|id| self.send_again(id, effects));
        }
        self.swept_from = self.last_fill_at;
        if active(Bug::SweepFromNow) {
            self.swept_from = Nanos(0);
            effects.requests.push(VenueRequest::Sweep { since: at });
            return;
        }
        if active(Bug::NoSweepAtStart) {
            self.reconciliation = Reconciliation::Agreed;
            return;
        }
        effects.requests.push(VenueRequest::Sweep { since: self.swept_from });
    }

    /// What a new run does to what the one before knew: no moment of the old clock lies ahead.
    pub(crate) fn begin_epoch(&mut self, epoch: u32, at: Nanos) {
        let may_have_left = self.orders.live().filter(|order| order.sent_at.is_none()).count();
        self.orders.begin_epoch(epoch, at);
        self.sent.extend(std::iter::repeat_n(at, may_have_left));
        self.sent.iter_mut().for_each(|sent| *sent = (*sent).min(at));
        let Settings { quiet, brakes, .. } = &self.settings;
        for market in &mut self.markets {
            market.quiet_until = market.quiet_until.min(at + *quiet);
            market.no_exit_until = market.no_exit_until.min(at + *quiet);
            market.breaker.begin_epoch(at, brakes.quarantine);
        }
        self.budget.begin_epoch(at);
    }

    fn refuse(&self, to: TradingState) -> Refusal {
        Refusal::State { from: self.status.state, to }
    }

    /// Moves to a state; stopping cancels everything that is open. Already there: the newer cause is kept, but for
    /// the end of the process: a restart must still know that somebody stopped the desk.
    pub(crate) fn go(
        &mut self,
        at: Nanos,
        to: TradingState,
        cause: TransitionCause,
        reason: String,
        effects: &mut Effects,
    ) {
        let from = self.status.state;
        if from == TradingState::Killed && to != TradingState::Hold {
            return;
        }
        if from == TradingState::Killed && cause != TransitionCause::Operator {
            return;
        }
        let same = from == to && self.status.cause == cause && self.status.reason == reason;
        let ends =
            from == to && cause == TransitionCause::Shutdown && !active(Bug::ShutdownHidesHold);
        if !same && !ends {
            self.set_state(at, to, cause, reason, effects);
        }
        if !to.may_open() {
            self.cancel_open(at, effects);
        }
    }

    fn set_state(
        &mut self,
        at: Nanos,
        to: TradingState,
        cause: TransitionCause,
        reason: String,
        effects: &mut Effects,
    ) {
        let from = self.status.state;
        self.record(at, Record::State { from, to, cause, reason: reason.clone() }, effects);
        effects.notices.push(Notice::State { from, to, cause, reason: reason.clone() });
        self.status = Status { state: to, cause, reason, since: at };
    }

    pub(crate) fn day_loss(&mut self, at: Nanos, effects: &mut Effects) {
        if !self.day_loss_ok() {
            let loss = self.ledger.day_pnl();
            self.go(
                at,
                TradingState::Hold,
                TransitionCause::DayLoss,
                format!("day result {loss}"),
                effects,
            );
        }
    }

    pub(crate) fn day_loss_ok(&self) -> bool {
        self.settings.day_loss.is_none_or(|limit| -limit < self.ledger.day_pnl())
    }
}
