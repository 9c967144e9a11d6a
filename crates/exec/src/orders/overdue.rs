//! Answers that do not come: when an order is doubted, asked about, or its cancel asked for again.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, OrderEvent, OrderState};

use super::Orders;

/// How long we wait before doubting, asking, giving up and calling a person.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// From sending an order to doubting it.
    pub place: Nanos,
    /// From asking for a cancel to asking again.
    pub cancel: Nanos,
    /// From sending an order to the moment after which no venue takes the request any more: the longest wait for
    /// room under a venue's limits and the longest deadline a request carries.
    pub lapse: Nanos,
    /// How far a venue's clock may run behind before a lapsed request is refused; also the least time between two
    /// questions about one order.
    pub settle: Nanos,
    /// How long a venue may not show an order that it has: before that nothing is declared dead.
    pub hidden: Nanos,
    /// How old an answer about an order may be when it is heard: so long it is waited for.
    pub answer: Nanos,
    /// A fate unknown for so long calls a person.
    pub unresolved: Nanos,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            place: Nanos::from_millis(400),
            cancel: Nanos::from_millis(300),
            lapse: Nanos::SECOND * 3,
            settle: Nanos::SECOND,
            hidden: Nanos::SECOND * 10,
            answer: Nanos::SECOND * 2,
            unresolved: Nanos::SECOND * 60,
        }
    }
}

/// Something the order manager wants asked at the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chase {
    /// The answer is overdue: the order is now in doubt.
    Doubt(ClientOrderId, InstrumentNo),
    /// Ask what became of it.
    Query(ClientOrderId, InstrumentNo),
    /// The cancel is unanswered: ask for it again.
    Cancel(ClientOrderId, InstrumentNo),
    /// Nobody could tell its fate for too long: call a person. Said once.
    Unresolved(ClientOrderId, InstrumentNo),
}

impl Orders {
    /// What is overdue at that time, and what to do about it.
    pub fn overdue(&mut self, at: Nanos, chases: &mut Vec<Chase>) {
        let deadlines = self.deadlines;
        for id in &self.live {
            let order = self.all.get_mut(id).expect("live orders are kept");
            let instrument = order.intent.instrument;
            if order.state == OrderState::Submitted {
                let sent = order.sent_at.unwrap_or(order.decided_at);
                if at - sent >= deadlines.place {
                    order.state =
                        order.state.apply(OrderEvent::Timeout).expect("Submitted times out");
                    order.doubted_at = Some(at);
                    chases.push(Chase::Doubt(*id, instrument));
                }
            } else if order.is_in_doubt() {
                if order.queried_at.is_none_or(|asked| at - asked >= deadlines.settle) {
                    order.queried_at = Some(at);
                    chases.push(Chase::Query(*id, instrument));
                }
                let since = *order.doubted_at.get_or_insert(at);
                if !order.called && at - since >= deadlines.unresolved {
                    order.called = true;
                    chases.push(Chase::Unresolved(*id, instrument));
                }
            } else if order.cancel_asked_at.is_some() && order.ask_cancel(at, deadlines.cancel) {
                chases.push(Chase::Cancel(*id, instrument));
            }
        }
    }
}
