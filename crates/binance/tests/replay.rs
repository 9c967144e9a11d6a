//! Recorded books through the session: the expected top after every message.

mod support;

use std::collections::BTreeMap;

use aurora_binance::market::{MarketConfig, MarketSession};
use aurora_model::{MarketKind, Nanos, Side};
use aurora_wire::{Action, Answer, Headers, Input, Link, Note, Output, Session};
use rust_decimal::Decimal;
use serde_json::Value;
use support::{endpoints, rules, samples, second};

/// A book that trusts blindly, as the desk's does.
#[derive(Default)]
struct Mirror {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Mirror {
    fn take(&mut self, out: &Output) {
        for event in out.market_events() {
            let levels = match event.kind {
                MarketKind::Snapshot { levels, .. } => {
                    *self = Mirror::default();
                    levels
                }
                MarketKind::Diff { levels, .. } => levels,
                _ => continue,
            };
            for level in levels {
                let side = match level.side {
                    Side::Buy => &mut self.bids,
                    Side::Sell => &mut self.asks,
                };
                match level.qty.0 {
                    0 => side.remove(&level.price.0),
                    qty => side.insert(level.price.0, qty),
                };
            }
        }
    }
}

fn top(side: Option<(&i64, &i64)>, tick: Decimal) -> Option<(Decimal, Decimal)> {
    side.map(|(price, qty)| (Decimal::from(*price) * tick, Decimal::from(*qty)))
}

fn told(value: &Value) -> Option<(Decimal, Decimal)> {
    let number = |n: usize| value[n].as_str().unwrap().parse::<Decimal>().unwrap();
    value.as_array().map(|_| (number(0), number(1)))
}

#[test]
fn recorded_books_have_the_expected_top_after_every_message() {
    let Some(samples) = samples() else { return };
    let mut books = 0;
    for (name, body) in samples.iter().filter(|(name, _)| name.starts_with("replay_depth_")) {
        let tape: Value = serde_json::from_slice(body).unwrap();
        let symbol = tape["symbol"].as_str().unwrap();
        let tick: Decimal = Decimal::new(1, 5);
        let rules = vec![rules(0, symbol, "0.00001", "1")];
        let mut session =
            MarketSession::new(MarketConfig { endpoints: endpoints(), rules, view: 0 });
        let mut out = Output::default();
        let mut mirror = Mirror::default();
        let mut at = second(1);
        session.on(at, Input::Start, &mut out);
        session.on(at, Input::Opened(Link(0)), &mut out);
        session.on(at, Input::Frame(Link(0), br#"{"result":null,"id":1}"#), &mut out);
        let asked = out.actions.iter().find_map(|action| match action {
            Action::Call(call) if call.path == "/fapi/v1/depth" => Some(call.no),
            _ => None,
        });
        let asked = asked.expect("a snapshot is asked for once the stream is up");
        let diffs = tape["diffs"].as_array().unwrap();
        let expected = tape["expected"].as_array().unwrap();
        let applied = |want: &Value| want["action"] != "drop";
        let first = expected.iter().position(applied).unwrap();
        for (n, (diff, want)) in diffs.iter().zip(expected).enumerate() {
            out.clear();
            at = at + Nanos::MILLI;
            session.on(at, Input::Frame(Link(0), diff.to_string().as_bytes()), &mut out);
            if n == first {
                // The snapshot comes late: what it already holds was kept until now, and is dropped.
                assert_eq!(out.market_events().count(), 0, "{name}");
                let body = tape["snapshot"].to_string();
                let body =
                    Answer::Got { status: 200, headers: Headers(&[]), body: body.as_bytes() };
                session.on(at, Input::Answer(asked, body), &mut out);
                assert!(out.notes.iter().any(|note| matches!(note, Note::Synced(..))), "{name}");
            }
            mirror.take(&out);
            assert!(!out.notes.iter().any(|note| matches!(note, Note::Gap(..))), "{name} {n}");
            if applied(want) {
                let (bid, ask) = (
                    top(mirror.bids.last_key_value(), tick),
                    top(mirror.asks.first_key_value(), tick),
                );
                assert_eq!((bid, ask), (told(&want["bid"]), told(&want["ask"])), "{name} {n}");
            }
        }
        books += 1;
    }
    assert_eq!(books, 2);
}
