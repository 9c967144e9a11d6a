//! What the tests share: instruments, samples, and a way to talk to a session.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::PathBuf;

use aurora_bybit::Bybit;
use aurora_model::{
    ClientOrderId, Instrument, InstrumentNo, Lots, Nanos, Notional, OrderIntent, OrderNo, Payoff,
    Side, Ticks, TimeInForce,
};
use aurora_testkit::shared;
use aurora_wire::{
    Action, Answer, Call, CallNo, Endpoints, Headers, Input, Link, Note, Output, Placement, Rules,
    Session, SymbolStatus,
};
use rust_decimal::Decimal;

pub(crate) const T0: Nanos = Nanos(1_700_000_000_000_000_000);

pub(crate) fn rules(no: u16, base: &str, tick: &str, lot: &str) -> Rules {
    let lot: Decimal = lot.parse().unwrap();
    Rules {
        no: InstrumentNo(no),
        instrument: Instrument {
            id: format!("BYBIT:PERP:{base}-USDT").parse().unwrap(),
            symbol: format!("{base}USDT"),
            payoff: Payoff::Linear,
            tick: tick.parse().unwrap(),
            lot,
            multiplier: Decimal::ONE,
            min_notional: Notional::new(Decimal::from(5)),
            maker_fee: Decimal::new(2, 4),
            taker_fee: Decimal::new(55, 5),
        },
        wire_lot: lot,
        code: None,
        min_qty: Lots(1),
        max_qty: Lots(1_000_000_000),
        max_market_qty: Lots(1_000_000_000),
        band: None,
        max_open_orders: Some(500),
        max_leverage: 100,
        funding_every: None,
        status: SymbolStatus::Trading,
    }
}

/// Every instrument the samples speak of in linear terms.
pub(crate) fn all_rules() -> Vec<Rules> {
    let all = [
        ("BTC", "0.01", "0.001"),
        ("ETH", "0.001", "0.01"),
        ("SOL", "0.01", "0.1"),
        ("LTC", "0.01", "0.1"),
        ("XRP", "0.0001", "0.1"),
        ("ICP", "0.001", "0.1"),
        ("QNT", "0.01", "0.001"),
        ("AAVE", "0.01", "0.01"),
        ("TSLA", "0.01", "0.001"),
    ];
    (0_u16..).zip(all).map(|(no, (base, tick, lot))| rules(no, base, tick, lot)).collect()
}

pub(crate) fn btc() -> Vec<Rules> {
    vec![rules(0, "BTC", "0.1", "0.001")]
}

pub(crate) fn endpoints() -> Endpoints {
    Bybit::at("http://127.0.0.1:1", "ws://127.0.0.1:1")
}

/// The samples' folder; `None` where the shared data is missing.
pub(crate) fn samples() -> Option<PathBuf> {
    shared::path("venues/samples/bybit")
}

/// Every sample's name and text, by name; none where the shared data is missing.
pub(crate) fn sample_files() -> Vec<(String, String)> {
    shared::json_files("venues/samples/bybit").unwrap_or_default()
}

/// Without the spaces the sample files are indented with; the order of fields is kept.
pub(crate) fn compact(text: &str) -> String {
    let (mut out, mut in_text, mut escaped) = (String::new(), false, false);
    for char in text.chars() {
        if in_text || !char.is_ascii_whitespace() {
            out.push(char);
        }
        match char {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
    }
    out
}

pub(crate) fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(0, 1, OrderNo(no))
}

pub(crate) fn intent(side: Side, limit: i64, qty: i64) -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side,
        limit: Ticks(limit),
        qty: Lots(qty),
        time_in_force: TimeInForce::PostOnly,
        reduce_only: false,
    }
}

pub(crate) fn placement(no: u64) -> Placement {
    Placement::limit(id(no), intent(Side::Buy, 600_000, 10))
}

/// A session, its output so far and a clock that goes on by a millisecond an input.
pub(crate) struct Talk<S> {
    pub(crate) session: S,
    pub(crate) at: Nanos,
    pub(crate) out: Output,
}

impl<S: Session> Talk<S> {
    pub(crate) fn new(session: S) -> Talk<S> {
        let mut talk = Talk { session, at: T0, out: Output::default() };
        talk.say(Input::Start);
        talk
    }

    pub(crate) fn say(&mut self, input: Input<'_>) {
        self.at = self.at + Nanos::MILLI;
        self.session.on(self.at, input, &mut self.out);
    }

    pub(crate) fn frame(&mut self, link: u8, frame: &str) {
        self.say(Input::Frame(Link(link), frame.as_bytes()));
    }

    pub(crate) fn answer(&mut self, no: CallNo, body: &str) {
        let (status, headers) = (200, Headers(&[]));
        self.say(Input::Answer(no, Answer::Got { status, headers, body: body.as_bytes() }));
    }

    /// Lets the time come that the session waits for.
    pub(crate) fn wake(&mut self) {
        self.at = self.at.max(self.session.wake_at());
        self.session.on(self.at, Input::Wake, &mut self.out);
    }

    /// Lets that much time go by, waking the session whenever it wants.
    pub(crate) fn pass(&mut self, span: Nanos) {
        let until = self.at + span;
        while self.session.wake_at() <= until {
            self.at = self.at.max(self.session.wake_at());
            self.session.on(self.at, Input::Wake, &mut self.out);
        }
        self.at = until;
    }

    /// The calls made since this was last asked.
    pub(crate) fn calls(&mut self) -> Vec<Call> {
        let mut calls = Vec::new();
        self.out.actions.retain(|action| match action {
            Action::Call(call) => {
                calls.push(call.clone());
                false
            }
            _ => true,
        });
        calls
    }

    /// The only call of that path made since calls were last taken.
    pub(crate) fn call(&mut self, path: &str) -> Call {
        let at = self.out.actions.iter().position(|action| match action {
            Action::Call(call) => call.path == path,
            _ => false,
        });
        let Some(at) = at else { panic!("no call of {path}: {:#?}", self.out.actions) };
        match self.out.actions.remove(at) {
            Action::Call(call) => call,
            other => panic!("{other:?}"),
        }
    }

    /// What came out, in words, and nothing of it is left.
    pub(crate) fn told(&mut self) -> String {
        let mut text = String::new();
        for action in &self.out.actions {
            text += &match action {
                Action::Open(link, url, wait) => {
                    let path = url.trim_start_matches("ws://127.0.0.1:1");
                    format!("open {} {path} after {} ms\n", link.0, wait.millis())
                }
                Action::Send(link, frame) => format!("send {} {frame}\n", link.0),
                Action::Login(link) => format!("login {}\n", link.0),
                Action::Close(link) => format!("close {}\n", link.0),
                Action::Call(call) => {
                    let what = if call.body.is_empty() { &call.query } else { &call.body };
                    format!("{} {} {what}\n", call.method.word(), call.path)
                }
            };
        }
        for event in self.out.market_events() {
            text += &format!("{}\n", in_words(&event.kind));
        }
        for report in &self.out.reports {
            text += &format!("{:?}\n", report.kind);
        }
        for note in &self.out.notes {
            text += &match note {
                Note::DropCopy(fill) => format!("DropCopy({:?} {:?})\n", fill.order, fill.qty),
                note => format!("{note:?}\n"),
            };
        }
        self.out.clear();
        text
    }
}

fn in_words(kind: &aurora_model::MarketKind<'_>) -> String {
    use aurora_model::MarketKind as M;
    match kind {
        M::Diff { last_id, levels, .. } => format!("diff {last_id}: {} levels", levels.len()),
        M::Snapshot { last_id, levels } => format!("snapshot {last_id}: {} levels", levels.len()),
        M::Bbo { update_id, bid, ask } => {
            format!("touch {update_id}: {}/{}", bid.0.0, ask.0.0)
        }
        M::Trade { aggressor, price, qty, .. } => {
            format!("trade {} {} @ {}", aggressor.word(), qty.0, price.0)
        }
    }
}
