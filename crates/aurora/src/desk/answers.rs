//! Answers to the console's questions, and what a person's action came to.
//!
//! An action is carried out at once; its answer waits until the record of it is on the disk, on both nodes where an
//! order would wait for both. Whoever was told that the desk is held may rely on it over a crash.

use std::time::{Duration, Instant};

use anyhow::Result;
use aurora_api::console::wire::{System, Text};
use aurora_api::console::{Action, Ask, Controlled, Refused, Written};
use aurora_engine::{Command, Reconciliation, Refusal, StartCheck};
use aurora_model::{Nanos, TransitionCause};
use tokio::sync::oneshot;

use super::observer::recon_balances;
use super::runner::Desk;
use super::store::Store;
use crate::ha::Lead;

/// A person is told by then, with what is known by then.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

type Reply = oneshot::Sender<Result<Controlled, Refused>>;

/// Answers that wait for the disk.
#[derive(Debug, Default)]
pub(crate) struct Owed(Vec<Answer>);

#[derive(Debug)]
struct Answer {
    reply: Reply,
    done: Controlled,
    /// The action's record is not behind this one.
    seq: u64,
    until: Instant,
}

impl Answer {
    fn tell(self, written: Written) {
        // An asker who has gone away needs no answer.
        let _ = self.reply.send(Ok(Controlled { written, ..self.done }));
    }
}

impl Owed {
    /// Tells whoever can be told by now.
    pub(crate) fn settle(&mut self, now: Instant, store: &Store) {
        for answer in std::mem::take(&mut self.0) {
            let written = store.written(answer.seq);
            if written == Written::Durable || answer.until <= now {
                answer.tell(written);
            } else {
                self.0.push(answer);
            }
        }
    }

    /// The journal is closed, and everything in it durable here.
    pub(crate) fn all_written(&mut self) {
        self.0.drain(..).for_each(|answer| answer.tell(Written::Durable));
    }
}

impl Desk {
    pub(crate) fn answer(&mut self, now: Nanos, ask: Ask) -> Result<()> {
        // An asker who has gone away needs no answer.
        match ask {
            Ask::Control { action, reason, reply } => {
                let done = self.control(now, action, reason.clone())?;
                let refused = done.as_ref().err().map(|refused| refused.code);
                self.world.audit.operator(now, (action.word(), &reason), refused)?;
                self.show(now, self.clock.now());
                self.owe(reply, done)?;
            }
            Ask::Order { id, reply } => drop(reply.send(self.world.observer.life(now, &id))),
            Ask::Execution { reply } => drop(reply.send(self.world.observer.execution(now))),
            Ask::ReconOrders { reply } => {
                drop(reply.send(self.world.observer.recon_orders(now)));
            }
            Ask::ReconBalances { reply } => {
                drop(reply.send(recon_balances(now, &self.world.engine)));
            }
            Ask::Decision { id, reply } => drop(reply.send(self.world.observer.decision(&id))),
            Ask::System { reply } => drop(reply.send(self.system())),
        }
        Ok(())
    }

    /// A refusal is told at once: it changed nothing that could be forgotten.
    fn owe(&mut self, reply: Reply, done: Result<Controlled, Refused>) -> Result<()> {
        match done {
            Ok(done) => {
                self.world.commit_now()?;
                let seq = self.world.store.last();
                let until = Instant::now() + TOLD_WITHIN;
                self.owed.0.push(Answer { reply, done, seq, until });
                self.owed.settle(Instant::now(), &self.world.store);
            }
            Err(refused) => drop(reply.send(Err(refused))),
        }
        Ok(())
    }

    fn control(
        &mut self,
        now: Nanos,
        action: Action,
        reason: String,
    ) -> Result<Result<Controlled, Refused>> {
        if action == Action::Rearm && self.kill_flag.exists() {
            let flag = self.kill_flag.display();
            return Ok(Err(Refused {
                code: "KILL_FLAG",
                text: Text::new(format!("Сначала удалите {flag}"), format!("Remove {flag} first")),
            }));
        }
        let open = self.world.engine.orders().live_count();
        let command = match action {
            Action::Hold => Command::Hold(TransitionCause::Operator, reason),
            Action::Resume => Command::Resume(reason),
            Action::Kill => Command::Kill(TransitionCause::Operator, reason),
            Action::Rearm => Command::Rearm(reason),
            Action::Accept => Command::AcceptBalances,
        };
        let done = self.world.command(now, command)?;
        let canceled = if matches!(action, Action::Hold | Action::Kill) { open } else { 0 };
        Ok(match done {
            Ok(()) => {
                let state = self.world.engine.status().state.code();
                Ok(Controlled { state, canceled, written: Written::NotYet })
            }
            Err(refusal) => Err(self.refused(&refusal)),
        })
    }

    fn refused(&self, refusal: &Refusal) -> Refused {
        match refusal {
            Refusal::State { from, to } => Refused {
                code: "STATE",
                text: Text::new(
                    format!("Из состояния {} нельзя перейти в {}", from.code(), to.code()),
                    format!("A desk in {} cannot go to {}", from.code(), to.code()),
                ),
            },
            Refusal::Trading => Refused {
                code: "STATE",
                text: Text::new(
                    "Сначала поставьте стол на паузу: пока он торгует, остатки меняются",
                    "Hold the desk first: balances move while it trades",
                ),
            },
            Refusal::NothingDiffers => Refused {
                code: "NOTHING_DIFFERS",
                text: Text::new(
                    "Все остатки сходятся: принимать нечего",
                    "Every balance agrees: there is nothing to accept",
                ),
            },
            Refusal::Check(check) => {
                let ((ru, en), (hint_ru, hint_en)) = (check.text(), check.hint());
                let detail = match (check, self.world.engine.reconciliation()) {
                    (StartCheck::Reconciled, Reconciliation::Differs(detail)) => {
                        format!(": {detail}")
                    }
                    _ => String::new(),
                };
                Refused {
                    code: "CHECK",
                    text: Text::new(
                        format!("Не выполнено условие: {ru}{detail}; {hint_ru}"),
                        format!("A condition does not hold: {en}{detail}; {hint_en}"),
                    ),
                }
            }
        }
    }

    fn system(&self) -> System {
        let mut system = self.system.clone();
        system.journal = self.world.store.position();
        system.history = self.world.observer.history();
        system.alerts = self.world.observer.alert_history(self.world.now());
        system.ha = self.world.lead.as_ref().map(Lead::shown);
        system
    }
}

#[cfg(test)]
mod tests {
    use aurora_engine::{Record, Stamped};

    use super::*;
    use crate::desk::store::Commits;
    use crate::ha::Acks;

    fn hold() -> Stamped {
        Stamped { at: Nanos(1), record: Record::Epoch { epoch: 1 } }
    }

    fn answer(
        seq: u64,
        until: Instant,
    ) -> (Answer, oneshot::Receiver<Result<Controlled, Refused>>) {
        let (reply, told) = oneshot::channel();
        let done = Controlled { state: "HOLD", canceled: 0, written: Written::NotYet };
        (Answer { reply, done, seq, until }, told)
    }

    #[test]
    fn an_answer_waits_for_the_disk_and_says_so_when_it_waits_in_vain() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) =
            Store::open(folder.path(), Commits::Inline, (1, false), 0, |_, _| Ok(())).unwrap();
        let seq = store.append(&hold()).unwrap();
        let (now, later) = (Instant::now(), Instant::now() + TOLD_WITHIN);
        let (patient, mut told) = answer(seq, later);
        let (given_up, mut told_late) = answer(seq, now);
        let mut owed = Owed(vec![patient, given_up]);
        owed.settle(now, &store);
        assert_eq!(told_late.try_recv().unwrap().unwrap().written, Written::NotYet);
        assert!(told.try_recv().is_err(), "the disk has not said so yet");
        store.commit_inline().unwrap();
        owed.settle(now, &store);
        assert_eq!(told.try_recv().unwrap().unwrap().written, Written::Durable);
        assert!(owed.0.is_empty());
    }

    #[test]
    fn where_an_order_waits_for_the_other_node_an_answer_does_too() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) =
            Store::open(folder.path(), Commits::Inline, (1, false), 0, |_, _| Ok(())).unwrap();
        store.wait_for(Some(Acks::default()));
        let seq = store.append(&hold()).unwrap();
        store.commit_inline().unwrap();
        let now = Instant::now();
        let (patient, mut told) = answer(seq, now + TOLD_WITHIN);
        let mut owed = Owed(vec![patient]);
        owed.settle(now, &store);
        assert!(told.try_recv().is_err(), "the other node has not said so yet");
        owed.settle(now + TOLD_WITHIN, &store);
        let told = told.try_recv().unwrap().unwrap();
        assert_eq!(told.written, Written::HereOnly);
        assert!(told.written.warning().is_some());
    }
}
