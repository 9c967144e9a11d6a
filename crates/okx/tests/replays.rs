//! Recorded books through a session reach the recorded top of book after every message.

mod common;

use aurora_book::{Book, Continuity};
use aurora_model::{MarketKind, Side};
use aurora_okx::Okx;
use aurora_okx::market::{MarketConfig, MarketSession};
use aurora_wire::{Input, Link, Rules};
use common::Desk;
use rust_decimal::Decimal;
use serde_json::Value;

fn session(rules: Rules) -> Desk<MarketSession> {
    let endpoints = Okx::at("http://127.0.0.1:1", "ws://127.0.0.1:2");
    let mut desk =
        Desk::new(MarketSession::new(MarketConfig { endpoints, rules: vec![rules], view: 0 }));
    desk.tell(Input::Start).tell(Input::Opened(Link(0)));
    desk
}

fn apply(desk: &Desk<MarketSession>, book: &mut Book) -> usize {
    desk.out.market_events().map(|event| book.apply(&event)).count()
}

/// The best bid and ask in the venue's numbers.
fn top(book: &Book, rules: &Rules) -> [(Decimal, Decimal); 2] {
    [Side::Buy, Side::Sell].map(|side| {
        let (price, qty) = book.best(side).unwrap();
        (rules.wire_price(price), rules.wire_qty(qty))
    })
}

fn expected(value: &Value) -> [(Decimal, Decimal); 2] {
    ["bid", "ask"].map(|side| {
        let number =
            |n: usize| value[side][n].as_str().unwrap().parse::<Decimal>().unwrap().normalize();
        (number(0), number(1))
    })
}

fn replay(name: &str, tick: &str, lot: &str, spoil: impl Fn(usize, &mut Value)) -> (usize, usize) {
    let Some(recording) = common::sample(name) else { return (0, 0) };
    let rules = common::rules_for(recording["instId"].as_str().unwrap(), tick, lot);
    let mut desk = session(rules.clone());
    let mut book = Book::new(Continuity::None);
    let (mut right, mut lost) = (0, 0);
    let messages = recording["messages"].as_array().unwrap();
    for (n, (message, wanted)) in
        messages.iter().zip(recording["expected"].as_array().unwrap()).enumerate()
    {
        let mut message = message.clone();
        spoil(n, &mut message);
        desk.frame(0, &message.to_string());
        if apply(&desk, &mut book) == 0 {
            lost += 1;
            continue;
        }
        assert_eq!(top(&book, &rules), expected(wanted), "{name}, message {n}");
        right += 1;
    }
    (right, lost)
}

#[test]
fn the_recorded_top_of_book_is_reached_after_every_message() {
    if common::samples().is_none() {
        return;
    }
    assert_eq!(replay("replay_books_BTC-USDT", "0.1", "0.00000001", |_, _| {}), (98, 0));
    assert_eq!(replay("replay_books_UNI-USD-SWAP", "0.001", "1", |_, _| {}), (93, 0));
}

#[test]
fn sequence_numbers_prove_a_recording_whose_checksums_are_zero() {
    let numbered = |n: usize, message: &mut Value| {
        let data = &mut message["data"][0];
        data["checksum"] = 0.into();
        data["seqId"] = (n + 1).into();
        data["prevSeqId"] = if n == 0 { Value::from(-1) } else { n.into() };
    };
    if common::samples().is_none() {
        return;
    }
    assert_eq!(replay("replay_books_BTC-USDT", "0.1", "0.00000001", numbered), (98, 0));
}

#[test]
fn a_wrong_checksum_ends_the_book_until_the_next_snapshot() {
    if common::samples().is_none() {
        return;
    }
    let spoil = |n: usize, message: &mut Value| {
        if n == 50 {
            message["data"][0]["checksum"] = 1.into();
        }
    };
    assert_eq!(replay("replay_books_BTC-USDT", "0.1", "0.00000001", spoil), (50, 48));
}

#[test]
fn neither_number_nor_checksum_proves_nothing() {
    let rules = common::rules_for("BTC-USDT", "0.1", "0.00000001");
    let mut desk = session(rules);
    desk.frame(
        0,
        r#"{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["2","1","0","1"]],"bids":[["1","1","0","1"]],"ts":"5","checksum":0}]}"#,
    );
    assert!(
        desk.out.market_events().all(|event| !matches!(event.kind, MarketKind::Snapshot { .. }))
    );
}
