//! A row of `order_journal`: one record about one order.

use aurora_records::{Fate, Trace};

use crate::names::Named;

/// What a record said of an order, and what was known of it by then. All numbers are exact, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The record's number.
    pub seq: i64,
    /// The run it was written in.
    pub epoch: i64,
    /// When, in nanoseconds since 1970.
    pub ts: i64,
    /// The venue; with `cl_ord_id` the key that is used once.
    pub venue: String,
    /// Client order id.
    pub cl_ord_id: String,
    /// The order it is a part of; orders have no parents yet.
    pub parent_order_id: Option<String>,
    /// Canonical id of the instrument.
    pub uid: String,
    /// `place`, `ack`, `partial`, `fill`, `cancel`, `reject`, `expire`, or another word for what happened.
    pub event: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// `buy` or `sell`.
    pub side: String,
    /// Limit price.
    pub price: String,
    /// Quantity asked.
    pub qty: String,
    /// Quantity filled so far.
    pub filled: String,
    /// Where it was in its life after this.
    pub fsm: String,
    /// What was known of its transmission after this.
    pub fate: String,
    /// The same in the words of the API.
    pub exactly_once_state: String,
    /// The venue's id, once known.
    pub venue_order_id: Option<String>,
}

impl Row {
    pub(crate) fn of(trace: &Trace, named: &Named, (seq, epoch, at): (u64, u32, i64)) -> Row {
        Row {
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
            epoch: i64::from(epoch),
            ts: at,
            venue: named.venue.clone(),
            cl_ord_id: trace.id.to_string(),
            parent_order_id: None,
            uid: named.uid.clone(),
            event: event(trace, seq).to_owned(),
            reason: trace.refusal.map(|refusal| refusal.code().to_owned()),
            side: trace.intent.side.word().to_owned(),
            price: named.price(trace.intent.limit),
            qty: named.qty(trace.intent.qty),
            filled: named.qty(trace.filled),
            fsm: trace.state.code().to_owned(),
            fate: trace.fate.code().to_owned(),
            exactly_once_state: trace.exactly_once_state().to_owned(),
            venue_order_id: trace.venue_id.map(|id| id.to_string()),
        }
    }
}

/// The word of the specification where it has one.
fn event(trace: &Trace, seq: u64) -> &'static str {
    let last = trace.links.last().filter(|link| link.seq == seq);
    match last.map_or("restart", |link| link.word) {
        "sent" => "place",
        "fill" if trace.filled < trace.intent.qty => "partial",
        "canceled" => "cancel",
        "expired" => "expire",
        "doubted" => "unknown",
        "absent" if trace.fate == Fate::Dead => "dead",
        word => word,
    }
}
