//! Answers to batches: every element has a fate of its own.

use aurora_model::{ClientOrderId, InstrumentNo, Nanos};
use aurora_wire::{Amendment, DecodeError, LostOrder, Output, Placement};

use super::{AccountSession, Answered, lost};
use crate::answer;
use crate::answer::Item;
use crate::errors::{Refusal, fate, is_batch_refused};

/// What became of one element.
enum One {
    Done(Box<answer::Order>),
    Refused(Refusal),
    /// The whole answer failed, or ended before this element.
    Whole,
}

/// The elements of a batch's answer, as many as were asked for.
fn elements(body: &[u8], count: usize) -> Result<Vec<One>, DecodeError> {
    let mut elements: Vec<One> = answer::items(body)?
        .into_iter()
        .map(|item| match item {
            Item::Order(order) => One::Done(order),
            Item::Refused(refusal) => One::Refused(refusal),
        })
        .collect();
    elements.truncate(count);
    elements.resize_with(count, || One::Whole);
    Ok(elements)
}

impl AccountSession {
    pub(super) fn placed_many(
        &mut self,
        at: Nanos,
        orders: &[Placement],
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        match answered {
            Answered::Done(body) => match elements(body, orders.len()) {
                Ok(elements) => {
                    for (order, one) in orders.iter().zip(elements) {
                        self.one_placed(at, order, one, out);
                    }
                }
                Err(error) => {
                    for order in orders {
                        lost(order.id, LostOrder::Place, error, out);
                    }
                }
            },
            // A batch refused as such is refused for each: an id goes out in one placing request.
            other => orders.iter().for_each(|order| self.placed(at, order, other.clone(), out)),
        }
    }

    fn one_placed(&mut self, at: Nanos, order: &Placement, one: One, out: &mut Output) {
        match one {
            One::Done(told) => self.taken(at, order.id, &told, out),
            One::Refused(refusal) => {
                self.heed(at, fate(refusal.code), &refusal, out);
                self.not_taken(at, order, fate(refusal.code), &refusal, out);
            }
            One::Whole => lost(order.id, LostOrder::Place, "the answer leaves it out", out),
        }
    }

    pub(super) fn amended_many(
        &mut self,
        at: Nanos,
        orders: &[Amendment],
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        match answered {
            Answered::Done(body) => match elements(body, orders.len()) {
                Ok(elements) => {
                    for (order, one) in orders.iter().zip(elements) {
                        match one {
                            One::Done(told) => self.new_terms(at, order, &told, out),
                            One::Refused(refusal) => {
                                self.not_amended(order, fate(refusal.code), &refusal, out);
                            }
                            One::Whole => {
                                lost(order.id, LostOrder::Amend, "the answer leaves it out", out);
                            }
                        }
                    }
                }
                Err(error) => {
                    for order in orders {
                        lost(order.id, LostOrder::Amend, error, out);
                    }
                }
            },
            // An amendment may be repeated: one by one, then. So may a cancel.
            Answered::Refused(_, refusal) if is_batch_refused(refusal.code) => {
                orders.iter().for_each(|order| self.amend(order, out));
            }
            other => orders.iter().for_each(|order| self.amended(at, order, other.clone(), out)),
        }
    }

    pub(super) fn canceled_many(
        &mut self,
        at: Nanos,
        orders: &[(ClientOrderId, InstrumentNo)],
        answered: Answered<'_>,
        out: &mut Output,
    ) {
        match answered {
            Answered::Done(body) => match elements(body, orders.len()) {
                Ok(elements) => {
                    for ((id, no), one) in orders.iter().zip(elements) {
                        match one {
                            One::Done(told) => self.ended_by_cancel(at, *id, &told, out),
                            One::Refused(refusal) => {
                                let fate = fate(refusal.code);
                                self.not_canceled(at, *id, *no, fate, &refusal, out);
                            }
                            One::Whole => {
                                lost(*id, LostOrder::Cancel, "the answer leaves it out", out);
                            }
                        }
                    }
                }
                Err(error) => {
                    for (id, _) in orders {
                        lost(*id, LostOrder::Cancel, error, out);
                    }
                }
            },
            Answered::Refused(_, refusal) if is_batch_refused(refusal.code) => {
                orders.iter().for_each(|(id, no)| self.cancel(*id, *no, out));
            }
            other => {
                orders.iter().for_each(|(id, no)| self.canceled(at, *id, *no, other.clone(), out));
            }
        }
    }
}
