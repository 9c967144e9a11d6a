//! One venue on one thread: exchange, dialect, sockets, market and faults.

use std::time::SystemTime;

use aurora_matching::exchange::{Exchange, ExchangeEvent};
use aurora_model::{InstrumentNo, Nanos, Venue};
use bytes::Bytes;

use crate::account::Accounts;
use crate::dialect::{Ask, Denial, Dialect, Terms, World};
use crate::facts::FactLog;
use crate::fault::{Faults, Verdict};
use crate::log::Log;
use crate::market::Feed;
use crate::request::{Request, Response};
use crate::socket::{SocketId, Sockets};

/// So many market events are shown before clients are heard again.
const MOST_AT_ONCE: usize = 1_000;

/// How often the dialect looks at its timers, on the market's clock.
pub(crate) const TICK_EVERY: Nanos = Nanos::MILLI;

/// Everything of one venue.
pub(crate) struct Sim {
    pub(crate) venue: Venue,
    pub(crate) exchange: Exchange,
    pub(crate) dialect: Box<dyn Dialect>,
    pub(crate) sockets: Sockets,
    pub(crate) accounts: Accounts,
    pub(crate) faults: Faults,
    pub(crate) terms: Terms,
    pub(crate) feed: Feed,
    pub(crate) log: Log,
    pub(crate) facts: Option<FactLog>,
    /// Why the market stands still.
    pub(crate) market_problem: Option<String>,
    pub(crate) seed: u64,
    pub(crate) next_rule: u64,
    pub(crate) events: Vec<ExchangeEvent>,
    /// The last update id of each book that the dialect was told of.
    pub(crate) book_ids: Vec<u64>,
    /// When the dialect last looked at its timers.
    pub(crate) ticked_at: Nanos,
}

impl Sim {
    /// Opens the accounts and shows the beginning of the market.
    pub(crate) fn begin(&mut self) {
        let now = utc_now();
        for account in self.accounts.iter() {
            self.exchange.open_account(now, account.no, &mut self.events);
        }
        // Nobody listens yet: what happened so far needs no pushes in between.
        self.ticked_at = now;
        self.play(now, usize::MAX);
        self.pump();
    }

    /// Does what is due: market, exchange timers, dialect timers.
    pub(crate) fn pump(&mut self) {
        let now = utc_now();
        // A market that runs faster than this machine falls behind; clients are served all the same.
        self.play(now, MOST_AT_ONCE);
        self.faults.act_on(&mut self.exchange, now, &mut self.events);
        self.exchange.advance(now, &mut self.events);
        self.tick(now);
    }

    /// Shows the market that is due, at most so many events of it, each at its own moment. Where it runs faster than
    /// real, channels push in between as often as they would at real pace.
    fn play(&mut self, now: Nanos, most: usize) {
        let every = self.terms.interval(TICK_EVERY);
        for _ in 0..most {
            let at = match self.feed.next_at() {
                Ok(Some(at)) if at <= now => at,
                Ok(_) => return,
                Err(problem) => {
                    self.feed.stop();
                    self.market_problem = Some(problem.to_string());
                    return;
                }
            };
            if every <= at - self.ticked_at {
                self.tick(at);
            }
            let Sim { feed, exchange, events, .. } = self;
            feed.show(|event| exchange.on_market(event, events));
            // Clients were told later moments where the market is behind.
            self.settle(at.max(self.ticked_at));
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.ticked_at = now;
        self.call(now, |dialect, world| dialect.tick(world));
    }

    /// Writes a request down, and says what the faults make of it.
    pub(crate) fn judge(&mut self, ask: &Ask<'_>) -> Verdict {
        let subject = self.dialect.subject(ask);
        let place = match ask {
            Ask::Rest(request) => (request.method, request.path()),
            Ask::Text(_) => ("WS", subject.operation.as_str()),
        };
        let now = utc_now();
        self.log.note(now, place, &subject);
        if self.faults.rules.is_empty() {
            return Verdict::default();
        }
        self.faults.judge(now, place, &subject, &self.log)
    }

    pub(crate) fn handle(&mut self, request: &Request<'_>) -> Response {
        self.call(utc_now(), |dialect, world| dialect.handle(world, request))
    }

    pub(crate) fn deny(&self, request: &Request<'_>, denial: Denial) -> Response {
        self.dialect.deny(utc_now(), request, denial)
    }

    pub(crate) fn open(&mut self, socket: SocketId, request: &Request<'_>) -> Result<(), Response> {
        self.call(utc_now(), |dialect, world| dialect.open(world, socket, request))
    }

    pub(crate) fn text(&mut self, socket: SocketId, text: &str) {
        self.call(utc_now(), |dialect, world| dialect.text(world, socket, text));
    }

    /// Executes the frame; its answers are returned instead of sent.
    pub(crate) fn text_held(&mut self, socket: SocketId, text: &str) -> Vec<Bytes> {
        self.sockets.hold(socket);
        self.text(socket, text);
        self.sockets.release()
    }

    pub(crate) fn deny_text(&mut self, socket: SocketId, text: &str, denial: Denial) {
        self.call(utc_now(), |dialect, world| dialect.deny_text(world, socket, text, denial));
    }

    pub(crate) fn closed(&mut self, socket: SocketId) {
        self.sockets.remove(socket);
        self.call(utc_now(), |dialect, world| dialect.closed(world, socket));
    }

    fn call<R>(
        &mut self,
        now: Nanos,
        act: impl FnOnce(&mut dyn Dialect, &mut World<'_>) -> R,
    ) -> R {
        let (dialect, mut world) = self.world(now);
        let done = act(dialect, &mut world);
        self.settle(now);
        done
    }

    /// Tells the dialect what happened, until nothing more does.
    fn settle(&mut self, now: Nanos) {
        let mut told = Vec::new();
        while !self.events.is_empty() {
            std::mem::swap(&mut self.events, &mut told);
            if let Some(facts) = &mut self.facts {
                facts.write(&told);
            }
            for event in told.drain(..) {
                let (dialect, mut world) = self.world(now);
                dialect.event(&mut world, &event);
            }
        }
        for place in 0..self.book_ids.len() {
            let no = InstrumentNo(u16::try_from(place).expect("instruments are few"));
            let id = self.exchange.book_id(no);
            if self.book_ids[place] != id {
                self.book_ids[place] = id;
                let (dialect, mut world) = self.world(now);
                dialect.book(&mut world, no);
            }
        }
    }

    fn world(&mut self, now: Nanos) -> (&mut dyn Dialect, World<'_>) {
        self.sockets.now = now;
        let world = World {
            now,
            exchange: &mut self.exchange,
            sockets: &mut self.sockets,
            accounts: &self.accounts,
            faults: &mut self.faults,
            events: &mut self.events,
            terms: &self.terms,
        };
        (&mut *self.dialect, world)
    }
}

/// UTC now.
pub(crate) fn utc_now() -> Nanos {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::outbox::Outbox;
    use crate::serve::{SimConfig, build};

    /// How many touches a listener of OKX's `bbo-tbt`, which pushes every ten milliseconds, is sent for a second of the
    /// market shown at one go; and how many ten milliseconds there were for them.
    fn touches_in_a_second(pace: u32) -> (usize, usize) {
        let mut sim = build(SimConfig { pace, ..SimConfig::new(Venue::Okx) }).unwrap();
        sim.begin();
        let outbox = Rc::new(Outbox::default());
        let socket = sim.sockets.add(Rc::clone(&outbox));
        let target = "/ws/v5/public";
        sim.open(socket, &Request { method: "GET", target, headers: &[], body: b"" }).unwrap();
        let from = utc_now();
        let arg = r#"{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"}"#;
        sim.text(socket, &format!(r#"{{"op":"subscribe","args":[{arg}]}}"#));
        let mark = outbox.mark();
        let to = utc_now() + sim.terms.interval(Nanos::SECOND);
        sim.play(to, usize::MAX);
        let every = sim.terms.interval(Nanos::from_millis(10));
        (outbox.mark() - mark, usize::try_from((to - from).0 / every.0).unwrap())
    }

    #[test]
    fn a_market_that_runs_faster_pushes_at_every_interval_of_its_own_clock() {
        for pace in [1, 10, 100] {
            let (sent, most) = touches_in_a_second(pace);
            assert!(20 <= sent && sent <= most, "{pace} times real: {sent} of {most}");
        }
    }
}
