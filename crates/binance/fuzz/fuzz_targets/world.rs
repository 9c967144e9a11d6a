//! What the targets share: instruments, and bytes as a script of what happens to a session.
#![allow(dead_code, reason = "every target uses its own part of it")]

use aurora_model::{Instrument, InstrumentNo, Lots, Nanos, Notional, Payoff};
use aurora_wire::{
    Action, Answer, Call, Endpoints, Headers, Input, Link, Output, Rules, Session, SymbolStatus,
};
use rust_decimal::Decimal;

pub fn rules(no: u16, symbol: &str) -> Rules {
    let base = symbol.trim_end_matches("USDT");
    let lot = Decimal::new(1, 3);
    Rules {
        no: InstrumentNo(no),
        instrument: Instrument {
            id: format!("BINANCEUSDM:PERP:{base}-USDT").parse().expect("an id"),
            symbol: symbol.to_owned(),
            payoff: Payoff::Linear,
            tick: Decimal::new(1, 1),
            lot,
            multiplier: Decimal::ONE,
            min_notional: Notional::ZERO,
            maker_fee: Decimal::ZERO,
            taker_fee: Decimal::ZERO,
        },
        wire_lot: lot,
        code: None,
        min_qty: Lots(1),
        max_qty: Lots(1_000_000),
        max_market_qty: Lots(1_000_000),
        band: None,
        max_open_orders: None,
        max_leverage: 125,
        funding_every: None,
        status: SymbolStatus::Trading,
    }
}

pub fn endpoints() -> Endpoints {
    Endpoints {
        rest: String::new(),
        public: String::new(),
        private: String::new(),
        trade: String::new(),
        business: String::new(),
        headers: Vec::new(),
    }
}

/// A session and the transport around it.
pub struct World<S> {
    pub session: S,
    pub out: Output,
    pub at: Nanos,
    /// Calls that wait for an answer.
    pub calls: Vec<Call>,
    /// Connections the session asked for, and those that are open.
    pub opening: Vec<Link>,
    pub open: Vec<Link>,
}

impl<S: Session> World<S> {
    pub fn new(session: S) -> World<S> {
        let (calls, opening, open) = (Vec::new(), Vec::new(), Vec::new());
        let at = Nanos::from_millis(1_700_000_000_000);
        let mut world = World { session, out: Output::default(), at, calls, opening, open };
        world.say(Input::Start);
        world
    }

    pub fn say(&mut self, input: Input<'_>) {
        self.out.clear();
        self.session.on(self.at, input, &mut self.out);
        for action in &self.out.actions {
            match action {
                Action::Call(call) => self.calls.push(call.clone()),
                Action::Open(link, ..) => {
                    assert!(!self.open.contains(link) && !self.opening.contains(link), "{link:?}");
                    self.opening.push(*link);
                }
                _ => {}
            }
        }
        assert!(self.at < self.session.wake_at(), "wakes without end");
    }

    /// One step of the script: what happens by the first byte, with the rest as its bytes.
    pub fn step(&mut self, op: u8, bytes: &[u8]) {
        self.at = self.at + Nanos::MILLI;
        self.out.clear();
        match op % 8 {
            0 => {
                if let Some(link) = self.opening.pop() {
                    self.open.push(link);
                    self.say(Input::Opened(link));
                }
            }
            1 => {
                if let Some(link) = self.open.pop().or_else(|| self.opening.pop()) {
                    self.say(Input::Closed(link, "closed"));
                }
            }
            2 | 3 => {
                let link = self.open.get(usize::from(op >> 4) % self.open.len().max(1)).copied();
                if let Some(link) = link {
                    self.say(Input::Frame(link, bytes));
                }
            }
            4 | 5 => {
                if !self.calls.is_empty() {
                    let call = self.calls.remove(usize::from(op >> 4) % self.calls.len());
                    let status = if op & 8 == 0 { 200 } else { 400 };
                    let answer = Answer::Got { status, headers: Headers(&[]), body: bytes };
                    self.say(Input::Answer(call.no, answer));
                }
            }
            6 => {
                if let Some(call) = self.calls.pop() {
                    let answer =
                        if op & 8 == 0 { Answer::Lost("lost") } else { Answer::NotSent("no room") };
                    self.say(Input::Answer(call.no, answer));
                }
            }
            _ => {
                let wake_at = self.session.wake_at();
                self.at = wake_at.min(self.at + Nanos::SECOND * i64::from(op));
                self.say(Input::Wake);
            }
        }
    }
}

/// A script: steps between line ends, the first byte of each says what happens.
pub fn steps(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    bytes.split(|byte| *byte == b'\n').take(64).filter_map(|line| {
        let (op, rest) = line.split_first()?;
        Some((*op, rest))
    })
}
