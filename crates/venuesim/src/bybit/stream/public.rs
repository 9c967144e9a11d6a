//! What everybody may listen to: books, trades, tickers, candles, liquidations, the venue's state.

use std::collections::BTreeMap;

use aurora_matching::Exchange;
use aurora_matching::exchange::PublicTrade;
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};
use serde_json::json;

use super::book::BookTopic;
use super::candle::{self, CandleTopic};
use super::ticker::{self, TickerTopic};
use super::topic::{Depth, PublicTopic, STATUS};
use crate::bybit::rows::{Counted, side_word};
use crate::bybit::{ids, status};
use crate::dialect::World;
use crate::socket::{SocketId, Topic};

/// Every public topic.
#[derive(Debug, Default)]
pub(in crate::bybit) struct Public {
    streets: Vec<Street>,
    candles: BTreeMap<(InstrumentNo, &'static str), (Topic, CandleTopic)>,
    status: Option<Topic>,
    was_maintenance: bool,
}

/// One instrument's topics.
#[derive(Debug)]
struct Street {
    books: Vec<(Topic, BookTopic)>,
    trades: Topic,
    ticker: (Topic, TickerTopic),
    liquidations: Topic,
}

impl Public {
    /// The topics of every instrument, once there are sockets to name them.
    fn prepare(&mut self, world: &mut World<'_>) {
        if !self.streets.is_empty() {
            return;
        }
        self.status = Some(world.sockets.topic(STATUS));
        for listing in world.exchange.listings() {
            let symbol = &listing.instrument.symbol;
            let books = Depth::ALL.map(|depth| {
                let book = BookTopic::new(depth, symbol);
                (world.sockets.topic(book.name()), book)
            });
            self.streets.push(Street {
                books: books.into(),
                trades: world.sockets.topic(&format!("publicTrade.{symbol}")),
                ticker: (world.sockets.topic(&format!("tickers.{symbol}")), TickerTopic::default()),
                liquidations: world.sockets.topic(&format!("allLiquidation.{symbol}")),
            });
        }
    }

    /// Lets a socket listen, and says what it is shown first; `None` when it listens already.
    pub(super) fn subscribe(
        &mut self,
        world: &mut World<'_>,
        socket: SocketId,
        topic: PublicTopic,
    ) -> Option<(Topic, Option<String>)> {
        let channel = self.channel(world, topic)?;
        if !world.sockets.subscribe(socket, channel) {
            return None;
        }
        Some((channel, self.first(world, topic)))
    }

    /// The channel a topic stands for.
    pub(super) fn channel(&mut self, world: &mut World<'_>, topic: PublicTopic) -> Option<Topic> {
        self.prepare(world);
        Some(match topic {
            PublicTopic::Book(depth, no) => {
                let books = &self.streets.get(no.index())?.books;
                books.iter().find(|(_, book)| book.depth() == depth)?.0
            }
            PublicTopic::Trades(no) => self.streets.get(no.index())?.trades,
            PublicTopic::Ticker(no) => self.streets.get(no.index())?.ticker.0,
            PublicTopic::Liquidations(no) => self.streets.get(no.index())?.liquidations,
            PublicTopic::Candles(interval, no) => {
                let symbol = &world.exchange.listing(no)?.instrument.symbol;
                let sockets = &mut *world.sockets;
                let entry = self.candles.entry((no, interval.name())).or_insert_with(|| {
                    let candles = CandleTopic::new(interval, symbol);
                    (sockets.topic(candles.name()), candles)
                });
                entry.0
            }
        })
    }

    /// The channel of the venue's state.
    pub(super) fn status_channel(&mut self, world: &mut World<'_>) -> Topic {
        self.prepare(world);
        self.status.unwrap_or_else(|| world.sockets.topic(STATUS))
    }

    fn first(&mut self, world: &World<'_>, topic: PublicTopic) -> Option<String> {
        match topic {
            PublicTopic::Book(depth, no) => {
                let listing = world.exchange.listing(no)?;
                let books = &mut self.streets.get_mut(no.index())?.books;
                let (_, book) = books.iter_mut().find(|(_, book)| book.depth() == depth)?;
                let now = || world.exchange.book(no, depth.levels());
                Some(book.snapshot(listing, world.now, now))
            }
            PublicTopic::Ticker(no) => {
                let (_, ticker) = &mut self.streets.get_mut(no.index())?.ticker;
                Some(ticker.snapshot(world.exchange, no, world.now))
            }
            _ => None,
        }
    }

    /// A trade, for everybody to see.
    pub(in crate::bybit) fn on_trade(&mut self, world: &mut World<'_>, trade: &PublicTrade) {
        let Some(street) = self.streets.get(trade.instrument.index()) else { return };
        if !world.sockets.is_wanted(street.trades) {
            return;
        }
        let Some(listing) = world.exchange.listing(trade.instrument) else { return };
        let symbol = &listing.instrument.symbol;
        let at = trade.at.millis();
        let message = format!(
            r#"{{"topic":"publicTrade.{symbol}","type":"snapshot","ts":{ts},"data":[{{"T":{at},"s":"{symbol}","S":"{side}","v":"{qty}","p":"{price}","L":"{tick}","i":"{id}","BT":false,"RPI":false,"seq":{seq}}}]}}"#,
            ts = world.now.millis(),
            side = side_word(trade.aggressor),
            qty = listing.qty(trade.qty),
            price = listing.price(trade.price),
            tick = if trade.aggressor == Side::Buy { "PlusTick" } else { "MinusTick" },
            id = ids::trade_id(trade.instrument.0, trade.id),
            seq = trade.id,
        );
        world.sockets.publish(street.trades, message.as_bytes());
    }

    /// A position was taken over; `side` is the way of the closing order.
    pub(in crate::bybit) fn on_liquidation(
        &mut self,
        world: &mut World<'_>,
        no: InstrumentNo,
        (side, qty, price): (Side, Lots, Ticks),
    ) {
        let Some(street) = self.streets.get(no.index()) else { return };
        let Some(listing) = world.exchange.listing(no) else { return };
        let symbol = &listing.instrument.symbol;
        let now = world.now.millis();
        let message = json!({
            "topic": format!("allLiquidation.{symbol}"),
            "type": "snapshot",
            "ts": now,
            "data": [{
                "T": now,
                "s": symbol,
                "S": side_word(side.opposite()),
                "v": listing.qty(qty),
                "p": listing.price(price),
            }],
        });
        world.sockets.publish(street.liquidations, message.to_string().as_bytes());
    }

    /// The instrument's book moved.
    pub(in crate::bybit) fn on_book(&mut self, world: &mut World<'_>, no: InstrumentNo) {
        let Some(street) = self.streets.get_mut(no.index()) else { return };
        for (_, book) in &mut street.books {
            book.moved();
        }
        street.push_books(world, no);
    }

    /// Pushes what is due.
    pub(in crate::bybit) fn tick(&mut self, world: &mut World<'_>) {
        self.tick_status(world);
        for (no, street) in (0..).map(InstrumentNo).zip(&mut self.streets) {
            street.push_books(world, no);
            street.push_ticker(world, no);
        }
        for ((no, _), (channel, candles)) in &mut self.candles {
            let every = world.terms.interval(candle::EVERY);
            if !world.sockets.is_wanted(*channel) || !candles.is_due(world.now, every) {
                continue;
            }
            let Some(listing) = world.exchange.listing(*no) else { continue };
            let newest = world.exchange.candles(*no, candles.interval.span(), 3);
            if let Some(message) = candles.push(listing, &newest, world.now) {
                world.sockets.publish(*channel, message.as_bytes());
            }
        }
    }

    /// The venue's book service restarts: everybody is shown everything again, numbered from one.
    pub(in crate::bybit) fn restart_books(&mut self, world: &mut World<'_>) {
        for (no, street) in (0..).map(InstrumentNo).zip(&mut self.streets) {
            for (channel, book) in &mut street.books {
                let Some(listing) = world.exchange.listing(no) else { continue };
                let view = world.exchange.book(no, book.depth().levels());
                let message = book.reset(listing, world.now, view);
                world.sockets.publish(*channel, message.as_bytes());
            }
        }
    }

    fn tick_status(&mut self, world: &mut World<'_>) {
        let is_maintenance = world.exchange.is_maintenance();
        if is_maintenance == self.was_maintenance {
            return;
        }
        self.was_maintenance = is_maintenance;
        if let Some(channel) = self.status {
            let message = status::message(world);
            world.sockets.publish(channel, message.as_bytes());
        }
    }
}

impl Street {
    fn push_books(&mut self, world: &mut World<'_>, no: InstrumentNo) {
        for (channel, book) in &mut self.books {
            if !world.sockets.is_wanted(*channel) {
                book.rest();
                continue;
            }
            let every = world.terms.interval(Nanos::from_millis(book.depth().every_ms()));
            if !book.is_due(world.now, every) {
                continue;
            }
            let Some(listing) = world.exchange.listing(no) else { continue };
            let view = world.exchange.book(no, book.depth().levels());
            if let Some(message) = book.push(listing, world.now, view) {
                world.sockets.publish(*channel, message.as_bytes());
            }
        }
    }

    fn push_ticker(&mut self, world: &mut World<'_>, no: InstrumentNo) {
        let (channel, ticker) = &mut self.ticker;
        if !world.sockets.is_wanted(*channel) {
            return ticker.rest();
        }
        if !ticker.is_due(world.now, world.terms.interval(ticker::EVERY)) {
            return;
        }
        let exchange: &Exchange = world.exchange;
        if let Some(message) = ticker.push(exchange, no, world.now) {
            world.sockets.publish(*channel, message.as_bytes());
        }
    }
}
