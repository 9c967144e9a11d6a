//! What a client says on a socket, and who answers it.

use aurora_matching::exchange::AccountNo;
use serde_json::Value;

use super::listen::{subscribe, unsubscribe};
use super::topic::Address;
use super::{frames, trade};
use crate::bybit::params::Params;
use crate::bybit::{Bybit, sign};
use crate::dialect::World;
use crate::socket::SocketId;

/// Who asks, for the trade address.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) account: Option<AccountNo>,
    pub(super) conn_id: String,
}

/// A request frame.
pub(super) struct Frame {
    pub(super) op: String,
    pub(super) req_id: Option<String>,
    pub(super) params: Params,
}

impl Frame {
    pub(super) fn read(text: &str) -> Option<Frame> {
        let params = Params::body(text.as_bytes()).ok()?;
        let op = params.text("op")?.into_owned();
        let req_id = params.text("req_id").map(|id| id.into_owned());
        Some(Frame { op, req_id, params })
    }

    /// Every argument as text.
    pub(super) fn topics(&self) -> Vec<String> {
        (0..self.args().len()).map(|at| self.arg(at)).collect()
    }

    fn args(&self) -> &[Value] {
        self.params.raw("args").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// One argument as text; empty when it is neither text nor number.
    pub(super) fn arg(&self, at: usize) -> String {
        match self.args().get(at) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }
}

/// A text frame came.
pub(in crate::bybit) fn said(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    socket: SocketId,
    text: &str,
) {
    let Some(session) = bybit.sessions.open.get_mut(&socket) else { return };
    session.heard_at = world.now;
    let (address, account, watches) = (session.address, session.account, session.watches);
    let conn_id = session.conn_id.clone();
    if let Some(account) = account.filter(|_| watches) {
        bybit.dead_man.heartbeat(world, account);
    }
    let Some(frame) = Frame::read(text) else {
        let answer = frames::refused("", None, &conn_id, "error:invalid op");
        return bybit.sessions.say(world, socket, answer);
    };
    let req_id = frame.req_id.as_deref();
    match (frame.op.as_str(), address) {
        ("ping", _) => {
            let pong = frames::pong(address, req_id, &conn_id, world.told_now());
            world.sockets.reply(socket, pong.as_bytes());
        }
        ("auth", Address::Private | Address::Trade) => log_in(bybit, world, socket, &frame),
        ("subscribe", address) if address != Address::Trade => {
            subscribe(bybit, world, socket, &frame);
        }
        ("unsubscribe", address) if address != Address::Trade => {
            unsubscribe(bybit, world, socket, &frame);
        }
        (_, Address::Trade) => {
            let who = Who { account, conn_id };
            let answer = trade::said(bybit, world, socket, &who, &frame.params);
            bybit.sessions.say(world, socket, answer);
        }
        (op, _) => {
            let answer = frames::refused(op, req_id, &conn_id, "error:invalid op");
            bybit.sessions.say(world, socket, answer);
        }
    }
}

fn log_in(bybit: &mut Bybit, world: &mut World<'_>, socket: SocketId, frame: &Frame) {
    let known = world.accounts.by_key(&frame.arg(0));
    let (expires, signature) = (frame.arg(1), frame.arg(2));
    let now = world.told_now().millis();
    let checked = sign::check_socket(known.map(|known| &known.hmac), &expires, &signature, now);
    let Some(session) = bybit.sessions.open.get_mut(&socket) else { return };
    if checked.is_ok() {
        session.account = known.map(|known| known.no);
    }
    let (conn_id, req_id) = (&session.conn_id, frame.req_id.as_deref());
    let answer = match (&checked, session.address) {
        (_, Address::Trade) => frames::trade_auth(&checked, conn_id),
        (Ok(()), _) => frames::done("auth", req_id, conn_id, ""),
        (Err(refusal), _) => frames::refused("auth", req_id, conn_id, &refusal.message),
    };
    bybit.sessions.say(world, socket, answer);
}
