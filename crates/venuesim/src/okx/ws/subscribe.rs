//! Subscribing and unsubscribing.

use aurora_matching::exchange::AccountNo;
use aurora_model::Nanos;

use super::{Frame, Hub, Subscribed, counted, error, event};
use crate::dialect::World;
use crate::okx::channel::{Channel, TopicArg};
use crate::okx::code::{Answer, Refusal};
use crate::okx::desk::Memory;
use crate::okx::json::Object;
use crate::okx::row::account::uid;
use crate::socket::{SocketId, Topic};

impl Hub {
    /// A frame that subscribes or unsubscribes; every argument is answered for itself.
    pub(super) fn subscriptions(
        &mut self,
        memory: &Memory,
        world: &mut World<'_>,
        socket: SocketId,
        frame: &Frame<'_>,
    ) {
        let session = self.sessions.get_mut(&socket).expect("it sent the frame");
        if let Err(refusal) = counted(session, world) {
            return error(world, socket, &frame.id, &refusal);
        }
        if frame.args.is_empty() {
            return error(world, socket, &frame.id, &Refusal::of(60013));
        }
        for argument in &frame.args {
            let asked: TopicArg<'_> = match serde_json::from_str(argument.get()) {
                Ok(asked) => asked,
                Err(_) => {
                    error(world, socket, &frame.id, &Refusal::of(60013));
                    continue;
                }
            };
            let found = self.found(world, socket, &asked);
            match found {
                Err(refusal) => error(world, socket, &frame.id, &refusal),
                Ok(topic) => self.switch(memory, world, socket, frame, &asked, topic),
            }
        }
    }

    fn switch(
        &mut self,
        memory: &Memory,
        world: &mut World<'_>,
        socket: SocketId,
        frame: &Frame<'_>,
        asked: &TopicArg<'_>,
        topic: Topic,
    ) {
        let subscribes = &*frame.op == "subscribe";
        if subscribes {
            // What everybody else has not seen yet leaves before the newcomer's snapshot.
            self.flush_book(memory, world, topic);
            world.sockets.subscribe(socket, topic);
        } else {
            world.sockets.unsubscribe(socket, topic);
        }
        let arg = arg(asked, None);
        let text = event(&frame.op, &frame.id, socket, |row| {
            row.bare("arg", &arg);
        });
        world.sockets.reply(socket, text.as_bytes());
        if subscribes {
            self.count_connections(world, socket, topic);
            self.begin(memory, world, socket, topic);
        }
    }

    /// Private channels tell how many connections listen to them.
    fn count_connections(&self, world: &mut World<'_>, socket: SocketId, topic: Topic) {
        let Some(subscribed) = self.subscribed.get(&topic).filter(|one| one.channel.is_private())
        else {
            return;
        };
        let same = |other: &Topic| {
            self.subscribed.get(other).is_some_and(|other| {
                (other.channel, other.account) == (subscribed.channel, subscribed.account)
            })
        };
        let listens = |socket: &&SocketId| world.sockets.subscriptions(**socket).iter().any(same);
        let count = self.sessions.keys().filter(listens).count();
        let text = event("channel-conn-count", "", socket, |row| {
            row.put("channel", subscribed.channel.name()).put("connCount", count);
        });
        world.sockets.reply(socket, text.as_bytes());
    }

    /// The topic an argument names, once it is checked that the socket may have it.
    fn found(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        asked: &TopicArg<'_>,
    ) -> Answer<Topic> {
        let session = self.sessions.get(&socket).ok_or(Refusal::of(60012))?;
        let absent = || {
            let mut what = format!("channel:{}", &*asked.channel);
            if !asked.inst_id.is_empty() {
                what += &format!(",instId:{}", &*asked.inst_id);
            }
            Refusal::saying(
                60018,
                format!(
                    "Wrong URL or {what} doesn't exist. Please use the correct URL, channel and parameters referring to API document."
                ),
            )
        };
        let channel = Channel::named(&asked.channel).ok_or_else(absent)?;
        channel.check(session.address, session.account.is_some())?;
        let exchange = &world.exchange;
        let instrument = match asked.inst_id.given() {
            Some(name) if channel != Channel::IndexTickers => {
                Some(exchange.instrument_no(name).ok_or_else(absent)?)
            }
            Some(name) => {
                let pair = super::super::desk::all(world).find(|listed| listed.pair() == name);
                Some(pair.ok_or_else(absent)?.no)
            }
            None if channel.is_per_instrument() => return Err(absent()),
            None => None,
        };
        let types = ["", "ANY", "SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"];
        if !types.contains(&&*asked.inst_type) {
            return Err(Refusal::saying(60033, "Parameter instType error."));
        }
        let account = session.account.filter(|_| channel.is_private());
        let arg = arg(asked, account);
        let topic = world.sockets.topic(&arg);
        self.subscribed.entry(topic).or_insert_with(|| Subscribed {
            channel,
            account: account.unwrap_or_default(),
            instrument,
            inst_type: asked.inst_type.to_string(),
            family: asked.inst_family.to_string(),
            currency: asked.ccy.to_string(),
            arg,
            sent_at: Nanos(0),
            next_at: Nanos(0),
            last: String::new(),
        });
        Ok(topic)
    }

    /// The push that opens a channel, for the newcomer alone.
    fn begin(&mut self, memory: &Memory, world: &mut World<'_>, socket: SocketId, topic: Topic) {
        let Some(subscribed) = self.subscribed.get(&topic) else { return };
        let opened = match subscribed.channel {
            Channel::Book(kind) => self.open_book(memory, world, topic, kind),
            Channel::Account | Channel::Positions | Channel::BalanceAndPosition => {
                super::private::opening(memory, world, subscribed)
            }
            _ => super::public::opening(world, subscribed),
        };
        if let Some((head, rows)) = opened {
            let subscribed = self.subscribed.get_mut(&topic).expect("looked up above");
            subscribed.sent_at = world.now;
            let text = super::push(&subscribed.arg, &head, &rows);
            world.sockets.send(socket, topic, text.as_bytes());
        }
    }
}

/// The argument as pushes repeat it, with the user's number where the channel is private.
fn arg(asked: &TopicArg<'_>, account: Option<AccountNo>) -> String {
    let mut out = String::with_capacity(96);
    let mut row = Object::begin(&mut out);
    row.text("channel", &asked.channel);
    let rest = [
        ("instType", &asked.inst_type),
        ("instFamily", &asked.inst_family),
        ("instId", &asked.inst_id),
        ("ccy", &asked.ccy),
    ];
    for (key, value) in rest {
        if let Some(value) = value.given() {
            row.text(key, value);
        }
    }
    if let Some(account) = account {
        row.put("uid", uid(account));
    }
    row.end();
    out
}
