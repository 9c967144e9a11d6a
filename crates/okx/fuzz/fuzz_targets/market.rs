//! A market session fed anything: it never panics, and what it passes on is a snapshot, then changes in sequence.
#![no_main]

use aurora_model::{MarketKind, Nanos};
use aurora_okx::market::{MarketConfig, MarketSession};
use aurora_wire::{Action, Answer, Headers, Input, Link, Output, Session};
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fuzz_target!(|data: &[u8]| {
    let config = MarketConfig { endpoints: shared::endpoints(), rules: shared::instruments(), view: 0 };
    let mut session = MarketSession::new(config);
    let (mut out, mut at) = (Output::default(), Nanos(1_795_000_000_000_000_000));
    let (mut calls, mut began) = (Vec::new(), [false; 2]);
    session.on(at, Input::Start, &mut out);
    session.on(at, Input::Opened(Link(0)), &mut out);
    for (kind, bytes) in shared::events(data) {
        at = at + Nanos::from_millis(i64::from(kind) * 7);
        out.clear();
        let link = Link(kind >> 4 & 1);
        match kind & 7 {
            0 | 4 => session.on(at, Input::Frame(link, bytes), &mut out),
            1 => match calls.pop() {
                Some(no) => {
                    let answer = Answer::Got { status: 200, headers: Headers::default(), body: bytes };
                    session.on(at, Input::Answer(no, answer), &mut out);
                }
                None => session.on(at, Input::Wake, &mut out),
            },
            2 => session.on(at, Input::Closed(link, "gone"), &mut out),
            3 => session.on(at, Input::Opened(link), &mut out),
            _ => {
                at = at.max(Nanos(session.wake_at().0.min(at.0 + 100_000_000_000)));
                session.on(at, Input::Wake, &mut out);
                assert!(at < session.wake_at(), "a wake that leaves its timer standing");
            }
        }
        calls.extend(out.actions.iter().filter_map(|action| match action {
            Action::Call(call) => Some(call.no),
            _ => None,
        }));
        for event in out.market_events() {
            let began = &mut began[event.instrument.index()];
            match event.kind {
                MarketKind::Snapshot { .. } => *began = true,
                MarketKind::Diff { .. } => assert!(*began, "a change before any snapshot"),
                _ => {}
            }
        }
    }
});
