//! What goes over a socket: subscriptions and order operations.

use aurora_model::Nanos;
use aurora_wire::{Amendment, Placement, Rules};

use super::Json;
use super::orders::{Terms, Which, amend_fields, cancel_fields, fields};

/// One subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic<'a> {
    /// The channel's name.
    pub channel: &'a str,
    /// Which instrument, where it is about one.
    pub inst_id: Option<&'a str>,
    /// Which kind of instrument, where it wants one.
    pub inst_type: Option<&'a str>,
}

impl<'a> Topic<'a> {
    /// A channel of one instrument.
    pub const fn of(channel: &'a str, inst_id: &'a str) -> Topic<'a> {
        Topic { channel, inst_id: Some(inst_id), inst_type: None }
    }

    /// A channel of a kind of instruments.
    pub const fn kind(channel: &'a str, inst_type: &'a str) -> Topic<'a> {
        Topic { channel, inst_id: None, inst_type: Some(inst_type) }
    }

    /// A channel without arguments.
    pub const fn plain(channel: &'a str) -> Topic<'a> {
        Topic { channel, inst_id: None, inst_type: None }
    }

    fn json(&self) -> String {
        let mut json = Json::object();
        json.text("channel", self.channel);
        if let Some(inst_id) = self.inst_id {
            json.text("instId", inst_id);
        }
        if let Some(inst_type) = self.inst_type {
            json.text("instType", inst_type);
        }
        json.close()
    }
}

/// Subscribes.
pub fn subscribe(topics: &[Topic<'_>]) -> String {
    op("subscribe", topics)
}

/// Unsubscribes.
pub fn unsubscribe(topics: &[Topic<'_>]) -> String {
    op("unsubscribe", topics)
}

fn op(word: &str, topics: &[Topic<'_>]) -> String {
    let args: Vec<_> = topics.iter().map(Topic::json).collect();
    format!(r#"{{"op":"{word}","args":[{}]}}"#, args.join(","))
}

/// A new order over the socket, void after `deadline` by the venue's clock.
pub fn op_order(
    id: u64,
    deadline: Nanos,
    rules: &Rules,
    terms: Terms,
    placement: &Placement,
) -> String {
    let order = fields(rules, terms, placement, true);
    operation("order", id, Some(deadline), &order)
}

/// New terms over the socket, void after `deadline` by the venue's clock.
pub fn op_amend(id: u64, deadline: Nanos, rules: &Rules, amendment: &Amendment) -> String {
    operation("amend-order", id, Some(deadline), &amend_fields(rules, amendment, true))
}

/// A cancel over the socket.
pub fn op_cancel(id: u64, rules: &Rules, order: &str) -> String {
    operation("cancel-order", id, None, &cancel_fields(rules, Which::Ours(order), true))
}

fn operation(word: &str, id: u64, deadline: Option<Nanos>, item: &str) -> String {
    let mut json = Json::object();
    json.text("id", &id.to_string()).text("op", word);
    if let Some(deadline) = deadline {
        json.text("expTime", &deadline.millis().to_string());
    }
    json.raw("args", &format!("[{item}]"));
    json.close()
}
