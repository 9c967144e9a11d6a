//! Connections: opened, pinged, lost, replaced, done without.

use aurora_model::Nanos;
use aurora_wire::{Answer, Input, Link};
use expect_test::expect;

use crate::stage::*;

#[test]
fn it_opens_subscribes_and_has_a_book() {
    let mut talk = session(0);
    check(
        &mut talk,
        &expect![[r#"
        open 0 /v5/public/linear after 0 ms
        GET /v5/system/status 
    "#]],
    );
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, SUBSCRIBED);
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"1","op":"subscribe","args":["orderbook.50.BTCUSDT","orderbook.1.BTCUSDT","publicTrade.BTCUSDT","tickers.BTCUSDT","allLiquidation.BTCUSDT"]}
        Up(Link(0))
    "#]],
    );
    talk.frame(0, &snapshot(7).replace("200", "50"));
    talk.frame(0, &delta(8).replace("200", "50"));
    check(
        &mut talk,
        &expect![[r#"
        snapshot 7: 3 levels
        diff 8: 2 levels
        Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_lost_connection_is_opened_again_ever_more_slowly_and_then_books_are_polled() {
    let mut talk = open();
    talk.frame(0, &snapshot(7));
    talk.told();
    for _ in 0..4 {
        talk.say(Input::Closed(Link(0), "reset by peer"));
    }
    check(
        &mut talk,
        &expect![[r#"
        open 0 /v5/public/linear after 250 ms
        open 0 /v5/public/linear after 500 ms
        open 0 /v5/public/linear after 1000 ms
        open 0 /v5/public/linear after 2000 ms
        Down(Link(0), "reset by peer")
        Gap(InstrumentNo(0), "connection lost: reset by peer")
        Down(Link(0), "reset by peer")
        Down(Link(0), "reset by peer")
        Down(Link(0), "reset by peer")
    "#]],
    );
    talk.wake();
    let call = talk.call("/v5/market/orderbook");
    let book = r#"{"retCode":0,"retMsg":"OK","result":{"s":"BTCUSDT","a":[["60000.1","1"]],"b":[["60000","2"]],"ts":1,"u":9,"seq":90,"cts":1},"retExtInfo":{},"time":2}"#;
    talk.answer(call.no, book);
    check(
        &mut talk,
        &expect![[r#"
        snapshot 9: 2 levels
        Synced(InstrumentNo(0), Nanos(4000000))
    "#]],
    );
    talk.pass(Nanos::SECOND * 2);
    let call = talk.call("/v5/market/orderbook");
    talk.say(Input::Answer(call.no, Answer::Lost("timed out")));
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, &snapshot(20));
    talk.told();
    talk.pass(Nanos::SECOND * 2);
    assert!(talk.calls().is_empty(), "the socket is back: nothing is polled");
}

#[test]
fn silence_is_met_with_a_ping_and_then_with_a_new_connection() {
    let mut talk = open();
    talk.pass(Nanos::SECOND * 6);
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"2","op":"unsubscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"req_id":"3","op":"subscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"op":"ping"}
    "#]],
    );
    talk.frame(0, r#"{"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"}"#);
    talk.pass(Nanos::SECOND * 10);
    talk.pass(Nanos::SECOND * 3);
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"4","op":"unsubscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"req_id":"5","op":"subscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"op":"ping"}
        send 0 {"req_id":"6","op":"unsubscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"req_id":"7","op":"subscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        close 0
    "#]],
    );
}

#[test]
fn a_busy_connection_is_pinged_every_twenty_seconds() {
    let mut talk = open();
    for u in 0..120 {
        talk.pass(Nanos::SECOND);
        talk.frame(0, &snapshot(u + 2));
    }
    let pings = talk.told().matches(r#"{"op":"ping"}"#).count();
    assert_eq!(pings, 6);
}

#[test]
fn a_day_old_connection_is_replaced_without_losing_or_doubling_anything() {
    let mut talk = open();
    talk.frame(0, &snapshot(7));
    let day = Nanos::SECOND * 86_400;
    let (begun, mut u) = (talk.at, 7);
    while talk.at < begun + day && !talk.told().contains("open 1") {
        u += 1;
        talk.pass(Nanos::SECOND * 3);
        talk.frame(0, &delta(u));
    }
    assert!((talk.at - begun).0 < day.0);
    talk.say(Input::Opened(Link(1)));
    talk.frame(0, &delta(u + 1));
    let trade = r#"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":2,"data":[{"T":1,"s":"BTCUSDT","S":"Buy","v":"1","p":"60000","i":"t1","BT":false}]}"#;
    talk.frame(1, trade);
    talk.frame(0, trade);
    talk.told();
    talk.frame(1, &snapshot(u + 1));
    talk.frame(0, &delta(u + 2));
    talk.frame(1, &delta(u + 2));
    talk.say(Input::Closed(Link(0), "asked for"));
    talk.frame(1, &delta(u + 3));
    let told = talk.told().replace(&(u + 1).to_string(), "u+1");
    let told = told.replace(&(u + 2).to_string(), "u+2").replace(&(u + 3).to_string(), "u+3");
    expect![[r#"
        close 0
        snapshot u+1: 3 levels
        diff u+2: 2 levels
        diff u+3: 2 levels
        Up(Link(1))
        Down(Link(0), "asked for")
    "#]]
    .assert_eq(&told);
}
