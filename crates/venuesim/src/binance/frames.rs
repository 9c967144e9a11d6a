//! Frames from stream sockets: what to listen to.

use aurora_model::Nanos;
use serde_json::{Value, json};

use super::Binance;
use super::channel;
use crate::dialect::World;
use crate::request::{Request, Response, pairs};
use crate::socket::{SocketId, Topic};

/// So many streams a socket may listen to.
const MOST_STREAMS: usize = 200;
/// So many frames a socket may send in a second.
const MOST_FRAMES: u32 = 10;

/// What a socket is for.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    pub(super) kind: LinkKind,
    /// Names as asked for, with their topics.
    pub(super) names: Vec<(String, Topic)>,
    second: i64,
    frames: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LinkKind {
    #[default]
    Raw,
    Combined,
    /// Requests and answers; logged on for that account once it has.
    Api(Option<aurora_matching::exchange::AccountNo>),
}

impl Binance {
    pub(super) fn open_link(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        request: &Request<'_>,
    ) -> Result<(), Response> {
        let path = request.path();
        let class = ["/public", "/market", "/private"]
            .iter()
            .find_map(|class| path.strip_prefix(class).filter(|rest| rest.starts_with('/')));
        let path = class.unwrap_or(path);
        let (kind, names) = if path.trim_end_matches('/') == "/ws-fapi/v1" {
            (LinkKind::Api(None), "")
        } else if path == "/ws" || path.starts_with("/ws/") {
            (LinkKind::Raw, path.strip_prefix("/ws/").unwrap_or_default())
        } else if path == "/stream" || path.starts_with("/stream/") {
            (LinkKind::Combined, "")
        } else {
            return Err(Response::empty(404));
        };
        self.links.insert(socket, Link { kind, ..Link::default() });
        for name in names.split('/') {
            self.listen(world, socket, name);
        }
        for (name, value) in pairs(request.query()) {
            match &*name {
                "streams" => value.split('/').for_each(|name| self.listen(world, socket, name)),
                "listenKey" => self.listen(world, socket, &value),
                _ => {}
            }
        }
        Ok(())
    }

    /// Listens to a stream or a listen key; what is neither is taken without a word.
    fn listen(&mut self, world: &mut World<'_>, socket: SocketId, name: &str) {
        let Some(link) = self.links.get_mut(&socket) else { return };
        if name.is_empty() || link.names.iter().any(|(known, _)| known == name) {
            return;
        }
        let is_combined = link.kind == LinkKind::Combined;
        let no_of = |symbol: &str| self.symbols.get(symbol).copied();
        let topic = match channel::parse(name, no_of) {
            Some(key) => {
                let (raw, combined) = self.streams.topics(key, name, world.sockets);
                Some(if is_combined { combined } else { raw })
            }
            None => self.users.topic(name, is_combined, world.sockets),
        };
        if let Some(topic) = topic {
            world.sockets.subscribe(socket, topic);
            link.names.push((name.to_owned(), topic));
        }
    }

    fn stop_listening(&mut self, world: &mut World<'_>, socket: SocketId, name: &str) {
        let Some(link) = self.links.get_mut(&socket) else { return };
        if let Some(place) = link.names.iter().position(|(known, _)| known == name) {
            let (_, topic) = link.names.remove(place);
            world.sockets.unsubscribe(socket, topic);
        }
    }

    /// A frame on a stream socket.
    pub(super) fn stream_frame(&mut self, world: &mut World<'_>, socket: SocketId, text: &str) {
        if world.terms.limits && self.is_flood(socket, world.now) {
            return world.sockets.close(socket, 1008, "Too many requests");
        }
        let answer = match serde_json::from_str::<Value>(text) {
            Ok(frame) => self.stream_answer(world, socket, &frame),
            Err(error) => json!({
                "error": { "code": 3, "msg": format!("Invalid JSON: {error}") },
            }),
        };
        world.sockets.reply(socket, answer.to_string().as_bytes());
    }

    fn is_flood(&mut self, socket: SocketId, now: Nanos) -> bool {
        let Some(link) = self.links.get_mut(&socket) else { return false };
        let second = now.0 / Nanos::SECOND.0;
        if link.second != second {
            (link.second, link.frames) = (second, 0);
        }
        link.frames += 1;
        MOST_FRAMES < link.frames
    }

    fn stream_answer(&mut self, world: &mut World<'_>, socket: SocketId, frame: &Value) -> Value {
        let id = frame.get("id").cloned().unwrap_or(Value::Null);
        let refuse =
            |code: i32, msg: &str| json!({ "error": { "code": code, "msg": msg }, "id": id });
        let names = || -> Option<Vec<&str>> {
            frame.get("params")?.as_array()?.iter().map(Value::as_str).collect()
        };
        match frame.get("method").and_then(Value::as_str) {
            Some("SUBSCRIBE") => {
                let Some(names) = names() else {
                    return refuse(2, "Invalid request: params must be a list of stream names");
                };
                let has = self.links.get(&socket).map_or(0, |link| link.names.len());
                if MOST_STREAMS < has + names.len() {
                    return refuse(2, "Invalid request: too many streams on this connection");
                }
                names.iter().for_each(|name| self.listen(world, socket, name));
                json!({ "result": null, "id": id })
            }
            Some("UNSUBSCRIBE") => {
                let Some(names) = names() else {
                    return refuse(2, "Invalid request: params must be a list of stream names");
                };
                names.iter().for_each(|name| self.stop_listening(world, socket, name));
                json!({ "result": null, "id": id })
            }
            Some("LIST_SUBSCRIPTIONS") => {
                let names = self.links.get(&socket).map_or(Vec::new(), |link| {
                    link.names.iter().map(|(name, _)| name.clone()).collect()
                });
                json!({ "result": names, "id": id })
            }
            Some("GET_PROPERTY") => {
                let is_combined =
                    self.links.get(&socket).is_some_and(|link| link.kind == LinkKind::Combined);
                json!({ "result": is_combined, "id": id })
            }
            Some("SET_PROPERTY") => json!({ "result": null, "id": id }),
            Some(other) => refuse(2, &format!("Invalid request: unknown method {other}")),
            None => refuse(2, "Invalid request: method is missing"),
        }
    }
}
