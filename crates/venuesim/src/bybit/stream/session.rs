//! Every socket's state: which address it is at, who it is, when it was last heard.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;

use super::frames;
use super::listen::Later;
use super::talk::Frame;
use super::topic::Address;
use super::trade;
use crate::bybit::Bybit;
use crate::bybit::code::Refusal;
use crate::dialect::World;
use crate::request::Request;
use crate::socket::SocketId;

/// A socket nobody is heard on for so long is closed.
const IDLE: Nanos = Nanos::from_millis(600_000);
/// How many request ids of a trade socket are remembered.
const REQ_IDS: usize = 10_000;

/// Every socket's conversation.
#[derive(Debug, Default)]
pub(in crate::bybit) struct Sessions {
    pub(super) open: BTreeMap<SocketId, Session>,
    pub(super) later: VecDeque<(Nanos, SocketId, Later)>,
    looked_at: Nanos,
}

/// One socket's state.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) address: Address,
    /// Whose it is, once it has logged in.
    pub(super) account: Option<AccountNo>,
    pub(super) conn_id: String,
    pub(super) heard_at: Nanos,
    idle: Nanos,
    /// It listens to `dcp.future`: its silence cancels orders.
    pub(super) watches: bool,
    req_ids: ReqIds,
}

/// The newest request ids of a trade socket.
#[derive(Debug, Default)]
struct ReqIds {
    known: BTreeSet<String>,
    in_order: VecDeque<String>,
}

impl ReqIds {
    /// `false` when it is known already.
    fn note(&mut self, req_id: &str) -> bool {
        if !self.known.insert(req_id.to_owned()) {
            return false;
        }
        self.in_order.push_back(req_id.to_owned());
        if REQ_IDS < self.in_order.len()
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

/// A client upgraded; `false` when there is no such address.
pub(in crate::bybit) fn opened(
    bybit: &mut Bybit,
    world: &World<'_>,
    socket: SocketId,
    request: &Request<'_>,
) -> bool {
    let Some(address) = Address::of(request.path()) else { return false };
    let session = Session {
        address,
        account: None,
        conn_id: format!("sim{:x}-{}", world.now.millis(), socket.0),
        heard_at: world.now,
        idle: request.param("max_active_time").and_then(|text| span(&text)).unwrap_or(IDLE),
        watches: false,
        req_ids: ReqIds::default(),
    };
    bybit.sessions.open.insert(socket, session);
    true
}

/// `30s` or `5m`, within what the venue allows.
fn span(text: &str) -> Option<Nanos> {
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let seconds = match unit {
        "s" => number.parse::<i64>().ok()?,
        "m" => number.parse::<i64>().ok()?.checked_mul(60)?,
        _ => return None,
    };
    Some(Nanos::SECOND * seconds.clamp(30, 600))
}

impl Sessions {
    /// Answers a frame, a moment later where the terms say so.
    pub(super) fn say(&mut self, world: &mut World<'_>, socket: SocketId, answer: String) {
        if world.terms.ack_delay.0 <= 0 || world.sockets.is_held(socket) {
            return world.sockets.reply(socket, answer.as_bytes());
        }
        self.later.push_back((world.now + world.terms.ack_delay, socket, Later::Say(answer)));
    }

    /// What the server's own refusal of a frame needs to know.
    pub(in crate::bybit) fn deny(
        &self,
        world: &mut World<'_>,
        socket: SocketId,
        text: &str,
        refusal: &Refusal,
    ) {
        let Some(session) = self.open.get(&socket) else { return };
        let Some(frame) = Frame::read(text) else { return };
        let answer = if session.address == Address::Trade && frame.op != "auth" {
            trade::denied(&frame.params, &session.conn_id, refusal, world.told_now())
        } else {
            frames::refused(&frame.op, frame.req_id.as_deref(), &session.conn_id, &refusal.message)
        };
        world.sockets.reply(socket, answer.as_bytes());
    }

    /// Whether a request id is new on this socket; it is not from here on.
    pub(super) fn is_new_request(&mut self, socket: SocketId, req_id: &str) -> bool {
        self.open.get_mut(&socket).is_some_and(|session| session.req_ids.note(req_id))
    }

    /// Every login is over: the sockets that had one are closed.
    pub(in crate::bybit) fn expire(&self, world: &mut World<'_>) {
        let logged_in = self.open.iter().filter(|(_, session)| session.account.is_some());
        for (socket, _) in logged_in {
            world.sockets.close(*socket, 1008, "the login has expired");
        }
    }

    pub(in crate::bybit) fn closed(&mut self, socket: SocketId) {
        self.open.remove(&socket);
    }

    pub(super) fn is_watched(&self, account: AccountNo) -> bool {
        self.open.values().any(|session| session.watches && session.account == Some(account))
    }
}

/// Closes what nobody was heard on for too long. Looks once a second.
pub(in crate::bybit) fn close_idle(sessions: &mut Sessions, world: &mut World<'_>) {
    if world.now - sessions.looked_at < Nanos::SECOND {
        return;
    }
    sessions.looked_at = world.now;
    for (socket, session) in &sessions.open {
        if session.idle <= world.now - session.heard_at {
            world.sockets.close(*socket, 1000, "no ping for too long");
        }
    }
}
