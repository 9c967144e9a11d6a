//! Logging in, comparing, losing the connection and moving to another.

use aurora_model::Nanos;
use aurora_wire::{Ask, AskNo, Input, Link};
use expect_test::expect;

use crate::common::{buy, id};
use crate::stage::*;

#[test]
fn an_account_is_ready_once_logged_in_and_compared() {
    let mut desk = session(false);
    check(
        desk.tell(Input::Start),
        &expect![[r#"
        call GET /public/time
        open 0 ws://127.0.0.1:2/ws/v5/private after 0 ms
    "#]],
    );
    let time = desk.call("/public/time");
    desk.now = desk.now + Nanos::from_millis(30);
    let venue = desk.now.millis() + 100;
    check(
        desk.answer(&time, &answer(0, &[format!(r#"{{"ts":"{venue}"}}"#)])),
        &expect![[r#"
        note Clock { offset: Nanos(115000000), round_trip: Nanos(30000000) }
    "#]],
    );
    check(
        desk.tell(Input::Opened(Link(0))),
        &expect![[r#"
        login 0
    "#]],
    );
    check(
        desk.frame(0, LOGIN),
        &expect![[r#"
        send 0 {"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"},{"channel":"positions","instType":"ANY"}]}
    "#]],
    );
    confirm(&mut desk, 0);
    check(
        &desk,
        &expect![[r#"
        call GET /account/config
        note Up(Link(0))
    "#]],
    );
    let config = desk.call("/account/config");
    desk.answer(&config, r#"{"code":"0","msg":"","data":[{"posMode":"net_mode"}]}"#);
    let pending = desk.call("/orders-pending");
    let foreign = Told::default().item().replace(id(1).as_str(), "byHand1");
    check(
        desk.answer(&pending, &answer(0, &[Told::default().item(), foreign])),
        &expect![[r#"
        call GET /trade/fills?begin=1794999340000&limit=100
        note ForeignOrder("byHand1", "9001")
    "#]],
    );
    let fills = desk.call("/trade/fills");
    desk.answer(&fills, &answer(0, &[fill_row(1, "502", "0.01"), fill_row(1, "501", "0.02")]));
    let positions = desk.call("/account/positions");
    check(
        desk.answer(&positions, r#"{"code":"0","msg":"","data":[{"instId":"BTC-USDT-SWAP","posSide":"net","pos":"-0.03","avgPx":"60000"}]}"#),
        &expect![[r#"
            report Account { open: [VenueOrder { id: A0700001000000010K, venue_id: 9001, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(5), time_in_force: Gtc, reduce_only: false }, filled: Lots(0), is_open: true }], fills: [Fill { trade_id: 501, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) }, Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) }], positions: [(InstrumentNo(0), Lots(-3))] }
            note AccountReady
        "#]],
    );
}

#[test]
fn a_failed_login_is_told_and_tried_again_later() {
    let mut desk = session(false);
    desk.tell(Input::Start).tell(Input::Opened(Link(0)));
    check(
        desk.frame(
            0,
            r#"{"event":"error","msg":"Invalid OK_ACCESS_KEY","code":"60005","connId":"a4d3ae55"}"#,
        ),
        &expect![[r#"
            close 0
            note Refused("60005 Invalid OK_ACCESS_KEY")
        "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
            open 0 ws://127.0.0.1:2/ws/v5/private after 250 ms
            note Down(Link(0), "we closed it")
        "#]],
    );
    desk.tell(Input::Opened(Link(0)));
    check(
        desk.frame(0, r#"{"event":"error","msg":"Timestamp request expired","code":"60006"}"#),
        &expect![[r#"
            call GET /public/time
            close 0
            note Unreadable("private login: 60006 Timestamp request expired")
        "#]],
    );
}

#[test]
fn a_lost_connection_is_verified_when_it_is_back() {
    let mut desk = ready(true);
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(buy(1, 600_000, 5))));
    check(
        &desk,
        &expect![[r#"
        send 0 {"id":"1","op":"order","expTime":"1795000001000","args":[{"instIdCode":10459,"tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"}]}
    "#]],
    );
    check(
        desk.tell(Input::Closed(Link(0), "reset by peer")),
        &expect![[r#"
            open 0 ws://127.0.0.1:2/ws/v5/private after 250 ms
            note Down(Link(0), "reset by peer")
            note Lost(A0700001000000010K, Place, "reset by peer")
            note AccountLost
        "#]],
    );
    // Meanwhile orders go by REST.
    desk.tell(Input::Ask(AskNo(2), &Ask::Place(buy(2, 600_000, 5))));
    assert_eq!(desk.calls("/trade/order").len(), 1);
    desk.tell(Input::Opened(Link(0)));
    desk.frame(0, LOGIN);
    confirm(&mut desk, 0);
    verify(&mut desk);
    check(
        &desk,
        &expect![[r#"
        report Account { open: [], fills: [], positions: [] }
        note AccountReady
    "#]],
    );
}

#[test]
fn a_notice_moves_the_account_to_another_connection() {
    let mut desk = ready(false);
    check(
        desk.frame(
            0,
            r#"{"event":"notice","code":"64008","msg":"The connection will soon be closed"}"#,
        ),
        &expect![[r#"
            open 1 ws://127.0.0.1:2/ws/v5/private after 0 ms
        "#]],
    );
    desk.tell(Input::Opened(Link(1)));
    desk.frame(1, LOGIN);
    confirm(&mut desk, 1);
    check(
        &desk,
        &expect![[r#"
        call GET /account/config
        note Up(Link(1))
    "#]],
    );
    verify(&mut desk);
    check(
        &desk,
        &expect![[r#"
        close 0
        report Account { open: [], fills: [], positions: [] }
        note AccountReady
    "#]],
    );
    let fill =
        Told { state: "filled", filled: "0.05", fill: ("11", "0.05", "-0.1"), ..Told::default() };
    desk.frame(0, &fill.push());
    assert_eq!(desk.out.reports.len(), 2, "ack and fill");
    assert_eq!(desk.frame(1, &fill.push()).out.reports.len(), 0, "told before");
    check(
        desk.tell(Input::Closed(Link(0), "we closed it")),
        &expect![[r#"
        note Down(Link(0), "we closed it")
    "#]],
    );
}

#[test]
fn a_sweep_that_fails_is_answered_as_failed() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(9), &Ask::Sweep { since: Nanos::SECOND * 1_795_000_000 }));
    let call = desk.call("/orders-pending");
    check(
        desk.answer_with(&call, 401, r#"{"msg":"Invalid Sign","code":"50113"}"#),
        &expect![[r#"
        note Answered(AskNo(9), Err("50113 Invalid Sign"))
    "#]],
    );
}

#[test]
fn a_private_frame_that_cannot_be_read_is_made_up_for() {
    let mut desk = ready(false);
    check(
        desk.frame(
            0,
            r#"{"arg":{"channel":"orders","instType":"ANY"},"data":[{"instId":"BTC-USDT-SWAP","#,
        ),
        &expect![[r#"
            call GET /account/config
            note Unreadable("orders: frame ends early, after 79 bytes")
        "#]],
    );
}
