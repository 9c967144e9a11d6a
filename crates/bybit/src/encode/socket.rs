//! Frames we send.

use aurora_model::Nanos;
use aurora_wire::ORDER_PATIENCE;

/// The longest list of topics one frame may carry, in characters.
const MAX_ARGS: usize = 20_000;

fn with_topics(op: &str, req_id: u64, topics: &[String]) -> String {
    format!(r#"{{"req_id":"{req_id}","op":"{op}","args":["{}"]}}"#, topics.join("\",\""))
}

/// Frames that subscribe to the topics; more than one when the list is too long for the venue.
pub fn subscribe(first_req_id: u64, topics: &[String]) -> Vec<String> {
    let (mut frames, mut part, mut length) = (Vec::new(), Vec::new(), 0);
    let mut req_id = first_req_id;
    for topic in topics {
        if MAX_ARGS < length + topic.len() && !part.is_empty() {
            frames.push(with_topics("subscribe", req_id, &part));
            (part, length, req_id) = (Vec::new(), 0, req_id + 1);
        }
        length += topic.len() + 3;
        part.push(topic.clone());
    }
    if !part.is_empty() {
        frames.push(with_topics("subscribe", req_id, &part));
    }
    frames
}

/// Ends subscriptions.
pub fn unsubscribe(req_id: u64, topics: &[String]) -> String {
    with_topics("unsubscribe", req_id, topics)
}

/// Keeps a connection alive.
pub fn ping() -> String {
    r#"{"op":"ping"}"#.to_owned()
}

/// What is done over the trade socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeOp {
    /// One new order.
    Create,
    /// One amend.
    Amend,
    /// One cancel.
    Cancel,
    /// Several new orders.
    CreateBatch,
    /// Several amends.
    AmendBatch,
    /// Several cancels.
    CancelBatch,
}

impl TradeOp {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            TradeOp::Create => "order.create",
            TradeOp::Amend => "order.amend",
            TradeOp::Cancel => "order.cancel",
            TradeOp::CreateBatch => "order.create-batch",
            TradeOp::AmendBatch => "order.amend-batch",
            TradeOp::CancelBatch => "order.cancel-batch",
        }
    }
}

/// A request on the trade socket; `venue_at` is the venue's time, `body` what the REST call would carry.
pub fn trade_request(req_id: u64, venue_at: Nanos, op: TradeOp, body: &str) -> String {
    let window = match op {
        TradeOp::Cancel | TradeOp::CancelBatch => 5_000,
        _ => ORDER_PATIENCE.millis(),
    };
    format!(
        r#"{{"reqId":"{req_id}","header":{{"X-BAPI-TIMESTAMP":"{}","X-BAPI-RECV-WINDOW":"{window}"}},"op":"{}","args":[{body}]}}"#,
        venue_at.millis(),
        op.word(),
    )
}
