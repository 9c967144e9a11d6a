//! How a book begins, is followed, is lost, and begins anew.

use aurora_model::Nanos;
use aurora_wire::{Input, Session};
use expect_test::expect;

use crate::stage::*;

#[test]
fn a_book_begins_with_the_sockets_snapshot() {
    let mut desk = open();
    check(
        desk.frame(0, &snapshot(10)),
        &expect![[r#"
        snapshot 10, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
    check(
        desk.frame(0, &change(10, 12)),
        &expect![[r#"
        change Some(10) to 12, 2 levels
    "#]],
    );
}

#[test]
fn a_book_begins_with_a_rest_snapshot_when_the_first_message_is_a_change() {
    let mut desk = open();
    check(
        desk.frame(0, &change(8, 11)),
        &expect![[r#"
        call GET /market/books?instId=BTC-USDT-SWAP&sz=400
    "#]],
    );
    let call = desk.call("/market/books");
    desk.frame(0, &change(11, 14));
    assert_eq!(story(&desk), "", "kept until the snapshot is here");
    check(
        desk.answer(&call, &rest_book(12)),
        &expect![[r#"
        snapshot 12, 2 levels
        change Some(11) to 14, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
    check(
        desk.frame(0, &change(14, 15)),
        &expect![[r#"
        change Some(14) to 15, 2 levels
    "#]],
    );
}

#[test]
fn a_rest_snapshot_older_than_the_changes_is_fetched_again() {
    let mut desk = open();
    desk.frame(0, &change(8, 11));
    let call = desk.call("/market/books");
    assert_eq!(story(desk.answer(&call, &rest_book(7))), "");
    desk.pass(Nanos::SECOND);
    let call = desk.call("/market/books");
    check(
        desk.answer(&call, &rest_book(9)),
        &expect![[r#"
        snapshot 9, 2 levels
        change Some(8) to 11, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_quiet_market_without_a_snapshot_is_fetched() {
    let mut desk = open();
    desk.pass(Nanos::SECOND * 5);
    let call = desk.call("/market/books");
    check(
        desk.answer(&call, &rest_book(20)),
        &expect![[r#"
        snapshot 20, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
    check(desk.frame(0, &change(18, 20)), &expect![""]);
    check(
        desk.frame(0, &change(20, 21)),
        &expect![[r#"
        change Some(20) to 21, 2 levels
    "#]],
    );
}

#[test]
fn a_gap_stops_the_book_until_a_new_snapshot() {
    let mut desk = whole();
    check(
        desk.frame(0, &change(11, 12)),
        &expect![[r#"
        send 0 {"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]}
        note Gap(InstrumentNo(0), "prevSeqId 11 does not follow 10")
    "#]],
    );
    check(desk.frame(0, &change(12, 13)), &expect![""]);
    desk.now = desk.now + Nanos::from_millis(40);
    check(
        desk.frame(0, r#"{"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}"#),
        &expect![[r#"
            send 0 {"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]}
        "#]],
    );
    desk.frame(0, r#"{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}"#);
    desk.now = desk.now + Nanos::from_millis(30);
    check(
        desk.frame(0, &snapshot(20)),
        &expect![[r#"
        snapshot 20, 2 levels
        note Synced(InstrumentNo(0), Nanos(70000000))
    "#]],
    );
}

#[test]
fn a_heartbeat_a_repeat_and_a_reset_are_no_gaps() {
    let mut desk = whole();
    let heartbeat = r#"{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[],"bids":[],"ts":"1795000000000","checksum":0,"prevSeqId":10,"seqId":10}]}"#;
    check(
        desk.frame(0, heartbeat),
        &expect![[r#"
        change Some(10) to 10, 0 levels
    "#]],
    );
    desk.frame(0, &change(10, 15));
    check(desk.frame(0, &change(10, 15)), &expect![""]);
    check(
        desk.frame(0, &change(15, 3)),
        &expect![[r#"
        change Some(15) to 3, 2 levels
    "#]],
    );
    check(
        desk.frame(0, &change(3, 9)),
        &expect![[r#"
        change Some(3) to 9, 2 levels
    "#]],
    );
}

#[test]
fn a_venue_that_never_confirms_is_left_without_spinning() {
    let mut desk = whole();
    desk.frame(0, &change(11, 12));
    desk.now = desk.session.wake_at();
    check(
        desk.tell(Input::Wake),
        &expect![[r#"
            close 0
        "#]],
    );
    assert!(desk.now < desk.session.wake_at());
}
