//! Public streams: who listens, and what is pushed when.

mod state;

use std::collections::BTreeMap;

use aurora_matching::exchange::{OrderSnapshot, PublicTrade};
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};

use super::channel::{self, INTERVALS, Key, Kind};
use super::json::{Object, list};
use super::listed::Listed;
use super::market::{agg_trade, interval, put_level};
use super::order;
use crate::dialect::World;
use crate::socket::{Sockets, Topic};
use state::{one, partial};

/// How often the levels that changed are taken from the exchange.
const DRAIN_EVERY: Nanos = channel::AT_ONCE;

/// One name somebody has asked for.
#[derive(Debug)]
struct Channel {
    name: String,
    raw: Topic,
    combined: Topic,
}

/// Levels that changed and were not pushed yet, for one speed.
#[derive(Debug, Default)]
struct Waiting {
    first_id: u64,
    last_id: u64,
    prev_id: u64,
    at: Nanos,
    levels: BTreeMap<(bool, Ticks), Lots>,
}

/// The streams of one server.
#[derive(Debug, Default)]
pub(super) struct Streams {
    channels: BTreeMap<Key, Vec<Channel>>,
    due: BTreeMap<Key, Nanos>,
    drain_at: Nanos,
    waiting: BTreeMap<Key, Waiting>,
    touches: Vec<Touch>,
    candles: BTreeMap<Key, (Nanos, u64)>,
}

type Touch = ((Ticks, Lots), (Ticks, Lots));

impl Streams {
    /// The topics of a name: alone, and wrapped.
    pub(super) fn topics(&mut self, key: Key, name: &str, sockets: &mut Sockets) -> (Topic, Topic) {
        let channels = self.channels.entry(key).or_default();
        if let Some(known) = channels.iter().find(|channel| channel.name == name) {
            return (known.raw, known.combined);
        }
        let raw = sockets.topic(name);
        let combined = sockets.topic(&format!("stream:{name}"));
        channels.push(Channel { name: name.to_owned(), raw, combined });
        (raw, combined)
    }

    fn is_wanted(&self, key: Key, sockets: &Sockets) -> bool {
        self.channels.get(&key).is_some_and(|channels| {
            channels.iter().any(|channel| {
                sockets.is_wanted(channel.raw) || sockets.is_wanted(channel.combined)
            })
        })
    }

    fn publish(&self, key: Key, sockets: &mut Sockets, text: &str) {
        for channel in self.channels.get(&key).into_iter().flatten() {
            sockets.publish(channel.raw, text.as_bytes());
            if sockets.is_wanted(channel.combined) {
                let wrapped = format!("{{\"stream\":\"{}\",\"data\":{text}}}", channel.name);
                sockets.publish(channel.combined, wrapped.as_bytes());
            }
        }
    }

    /// Publishes to the instrument's stream and to that of all instruments.
    fn publish_both(&self, no: InstrumentNo, kind: Kind, sockets: &mut Sockets, text: &str) {
        self.publish((Some(no), kind), sockets, text);
        self.publish((None, kind), sockets, text);
    }

    fn is_wanted_by_any(&self, no: InstrumentNo, kind: Kind, sockets: &Sockets) -> bool {
        self.is_wanted((Some(no), kind), sockets) || self.is_wanted((None, kind), sockets)
    }

    pub(super) fn trade(&self, world: &mut World<'_>, listed: &Listed, trade: &PublicTrade) {
        let event = |word| {
            Object::new().text("e", word).int("E", world.now.millis()).text("s", &listed.symbol)
        };
        let key = |kind| (Some(trade.instrument), kind);
        if self.is_wanted(key(Kind::Trade), world.sockets) {
            let text = event("trade")
                .raw("t", trade.id)
                .price("p", listed, trade.price)
                .qty("q", listed, trade.qty)
                .int("T", trade.at.millis())
                .raw("m", trade.aggressor == Side::Sell)
                .text("X", "MARKET")
                .end();
            self.publish(key(Kind::Trade), world.sockets, &text);
        }
        if self.is_wanted(key(Kind::AggTrade), world.sockets) {
            let text = agg_trade(event("aggTrade"), listed, trade).raw("st", 1).end();
            self.publish(key(Kind::AggTrade), world.sockets, &text);
        }
    }

    pub(super) fn forced(&self, world: &mut World<'_>, listed: &Listed, order: &OrderSnapshot) {
        let no = order.instrument;
        if !self.is_wanted_by_any(no, Kind::Force, world.sockets) {
            return;
        }
        let body = Object::new()
            .text("s", &listed.symbol)
            .text("S", order::side_word(order.side))
            .text("o", "LIMIT")
            .text("f", "IOC")
            .qty("q", listed, order.qty)
            .price("p", listed, order.limit().unwrap_or_default())
            .quoted("ap", order.avg_price.unwrap_or_default().round_dp(8))
            .text("X", order::status_word(order.status))
            .qty("l", listed, order.filled)
            .qty("z", listed, order.filled)
            .int("T", order.updated_at.millis())
            .end();
        let text =
            Object::new().text("e", "forceOrder").int("E", world.now.millis()).raw("o", body).end();
        self.publish_both(no, Kind::Force, world.sockets, &text);
    }

    pub(super) fn listing_changed(&self, world: &mut World<'_>, listed: &Listed, status: &str) {
        let text = Object::new()
            .text("e", "contractInfo")
            .int("E", world.now.millis())
            .text("s", &listed.symbol)
            .text("ps", &listed.symbol)
            .text("ct", "PERPETUAL")
            .int("dt", 4_133_404_800_000)
            .int("ot", 0)
            .text("cs", status)
            .raw("st", 1)
            .end();
        self.publish((None, Kind::ContractInfo), world.sockets, &text);
    }

    /// The best bid and ask, when they have changed.
    pub(super) fn touch(&mut self, world: &mut World<'_>, listed: &Listed, no: InstrumentNo) {
        if !self.is_wanted_by_any(no, Kind::BookTicker, world.sockets) {
            return;
        }
        let (Some(bid), Some(ask)) = world.exchange.touch(no) else { return };
        if self.touches.len() <= no.index() {
            self.touches.resize(no.index() + 1, Touch::default());
        }
        if self.touches[no.index()] == (bid, ask) {
            return;
        }
        self.touches[no.index()] = (bid, ask);
        let text = Object::new()
            .text("e", "bookTicker")
            .raw("u", world.exchange.book_id(no))
            .text("s", &listed.symbol)
            .text("ps", &listed.symbol)
            .price("b", listed, bid.0)
            .qty("B", listed, bid.1)
            .price("a", listed, ask.0)
            .qty("A", listed, ask.1)
            .int("T", world.now.millis())
            .int("E", world.now.millis())
            .raw("st", 1)
            .end();
        self.publish_both(no, Kind::BookTicker, world.sockets, &text);
    }

    /// Pushes what is due.
    pub(super) fn tick(&mut self, world: &mut World<'_>, listed: &[Listed]) {
        if self.drain_at <= world.now {
            self.drain_at = world.now + world.terms.interval(DRAIN_EVERY);
            self.drain(world, listed.len());
        }
        let due: Vec<Key> =
            self.channels.keys().copied().filter(|key| self.is_due(*key, world)).collect();
        for key in due {
            if let Some(every) = channel::every(key.1) {
                self.due.insert(key, world.now + world.terms.interval(every));
                self.push(key, world, listed);
            }
        }
    }

    fn is_due(&self, key: Key, world: &World<'_>) -> bool {
        channel::every(key.1).is_some()
            && self.due.get(&key).is_none_or(|at| *at <= world.now)
            && self.is_wanted(key, world.sockets)
    }

    /// Takes the changed levels from the exchange, for every speed that somebody listens to.
    fn drain(&mut self, world: &mut World<'_>, instruments: usize) {
        for place in 0..instruments {
            let no = InstrumentNo(u16::try_from(place).expect("instruments are few"));
            let Some(changes) = world.exchange.drain_changes(no) else { continue };
            for every in [10, 100, 250, 500].map(Nanos::from_millis) {
                let key = (Some(no), Kind::Diff(every));
                if !self.is_wanted(key, world.sockets) {
                    self.waiting.remove(&key);
                    continue;
                }
                let waiting = self.waiting.entry(key).or_default();
                if waiting.levels.is_empty() {
                    waiting.first_id = changes.first_id;
                    waiting.prev_id = changes.prev_id;
                }
                waiting.last_id = changes.last_id;
                waiting.at = changes.at;
                for level in &changes.levels {
                    waiting.levels.insert((level.side == Side::Sell, level.price), level.qty);
                }
            }
        }
    }

    fn push(&mut self, key: Key, world: &mut World<'_>, listed: &[Listed]) {
        let (no, kind) = key;
        let now = world.now;
        match (no, kind) {
            (Some(no), Kind::Diff(_)) => {
                if let Some(text) = self.diff(key, &listed[no.index()], now) {
                    self.publish(key, world.sockets, &text);
                }
            }
            (Some(no), Kind::Partial(depth, _)) => {
                let text = partial(world, &listed[no.index()], no, depth);
                self.publish(key, world.sockets, &text);
            }
            (Some(no), Kind::Kline(place)) => {
                if let Some(text) = self.kline(key, world, &listed[no.index()], no, place) {
                    self.publish(key, world.sockets, &text);
                }
            }
            (Some(no), kind) => {
                if let Some(text) = one(world, &listed[no.index()], no, kind) {
                    self.publish(key, world.sockets, &text);
                }
            }
            (None, kind) => {
                let numbers = (0..).map(InstrumentNo).zip(listed);
                let rows = numbers.filter_map(|(no, listed)| one(world, listed, no, kind));
                let text = list(rows.collect::<Vec<_>>());
                self.publish(key, world.sockets, &text);
            }
        }
    }

    fn diff(&mut self, key: Key, listed: &Listed, now: Nanos) -> Option<String> {
        let waiting = self.waiting.get_mut(&key)?;
        if waiting.levels.is_empty() {
            return None;
        }
        let (mut bids, mut asks) = (String::from("["), String::from("["));
        for ((is_ask, price), qty) in std::mem::take(&mut waiting.levels) {
            put_level(if is_ask { &mut asks } else { &mut bids }, listed, price, qty);
        }
        bids.push(']');
        asks.push(']');
        Some(
            Object::new()
                .text("e", "depthUpdate")
                .int("E", now.millis())
                .int("T", waiting.at.millis())
                .text("s", &listed.symbol)
                .text("ps", &listed.symbol)
                .raw("st", 1)
                .raw("U", waiting.first_id)
                .raw("u", waiting.last_id)
                .raw("pu", waiting.prev_id)
                .raw("b", bids)
                .raw("a", asks)
                .end(),
        )
    }

    /// The running candle, when it has changed.
    fn kline(
        &mut self,
        key: Key,
        world: &World<'_>,
        listed: &Listed,
        no: InstrumentNo,
        place: usize,
    ) -> Option<String> {
        let word = INTERVALS[place];
        let span = interval(word).ok()?;
        let candle = *world.exchange.candles(no, span, 1).last()?;
        let state = (candle.open_at, candle.trades);
        if self.candles.insert(key, state) == Some(state) {
            return None;
        }
        let body = Object::new()
            .int("t", candle.open_at.millis())
            .int("T", (candle.open_at + span).millis() - 1)
            .text("s", &listed.symbol)
            .text("i", word)
            .raw("f", -1)
            .raw("L", -1)
            .price("o", listed, candle.open)
            .price("c", listed, candle.close)
            .price("h", listed, candle.high)
            .price("l", listed, candle.low)
            .qty("v", listed, candle.volume)
            .raw("n", candle.trades)
            .raw("x", candle.is_closed)
            .money("q", candle.turnover.decimal())
            .qty("V", listed, candle.bought)
            .money("Q", candle.bought_turnover.decimal())
            .text("B", "0")
            .end();
        Some(
            Object::new()
                .text("e", "kline")
                .int("E", world.now.millis())
                .text("s", &listed.symbol)
                .raw("k", body)
                .end(),
        )
    }
}
