//! Samples, instruments, and a desk that keeps what sessions say.
#![allow(dead_code, reason = "every test file uses some of it")]

use std::path::PathBuf;

use aurora_model::{
    ClientOrderId, InstrumentId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, Side, Ticks,
    TimeInForce,
};
use aurora_okx::Okx;
use aurora_okx::decode::rest::InstrumentRow;
use aurora_testkit::shared;
use aurora_wire::{
    Action, Answer, Call, Headers, Input, Link, Note, Output, Placement, Protocol, Rules, Session,
};
use serde_json::Value;

/// The samples' folder; `None` where the shared data is missing.
pub(crate) fn samples() -> Option<PathBuf> {
    shared::path("venues/samples/okx")
}

/// Every sample's name without `.json`, and its text without spaces.
pub(crate) fn all() -> Vec<(String, String)> {
    let compact = |text: &str| serde_json::from_str::<Value>(text).unwrap().to_string();
    let all = shared::json_files("venues/samples/okx").unwrap_or_default();
    all.into_iter().map(|(name, text)| (name, compact(&text))).collect()
}

/// One sample's value; `None` where the shared data is missing.
pub(crate) fn sample(name: &str) -> Option<Value> {
    let text = shared::text(&format!("venues/samples/okx/{name}.json"))?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Rules of `BTC-USDT-SWAP` (0), `BTC-USDT` (1) and `ETH-USDT-SWAP` (2), read as the venue tells them.
pub(crate) fn rules() -> Vec<Rules> {
    let swaps = r#"{"code":"0","msg":"","data":[
        {"instType":"SWAP","instId":"BTC-USDT-SWAP","instIdCode":10459,"ctType":"linear","ctVal":"0.01","ctMult":"1",
         "ctValCcy":"BTC","settleCcy":"USDT","lotSz":"0.01","minSz":"0.01","tickSz":"0.1","lever":"100",
         "maxLmtSz":"100000000","maxMktSz":"12000","state":"live"},
        {"instType":"SWAP","instId":"ETH-USDT-SWAP","instIdCode":10461,"ctType":"linear","ctVal":"0.1","ctMult":"1",
         "ctValCcy":"ETH","settleCcy":"USDT","lotSz":"0.01","minSz":"0.01","tickSz":"0.01","lever":"100",
         "maxLmtSz":"100000000","maxMktSz":"20000","state":"live"}]}"#;
    let spot = r#"{"code":"0","msg":"","data":[
        {"instType":"SPOT","instId":"BTC-USDT","baseCcy":"BTC","quoteCcy":"USDT","lotSz":"0.00000001",
         "minSz":"0.00001","tickSz":"0.1","maxLmtSz":"9999999999","maxMktSz":"1000000","state":"live"}]}"#;
    let wanted: Vec<(InstrumentNo, InstrumentId)> =
        ["OKX:PERP:BTC-USDT", "OKX:SPOT:BTC-USDT", "OKX:PERP:ETH-USDT"]
            .iter()
            .zip(0..)
            .map(|(id, no)| (InstrumentNo(no), id.parse().unwrap()))
            .collect();
    let mut rules: Vec<Rules> = [swaps, spot]
        .iter()
        .flat_map(|body| Okx.read_rules(body.as_bytes(), &wanted).unwrap().rules)
        .collect();
    rules.sort_by_key(|rules| rules.no);
    rules
}

/// Rules of a made-up spot pair with those steps.
pub(crate) fn rules_for(symbol: &str, tick: &str, lot: &str) -> Rules {
    let row: InstrumentRow = serde_json::from_value(serde_json::json!({
        "instType": "SPOT", "instId": symbol, "tickSz": tick, "lotSz": lot, "state": "live"
    }))
    .unwrap();
    let id = aurora_okx::rules::instrument_id(&row).unwrap_or_else(|| {
        let mut parts = symbol.split('-');
        let mut next = || parts.next().unwrap_or_default().to_owned();
        let (base, quote) = (next(), next());
        InstrumentId {
            venue: aurora_model::Venue::Okx,
            class: "SPOT".into(),
            base,
            quote,
            kind: None,
        }
    });
    aurora_okx::rules::rules(InstrumentNo(0), &id, &row).unwrap()
}

pub(crate) fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(7, 1, OrderNo(no))
}

/// A buy of so many lots of `BTC-USDT-SWAP` at that many ticks.
pub(crate) fn buy(no: u64, limit: i64, qty: i64) -> Placement {
    Placement::limit(id(no), intent(limit, qty, TimeInForce::Gtc))
}

pub(crate) fn intent(limit: i64, qty: i64, time_in_force: TimeInForce) -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side: Side::Buy,
        limit: Ticks(limit),
        qty: Lots(qty),
        time_in_force,
        reduce_only: false,
    }
}

/// A session with a clock, and what it said last.
pub(crate) struct Desk<S> {
    pub(crate) session: S,
    pub(crate) now: Nanos,
    pub(crate) out: Output,
}

pub(crate) const BEGIN: Nanos = Nanos(1_795_000_000_000_000_000);

impl<S: Session> Desk<S> {
    pub(crate) fn new(session: S) -> Desk<S> {
        Desk { session, now: BEGIN, out: Output::default() }
    }

    /// Says something to the session; what it said before is forgotten.
    pub(crate) fn tell(&mut self, input: Input<'_>) -> &mut Desk<S> {
        self.out.clear();
        self.more(input)
    }

    /// The same, and what it said before is kept.
    pub(crate) fn more(&mut self, input: Input<'_>) -> &mut Desk<S> {
        self.session.on(self.now, input, &mut self.out);
        self
    }

    pub(crate) fn frame(&mut self, link: u8, text: &str) -> &mut Desk<S> {
        self.tell(Input::Frame(Link(link), text.as_bytes()))
    }

    /// Time passes, and every timer on the way goes off.
    pub(crate) fn pass(&mut self, span: Nanos) -> &mut Desk<S> {
        self.out.clear();
        let end = self.now + span;
        while self.session.wake_at() <= end {
            self.now = self.session.wake_at().max(self.now + Nanos(1));
            self.more(Input::Wake);
        }
        self.now = end;
        self
    }

    /// The only call asked for at that path.
    pub(crate) fn call(&self, path: &str) -> Call {
        let calls = self.calls(path);
        assert_eq!(calls.len(), 1, "{path}: {:?}", self.out.actions);
        calls[0].clone()
    }

    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        let call = |action: &Action| match action {
            Action::Call(call) if call.path.ends_with(path) => Some(call.clone()),
            _ => None,
        };
        self.out.actions.iter().filter_map(call).collect()
    }

    /// Answers a call.
    pub(crate) fn answer(&mut self, call: &Call, body: &str) -> &mut Desk<S> {
        self.answer_with(call, 200, body)
    }

    pub(crate) fn answer_with(&mut self, call: &Call, status: u16, body: &str) -> &mut Desk<S> {
        let answer = Answer::Got { status, headers: Headers::default(), body: body.as_bytes() };
        self.tell(Input::Answer(call.no, answer))
    }

    /// What it said, one line a thing.
    pub(crate) fn said(&self) -> String {
        let mut lines = Vec::new();
        for action in &self.out.actions {
            lines.push(match action {
                Action::Open(link, url, wait) => {
                    format!("open {} {url} after {} ms", link.0, wait.millis())
                }
                Action::Send(link, text) => format!("send {} {text}", link.0),
                Action::Login(link) => format!("login {}", link.0),
                Action::Close(link) => format!("close {}", link.0),
                Action::Call(call) => {
                    let query = if call.query.is_empty() { "" } else { "?" };
                    format!(
                        "call {} {}{query}{} {}",
                        call.method.word(),
                        call.path.trim_start_matches("/api/v5"),
                        call.query,
                        call.body
                    )
                    .trim_end()
                    .to_owned()
                }
            });
        }
        lines.extend(self.out.reports.iter().map(|report| format!("report {:?}", report.kind)));
        lines.extend(self.out.notes.iter().map(note));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.out.notes.iter().map(note).collect()
    }
}

pub(crate) fn note(note: &Note) -> String {
    format!("note {note:?}")
}
