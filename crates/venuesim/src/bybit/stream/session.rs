//! One socket's conversation: who it is, what it may listen to, when it was last heard.
//!
//! Answers leave a moment late where the server's terms say so: some clients note what they asked for only after
//! they have sent it. A subscription begins with its answer, so that nothing is told before.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;
use serde_json::Value;

use super::frames;
use super::private::channel_name;
use super::topic::{Address, DEAD_MAN, PublicTopic, is_private};
use super::trade;
use crate::bybit::code::Refusal;
use crate::bybit::params::Params;
use crate::bybit::{Bybit, sign};
use crate::dialect::World;
use crate::request::Request;
use crate::socket::SocketId;

/// A socket nobody is heard on for so long is closed.
const IDLE: Nanos = Nanos::from_millis(600_000);
/// The most characters the topics of one request may have.
const MOST_TOPIC_TEXT: usize = 21_000;
/// How many request ids of a trade socket are remembered.
const REQ_IDS: usize = 10_000;
/// The topic of the venue's state.
const STATUS: &str = "system.status";

/// Every socket's conversation.
#[derive(Debug, Default)]
pub(in crate::bybit) struct Sessions {
    open: BTreeMap<SocketId, Session>,
    later: VecDeque<(Nanos, SocketId, Later)>,
    looked_at: Nanos,
}

#[derive(Debug)]
struct Session {
    address: Address,
    account: Option<AccountNo>,
    conn_id: String,
    heard_at: Nanos,
    idle: Nanos,
    watches: bool,
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

/// What is done a moment later.
#[derive(Debug)]
enum Later {
    Say(String),
    Listen { topics: Vec<String>, answer: String },
}

/// Who asks, for the trade address.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) account: Option<AccountNo>,
    pub(super) conn_id: String,
}

/// A request frame.
struct Frame {
    op: String,
    req_id: Option<String>,
    params: Params,
}

impl Frame {
    fn read(text: &str) -> Option<Frame> {
        let params = Params::body(text.as_bytes()).ok()?;
        let op = params.text("op")?.into_owned();
        let req_id = params.text("req_id").map(|id| id.into_owned());
        Some(Frame { op, req_id, params })
    }

    fn args(&self) -> &[Value] {
        self.params.raw("args").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn arg(&self, at: usize) -> String {
        match self.args().get(at) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
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
        ("auth", Address::Private | Address::Trade) => auth(bybit, world, socket, &frame),
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

fn auth(bybit: &mut Bybit, world: &mut World<'_>, socket: SocketId, frame: &Frame) {
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

fn subscribe(bybit: &mut Bybit, world: &mut World<'_>, socket: SocketId, frame: &Frame) {
    let Some(session) = bybit.sessions.open.get(&socket) else { return };
    let (conn_id, req_id) = (session.conn_id.clone(), frame.req_id.as_deref());
    match wanted(session, world, frame, socket) {
        Ok(topics) => {
            let answer = frames::done("subscribe", req_id, &conn_id, "");
            bybit.listen_later(world, socket, topics, answer);
        }
        Err(why) => {
            let answer = frames::refused("subscribe", req_id, &conn_id, &why);
            bybit.sessions.say(world, socket, answer);
        }
    }
}

/// The topics a frame asks for, if this address has all of them.
fn wanted(
    session: &Session,
    world: &mut World<'_>,
    frame: &Frame,
    socket: SocketId,
) -> Result<Vec<String>, String> {
    let topics: Vec<String> = (0..frame.args().len()).map(|at| frame.arg(at)).collect();
    if topics.is_empty() || MOST_TOPIC_TEXT < topics.iter().map(String::len).sum() {
        return Err("error:args size invalid".to_owned());
    }
    if session.address == Address::Private && session.account.is_none() {
        return Err("Request not authorized".to_owned());
    }
    for topic in &topics {
        let is_there = match session.address {
            Address::Linear => PublicTopic::named(world.exchange, topic).is_some(),
            Address::Status => topic == STATUS,
            Address::Private => is_private(topic),
            Address::Elsewhere | Address::Trade => false,
        };
        if !is_there {
            return Err(format!("error:handler not found,topic:{topic}"));
        }
        let name = session.account.map_or(topic.clone(), |account| channel_name(account, topic));
        let channel = world.sockets.topic(&name);
        if world.sockets.subscriptions(socket).contains(&channel) {
            return Err(format!("error:already subscribed,topic:{topic}"));
        }
    }
    Ok(topics)
}

fn unsubscribe(bybit: &mut Bybit, world: &mut World<'_>, socket: SocketId, frame: &Frame) {
    let Some(session) = bybit.sessions.open.get_mut(&socket) else { return };
    let account = session.account;
    let answer = frames::done("unsubscribe", frame.req_id.as_deref(), &session.conn_id, "");
    for topic in (0..frame.args().len()).map(|at| frame.arg(at)) {
        let name = account.map_or(topic.clone(), |account| channel_name(account, &topic));
        let channel = world.sockets.topic(&name);
        let was = world.sockets.unsubscribe(socket, channel);
        if was && topic == DEAD_MAN {
            session.watches = false;
        }
    }
    if let Some(account) = account.filter(|account| !bybit.sessions.is_watched(*account)) {
        bybit.dead_man.release(world, account);
    }
    bybit.sessions.say(world, socket, answer);
}

impl Bybit {
    fn listen_later(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        topics: Vec<String>,
        answer: String,
    ) {
        if world.terms.ack_delay.0 <= 0 || world.sockets.is_held(socket) {
            return self.listen(world, socket, &topics, &answer);
        }
        let at = world.now + world.terms.ack_delay;
        self.sessions.later.push_back((at, socket, Later::Listen { topics, answer }));
    }

    fn listen(&mut self, world: &mut World<'_>, socket: SocketId, topics: &[String], answer: &str) {
        let Some(session) = self.sessions.open.get_mut(&socket) else { return };
        world.sockets.reply(socket, answer.as_bytes());
        match (session.address, session.account) {
            (Address::Private, Some(account)) => {
                for topic in topics {
                    let channel = world.sockets.topic(&channel_name(account, topic));
                    world.sockets.subscribe(socket, channel);
                    if topic == DEAD_MAN {
                        session.watches = true;
                        self.dead_man.watch(world, account);
                    }
                }
            }
            (Address::Status, _) => {
                let channel = self.public.status_channel(world);
                world.sockets.subscribe(socket, channel);
            }
            _ => {
                for topic in topics {
                    let Some(topic) = PublicTopic::named(world.exchange, topic) else { continue };
                    if let Some((channel, Some(first))) =
                        self.public.subscribe(world, socket, topic)
                    {
                        world.sockets.send(socket, channel, first.as_bytes());
                    }
                }
            }
        }
    }

    /// Does what was put off until now.
    pub(in crate::bybit) fn catch_up(&mut self, world: &mut World<'_>) {
        while let Some((_, socket, later)) =
            self.sessions.later.pop_front_if(|(at, ..)| *at <= world.now)
        {
            match later {
                Later::Say(answer) => world.sockets.reply(socket, answer.as_bytes()),
                Later::Listen { topics, answer } => self.listen(world, socket, &topics, &answer),
            }
        }
    }
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

    fn is_watched(&self, account: AccountNo) -> bool {
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
