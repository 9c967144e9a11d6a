//! One record, and the line it becomes.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::tree::{Hash, hex};

/// The kind of record that begins a run; its body is found again by the next one.
pub const START: &str = "start";
/// The kind of record that begins a run in the journal; as that of a start its body has the run's number in `epoch`.
pub const EPOCH: &str = "epoch";

/// Something that happened, before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, in UTC nanoseconds, on the time line of whoever tells it.
    pub at: i64,
    /// What kind of thing: `decision`, `intent`, `operator`, …
    pub kind: &'static str,
    /// The order it is about.
    pub order: Option<String>,
    /// Other orders it says something about.
    pub also: Vec<String>,
    /// The decision it is about.
    pub decision: Option<String>,
    /// The journal's record that tells the same; they count up within a run.
    pub journal: Option<u64>,
    /// Everything else.
    pub body: Box<RawValue>,
}

#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    at: i64,
    kind: &'a str,
    prev: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<u64>,
    body: &'a RawValue,
}

impl Entry {
    /// The line at place `seq` behind the record of that hash, without its end.
    pub(crate) fn line(&self, seq: u64, prev: &Hash) -> Vec<u8> {
        let line = Line {
            seq,
            at: self.at,
            kind: self.kind,
            prev: hex(prev),
            order: self.order.as_deref(),
            also: &self.also,
            decision: self.decision.as_deref(),
            journal: self.journal,
            body: &self.body,
        };
        serde_json::to_vec(&line).expect("a record is plain data")
    }
}

/// What a start needs of a line that is there already.
#[derive(Deserialize)]
pub(crate) struct Written {
    pub(crate) seq: u64,
    kind: String,
    pub(crate) prev: String,
    pub(crate) journal: Option<u64>,
    body: Box<RawValue>,
}

/// What a record of a run's beginning says of it.
#[derive(Deserialize)]
struct Begun {
    epoch: u32,
}

impl Written {
    /// The run that a record begins.
    pub(crate) fn epoch(&self) -> Option<u32> {
        let begins = self.kind == START || self.kind == EPOCH;
        begins.then(|| serde_json::from_str::<Begun>(self.body.get()).ok())?.map(|run| run.epoch)
    }

    /// What a start wrote about itself.
    pub(crate) fn start(self) -> Option<Box<RawValue>> {
        (self.kind == START).then_some(self.body)
    }
}
