//! Open WebSockets, who listens to what, and what is sent to them.

use std::collections::BTreeMap;
use std::rc::Rc;

use aurora_model::Nanos;
use bytes::Bytes;

use crate::fault::{Fate, StreamFaults, corrupt};
use crate::frame::ws::{self, Opcode};
use crate::outbox::Outbox;

/// A socket's number; never reused within a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u32);

/// A channel's number: what a name was given by [`Sockets::topic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(pub u32);

/// Every open socket of one server.
#[derive(Debug, Default)]
pub struct Sockets {
    open: BTreeMap<SocketId, Socket>,
    names: BTreeMap<String, Topic>,
    topics: Vec<Channel>,
    newest: u32,
    /// While a frame is judged by a fault, its answers wait here.
    held: Option<(SocketId, Vec<Bytes>)>,
    pub(crate) faults: StreamFaults,
    pub(crate) now: Nanos,
}

#[derive(Debug)]
struct Socket {
    outbox: Rc<Outbox>,
    topics: Vec<Topic>,
    /// A frame that a fault sends after the next one.
    later: Option<(Topic, Bytes)>,
    opened_at: Nanos,
    /// When the oldest ping was sent that is not answered yet.
    pinged_at: Option<Nanos>,
}

#[derive(Debug)]
struct Channel {
    name: String,
    listeners: Vec<SocketId>,
}

impl Sockets {
    /// The channel of that name: the same every time. A name tells whatever changes the bytes, so that listeners of
    /// one channel share one frame.
    pub fn topic(&mut self, name: &str) -> Topic {
        if let Some(topic) = self.names.get(name) {
            return *topic;
        }
        let topic = Topic(u32::try_from(self.topics.len()).expect("fewer channels than 2^32"));
        self.names.insert(name.to_owned(), topic);
        self.topics.push(Channel { name: name.to_owned(), listeners: Vec::new() });
        topic
    }

    /// The channel's name.
    pub fn name(&self, topic: Topic) -> &str {
        &self.topics[topic.0 as usize].name
    }

    /// Whether anybody listens: look before encoding.
    pub fn is_wanted(&self, topic: Topic) -> bool {
        !self.topics[topic.0 as usize].listeners.is_empty()
    }

    /// Listens from now on; `false` when it did already.
    pub fn subscribe(&mut self, socket: SocketId, topic: Topic) -> bool {
        let Some(open) = self.open.get_mut(&socket) else { return false };
        if open.topics.contains(&topic) {
            return false;
        }
        open.topics.push(topic);
        self.topics[topic.0 as usize].listeners.push(socket);
        true
    }

    /// Stops listening; `false` when it did not.
    pub fn unsubscribe(&mut self, socket: SocketId, topic: Topic) -> bool {
        let Some(open) = self.open.get_mut(&socket) else { return false };
        let before = open.topics.len();
        open.topics.retain(|known| *known != topic);
        let was = open.topics.len() != before;
        self.topics[topic.0 as usize].listeners.retain(|known| *known != socket);
        was
    }

    /// What a socket listens to, in the order it asked.
    pub fn subscriptions(&self, socket: SocketId) -> Vec<Topic> {
        self.open.get(&socket).map_or(Vec::new(), |open| open.topics.clone())
    }

    /// Sends a text to everybody who listens: framed once, shared by all.
    pub fn publish(&mut self, topic: Topic, text: &[u8]) {
        if !self.is_wanted(topic) {
            return;
        }
        let frame = ws::encode(Opcode::Text, text);
        let listeners = std::mem::take(&mut self.topics[topic.0 as usize].listeners);
        for socket in &listeners {
            if self.faults.is_empty() {
                self.push(*socket, frame.clone());
            } else {
                self.push_judged(*socket, topic, text, &frame);
            }
        }
        self.topics[topic.0 as usize].listeners = listeners;
    }

    /// Sends a channel's text to one socket: the snapshot that opens a channel.
    pub fn send(&mut self, socket: SocketId, topic: Topic, text: &[u8]) {
        let frame = ws::encode(Opcode::Text, text);
        if self.faults.is_empty() {
            return self.push(socket, frame);
        }
        match self.faults.judge(self.now, &self.topics[topic.0 as usize].name, true) {
            Fate::Spoil(how) => {
                self.push(socket, ws::encode(Opcode::Text, &corrupt(text, how)));
            }
            fate => self.act(socket, topic, &frame, fate),
        }
    }

    /// Answers a frame of that socket.
    pub fn reply(&mut self, socket: SocketId, text: &[u8]) {
        let frame = ws::encode(Opcode::Text, text);
        match &mut self.held {
            Some((held, frames)) if *held == socket => frames.push(frame),
            _ => self.push(socket, frame),
        }
    }

    /// Whether a fault holds the answers to that socket: what is to wait for it must not wait by itself.
    pub fn is_held(&self, socket: SocketId) -> bool {
        self.held.as_ref().is_some_and(|(held, _)| *held == socket)
    }

    /// Closes a socket, with the reason written.
    pub fn close(&mut self, socket: SocketId, code: u16, reason: &str) {
        if let Some(open) = self.open.get(&socket) {
            open.outbox.close(Some(ws::close(code, reason)));
        }
    }

    /// Pings a socket; says since when it owes an answer.
    pub fn ping(&mut self, socket: SocketId) -> Option<Nanos> {
        let now = self.now;
        let open = self.open.get_mut(&socket)?;
        let owed = open.pinged_at;
        open.pinged_at = Some(owed.unwrap_or(now));
        let payload = now.millis().to_string();
        self.push(socket, ws::encode(Opcode::Ping, payload.as_bytes()));
        owed
    }

    pub(crate) fn ponged(&mut self, socket: SocketId) {
        if let Some(open) = self.open.get_mut(&socket) {
            open.pinged_at = None;
        }
    }

    /// When the socket was opened.
    pub fn opened_at(&self, socket: SocketId) -> Option<Nanos> {
        self.open.get(&socket).map(|open| open.opened_at)
    }

    /// Whether the socket is open.
    pub fn is_open(&self, socket: SocketId) -> bool {
        self.open.contains_key(&socket)
    }

    /// Every open socket.
    pub fn all(&self) -> Vec<SocketId> {
        self.open.keys().copied().collect()
    }

    pub(crate) fn add(&mut self, outbox: Rc<Outbox>) -> SocketId {
        self.newest += 1;
        let id = SocketId(self.newest);
        self.open.insert(
            id,
            Socket {
                outbox,
                topics: Vec::new(),
                later: None,
                opened_at: self.now,
                pinged_at: None,
            },
        );
        id
    }

    pub(crate) fn remove(&mut self, socket: SocketId) {
        let Some(gone) = self.open.remove(&socket) else { return };
        for topic in gone.topics {
            self.topics[topic.0 as usize].listeners.retain(|known| *known != socket);
        }
    }

    /// From here on answers to that socket wait for [`Sockets::release`].
    pub(crate) fn hold(&mut self, socket: SocketId) {
        self.held = Some((socket, Vec::new()));
    }

    pub(crate) fn release(&mut self) -> Vec<Bytes> {
        self.held.take().map_or(Vec::new(), |(_, frames)| frames)
    }

    fn push_judged(&mut self, socket: SocketId, topic: Topic, text: &[u8], frame: &Bytes) {
        match self.faults.judge(self.now, &self.topics[topic.0 as usize].name, false) {
            Fate::Spoil(how) => self.push(socket, ws::encode(Opcode::Text, &corrupt(text, how))),
            fate => self.act(socket, topic, frame, fate),
        }
    }

    fn act(&mut self, socket: SocketId, topic: Topic, frame: &Bytes, fate: Fate) {
        match fate {
            Fate::Send | Fate::Spoil(_) => {
                self.push(socket, frame.clone());
                self.push_later(socket, topic);
            }
            Fate::Skip => {}
            Fate::Twice => {
                self.push(socket, frame.clone());
                self.push(socket, frame.clone());
            }
            Fate::Later => {
                if let Some(open) = self.open.get_mut(&socket) {
                    open.later = Some((topic, frame.clone()));
                }
            }
            Fate::Disconnect => self.abort(socket),
            Fate::HalfOpen => self.mute(socket),
        }
    }

    /// Ends a connection without a word.
    pub(crate) fn abort(&mut self, socket: SocketId) {
        if let Some(open) = self.open.get(&socket) {
            open.outbox.abort();
        }
    }

    /// Leaves a connection open, and says and hears nothing more on it.
    pub(crate) fn mute(&mut self, socket: SocketId) {
        if let Some(open) = self.open.get(&socket) {
            open.outbox.mute();
        }
    }

    pub(crate) fn push(&mut self, socket: SocketId, frame: Bytes) {
        let Some(open) = self.open.get_mut(&socket) else { return };
        if open.outbox.push(frame).is_err() {
            open.outbox.overflow(ws::close(1008, "too slow: the queue of this socket is full"));
        }
    }

    /// A frame that was to come after the next one of its channel: now it does.
    fn push_later(&mut self, socket: SocketId, topic: Topic) {
        let Some(open) = self.open.get_mut(&socket) else { return };
        if let Some((_, frame)) = open.later.take_if(|(of, _)| *of == topic) {
            self.push(socket, frame);
        }
    }
}
