//! Stories of the market session, and recorded books.

mod common;

use aurora_bybit::market::{MarketConfig, MarketSession};
use aurora_model::{Lots, MarketKind, Nanos, Side, Ticks};
use aurora_wire::{Answer, Input, Link};
use common::{Talk, btc, endpoints};
use expect_test::{Expect, expect};

fn session(view: u8) -> Talk<MarketSession> {
    let config = MarketConfig { endpoints: endpoints(), rules: btc(), view };
    Talk::new(MarketSession::new(config))
}

/// Open, subscribed, and everything said so far forgotten.
fn open() -> Talk<MarketSession> {
    let mut talk = session(1);
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, SUBSCRIBED);
    talk.out.clear();
    talk
}

const SUBSCRIBED: &str =
    r#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"1","op":"subscribe"}"#;

fn snapshot(u: u64) -> String {
    format!(
        r#"{{"topic":"orderbook.200.BTCUSDT","type":"snapshot","ts":1700000000000,"data":{{"s":"BTCUSDT","b":[["60000.0","1.5"],["59999.9","2"]],"a":[["60000.1","0.7"]],"u":{u},"seq":{}}},"cts":1699999999999}}"#,
        u * 10
    )
}

fn delta(u: u64) -> String {
    format!(
        r#"{{"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1700000000000,"data":{{"s":"BTCUSDT","b":[["60000.0","0"]],"a":[["60000.2","3"]],"u":{u},"seq":{}}},"cts":1699999999999}}"#,
        u * 10
    )
}

fn check(talk: &mut Talk<MarketSession>, expected: &Expect) {
    expected.assert_eq(&talk.told());
}

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
fn a_gap_stops_the_book_until_a_new_snapshot() {
    let mut talk = open();
    for frame in [snapshot(7), delta(8), delta(10), delta(11)] {
        talk.frame(0, &frame);
    }
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"2","op":"unsubscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"req_id":"3","op":"subscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        snapshot 7: 3 levels
        diff 8: 2 levels
        Synced(InstrumentNo(0), Nanos(0))
        Gap(InstrumentNo(0), "update 10 came after 8")
    "#]],
    );
    talk.frame(0, &snapshot(12));
    talk.frame(0, &delta(13));
    check(
        &mut talk,
        &expect![[r#"
        snapshot 12: 3 levels
        diff 13: 2 levels
        Synced(InstrumentNo(0), Nanos(2000000))
    "#]],
    );
}

#[test]
fn what_was_told_before_is_dropped() {
    let mut talk = open();
    for frame in [snapshot(7), delta(8), delta(8), delta(7), delta(9)] {
        talk.frame(0, &frame);
    }
    check(
        &mut talk,
        &expect![[r#"
        snapshot 7: 3 levels
        diff 8: 2 levels
        diff 9: 2 levels
        Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_restart_of_the_service_replaces_the_book() {
    let mut talk = open();
    talk.frame(0, &snapshot(700));
    // Told as a change, but an update id of one is a new beginning.
    talk.frame(0, &snapshot(1).replace("snapshot", "delta"));
    talk.frame(0, &delta(2));
    check(
        &mut talk,
        &expect![[r#"
        snapshot 700: 3 levels
        snapshot 1: 3 levels
        diff 2: 2 levels
        Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_later_snapshot_replaces_the_book_without_a_gap() {
    let mut talk = open();
    for frame in [snapshot(7), delta(8), snapshot(30), delta(31)] {
        talk.frame(0, &frame);
    }
    check(
        &mut talk,
        &expect![[r#"
        snapshot 7: 3 levels
        diff 8: 2 levels
        snapshot 30: 3 levels
        diff 31: 2 levels
        Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_crossed_snapshot_is_not_believed() {
    let mut talk = open();
    talk.frame(0, &snapshot(7).replace("60000.1", "60000.0"));
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"2","op":"unsubscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"req_id":"3","op":"subscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
    "#]],
    );
    talk.frame(0, &snapshot(8));
    check(
        &mut talk,
        &expect![[r#"
        snapshot 8: 3 levels
        Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn doubts_that_do_not_end_are_answered_ever_more_slowly() {
    let mut talk = open();
    let bad = snapshot(7).replace("60000.1", "60000.0");
    let mut waits = Vec::new();
    for _ in 0..6 {
        talk.frame(0, &bad);
        let asked = talk.at;
        while !talk.told().contains("subscribe") {
            talk.wake();
        }
        waits.push((talk.at - asked).millis());
    }
    expect!["[0, 250, 500, 1000, 2000, 4000]"].assert_eq(&format!("{waits:?}"));
}

#[test]
fn a_frame_that_cannot_be_read_breaks_the_book_it_was_about() {
    let mut talk = open();
    talk.frame(0, &snapshot(7));
    talk.told();
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"delta","data":{"#);
    check(
        &mut talk,
        &expect![[r#"
        Unreadable("market frame: frame ends early, after 50 bytes")
    "#]],
    );
    talk.frame(0, &delta(8).replace("60000.2", "60000.25"));
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"2","op":"unsubscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        send 0 {"req_id":"3","op":"subscribe","args":["orderbook.200.BTCUSDT","orderbook.1.BTCUSDT"]}
        Unreadable("market frame: number at byte 118 is not a whole number of ticks: check the instrument's tick size")
        Gap(InstrumentNo(0), "a frame could not be read: number at byte 118 is not a whole number of ticks: check the instrument's tick size")
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
fn the_best_level_alone_is_a_touch_in_any_field_order() {
    let mut talk = open();
    talk.frame(0, r#"{"topic":"orderbook.1.BTCUSDT","ts":1700000000000,"type":"snapshot","data":{"s":"BTCUSDT","b":[["60000.0","1"]],"a":[["60000.1","2"]],"u":5,"seq":50},"cts":1}"#);
    talk.frame(0, r#"{"cts":1,"data":{"a":[["60000.2","2"]],"b":[["60000.0","1"]],"u":6,"seq":51,"s":"BTCUSDT"},"type":"snapshot","ts":1700000000001,"topic":"orderbook.1.BTCUSDT"}"#);
    check(
        &mut talk,
        &expect![[r#"
        touch 5: 600000/600001
        touch 6: 600000/600002
    "#]],
    );
}

#[test]
fn trades_liquidations_and_tickers_are_told() {
    let mut talk = open();
    talk.frame(0, r#"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false},{"T":1672304486866,"s":"BTCUSDT","S":"Sell","v":"4","p":"16578.40","i":"x","BT":true}]}"#);
    talk.frame(0, r#"{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1,"data":[{"T":1,"s":"BTCUSDT","S":"Sell","v":"2","p":"60000.5"}]}"#);
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","markPrice":"60000.01","indexPrice":"60001.02","openInterest":"5.5","fundingRate":"-0.0001","nextFundingTime":"1700006400000"},"cs":1,"ts":1}"#);
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Price":"60000"},"cs":2,"ts":2}"#);
    talk.frame(0, r#"{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"60000.03"},"cs":3,"ts":3}"#);
    check(
        &mut talk,
        &expect![[r#"
        trade buy 1 @ 165785
        Liquidation(InstrumentNo(0), Buy, Ticks(600005), Lots(2000))
        Mark { instrument: InstrumentNo(0), mark: 60000.01, index: Some(60001.02), funding_rate: Some(-0.0001), funding_at: Some(Nanos(1700006400000000000)) }
        OpenInterest(InstrumentNo(0), 5.5)
        Mark { instrument: InstrumentNo(0), mark: 60000.03, index: Some(60001.02), funding_rate: Some(-0.0001), funding_at: Some(Nanos(1700006400000000000)) }
    "#]],
    );
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

#[test]
fn planned_maintenance_is_told() {
    let mut talk = session(0);
    let call = talk.call("/v5/system/status");
    talk.told();
    talk.answer(call.no, r#"{"retCode":0,"retMsg":"OK","result":{"list":[{"id":"a","title":"upgrade","state":"scheduled","begin":"1700001000000","end":"1700002000000","product":[1,2]},{"id":"b","title":"old","state":"completed","begin":"1","end":"2","product":[1]},{"id":"c","title":"options","state":"scheduled","begin":"1700001000000","end":"1700002000000","product":[4]}]},"retExtInfo":{},"time":1}"#);
    check(
        &mut talk,
        &expect![[r#"
        Maintenance(Nanos(1700001000000000000), Nanos(1700002000000000000), "upgrade")
    "#]],
    );
}

/// A recorded stream, if there is one: the touch after every message is what the recording says.
#[test]
fn recorded_books_reach_the_expected_touch() {
    let replays: Vec<_> = common::sample_files()
        .into_iter()
        .filter(|(name, _)| name.starts_with("replay_"))
        .collect();
    assert!(replays.is_empty(), "a recording came: read it here as the other venues' tests do");
}

/// No recording exists for this venue, so a market is made up and the touch is known from the outside.
#[test]
fn a_made_up_stream_reaches_the_touch_of_a_plain_book_after_every_message() {
    let mut talk = open();
    let mut plain = std::collections::BTreeMap::<(bool, i64), i64>::new();
    let mut ours = plain.clone();
    let mut seed = 42_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for u in 10..2_000_u64 {
        let is_snapshot = u == 10 || u % 500 == 0;
        if is_snapshot {
            plain.clear();
        }
        let mut sides = [String::new(), String::new()];
        for _ in 0..=draw(12) {
            let is_ask = draw(2) == 1;
            let step = i64::try_from(draw(30)).unwrap();
            let price = if is_ask { 600_001 + step } else { 600_000 - step };
            let qty = if is_snapshot { 1 } else { 0 } + i64::try_from(draw(4)).unwrap();
            let text = format!(r#"["{}.{}","0.{qty:03}"]"#, price / 10, price % 10);
            let side = &mut sides[usize::from(is_ask)];
            if !side.is_empty() {
                side.push(',');
            }
            side.push_str(&text);
            match qty {
                0 => plain.remove(&(is_ask, price)),
                qty => plain.insert((is_ask, price), qty),
            };
        }
        let kind = if is_snapshot { "snapshot" } else { "delta" };
        let [bids, asks] = sides;
        talk.frame(0, &format!(
            r#"{{"topic":"orderbook.200.BTCUSDT","type":"{kind}","ts":1,"data":{{"s":"BTCUSDT","b":[{bids}],"a":[{asks}],"u":{u},"seq":{u}}},"cts":1}}"#
        ));
        for event in talk.out.market_events() {
            let levels = match event.kind {
                MarketKind::Snapshot { levels, .. } => {
                    ours.clear();
                    levels
                }
                MarketKind::Diff { levels, .. } => levels,
                _ => continue,
            };
            for level in levels {
                let key = (level.side == Side::Sell, level.price.0);
                match level.qty {
                    Lots(0) => ours.remove(&key),
                    Lots(qty) => ours.insert(key, qty),
                };
            }
        }
        talk.out.clear();
        let touch = |book: &std::collections::BTreeMap<(bool, i64), i64>| {
            let bid =
                book.iter().rfind(|((is_ask, _), _)| !is_ask).map(|((_, p), q)| (Ticks(*p), *q));
            let ask =
                book.iter().find(|((is_ask, _), _)| *is_ask).map(|((_, p), q)| (Ticks(*p), *q));
            (bid, ask)
        };
        assert_eq!(touch(&ours), touch(&plain), "after update {u}");
    }
}
