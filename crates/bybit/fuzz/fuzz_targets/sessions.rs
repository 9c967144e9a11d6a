//! Any frames, answers and pauses through both sessions: never a panic, and market data stays in sequence.
//!
//! The input is cut at zero bytes into steps; a step's first byte says what it is, the rest is what came.
#![no_main]

mod common;

use aurora_bybit::Bybit;
use aurora_bybit::account::{AccountConfig, AccountSession};
use aurora_bybit::market::{MarketConfig, MarketSession};
use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, MarketKind, Nanos, OrderIntent, OrderNo, Side, Ticks,
    TimeInForce,
};
use aurora_wire::{
    Action, Answer, Ask, AskNo, CallNo, Headers, Input, Link, Output, Placement, Session, Stp,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (rules, endpoints) = (common::rules(), Bybit::at("http://127.0.0.1:1", "ws://127.0.0.1:1"));
    let market = MarketConfig { endpoints: endpoints.clone(), rules: rules.clone(), view: 0 };
    let stp = Stp::Default;
    let account = AccountConfig { endpoints, rules, account: 0, stp, use_trade_socket: true };
    run(&mut MarketSession::new(market), bytes);
    run(&mut AccountSession::new(account), bytes);
});

fn run(session: &mut impl Session, bytes: &[u8]) {
    let (mut out, mut at, mut last) = (Output::default(), Nanos(1_700_000_000_000_000_000), None);
    let mut calls: Vec<CallNo> = Vec::new();
    session.on(at, Input::Start, &mut out);
    session.on(at, Input::Opened(Link(0)), &mut out);
    for step in bytes.split(|byte| *byte == 0) {
        let (kind, rest) = step.split_first().unwrap_or((&0, &[]));
        at = at + Nanos::MILLI;
        let got = Answer::Got { status: 200, headers: Headers(&[]), body: rest };
        let id = ClientOrderId::new(0, 1, OrderNo(u64::from(*kind)));
        let ask = Ask::Place(Placement::limit(id, intent()));
        let input = match kind % 16 {
            0 => Input::Opened(Link(kind >> 7)),
            1 => Input::Closed(Link(kind >> 7), "fuzz"),
            2 | 3 => match calls.pop() {
                Some(no) => Input::Answer(no, got),
                None => Input::Wake,
            },
            4 => match calls.pop() {
                Some(no) => Input::Answer(no, Answer::Lost("fuzz")),
                None => Input::Wake,
            },
            5 => {
                at = at.max(Nanos(session.wake_at().0.min(at.0 + 60_000_000_000)));
                Input::Wake
            }
            6 => Input::Ask(AskNo(1), &ask),
            // A seed begins with a brace and is one frame.
            _ if step.first() == Some(&b'{') => Input::Frame(Link(0), step),
            _ => Input::Frame(Link(kind >> 7), rest),
        };
        session.on(at, input, &mut out);
        in_sequence(&out, &mut last);
        calls.extend(out.actions.iter().filter_map(|action| match action {
            Action::Call(call) => Some(call.no),
            _ => None,
        }));
        out.clear();
    }
}

fn intent() -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side: Side::Buy,
        limit: Ticks(1),
        qty: Lots(1),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    }
}

/// A change follows the message before it, or there is none.
fn in_sequence(out: &Output, last: &mut Option<(InstrumentNo, u64)>) {
    for event in out.market_events() {
        match event.kind {
            MarketKind::Snapshot { last_id, .. } => *last = Some((event.instrument, last_id)),
            MarketKind::Diff { last_id, prev_id, .. } => {
                if let Some((instrument, id)) = last
                    && *instrument == event.instrument
                {
                    assert_eq!(prev_id, Some(*id));
                }
                *last = Some((event.instrument, last_id));
            }
            _ => {}
        }
    }
}
