//! The dialect on a stage: a market standing still, a clock that is told, sockets that are read directly.

mod book;
mod captured;
mod fields;
mod orders;
mod private;
mod refusals;
mod sockets;
mod venue;

use std::collections::VecDeque;
use std::rc::Rc;

use aurora_matching::exchange::{AccountNo, Exchange, ExchangeEvent};
use aurora_model::{InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Side, Ticks};
use aurora_testkit::shared;
use aurora_wire::Hmac;
use serde_json::Value;

use super::Okx;
use crate::account::Accounts;
use crate::dialect::{Dialect, Terms, World};
use crate::fault::Faults;
use crate::outbox::Outbox;
use crate::request::{Request, Response};
use crate::socket::{SocketId, Sockets};

/// 2026-11-21T09:25:45Z, when the requests in the samples were captured.
const START: Nanos = Nanos::from_millis(1_795_253_145_000);

/// The swap of the stories, and its best bid in ticks; every level is ten contracts deep and a tick from the next.
const SWAP: &str = "BTC-USDT-SWAP";
const BEST_BID: i64 = 600_000;

struct Stage {
    dialect: Okx,
    exchange: Exchange,
    sockets: Sockets,
    accounts: Accounts,
    faults: Faults,
    terms: Terms,
    events: Vec<ExchangeEvent>,
    book_ids: Vec<u64>,
    outboxes: Vec<(SocketId, Rc<Outbox>)>,
    now: Nanos,
}

impl Stage {
    fn new() -> Stage {
        let setup = super::setup();
        let count = setup.listings.len();
        let exchange = Exchange::new(setup.config, setup.listings, START);
        let terms = Terms { limits: true, pace: 1, book_snapshot: true, ack_delay: Nanos(0) };
        let mut stage = Stage {
            dialect: Okx::default(),
            exchange,
            sockets: Sockets::default(),
            accounts: Accounts::standard(2),
            faults: Faults::default(),
            terms,
            events: Vec::new(),
            book_ids: vec![0; count],
            outboxes: Vec::new(),
            now: START,
        };
        for account in [1, 2] {
            stage.exchange.open_account(START, AccountNo(account), &mut stage.events);
        }
        for no in 0..u16::try_from(count).unwrap() {
            stage.show_market(InstrumentNo(no));
        }
        stage.pass(1_000);
        stage
    }

    /// A book of twenty levels a side and one trade.
    fn show_market(&mut self, no: InstrumentNo) {
        let spot = self.exchange.listing(no).unwrap().is_spot();
        let depth = if spot { 10_000_000 } else { 1_000 };
        let level = |side, price| Level { side, price: Ticks(price), qty: Lots(depth) };
        let bids = (0..20).map(|n| level(Side::Buy, BEST_BID - n));
        let asks = (0..20).map(|n| level(Side::Sell, BEST_BID + 1 + n));
        let levels: Vec<Level> = bids.chain(asks).collect();
        self.market(no, MarketKind::Snapshot { last_id: 1, levels: &levels });
        let (price, qty) = (Ticks(BEST_BID), Lots(100));
        self.market(no, MarketKind::Trade { id: 1, aggressor: Side::Sell, price, qty });
    }

    fn market(&mut self, instrument: InstrumentNo, kind: MarketKind<'_>) {
        let event = MarketEvent { instrument, exchange_at: self.now, received_at: self.now, kind };
        self.exchange.on_market(&event, &mut self.events);
        self.settle();
    }

    /// A level of the swap's book changes.
    fn level(&mut self, id: u64, side: Side, price: i64, qty: i64) {
        let levels = [Level { side, price: Ticks(price), qty: Lots(qty) }];
        let kind =
            MarketKind::Diff { first_id: id, last_id: id, prev_id: Some(id - 1), levels: &levels };
        self.market(InstrumentNo(0), kind);
    }

    fn call<R>(&mut self, act: impl FnOnce(&mut Okx, &mut World<'_>) -> R) -> R {
        self.sockets.now = self.now;
        let mut world = World {
            now: self.now,
            exchange: &mut self.exchange,
            sockets: &mut self.sockets,
            accounts: &self.accounts,
            faults: &mut self.faults,
            events: &mut self.events,
            terms: &self.terms,
        };
        let done = act(&mut self.dialect, &mut world);
        self.settle();
        done
    }

    fn settle(&mut self) {
        while !self.events.is_empty() {
            for event in std::mem::take(&mut self.events) {
                self.call(|dialect, world| dialect.event(world, &event));
            }
        }
        for place in 0..self.book_ids.len() {
            let no = InstrumentNo(u16::try_from(place).unwrap());
            let id = self.exchange.book_id(no);
            if std::mem::replace(&mut self.book_ids[place], id) != id {
                self.call(|dialect, world| dialect.book(world, no));
            }
        }
    }

    /// Time passes, a tick every ten milliseconds, or a hundredth of it when it is long.
    fn pass(&mut self, millis: i64) {
        let step = (millis / 100).max(10);
        let end = self.now + Nanos::from_millis(millis);
        while self.now < end {
            self.now = end.min(self.now + Nanos::from_millis(step));
            self.faults.act_on(&mut self.exchange, self.now, &mut self.events);
            self.exchange.advance(self.now, &mut self.events);
            self.call(|dialect, world| dialect.tick(world));
        }
    }

    fn request(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        let request = Request { method, target, headers, body: body.as_bytes() };
        let Response { status, body, .. } =
            self.call(|dialect, world| dialect.handle(world, &request));
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// A request of the first account, signed now.
    fn signed(&mut self, method: &str, target: &str, body: &str) -> (u16, Value) {
        let at = jiff::Timestamp::from_millisecond(self.now.millis()).unwrap().to_string();
        let parts = [at.as_bytes(), method.as_bytes(), target.as_bytes(), body.as_bytes()];
        let sign = Hmac::new(b"testsecret").base64(&parts);
        let headers = [
            ("OK-ACCESS-KEY", "testkey"),
            ("OK-ACCESS-PASSPHRASE", "testpass"),
            ("OK-ACCESS-TIMESTAMP", &at),
            ("OK-ACCESS-SIGN", &sign),
        ];
        self.request(method, target, &headers, body)
    }

    /// The rows of a path that must answer well.
    fn rows(&mut self, target: &str) -> Vec<Value> {
        let (status, answer) = self.signed("GET", target, "");
        assert_eq!((status, &answer["code"]), (200, &Value::from("0")), "{target}: {answer}");
        answer["data"].as_array().unwrap().clone()
    }

    /// Places an order of the first account; its id.
    fn place(&mut self, body: &str) -> String {
        let (_, answer) = self.signed("POST", "/api/v5/trade/order", body);
        assert_eq!(answer["code"], "0", "{answer}");
        answer["data"][0]["ordId"].as_str().unwrap().to_owned()
    }

    fn open(&mut self, path: &str) -> SocketId {
        let outbox = Rc::new(Outbox::default());
        let socket = self.sockets.add(Rc::clone(&outbox));
        self.outboxes.push((socket, outbox));
        let target = format!("/ws/v5/{path}");
        let request = Request { method: "GET", target: &target, headers: &[], body: b"" };
        self.call(|dialect, world| dialect.open(world, socket, &request)).unwrap();
        socket
    }

    fn say(&mut self, socket: SocketId, text: &str) {
        self.call(|dialect, world| dialect.text(world, socket, text));
    }

    fn login(&mut self, socket: SocketId) {
        let at = (self.now.millis() / 1000).to_string();
        let sign = Hmac::new(b"testsecret").base64(&[at.as_bytes(), b"GET/users/self/verify"]);
        self.say(
            socket,
            &format!(
                r#"{{"op":"login","args":[{{"apiKey":"testkey","passphrase":"testpass","timestamp":"{at}","sign":"{sign}"}}]}}"#
            ),
        );
        let heard = self.heard(socket);
        assert_eq!(
            (&heard[0]["event"], &heard[0]["code"]),
            (&"login".into(), &"0".into()),
            "{heard:?}"
        );
    }

    /// What came since the last time; texts that are no JSON as text, a close as its code.
    fn heard(&mut self, socket: SocketId) -> Vec<Value> {
        let outbox =
            Rc::clone(&self.outboxes.iter().find(|(known, _)| *known == socket).unwrap().1);
        if outbox.mark() == 0 {
            return Vec::new();
        }
        let mut frames = VecDeque::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(outbox.take(&mut frames));
        frames.iter().map(|frame| payload(frame)).collect()
    }
}

/// The meaning of one frame of the server's.
fn payload(frame: &[u8]) -> Value {
    let skip = match frame[1] {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    let body = &frame[skip..];
    if frame[0] & 15 == 8 {
        return Value::from(u16::from_be_bytes([body[0], body[1]]));
    }
    let text = std::str::from_utf8(body).unwrap();
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// One sample; `None` where the shared data is missing.
fn sample(name: &str) -> Option<Value> {
    let text = shared::text(&format!("venues/samples/okx/{name}.json"))?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Some fields of a row, in one line.
fn brief(row: &Value, fields: &[&str]) -> String {
    let shown =
        fields.iter().map(|field| format!("{field}={}", row[*field].as_str().unwrap_or("?")));
    shown.collect::<Vec<_>>().join(" ")
}
