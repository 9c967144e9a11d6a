//! A line without sockets: what it does and says, in virtual time.

use std::sync::Arc;

use aurora_model::{
    Liquidity, Lots, Notional, ReportKind, Side, TimeInForce, VenueOrder, VenueReport,
};
use aurora_wire::{Amendment, LimitNo, Placement};
use expect_test::{Expect, expect};

use super::*;
use crate::clock::Clock;
use crate::maintenance::Window;
use crate::signing::Signing;
use crate::toy::{BTC, Toy, ToyAccount, ToyMarket, endpoints, id, ms, order, rules};

mod connection;
mod orders;

/// A line, what it did, and what it said, as text.
struct Stage {
    core: Core,
    at: Nanos,
    calls: Vec<Ticket>,
    waits: Vec<Nanos>,
    story: String,
}

impl Stage {
    fn new(views: usize, account: bool) -> Stage {
        let endpoints = endpoints(1);
        let market = |_| Box::new(ToyMarket::new("ws://127.0.0.1/m")) as Box<dyn Session>;
        let account = account
            .then(|| Box::new(ToyAccount::new(Some("ws://127.0.0.1/a"))) as Box<dyn Session>);
        let mut settings = Settings {
            status_every: Nanos(i64::MAX / 4),
            rules_every: None,
            ..Settings::default()
        };
        settings.drop_copy_grace = ms(5_000);
        let config = LineConfig {
            protocol: Arc::new(Toy),
            endpoints,
            signing: Signing::Nobody,
            market: (0..views).map(market).collect(),
            account,
            rules: vec![rules(BTC)],
            settings,
            clock: Clock::system(),
        };
        let mut stage = Stage {
            core: Core::new(config),
            at: ms(1_000_000),
            calls: Vec::new(),
            waits: Vec::new(),
            story: String::new(),
        };
        stage.happen(Happening::Start);
        stage
    }

    /// A line whose sockets are open: the views first, then the account; nothing of it is told.
    fn open(views: usize) -> Stage {
        let mut stage = Stage::new(views, true);
        for no in 0..=views as u64 {
            stage.socket(no, SocketEvent::Opened);
        }
        for no in 0..views as u64 {
            stage.frame(no, "=+10 3, -20 2");
        }
        stage.story.clear();
        stage
    }

    fn happen(&mut self, happening: Happening) {
        let mut effects = Vec::new();
        self.core.on(self.at, happening, &mut effects);
        for effect in effects {
            self.story += &match effect {
                Effect::Connect { no, url, wait, .. } => {
                    // How long it is, is chance.
                    let when = if wait == Nanos(0) { "at once" } else { "after a while" };
                    self.waits.push(wait);
                    format!("connect {} {url} {when}\n", no.0)
                }
                Effect::Write(no, text) => format!("write {} {text}\n", no.0),
                Effect::Disconnect(no) => format!("disconnect {}\n", no.0),
                Effect::Login(no, _) => format!("login {}\n", no.0),
                Effect::Call { ticket, call, .. } => {
                    self.calls.push(ticket);
                    format!("{} {} {}\n", call.method.word(), call.path, call.body)
                }
            };
        }
        let batch = std::mem::take(&mut self.core.batch);
        if !batch.is_empty() {
            self.story += &format!("market: {} events\n", batch.len());
        }
        for message in std::mem::take(&mut self.core.outbox) {
            self.story += &match message {
                FromVenue::Report(report) => format!("report: {:?}\n", report.kind),
                FromVenue::Note(source, note) => format!("{source:?}: {note:?}\n"),
                FromVenue::Event(event) => format!("line: {event:?}\n"),
                FromVenue::Status(_) => continue,
                other => format!("{other:?}\n"),
            };
        }
        for no in 1..10 {
            self.story = self.story.replace(id(no).as_str(), &format!("#{no}"));
        }
    }

    fn socket(&mut self, no: u64, event: SocketEvent) {
        self.happen(Happening::Socket(SocketNo(no), event));
    }

    fn frame(&mut self, no: u64, text: &'static str) {
        self.socket(no, SocketEvent::Frame(text.into()));
    }

    /// The private stream, the second connection, speaks of an order.
    fn word(&mut self, no: u64) {
        let frame = id(no).as_str().to_owned();
        self.socket(1, SocketEvent::Frame(frame.into()));
    }

    fn ask(&mut self, ask: Ask) {
        self.happen(Happening::Ask(AskNo(1), ask));
    }

    fn answer(&mut self, status: u16, headers: &[(&str, &str)]) {
        let ticket = self.calls.remove(0);
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let reply = Reply::Got { status, headers: headers.collect(), body: "{}".into() };
        self.happen(Happening::Answered(ticket, reply));
    }

    /// Lets time pass, with a frame of every view each 100 ms when the market lives.
    fn wait(&mut self, millis: i64, lives: bool) {
        let end = self.at + ms(millis);
        while self.at < end {
            self.at = (self.at + ms(100)).min(end);
            if lives {
                let views = self.core.views.count();
                let story = std::mem::take(&mut self.story);
                (0..u64::from(views)).for_each(|no| self.frame(no, "+10 3"));
                self.story = story + &self.story.replace("market: 1 events\n", "");
            }
            self.happen(Happening::Wake);
        }
    }

    fn report(&mut self, kind: ReportKind) {
        let at = self.at;
        self.core.report(at, VenueReport { venue_at: at, kind });
        self.happen(Happening::Wake);
    }

    fn check(&mut self, expected: &Expect) {
        expected.assert_eq(&std::mem::take(&mut self.story));
    }
}

fn fill(trade_id: u128, no: u64, side: Side, qty: i64) -> aurora_model::Fill {
    aurora_model::Fill {
        trade_id,
        instrument: BTC,
        order: id(no),
        side,
        price: Ticks(10),
        qty: Lots(qty),
        fee: Notional::ZERO,
        liquidity: Liquidity::Maker,
        at: Nanos(5),
    }
}

fn with(mut placement: Placement, change: impl Fn(&mut Placement)) -> Placement {
    change(&mut placement);
    placement
}
