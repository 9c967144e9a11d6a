//! Faults of requests and frames.

use std::time::Duration;

use aurora_model::Nanos;

use super::armed::Armed;
use super::rule::{Realm, What};
use crate::dialect::{Action, Denial, Subject};
use crate::log::Log;

/// What goes wrong with requests, and what of the venue's state is wrong.
#[derive(Debug, Default)]
pub struct Faults {
    pub(crate) rules: Vec<Armed>,
    pub(crate) skew: Nanos,
    pub(crate) expires_sessions: bool,
    pub(crate) restarts_books: bool,
    pub(crate) key_may_withdraw: bool,
}

/// What becomes of one request or frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Waits so long before anything is done.
    pub(crate) before: Duration,
    /// What is done.
    pub(crate) act: Act,
    /// Waits so long before the answer leaves.
    pub(crate) after: Duration,
    /// How the answer is spoiled.
    pub(crate) spoil: Option<Spoil>,
}

/// How a snapshot is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoil {
    Truncated,
    Crossed,
}

/// What is done with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is executed and answered.
    #[default]
    Pass,
    /// It is not executed, and answered so.
    Deny(Denial),
    /// It is executed, and answered so.
    DenyAfter(Denial),
    /// It is not executed, and never answered.
    Drop,
    /// It is executed, and never answered.
    DropAnswer,
}

impl Faults {
    /// By how much the venue's clock is wrong.
    pub fn clock_skew(&self) -> Nanos {
        self.skew
    }

    /// Whether keys are told to have the right to withdraw.
    pub fn key_may_withdraw(&self) -> bool {
        self.key_may_withdraw
    }

    /// Whether every session and listen key is to expire now; asking clears it.
    pub fn take_expired_sessions(&mut self) -> bool {
        std::mem::take(&mut self.expires_sessions)
    }

    /// Whether the book service has just restarted; `false` from then on.
    pub fn take_book_restart(&mut self) -> bool {
        std::mem::take(&mut self.restarts_books)
    }

    /// What the rules make of a request: delays add up, the first other fault wins.
    pub(crate) fn judge(
        &mut self,
        now: Nanos,
        (method, path): (&str, &str),
        subject: &Subject,
        log: &Log,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        for armed in &mut self.rules {
            if armed.rule.what.realm() == Realm::Exchange
                || !armed.rule.place.is_about(method, path, subject)
                || !is_kind(&armed.rule.what, now, path, subject, log)
                || !armed.strikes(now)
            {
                continue;
            }
            verdict.add(&armed.rule.what);
        }
        verdict
    }
}

/// Whether the request is of the kind that the fault is about by its nature.
fn is_kind(what: &What, now: Nanos, path: &str, subject: &Subject, log: &Log) -> bool {
    match what {
        What::NotFound { lag } => {
            subject.action == Action::QueryOrder
                && log.last_placed(&subject.client_ids).is_some_and(|at| now - at < *lag)
        }
        What::CorruptSnapshot { .. } => {
            ["depth", "books", "orderbook"].iter().any(|word| path.contains(word))
        }
        _ => true,
    }
}

impl Verdict {
    fn add(&mut self, what: &What) {
        let span = |span: Nanos| Duration::from_nanos(u64::try_from(span.0).unwrap_or(0));
        let act = match *what {
            What::Delay(by) => {
                self.before += span(by);
                return;
            }
            What::DelayAnswer(by) => {
                self.after += span(by);
                return;
            }
            What::CorruptSnapshot { truncated } => {
                self.spoil = Some(if truncated { Spoil::Truncated } else { Spoil::Crossed });
                return;
            }
            What::DropAnswer => Act::DropAnswer,
            What::DropRequest => Act::Drop,
            What::RateLimited { retry_after_s } => Act::Deny(Denial::RateLimited { retry_after_s }),
            What::Banned { retry_after_s } => Act::Deny(Denial::Banned { retry_after_s }),
            What::ServerError { status, with_body, executed } => {
                after_all(executed, Denial::ServerError { status, with_body })
            }
            What::Unknown { executed } => after_all(executed, Denial::UnknownOutcome),
            What::NotFound { .. } => Act::Deny(Denial::NotFound),
            What::ClockOff => Act::Deny(Denial::ClockOff),
            _ => return,
        };
        if self.act == Act::Pass {
            self.act = act;
        }
    }
}

fn after_all(executed: bool, denial: Denial) -> Act {
    if executed { Act::DenyAfter(denial) } else { Act::Deny(denial) }
}
