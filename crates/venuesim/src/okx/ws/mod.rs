//! Sockets: who is logged in, who listens to what, and what each frame is answered.

mod book;
pub(crate) mod order;
mod private;
mod public;
mod subscribe;

use std::collections::BTreeMap;

use aurora_matching::exchange::AccountNo;
use aurora_model::{InstrumentNo, Nanos};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ask::Text;
use super::auth::{Known, Login};
use super::channel::{Address, Channel};
use super::code::{Answer, Refusal};
use super::desk::Memory;
use super::json::Object;
use crate::dialect::World;
use crate::socket::{SocketId, Topic};
use book::BookStreams;
use private::News;

/// A socket that carries nothing for so long is cut.
const SILENCE: Nanos = Nanos(30 * Nanos::SECOND.0);

/// How long before an upgrade sockets are told of it; a minute at the real venue.
const NOTICE: Nanos = Nanos(5 * Nanos::SECOND.0);

/// Subscribe, unsubscribe and login requests of one connection in an hour.
const REQUESTS_AN_HOUR: u32 = 480;

/// Every socket of the venue and what is sent to them.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    sessions: BTreeMap<SocketId, Session>,
    subscribed: BTreeMap<Topic, Subscribed>,
    books: BookStreams,
    news: News,
    was_maintenance: bool,
    checked_at: Nanos,
    /// When every socket is closed for an upgrade.
    closes_at: Option<Nanos>,
}

/// One socket.
#[derive(Debug)]
struct Session {
    address: Address,
    account: Option<AccountNo>,
    heard_at: Nanos,
    hour_began: Nanos,
    requests: u32,
}

/// What a topic shows, and when it did last.
#[derive(Debug)]
struct Subscribed {
    channel: Channel,
    account: AccountNo,
    instrument: Option<InstrumentNo>,
    /// Empty or `ANY` is every type.
    inst_type: String,
    family: String,
    currency: String,
    /// The `arg` of its pushes.
    arg: String,
    sent_at: Nanos,
    next_at: Nanos,
    /// The rows sent last, for channels that tell only what is new.
    last: String,
}

/// A frame from a client.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Frame<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) op: Text<'a>,
    #[serde(borrow)]
    pub(crate) args: Vec<&'a RawValue>,
    exp_time: Text<'a>,
}

impl Hub {
    /// A socket was opened.
    pub(crate) fn open(&mut self, now: Nanos, socket: SocketId, address: Address) {
        let session =
            Session { address, account: None, heard_at: now, hour_began: now, requests: 0 };
        self.sessions.insert(socket, session);
    }

    /// A socket is gone.
    pub(crate) fn closed(&mut self, socket: SocketId) {
        self.sessions.remove(&socket);
    }

    /// A text frame came.
    pub(crate) fn text(
        &mut self,
        memory: &mut Memory,
        world: &mut World<'_>,
        socket: SocketId,
        text: &str,
    ) {
        let Some(session) = self.sessions.get_mut(&socket) else { return };
        session.heard_at = world.now;
        if text == "ping" {
            return world.sockets.reply(socket, b"pong");
        }
        let Ok(frame) = serde_json::from_str::<Frame<'_>>(text) else {
            let refusal = Refusal::saying(60012, format!("Invalid request: {text}"));
            return error(world, socket, "", &refusal);
        };
        match &*frame.op {
            "login" => self.login(world, socket, &frame),
            "subscribe" | "unsubscribe" => self.subscriptions(memory, world, socket, &frame),
            operation if order::is_known(operation) => self.order(memory, world, socket, &frame),
            operation => {
                let refusal = Refusal::saying(60019, format!("Invalid op: {operation}"));
                error(world, socket, &frame.id, &refusal);
            }
        }
    }

    fn login(&mut self, world: &mut World<'_>, socket: SocketId, frame: &Frame<'_>) {
        let session = self.sessions.get_mut(&socket).expect("it sent the frame");
        let result = match counted(session, world).and_then(|()| known(session, world, frame)) {
            Ok(account) => {
                session.account = Some(account);
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
        match result {
            Ok(()) => {
                let text = event("login", &frame.id, socket, |row| {
                    row.put("code", 0).put("msg", "");
                });
                world.sockets.reply(socket, text.as_bytes());
            }
            Err(refusal) => error(world, socket, &frame.id, &refusal),
        }
    }

    /// Sends rows to everybody who listens to the topic.
    fn publish(&mut self, world: &mut World<'_>, topic: Topic, head: &str, rows: &str) {
        let Some(subscribed) = self.subscribed.get_mut(&topic) else { return };
        subscribed.sent_at = world.now;
        let text = push(&subscribed.arg, head, rows);
        world.sockets.publish(topic, text.as_bytes());
    }

    /// The topics of a channel that anybody listens to.
    fn topics(&self, world: &World<'_>, is_meant: impl Fn(&Subscribed) -> bool) -> Vec<Topic> {
        let known = self.subscribed.iter().filter(|(_, subscribed)| is_meant(subscribed));
        known.map(|(topic, _)| *topic).filter(|topic| world.sockets.is_wanted(*topic)).collect()
    }

    /// A few milliseconds have passed.
    pub(crate) fn tick(&mut self, memory: &mut Memory, world: &mut World<'_>) {
        if world.faults.take_book_restart() {
            memory.restart_books(world);
        }
        self.push_books(memory, world);
        self.push_news(memory, world);
        self.push_public(world);
        if Nanos::SECOND <= world.now - self.checked_at {
            self.checked_at = world.now;
            self.cut_silent(world);
            self.close_announced(world);
        }
        self.tell_maintenance(world);
        if world.faults.take_expired_sessions() {
            self.expire(world);
        }
    }

    /// Every login ends, as it does when its key is changed.
    fn expire(&self, world: &mut World<'_>) {
        for (socket, _) in self.sessions.iter().filter(|(_, session)| session.account.is_some()) {
            let reason = "API key has been updated or deleted. Please reconnect.";
            world.sockets.close(*socket, 4007, reason);
        }
    }

    fn cut_silent(&mut self, world: &mut World<'_>) {
        for (socket, session) in &self.sessions {
            let topics = world.sockets.subscriptions(*socket);
            let sent = topics.iter().filter_map(|topic| Some(self.subscribed.get(topic)?.sent_at));
            let newest = sent.max().unwrap_or_default().max(session.heard_at);
            if SILENCE <= world.now - newest {
                world.sockets.close(*socket, 4004, "No data received in 30s");
            }
        }
    }

    fn tell_maintenance(&mut self, world: &mut World<'_>) {
        let is = world.exchange.is_maintenance();
        if is == self.was_maintenance {
            return;
        }
        self.was_maintenance = is;
        self.push_status(world, if is { "ongoing" } else { "completed" });
        if is {
            self.notice(world);
            self.closes_at = Some(world.now + NOTICE);
        }
    }

    /// The end of what was announced.
    fn close_announced(&mut self, world: &mut World<'_>) {
        if self.closes_at.is_some_and(|at| at <= world.now) {
            self.closes_at = None;
            for socket in self.sessions.keys() {
                world.sockets.close(*socket, 1001, "service upgrade");
            }
        }
    }

    /// Tells every socket that it will be closed soon.
    fn notice(&self, world: &mut World<'_>) {
        let refusal = Refusal::of(64008);
        for socket in self.sessions.keys() {
            let text = event("notice", "", *socket, |row| {
                row.put("code", refusal.code).text("msg", &refusal.text);
            });
            world.sockets.reply(*socket, text.as_bytes());
        }
    }
}

/// Counts one request against the hour.
fn counted(session: &mut Session, world: &World<'_>) -> Answer<()> {
    if Nanos::SECOND * 3600 <= world.now - session.hour_began {
        session.hour_began = world.now;
        session.requests = 0;
    }
    session.requests += 1;
    let too_many = world.terms.limits && REQUESTS_AN_HOUR < session.requests;
    if too_many { Err(Refusal::of(60014)) } else { Ok(()) }
}

/// The account a login proves.
fn known(session: &Session, world: &World<'_>, frame: &Frame<'_>) -> Answer<AccountNo> {
    if session.account.is_some() {
        return Err(Refusal::of(60031));
    }
    let [argument] = &*frame.args else { return Err(Refusal::of(60013)) };
    let login: Login<'_> = serde_json::from_str(argument.get()).map_err(|_| Refusal::of(60013))?;
    let account = world.accounts.by_key(&login.api_key);
    let known =
        account.map(|account| Known { secret: &account.secret, passphrase: &account.passphrase });
    login.check(world.told_now(), known)?;
    account.map(|account| account.no).ok_or(Refusal::of(60005))
}

/// The frame of an event: its word, what the closure adds, the request's id, the connection's.
fn event(word: &str, id: &str, socket: SocketId, write: impl FnOnce(&mut Object<'_>)) -> String {
    let mut out = String::with_capacity(128);
    let mut row = Object::begin(&mut out);
    if !id.is_empty() {
        row.text("id", id);
    }
    row.put("event", word);
    write(&mut row);
    row.put("connId", format_args!("{:08x}", socket.0));
    row.end();
    out
}

/// Tells a socket what was wrong with its frame.
pub(crate) fn error(world: &mut World<'_>, socket: SocketId, id: &str, refusal: &Refusal) {
    let text = event("error", id, socket, |row| {
        row.put("code", refusal.code).text("msg", &refusal.text);
    });
    world.sockets.reply(socket, text.as_bytes());
}

/// A push: the argument, what stands before the rows, the rows.
fn push(arg: &str, head: &str, rows: &str) -> String {
    let mut out = String::with_capacity(arg.len() + head.len() + rows.len() + 32);
    for part in ["{\"arg\":", arg, ",", head, "\"data\":", rows, "}"] {
        out.push_str(part);
    }
    out
}
