//! Connections: opened, pinged, lost, replaced, done without.

use aurora_model::Nanos;
use aurora_wire::{Answer, Input, Link};
use expect_test::expect;

use crate::stage::*;

#[test]
fn a_session_opens_and_subscribes() {
    let mut desk = session(0);
    check(
        &desk,
        &expect![[r#"
        call GET /system/status
        open 0 ws://127.0.0.1:2/ws/v5/public after 0 ms
    "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    check(
        &desk,
        &expect![[r#"
        send 0 {"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},{"channel":"trades","instId":"BTC-USDT-SWAP"}]}
        send 0 {"op":"subscribe","args":[{"channel":"status"},{"channel":"price-limit","instId":"BTC-USDT-SWAP"},{"channel":"mark-price","instId":"BTC-USDT-SWAP"},{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},{"channel":"open-interest","instId":"BTC-USDT-SWAP"},{"channel":"index-tickers","instId":"BTC-USDT"},{"channel":"instruments","instType":"SWAP"},{"channel":"liquidation-orders","instType":"SWAP"}]}
        note Up(Link(0))
    "#]],
    );
    let mut odd = session(1);
    odd.tell(Input::Opened(Link(0)));
    assert!(odd.said().contains("books5") && !odd.said().contains("bbo-tbt"));
}

#[test]
fn a_silent_connection_is_pinged_then_closed_then_opened_later_and_later() {
    let mut desk = whole();
    check(
        desk.pass(Nanos::SECOND * 16),
        &expect![[r#"
        send 0 ping
    "#]],
    );
    desk.tell(Input::Frame(Link(0), b"pong"));
    check(
        desk.pass(Nanos::SECOND * 16),
        &expect![[r#"
        send 0 ping
    "#]],
    );
    check(
        desk.pass(Nanos::SECOND * 10),
        &expect![[r#"
        close 0
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
        open 0 ws://127.0.0.1:2/ws/v5/public after 250 ms
        note Down(Link(0), "we closed it")
        note Gap(InstrumentNo(0), "connection closed: we closed it")
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "refused")),
        &expect![[r#"
        open 0 ws://127.0.0.1:2/ws/v5/public after 500 ms
    "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    check(
        desk.frame(0, &snapshot(10)),
        &expect![[r#"
        snapshot 10, 2 levels
        note Synced(InstrumentNo(0), Nanos(0))
    "#]],
    );
}

#[test]
fn a_notice_of_an_upgrade_moves_to_another_connection_without_a_break() {
    let mut desk = whole();
    desk.frame(0, &trade(100));
    check(
        desk.frame(0, r#"{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect.","connId":"a4d3ae55"}"#),
        &expect![[r#"
            open 1 ws://127.0.0.1:2/ws/v5/public after 0 ms
        "#]],
    );
    desk.tell(Input::Opened(Link(1)));
    desk.frame(0, &change(10, 14));
    // The new one is behind: nothing is passed on until it has what the old one had.
    check(desk.frame(1, &snapshot(12)), &expect![""]);
    check(
        desk.frame(1, &change(12, 16)),
        &expect![[r#"
        change Some(12) to 16, 2 levels
        close 0
    "#]],
    );
    assert_eq!(story(desk.frame(0, &change(14, 17))), "");
    check(
        desk.frame(1, &trade(101)),
        &expect![[r#"
        trade 101: sell 7 at 600005
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
        note Down(Link(0), "we closed it")
    "#]],
    );
    check(
        desk.frame(1, &change(16, 18)),
        &expect![[r#"
        change Some(16) to 18, 2 levels
    "#]],
    );
}

#[test]
fn a_trade_told_by_both_connections_is_passed_on_once() {
    let mut desk = whole();
    desk.frame(0, r#"{"event":"notice","code":"64008","msg":"upgrade"}"#);
    desk.tell(Input::Opened(Link(1)));
    check(
        desk.frame(0, &trade(7)),
        &expect![[r#"
        trade 7: sell 7 at 600005
    "#]],
    );
    assert_eq!(story(desk.frame(1, &trade(7))), "");
    check(
        desk.frame(1, &trade(8)),
        &expect![[r#"
        trade 8: sell 7 at 600005
    "#]],
    );
    assert_eq!(story(desk.frame(0, &trade(8))), "");
}

#[test]
fn books_are_polled_while_no_socket_can_be_opened() {
    let mut desk = session(0);
    for _ in 0..3 {
        desk.tell(Input::Closed(Link(0), "connection refused"));
    }
    check(
        desk.pass(Nanos(1)),
        &expect![[r#"
        call GET /market/books?instId=BTC-USDT-SWAP&sz=400
    "#]],
    );
    let call = desk.call("/market/books");
    check(
        desk.answer(&call, &rest_book(5)),
        &expect![[r#"
        snapshot 5, 2 levels
    "#]],
    );
    desk.pass(Nanos::SECOND);
    let call = desk.call("/market/books");
    desk.tell(Input::Answer(call.no, Answer::Lost("timed out")));
    check(
        &desk,
        &expect![[r#"
        note Unreadable("book of BTC-USDT-SWAP: timed out")
    "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    assert!(desk.pass(Nanos::SECOND * 3).calls("/market/books").is_empty());
}
