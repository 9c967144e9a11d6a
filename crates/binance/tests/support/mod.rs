//! What the tests of this crate share: the samples, and sessions without their venue.
#![allow(dead_code, reason = "every test file uses its own part of it")]

use aurora_binance::{DecodeError, Decoder, answer, refusal_of, stream};
use aurora_model::{Instrument, InstrumentNo, Level, Lots, Nanos, Notional, Payoff, ReportKind};
use aurora_testkit::shared;
use aurora_wire::{
    Action, Answer, Call, Endpoints, Headers, Input, Link, Method, Output, Rules, Session,
    SymbolStatus,
};
use rust_decimal::Decimal;

/// A decoder, with what it read as text.
pub(crate) type Read = fn(&[u8]) -> Result<String, DecodeError>;

/// The samples of Binance by file name; `None` where the shared data is missing.
pub(crate) fn samples() -> Option<Vec<(String, Vec<u8>)>> {
    let files = shared::json_files("venues/samples/binance")?;
    Some(files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect())
}

/// Requests, recordings and vectors have tests of their own.
pub(crate) fn is_read_elsewhere(name: &str) -> bool {
    ["capture_", "replay_", "signature_vectors"].iter().any(|start| name.starts_with(start))
}

/// An instrument whose steps are fine enough for every sample.
pub(crate) fn fine(symbol: &str) -> Rules {
    rules(0, symbol, "0.00000001", "0.00000001")
}

pub(crate) fn rules(no: u16, symbol: &str, tick: &str, lot: &str) -> Rules {
    let lot: Decimal = lot.parse().unwrap();
    let base = symbol.strip_suffix("USDT").unwrap_or("X");
    Rules {
        no: InstrumentNo(no),
        instrument: Instrument {
            id: format!("BINANCEUSDM:PERP:{base}-USDT").parse().unwrap(),
            symbol: symbol.to_owned(),
            payoff: Payoff::Linear,
            tick: tick.parse().unwrap(),
            lot,
            multiplier: Decimal::ONE,
            min_notional: Notional::new(Decimal::from(5)),
            maker_fee: Decimal::new(2, 4),
            taker_fee: Decimal::new(5, 4),
        },
        wire_lot: lot,
        code: None,
        min_qty: Lots(1),
        max_qty: Lots(1_000_000),
        max_market_qty: Lots(1_000_000),
        band: None,
        max_open_orders: Some(200),
        max_leverage: 125,
        funding_every: None,
        status: SymbolStatus::Trading,
    }
}

pub(crate) fn endpoints() -> Endpoints {
    Endpoints {
        rest: "http://127.0.0.1:1".into(),
        public: "ws://127.0.0.1:1".into(),
        private: "ws://127.0.0.1:1".into(),
        trade: String::new(),
        business: String::new(),
        headers: Vec::new(),
    }
}

/// Reads a frame as a market event of some instrument, with or without aggregated trades.
pub(crate) fn decode_market(frame: &[u8]) -> Result<String, DecodeError> {
    let mut levels: Vec<Level> = Vec::new();
    let decoder = Decoder::new(&fine("BTCUSDT").instrument).unwrap().with_agg_trades();
    let decoded = decoder.decode(frame, &mut levels)?;
    Ok(format!("{:?}", decoded.ok_or(DecodeError::Missing { field: "a known event" })?))
}

/// Shows the bytes to everything that reads bytes from outside.
pub(crate) fn read_all(bytes: &[u8], own: Option<Read>) {
    let _ = own.map(|own| own(bytes));
    let _ = stream::user(bytes);
    let _ = stream::public(bytes);
    let _ = stream::reply(bytes);
    let _ = refusal_of(400, bytes);
    let _ = decode_market(bytes);
    let _ = answer::items(bytes);
    let _ = answer::orders(bytes);
    let _ = answer::user_trades(bytes);
    let _ = answer::positions(bytes);
}

pub(crate) fn second(n: i64) -> Nanos {
    Nanos::SECOND * n
}

/// A session with what it said last, and helpers to answer it.
pub(crate) struct Desk<S> {
    pub(crate) session: S,
    pub(crate) out: Output,
    pub(crate) at: Nanos,
    /// Calls that wait for an answer.
    pub(crate) calls: Vec<Call>,
}

impl<S: Session> Desk<S> {
    pub(crate) fn start(session: S) -> Desk<S> {
        let at = Nanos::from_millis(1_700_000_000_000);
        let mut desk = Desk { session, out: Output::default(), at, calls: Vec::new() };
        desk.say(Input::Start);
        desk
    }

    /// Tells the session something; what it says replaces what it said before.
    pub(crate) fn say(&mut self, input: Input<'_>) {
        self.out.clear();
        self.also(input);
    }

    fn also(&mut self, input: Input<'_>) {
        let from = self.out.actions.len();
        self.session.on(self.at, input, &mut self.out);
        for action in &self.out.actions[from..] {
            if let Action::Call(call) = action {
                self.calls.push(call.clone());
            }
        }
    }

    /// Lets so much time pass, waking the session whenever it wants to be.
    pub(crate) fn pass(&mut self, span: Nanos) {
        self.out.clear();
        let until = self.at + span;
        while self.session.wake_at() <= until {
            self.at = self.at.max(self.session.wake_at());
            self.also(Input::Wake);
        }
        self.at = until;
    }

    pub(crate) fn frame(&mut self, link: u8, frame: &str) {
        self.say(Input::Frame(Link(link), frame.as_bytes()));
    }

    /// The waiting call to that path, taken off the list.
    pub(crate) fn call(&mut self, method: Method, path: &str) -> Call {
        let found = self.calls.iter().position(|call| call.path == path && call.method == method);
        match found {
            Some(place) => self.calls.remove(place),
            None => panic!("no {method:?} {path} among {:?}", self.paths()),
        }
    }

    pub(crate) fn paths(&self) -> Vec<&'static str> {
        self.calls.iter().map(|call| call.path).collect()
    }

    pub(crate) fn got(&mut self, call: &Call, status: u16, body: &str) {
        let answer = Answer::Got { status, headers: Headers(&[]), body: body.as_bytes() };
        self.say(Input::Answer(call.no, answer));
    }

    /// Answers the waiting call to that path.
    pub(crate) fn answer(&mut self, method: Method, path: &str, status: u16, body: &str) {
        let call = self.call(method, path);
        self.got(&call, status, body);
    }

    pub(crate) fn opens(&self) -> Vec<(u8, String, i64)> {
        let open = |action: &Action| match action {
            Action::Open(link, url, wait) => Some((link.0, url.clone(), wait.millis())),
            _ => None,
        };
        self.out.actions.iter().filter_map(open).collect()
    }

    pub(crate) fn closes(&self, link: u8) -> bool {
        self.out.actions.contains(&Action::Close(Link(link)))
    }

    pub(crate) fn kinds(&self) -> Vec<ReportKind> {
        self.out.reports.iter().map(|report| report.kind.clone()).collect()
    }
}
