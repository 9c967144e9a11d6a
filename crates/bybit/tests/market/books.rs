//! How a book begins, is followed, is lost, and begins anew.

use expect_test::expect;

use crate::stage::*;

#[test]
fn a_gap_stops_the_book_until_a_new_snapshot() {
    let mut talk = open();
    hear(&mut talk, &[snapshot(7), delta(8), delta(10), delta(11)]);
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
    hear(&mut talk, &[snapshot(7), delta(8), delta(8), delta(7), delta(9)]);
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
    hear(&mut talk, &[snapshot(7), delta(8), snapshot(30), delta(31)]);
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
