//! Between nodes and venue: calls that get there or not, answers and pushes that come back or not.
//!
//! A call goes out once: the network loses and delays, it never doubles a request. Pushes it may double.

use aurora_model::{Nanos, ReportKind};

use crate::faults::Injected;
use crate::node::Node;
use crate::venue::{Answer, Ask};
use crate::world::{Event, NodeEvent, World};

/// An answer later than this is no answer any more: the call was given up.
const PATIENCE: Nanos = Nanos::from_millis(2_000);

/// A call on its way, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) node: u8,
    pub(crate) life: u32,
    pub(crate) term: u32,
    pub(crate) sent_at: Nanos,
    /// Under which epoch it was signed.
    pub(crate) epoch: u32,
    pub(crate) why: Why,
    pub(crate) ask: Ask,
}

/// Why a line asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The desk wants it.
    Desk,
    /// The line compares after a connection.
    Compare(u32),
    /// The second path for fills.
    DropCopy,
}

/// Until when nothing passes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cuts {
    pub(crate) up_until: [Nanos; 2],
    pub(crate) down_until: [Nanos; 2],
    /// Between the nodes.
    pub(crate) apart_until: Nanos,
}

impl World {
    /// A call leaves a node.
    pub(crate) fn call(&mut self, call: Call) {
        if self.draws.chance(self.options.lost_calls) && !self.is_calm {
            self.injected(Injected::LostCall);
            self.trace.say(self.now, || format!("net: lost on its way: {:?}", call.ask));
            return;
        }
        if self.now < self.cuts.up_until[usize::from(call.node)] {
            return;
        }
        let delay = self.delay();
        self.after(delay, Event::Arrive(Box::new(call)));
    }

    fn delay(&mut self) -> Nanos {
        if self.draws.chance(self.options.slow) && !self.is_calm {
            self.injected(Injected::Slow);
            return self.draws.millis(150, 2_600);
        }
        self.draws.millis(2, 40)
    }

    /// A call is at the venue.
    pub(crate) fn arrive(&mut self, call: Call) {
        if self.now < self.venue.away_until {
            return;
        }
        let answer = self.answer(&call);
        self.trace.say(self.now, || format!("venue: {:?} -> {answer:?}", call.ask));
        let is_lost = self.draws.chance(self.options.lost_answers) && !self.is_calm;
        if is_lost && self.draws.chance(500) {
            // The stream is as silent about it as the answer.
            self.venue.pushes.retain(|push| !matches!(push.kind, ReportKind::Ack { .. }));
        }
        self.push_all();
        if is_lost {
            self.injected(Injected::LostAnswer);
            return;
        }
        if self.now < self.cuts.down_until[usize::from(call.node)] {
            return;
        }
        let delay = self.delay();
        let back = self.now + delay;
        if PATIENCE < back - call.sent_at {
            return;
        }
        let Call { node, life, term, .. } = call;
        let event = NodeEvent::Answer(Box::new((call, answer)));
        self.queue.add(back, Event::Node { node, life, term, event });
    }

    fn answer(&mut self, call: &Call) -> Answer {
        let is_banned = self.now < self.venue.banned_until;
        match call.ask {
            Ask::Query(id) if !is_banned => {
                let moment = self.now - self.lag();
                let found = self.venue.order_at(id, moment);
                if found.is_none() && self.venue.all(id).next().is_some() {
                    self.injected(Injected::Hidden);
                }
                Answer::Report(ReportKind::Order { id, found })
            }
            Ask::Account { since } if !is_banned => {
                let moments = self.moments();
                Answer::Report(self.venue.account_at(since, moments))
            }
            Ask::Fills { since } if !is_banned => {
                Answer::Fills(self.venue.fills_at(since, self.now))
            }
            Ask::Query(..) | Ask::Account { .. } | Ask::Fills { .. } => Answer::Busy,
            Ask::Place { .. } => self.order_arrives(call),
            Ask::Cancel(..) | Ask::CancelAll | Ask::DeadMan(_) => {
                self.venue.take(self.now, &call.ask, &mut self.draws)
            }
        }
    }

    fn order_arrives(&mut self, call: &Call) -> Answer {
        let Ask::Place { id, .. } = call.ask else { return Answer::Busy };
        let (known, late) = (self.venue.orders.len(), self.venue.late);
        let answer = self.venue.take(self.now, &call.ask, &mut self.draws);
        if late < self.venue.late {
            self.injected(Injected::Late);
        }
        match &answer {
            Answer::Report(ReportKind::Reject { .. }) => self.injected(Injected::Refused),
            _ if known < self.venue.orders.len() => self.accepted(call),
            _ => {}
        }
        if self.draws.chance(self.options.confused) && !self.is_calm {
            // "Unknown error, execution status unknown": as good as no answer.
            self.injected(Injected::Confused);
            self.trace.say(self.now, || format!("venue: says nothing useful about {id}"));
            return Answer::Busy;
        }
        answer
    }

    /// How far behind the truth the venue is right now.
    fn lag(&mut self) -> Nanos {
        let most = if self.is_calm { Nanos(0) } else { self.options.lag };
        Nanos(self.draws.between(most.0 / 2, most.0))
    }

    /// The moments of a sweep's parts: open orders, fills, positions.
    fn moments(&mut self) -> [Nanos; 3] {
        if self.is_calm {
            return [self.now; 3];
        }
        let behind = Nanos(self.draws.between(0, self.options.account_lag.0));
        let moment = self.now - behind;
        if !self.options.torn_accounts {
            return [moment; 3];
        }
        let mut torn = || moment - self.draws.millis(0, 60);
        let moments = [torn(), torn(), torn()];
        let (first, last) = (moments[1].min(moments[2]), moments[1].max(moments[2]));
        let newest = self.venue.trades.last().map_or(Nanos(0), |fill| fill.at);
        if first < newest && newest <= last {
            self.injected(Injected::TornAccount);
        }
        moments
    }

    /// Tells every stream what the venue has pushed.
    pub(crate) fn push_all(&mut self) {
        let mut pushes = std::mem::take(&mut self.venue.pushes);
        for report in pushes.drain(..) {
            for node in 0..self.nodes.len() {
                let Some(desk) = &self.nodes[node].desk else { continue };
                let (term, link) = (desk.term, desk.line.link);
                let is_heard = desk.line.is_heard && self.cuts.down_until[node] <= self.now;
                if !is_heard {
                    continue;
                }
                let is_fill = matches!(report.kind, ReportKind::Fill(_));
                if is_fill && self.draws.chance(self.options.lost_fills) && !self.is_calm {
                    self.injected(Injected::LostFill);
                    continue;
                }
                let times = 1 + u8::from(self.draws.chance(self.options.twice) && !self.is_calm);
                for time in 0..times {
                    if time == 1 {
                        self.injected(Injected::Twice);
                    }
                    self.push_to(node, (term, link), &report);
                }
            }
        }
        self.venue.pushes = pushes;
    }

    fn push_to(
        &mut self,
        node: usize,
        (term, link): (u32, u32),
        report: &aurora_model::VenueReport,
    ) {
        let at = self.now + self.delay();
        let Node { life, desk, .. } = &mut self.nodes[node];
        let Some(desk) = desk else { return };
        if at < desk.line.pushed_at {
            self.counts.injected(Injected::Overtaken);
        }
        desk.line.pushed_at = desk.line.pushed_at.max(at);
        let event = NodeEvent::Push(link, Box::new(report.clone()));
        let node = u8::try_from(node).unwrap_or(0);
        self.queue.add(at, Event::Node { node, life: *life, term, event });
    }
}
