//! Logging in, comparing, losing the connection.

use aurora_bybit::account::AccountSession;
use aurora_model::Nanos;
use aurora_wire::{Answer, Ask, Input, Link, Note};
use expect_test::expect;

use crate::common::{T0, Talk};
use crate::stage::*;

#[test]
fn it_logs_in_subscribes_and_compares_before_it_is_ready() {
    let mut talk = session(false);
    let clock = talk.call("/v5/market/time");
    check(
        &mut talk,
        &expect![[r#"
        open 0 /v5/private after 0 ms
    "#]],
    );
    let time = r#"{"retCode":0,"retMsg":"OK","result":{"timeSecond":"1700000000","timeNano":"1700000000101000000"},"retExtInfo":{},"time":1700000000101}"#;
    talk.answer(clock.no, time);
    check(
        &mut talk,
        &expect![[r#"
        Clock { offset: Nanos(99500000), round_trip: Nanos(1000000) }
    "#]],
    );
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, LOGGED_IN);
    check(
        &mut talk,
        &expect![[r#"
        login 0
        send 0 {"req_id":"1700000000001001","op":"subscribe","args":["order","execution","position","wallet"]}
        send 0 {"req_id":"1700000000001002","op":"subscribe","args":["execution.fast"]}
    "#]],
    );
    talk.frame(0, r#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"","op":"subscribe"}"#);
    let call = talk.call("/v5/position/list");
    let flat = r#"{"symbol":"BTCUSDT","side":"Buy","size":"0.005","avgPrice":"59000.5","positionIdx":0,"leverage":"10"}"#;
    talk.answer(call.no, &answer_list(&[flat.to_owned()]));
    let call = talk.call("/v5/execution/list");
    talk.answer(call.no, &answer_list(&[fill_row(4, "e2", "0.003"), fill_row(4, "e1", "0.002")]));
    let call = talk.call("/v5/order/realtime");
    let (ours, foreign) =
        (row(5, "New", "0", "EC_NoError", None), row(6, "New", "0", "EC_NoError", Some("by-hand")));
    talk.answer(call.no, &answer_list(&[ours, foreign]));
    check(
        &mut talk,
        &expect![[r#"
        Account { open: [VenueOrder { id: A000000100000005SA, venue_id: 14261555162583284805, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(10), time_in_force: PostOnly, reduce_only: false }, filled: Lots(0), is_open: true }], fills: [Fill { trade_id: 2055173893346569731018876184033790095, instrument: InstrumentNo(0), order: A000000100000004S9, side: Buy, price: Ticks(600000), qty: Lots(3), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) }, Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000004S9, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) }], positions: [(InstrumentNo(0), Lots(5))] }
        Up(Link(0))
        Position(InstrumentNo(0), Lots(5), Some(59000.5))
        ForeignOrder("by-hand", "v-6")
        AccountReady
    "#]],
    );
}

#[test]
fn a_clock_refusal_measures_the_clock_at_once() {
    let mut talk = session(false);
    let first = talk.call("/v5/market/time");
    talk.say(Input::Answer(first.no, Answer::Lost("timed out")));
    log_in(&mut talk);
    talk.told();
    let call = place(&mut talk, 1);
    talk.answer(call, &code(10002));
    check(
        &mut talk,
        &expect![[r#"
        GET /v5/market/time 
        Reject { id: A000000100000001S6, refusal: Late }
    "#]],
    );
}

#[test]
fn a_refused_key_stops_trading_and_the_login_is_tried_again_later() {
    let mut talk = session(false);
    talk.say(Input::Opened(Link(0)));
    talk.told();
    talk.frame(
        0,
        r#"{"op":"auth","success":false,"retCode":10003,"retMsg":"Invalid apikey","connId":"c"}"#,
    );
    talk.say(Input::Closed(Link(0), "asked for"));
    check(
        &mut talk,
        &expect![[r#"
        close 0
        open 0 /v5/private after 250 ms
        Refused("login: 10003 Invalid apikey")
        Down(Link(0), "asked for")
    "#]],
    );
}

#[test]
fn after_a_reconnect_everything_since_is_compared_before_the_account_is_ready() {
    let mut talk = ready();
    place(&mut talk, 1);
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    talk.told();
    talk.say(Input::Closed(Link(0), "reset by peer"));
    check(
        &mut talk,
        &expect![[r#"
            open 0 /v5/private after 250 ms
            Down(Link(0), "reset by peer")
            AccountLost
        "#]],
    );
    reopen(&mut talk);
    let call = talk.call("/v5/position/list");
    talk.say(Input::Answer(call.no, Answer::Lost("timed out")));
    talk.pass(Nanos::SECOND);
    let call = talk.call("/v5/position/list");
    talk.answer(call.no, OK);
    let call = talk.call("/v5/execution/list");
    let since: i64 =
        call.query.split("startTime=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
    assert!(since <= T0.millis() && T0.millis() - 11_000 < since, "a little before the silence");
    talk.answer(call.no, &answer_list(&[fill_row(1, "e1", "0.010")]));
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, OK);
    // The stream repeats the fill the comparison told.
    talk.frame(0, &fill(1, "e1", "0.010"));
    check(
        &mut talk,
        &expect![[r#"
        login 0
        send 0 {"req_id":"1700000000001003","op":"subscribe","args":["order","execution","position","wallet"]}
        send 0 {"req_id":"1700000000001004","op":"subscribe","args":["execution.fast"]}
        Account { open: [], fills: [Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(10), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) }], positions: [] }
        Up(Link(0))
        AccountReady
    "#]],
    );
}

#[test]
fn a_comparison_that_outlived_its_connection_proves_nothing() {
    let mut talk = ready();
    let reconnect = |talk: &mut Talk<AccountSession>| {
        talk.say(Input::Closed(Link(0), "reset by peer"));
        reopen(talk);
    };
    let compare = |talk: &mut Talk<AccountSession>| {
        for path in ["/v5/position/list", "/v5/execution/list", "/v5/order/realtime"] {
            let call = talk.call(path);
            talk.answer(call.no, OK);
        }
        let is_ready = talk.out.notes.contains(&Note::AccountReady);
        talk.out.notes.clear();
        is_ready
    };
    reconnect(&mut talk);
    reconnect(&mut talk);
    assert!(!compare(&mut talk), "it began before the connection that is up");
    assert!(compare(&mut talk));
}

#[test]
fn a_silent_private_connection_is_pinged_and_given_up() {
    let mut talk = ready();
    talk.pass(Nanos::SECOND * 11);
    talk.pass(Nanos::SECOND * 11);
    let told = talk.told();
    assert!(told.contains(r#"send 0 {"op":"ping"}"#) && told.contains("close 0"), "{told}");
}

#[test]
fn an_unreadable_private_frame_is_followed_by_a_comparison() {
    let mut talk = ready();
    talk.frame(0, r#"{"topic":"order","data":[{"symbol":"BTCUSDT","orderId":"#);
    check(
        &mut talk,
        &expect![[r#"
        GET /v5/position/list category=linear&symbol=BTCUSDT&limit=200
        Unreadable("account frame: frame ends early, after 55 bytes")
    "#]],
    );
}

#[test]
fn fills_are_swept_page_by_page_and_week_by_week() {
    let mut talk = ready();
    let since = T0 - Nanos::SECOND * 86_400 * 10;
    ask(&mut talk, &Ask::Sweep { since });
    let call = talk.call("/v5/position/list");
    talk.answer(call.no, OK);
    let call = talk.call("/v5/execution/list");
    let page = answer_list(&[fill_row(1, "e1", "0.001")])
        .replace(r#""nextPageCursor":"""#, r#""nextPageCursor":"1%3A2%2C""#);
    talk.answer(call.no, &page);
    let call = talk.call("/v5/execution/list");
    assert!(call.query.ends_with("cursor=1%3A2%2C"), "{}", call.query);
    talk.answer(call.no, &answer_list(&[fill_row(1, "e2", "0.002")]));
    let call = talk.call("/v5/execution/list");
    talk.answer(call.no, &answer_list(&[fill_row(1, "e1", "0.001")]));
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, OK);
    check(
        &mut talk,
        &expect![[r#"
        Account { open: [], fills: [Fill { trade_id: 2055173893346569731018876184033790095, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) }, Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(1), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) }], positions: [] }
    "#]],
    );
}
