//! One venue without its sockets, for the fuzzers: a request, a frame or raw bytes at a time.

use std::rc::Rc;

use aurora_model::{InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Side, Ticks, Venue};
use bytes::BytesMut;

use crate::admin;
use crate::conn::upgrade_key;
use crate::dialect::Ask;
use crate::frame::head;
use crate::frame::ws::{Assembler, Message};
use crate::market::MarketSource;
use crate::outbox::Outbox;
use crate::request::{Request, Response};
use crate::serve::{SimConfig, build};
use crate::sim::{Sim, utc_now};
use crate::socket::SocketId;

/// A venue with three accounts and a book of two levels in its first instrument.
#[expect(missing_debug_implementations, reason = "a dialect has none")]
pub struct Bare {
    sim: Sim,
}

impl Bare {
    /// A venue of its own; `None` where there is no simulator.
    pub fn new(venue: Venue) -> Option<Bare> {
        let config =
            SimConfig { market: MarketSource::None, limits: false, ..SimConfig::new(venue) };
        let mut sim = build(config).ok()?;
        sim.begin();
        let mut bare = Bare { sim };
        bare.show_book();
        Some(bare)
    }

    fn show_book(&mut self) {
        let now = utc_now();
        let Sim { exchange, events, .. } = &mut self.sim;
        let level = |side, price| Level { side, price: Ticks(price), qty: Lots(1_000) };
        let levels = [level(Side::Buy, 600_000), level(Side::Sell, 600_001)];
        let (price, qty) = (Ticks(600_000), Lots(100));
        let trade = MarketKind::Trade { id: 1, aggressor: Side::Sell, price, qty };
        for kind in [MarketKind::Snapshot { last_id: 1, levels: &levels }, trade] {
            let instrument = InstrumentNo(0);
            let event = MarketEvent { instrument, exchange_at: now, received_at: now, kind };
            exchange.on_market(&event, events);
        }
        self.sim.pump();
    }

    /// The venue's clock.
    pub fn now() -> Nanos {
        utc_now()
    }

    /// Timers, as between two requests.
    pub fn pump(&mut self) {
        self.sim.pump();
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<'_>) -> Response {
        if request.target.starts_with("/sim/") {
            return admin::answer(&mut self.sim, request);
        }
        let _ = self.sim.judge(&Ask::Rest(request));
        self.sim.handle(request)
    }

    /// Upgrades a request; the socket, unless the venue refuses.
    pub fn open(&mut self, request: &Request<'_>) -> Option<SocketId> {
        let socket = self.sim.sockets.add(Rc::new(Outbox::default()));
        if self.sim.open(socket, request).is_err() {
            self.sim.closed(socket);
            return None;
        }
        Some(socket)
    }

    /// A text frame comes.
    pub fn text(&mut self, socket: SocketId, text: &str) {
        let _ = self.sim.judge(&Ask::Text(text));
        self.sim.text(socket, text);
    }

    /// A connection says these bytes: requests, and frames after an upgrade.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let mut buffer = BytesMut::from(bytes);
        while let Ok(Some(extent)) = head::extent(&buffer) {
            if buffer.len() < extent.head + extent.body {
                return;
            }
            let one = buffer.split_to(extent.head + extent.body);
            let mut headers = [("", ""); head::MAX_HEADERS];
            let Some(request) = head::request(&one, extent, &mut headers) else { return };
            if upgrade_key(&request).is_some() {
                let Some(socket) = self.open(&request) else { return };
                return self.frames(socket, &mut buffer);
            }
            let _ = head::encode(&self.handle(&request), extent.keeps_alive);
        }
    }

    fn frames(&mut self, socket: SocketId, buffer: &mut BytesMut) {
        let mut assembler = Assembler::default();
        while let Ok(Some(message)) = assembler.next(buffer) {
            match message {
                Message::Text(text) => self.text(socket, &text),
                Message::Pong => self.sim.sockets.ponged(socket),
                Message::Close(_) | Message::Binary(_) => return,
                Message::Ping(_) => {}
            }
        }
    }
}
