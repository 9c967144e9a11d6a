//! The trade address: orders as frames, the same deeds as over REST.

use aurora_model::Nanos;
use serde_json::Value;

use super::frames::TradeAnswer;
use super::talk::Who;
use crate::bybit::code::{self, Refusal};
use crate::bybit::limit::{self, Standing};
use crate::bybit::orders::{self, Deed};
use crate::bybit::params::Params;
use crate::bybit::reply::{Answer, Reply};
use crate::bybit::{Bybit, sign};
use crate::dialect::World;
use crate::socket::SocketId;

/// An operation, what it does, whether it is a batch, and the path whose rate it shares.
struct Op {
    name: &'static str,
    deed: Deed,
    is_batch: bool,
    path: &'static str,
}

const fn op(name: &'static str, deed: Deed, is_batch: bool, path: &'static str) -> Op {
    Op { name, deed, is_batch, path }
}

const OPS: [Op; 6] = [
    op("order.create", Deed::Create, false, "/v5/order/create"),
    op("order.amend", Deed::Amend, false, "/v5/order/amend"),
    op("order.cancel", Deed::Cancel, false, "/v5/order/cancel"),
    op("order.create-batch", Deed::Create, true, "/v5/order/create-batch"),
    op("order.amend-batch", Deed::Amend, true, "/v5/order/amend-batch"),
    op("order.cancel-batch", Deed::Cancel, true, "/v5/order/cancel-batch"),
];

/// A frame came; the answer is returned.
pub(super) fn said(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    socket: SocketId,
    who: &Who,
    frame: &Params,
) -> String {
    let mut standing = None;
    let answer = answer(bybit, world, socket, who, frame, &mut standing);
    let op = frame.text("op").unwrap_or_default();
    let req_id = frame.text("reqId");
    let told = TradeAnswer {
        op: &op,
        req_id: req_id.as_deref(),
        conn_id: &who.conn_id,
        standing,
        now: world.told_now(),
    };
    told.frame(answer.as_ref().map(|reply| (reply.result(), reply.ext())))
}

/// What the server's own refusal of a frame reads like.
pub(super) fn denied(frame: &Params, conn_id: &str, refusal: &Refusal, now: Nanos) -> String {
    let op = frame.text("op").unwrap_or_default();
    let req_id = frame.text("reqId");
    let told = TradeAnswer { op: &op, req_id: req_id.as_deref(), conn_id, standing: None, now };
    told.frame(Err(refusal))
}

fn answer(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    socket: SocketId,
    who: &Who,
    frame: &Params,
    standing: &mut Option<Standing>,
) -> Answer {
    let name = frame.text("op").unwrap_or_default();
    let op = OPS.iter().find(|op| op.name == name).ok_or(code::OP)?;
    let account = who.account.ok_or(code::PERMISSION)?;
    header(world, frame)?;
    if let Some(req_id) = frame.text("reqId") {
        if 36 < req_id.len() {
            return Err(Refusal::params("reqId must have at most 36 characters"));
        }
        if !bybit.sessions.is_new_request(socket, &req_id) {
            return Err(code::DUPLICATE_REQ_ID);
        }
    }
    let params = match frame.raw("args").and_then(Value::as_array).map(Vec::as_slice) {
        Some([order]) => Params::value(order.clone())?,
        _ => return Err(Refusal::params("args must have one object")),
    };
    let cost = if op.is_batch { params.objects("request")?.len() } else { 1 };
    let cost = u32::try_from(cost).unwrap_or(u32::MAX);
    let now = world.told_now().millis();
    let charged = bybit.limits.charge(account, op.path, (limit::rate(op.path), cost), now);
    *standing = Some(charged);
    if !charged.passes && world.terms.limits {
        return Err(code::TOO_MANY_VISITS);
    }
    if op.is_batch {
        return orders::batch(bybit, world, account, op.deed, &params);
    }
    orders::one(bybit, world, account, op.deed, &params).map(|named| Reply::new(&named))
}

fn header(world: &World<'_>, frame: &Params) -> Result<(), Refusal> {
    let missing = || Refusal::missing("header.X-BAPI-TIMESTAMP");
    let header = frame.raw("header").cloned().map(Params::value).ok_or_else(missing)??;
    let timestamp = header.text("X-BAPI-TIMESTAMP").ok_or_else(missing)?;
    let window = header.text("X-BAPI-RECV-WINDOW").unwrap_or_default();
    sign::fresh(&timestamp, &window, world.told_now().millis())
}
