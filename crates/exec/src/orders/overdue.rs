//! Answers that do not come: when an order is doubted, asked about, or its cancel asked for again.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos, OrderEvent, OrderState};

use super::Orders;

/// How long we wait before doubting.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// From sending an order to doubting it.
    pub place: Nanos,
    /// From asking for a cancel to asking again.
    pub cancel: Nanos,
    /// After the place deadline, how long a "not found" still counts for nothing; also the least
    /// time between the two that are needed.
    pub settle: Nanos,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            place: Nanos::from_millis(400),
            cancel: Nanos::from_millis(300),
            settle: Nanos::SECOND,
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
}

impl Orders {
    /// What is overdue at that time, and what to do about it.
    pub fn overdue(&mut self, at: Nanos, chases: &mut Vec<Chase>) {
        let deadlines = self.deadlines;
        for id in &self.live {
            let order = self.all.get_mut(id).expect("live orders are kept");
            let instrument = order.intent.instrument;
            match order.state {
                OrderState::Submitted => {
                    let sent = order.sent_at.unwrap_or(order.decided_at);
                    if at - sent >= deadlines.place {
                        order.state =
                            order.state.apply(OrderEvent::Timeout).expect("Submitted times out");
                        chases.push(Chase::Doubt(*id, instrument));
                    }
                }
                _ if order.unsure || order.state == OrderState::InDoubt => {
                    if order.queried_at.is_none_or(|asked| at - asked >= deadlines.settle) {
                        order.queried_at = Some(at);
                        chases.push(Chase::Query(*id, instrument));
                    }
                }
                _ => {
                    let overdue =
                        order.cancel_asked_at.is_some_and(|asked| at - asked >= deadlines.cancel);
                    if overdue {
                        order.cancel_asked_at = Some(at);
                        chases.push(Chase::Cancel(*id, instrument));
                    }
                }
            }
        }
    }
}
