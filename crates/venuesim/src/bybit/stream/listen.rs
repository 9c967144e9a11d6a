//! Who listens to what.
//!
//! Answers leave a moment late where the server's terms say so: some clients note what they asked for only after
//! they have sent it. A subscription begins with its answer, so that nothing is told before.

use aurora_matching::Exchange;

use super::frames;
use super::private::channel_name;
use super::session::Session;
use super::talk::Frame;
use super::topic::{Address, DEAD_MAN, PublicTopic, STATUS, is_private};
use crate::bybit::Bybit;
use crate::dialect::World;
use crate::socket::SocketId;

/// The most characters the topics of one request may have.
const MOST_TOPIC_TEXT: usize = 21_000;

/// What is done a moment later.
#[derive(Debug)]
pub(super) enum Later {
    Say(String),
    Listen { topics: Vec<String>, answer: String },
}

/// Listens from a moment later on.
pub(super) fn subscribe(bybit: &mut Bybit, world: &mut World<'_>, socket: SocketId, frame: &Frame) {
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
    let topics = frame.topics();
    if topics.is_empty() || MOST_TOPIC_TEXT < topics.iter().map(String::len).sum() {
        return Err("error:args size invalid".to_owned());
    }
    if session.address == Address::Private && session.account.is_none() {
        return Err("Request not authorized".to_owned());
    }
    for topic in &topics {
        if !is_there(world.exchange, session.address, topic) {
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

/// Whether the address has that topic.
fn is_there(exchange: &Exchange, address: Address, topic: &str) -> bool {
    match address {
        Address::Linear => PublicTopic::named(exchange, topic).is_some(),
        Address::Status => topic == STATUS,
        Address::Private => is_private(topic),
        Address::Elsewhere | Address::Trade => false,
    }
}

/// Listens no more; what was not listened to is no error.
pub(super) fn unsubscribe(
    bybit: &mut Bybit,
    world: &mut World<'_>,
    socket: SocketId,
    frame: &Frame,
) {
    let Some(session) = bybit.sessions.open.get_mut(&socket) else { return };
    let (account, watched) = (session.account, session.watches);
    let answer = frames::done("unsubscribe", frame.req_id.as_deref(), &session.conn_id, "");
    for topic in frame.topics() {
        if !is_there(world.exchange, session.address, &topic) {
            continue;
        }
        let name = account.map_or(topic.clone(), |account| channel_name(account, &topic));
        let channel = world.sockets.topic(&name);
        world.sockets.unsubscribe(socket, channel);
        session.watches &= topic != DEAD_MAN;
    }
    let gave_up = watched && !session.watches;
    if let Some(account) = account.filter(|no| gave_up && !bybit.sessions.is_watched(*no)) {
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
