//! Orders one by one with an answer each, and the code over all of them: 0 all, 1 none, 2 some.

use aurora_matching::exchange::OrderId;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::amend::amend;
use super::cancel::cancel;
use super::place::place;
use crate::okx::ask::{Amend, Cancel, Place, Text};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Desk;
use crate::okx::json::{Object, array};

/// The most items of one batch.
const MOST: usize = 20;

/// What is done with each item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Place,
    Amend,
    Cancel,
}

/// What one item came to.
#[derive(Clone, Debug)]
pub(crate) struct Ack {
    operation: Operation,
    client_id: String,
    tag: String,
    request_id: String,
    result: Answer<OrderId>,
}

/// What all items came to.
#[derive(Clone, Debug)]
pub(crate) struct Batch(pub(crate) Vec<Ack>);

impl Batch {
    /// 0, 1 or 2, and the sentence that goes with it.
    pub(crate) fn code(&self) -> (u32, &'static str) {
        let good = self.0.iter().filter(|ack| ack.result.is_ok()).count();
        match (good, self.0.len()) {
            (good, all) if good == all => (0, ""),
            (0, _) => (1, "All operations failed"),
            _ => (2, "Bulk operation partially succeeded."),
        }
    }

    /// The `data` array.
    pub(crate) fn write(&self, out: &mut String, at_ms: i64) {
        array(out, &self.0, |out, ack| ack.write(out, at_ms));
    }
}

impl Ack {
    fn write(&self, out: &mut String, at_ms: i64) {
        let (code, text) = match &self.result {
            Ok(_) if self.operation == Operation::Place => (0, "Order placed"),
            Ok(_) => (0, ""),
            Err(refusal) => (refusal.code, &*refusal.text),
        };
        let mut row = Object::begin(out);
        row.text("clOrdId", &self.client_id)
            .maybe("ordId", self.result.as_ref().ok().map(|id| id.0));
        match self.operation {
            Operation::Place => row.text("tag", &self.tag),
            Operation::Amend => row.text("reqId", &self.request_id),
            Operation::Cancel => &mut row,
        };
        row.put("ts", at_ms).put("sCode", code).text("sMsg", text);
        row.end();
    }
}

/// The part of an item every operation has.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Common<'a> {
    #[serde(borrow)]
    inst_id: Text<'a>,
    inst_id_code: Text<'a>,
    cl_ord_id: Text<'a>,
    tag: Text<'a>,
    req_id: Text<'a>,
}

/// The instruments of the items, in order; what rate limits count by.
pub(crate) fn instruments(items: &[&RawValue]) -> Vec<String> {
    let named = |item: &&RawValue| {
        let common: Common<'_> = serde_json::from_str(item.get()).unwrap_or_default();
        let name = if common.inst_id.is_empty() { common.inst_id_code } else { common.inst_id };
        name.to_string()
    };
    items.iter().map(named).collect()
}

/// Does the operation with every item. `expired`: the request's own deadline has passed, nothing is done.
///
/// # Errors
/// When there are too many items, or none.
pub(crate) fn run(
    desk: &mut Desk<'_, '_>,
    operation: Operation,
    items: &[&RawValue],
    expired: bool,
) -> Answer<Batch> {
    if items.is_empty() {
        return Err(Refusal::parameter("args"));
    }
    if MOST < items.len() {
        return Err(match operation {
            Operation::Place => Refusal::saying(51111, "Maximum 20 orders can be placed in bulk."),
            Operation::Amend => Refusal::saying(51501, "Maximum 20 orders can be modified."),
            Operation::Cancel => {
                Refusal::saying(51406, "Canceled - order count exceeds the limit 20.")
            }
        });
    }
    let acks = items.iter().map(|item| {
        let common: Common<'_> = serde_json::from_str(item.get()).unwrap_or_default();
        let result =
            if expired { Err(Refusal::of(50036)) } else { one(desk, operation, item.get()) };
        Ack {
            operation,
            client_id: common.cl_ord_id.to_string(),
            tag: common.tag.to_string(),
            request_id: common.req_id.to_string(),
            result,
        }
    });
    Ok(Batch(acks.collect()))
}

fn one(desk: &mut Desk<'_, '_>, operation: Operation, item: &str) -> Answer<OrderId> {
    fn read<'a, T: Deserialize<'a>>(item: &'a str) -> Answer<T> {
        serde_json::from_str(item).map_err(|_| Refusal::of(50002))
    }
    if desk.world.terms.limits
        && operation == Operation::Place
        && !desk.memory.limits.count_order(desk.account, desk.world.now)
    {
        return Err(Refusal::of(50061));
    }
    match operation {
        Operation::Place => place(desk, &read::<Place<'_>>(item)?),
        Operation::Amend => amend(desk, &read::<Amend<'_>>(item)?),
        Operation::Cancel => cancel(desk, &read::<Cancel<'_>>(item)?),
    }
}
