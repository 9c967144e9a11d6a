//! Stories of the account session.

mod common;

use aurora_bybit::account::{AccountConfig, AccountSession};
use aurora_model::{InstrumentNo, Nanos, Side, Ticks, TimeInForce};
use aurora_wire::{
    Amendment, Answer, Ask, AskNo, Input, Link, MarginMode, Note, Placement, PriceTrigger, Stp,
};
use common::{T0, Talk, btc, endpoints, id, intent, placement};
use expect_test::{Expect, expect};

const OK: &str = r#"{"retCode":0,"retMsg":"OK","result":{"list":[]},"retExtInfo":{},"time":1}"#;
const LOGGED_IN: &str = r#"{"success":true,"ret_msg":"","op":"auth","conn_id":"c"}"#;
const BTC: InstrumentNo = InstrumentNo(0);

fn session(use_trade_socket: bool) -> Talk<AccountSession> {
    Talk::new(AccountSession::new(AccountConfig {
        endpoints: endpoints(),
        rules: btc(),
        account: 0,
        stp: Stp::Default,
        use_trade_socket,
    }))
}

/// Logs in, subscribes and lets the comparison find nothing.
fn log_in(talk: &mut Talk<AccountSession>) {
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, LOGGED_IN);
    let sent: Vec<String> = talk
        .out
        .actions
        .iter()
        .filter_map(|action| match action {
            aurora_wire::Action::Send(_, frame) => Some(frame.clone()),
            _ => None,
        })
        .collect();
    let main = sent.iter().find(|frame| frame.contains(r#""wallet""#)).unwrap();
    let main: serde_json::Value = serde_json::from_str(main).unwrap();
    let req = main["req_id"].as_str().unwrap();
    talk.frame(
        0,
        &format!(
            r#"{{"success":true,"ret_msg":"","conn_id":"c","req_id":"{req}","op":"subscribe"}}"#
        ),
    );
    for path in ["/v5/position/list", "/v5/execution/list", "/v5/order/realtime"] {
        let call = talk.call(path);
        talk.answer(call.no, OK);
    }
}

fn ready() -> Talk<AccountSession> {
    let mut talk = session(false);
    log_in(&mut talk);
    talk.out.clear();
    talk
}

fn check(talk: &mut Talk<AccountSession>, expected: &Expect) {
    expected.assert_eq(&talk.told());
}

fn ask(talk: &mut Talk<AccountSession>, ask: &Ask) {
    talk.say(Input::Ask(AskNo(1), ask));
}

fn place(talk: &mut Talk<AccountSession>, no: u64) -> aurora_wire::CallNo {
    ask(talk, &Ask::Place(placement(no)));
    talk.call("/v5/order/create").no
}

fn row(no: u64, status: &str, filled: &str, reason: &str, link: Option<&str>) -> String {
    let link = link.map_or(id(no).to_string(), str::to_owned);
    format!(
        r#"{{"category":"linear","symbol":"BTCUSDT","orderId":"v-{no}","orderLinkId":"{link}","side":"Buy","orderType":"Limit","price":"60000","qty":"0.010","cumExecQty":"{filled}","leavesQty":"","timeInForce":"PostOnly","orderStatus":"{status}","cancelType":"UNKNOWN","rejectReason":"{reason}","reduceOnly":false,"positionIdx":0,"createdTime":"1700000000000","updatedTime":"1700000000001"}}"#
    )
}

fn order(no: u64, status: &str, filled: &str, reason: &str) -> String {
    format!(
        r#"{{"id":"x","topic":"order","creationTime":1700000000002,"data":[{}]}}"#,
        row(no, status, filled, reason, None)
    )
}

fn fill_row(no: u64, exec: &str, qty: &str) -> String {
    format!(
        r#"{{"category":"linear","symbol":"BTCUSDT","execFee":"0.12","execId":"{exec}","execPrice":"60000","execQty":"{qty}","execType":"Trade","feeCurrency":"","isMaker":true,"orderId":"v-{no}","orderLinkId":"{}","side":"Buy","execTime":"1700000000001"}}"#,
        id(no)
    )
}

fn fill(no: u64, exec: &str, qty: &str) -> String {
    let row = fill_row(no, exec, qty);
    format!(r#"{{"id":"y","topic":"execution","creationTime":1700000000002,"data":[{row}]}}"#)
}

fn answer_list(rows: &[String]) -> String {
    format!(
        r#"{{"retCode":0,"retMsg":"OK","result":{{"category":"linear","nextPageCursor":"","list":[{}]}},"retExtInfo":{{}},"time":1}}"#,
        rows.join(",")
    )
}

fn code(code: i64) -> String {
    format!(r#"{{"retCode":{code},"retMsg":"words","result":{{}},"retExtInfo":{{}},"time":1}}"#)
}

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
fn an_order_is_acknowledged_by_the_stream_and_fills_once() {
    let mut talk = ready();
    let call = place(&mut talk, 1);
    talk.answer(call, r#"{"retCode":0,"retMsg":"OK","result":{"orderId":"v-1","orderLinkId":"x"},"retExtInfo":{},"time":1}"#);
    check(&mut talk, &expect![""]);
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    talk.frame(0, &fill(1, "e1", "0.004"));
    talk.frame(0, &order(1, "PartiallyFilled", "0.004", "EC_NoError"));
    talk.frame(0, &fill(1, "e1", "0.004"));
    talk.frame(0, &fill(1, "e2", "0.006"));
    talk.frame(0, &order(1, "Filled", "0.01", "EC_NoError"));
    check(
        &mut talk,
        &expect![[r#"
        Ack { id: A000000100000001S6, venue_id: 17296581429016977492 }
        Fill(Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(4), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
        Fill(Fill { trade_id: 2055173893346569731018876184033790095, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(6), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
    "#]],
    );
    talk.pass(Nanos::SECOND * 5);
    assert!(talk.calls().is_empty(), "nothing is missing");
}

#[test]
fn a_fill_the_stream_did_not_tell_is_asked_for() {
    let mut talk = ready();
    place(&mut talk, 1);
    talk.frame(0, &order(1, "Cancelled", "0.004", "EC_PerCancelRequest"));
    check(
        &mut talk,
        &expect![[r#"
        Ack { id: A000000100000001S6, venue_id: 17296581429016977492 }
        Canceled { id: A000000100000001S6, filled: Lots(4) }
    "#]],
    );
    talk.pass(Nanos::SECOND * 2);
    let call = talk.call("/v5/execution/list");
    talk.answer(call.no, &answer_list(&[fill_row(1, "e1", "0.004")]));
    check(
        &mut talk,
        &expect![[r#"
        Fill(Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(4), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
    "#]],
    );
}

#[test]
fn a_post_only_order_that_would_take_is_taken_and_then_ended() {
    let mut talk = ready();
    let call = place(&mut talk, 1);
    talk.answer(call, OK);
    talk.frame(0, &order(1, "Cancelled", "0", "EC_PostOnlyWillTakeLiquidity"));
    check(
        &mut talk,
        &expect![[r#"
        Ack { id: A000000100000001S6, venue_id: 17296581429016977492 }
        Expired { id: A000000100000001S6, filled: Lots(0) }
    "#]],
    );
}

#[test]
fn a_refusal_of_the_matching_engine_is_a_rejection() {
    let mut talk = ready();
    let call = place(&mut talk, 1);
    talk.answer(call, OK);
    talk.frame(0, &order(1, "Rejected", "0", "EC_ReachMaxActiveOrdersPerSymbol"));
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    check(
        &mut talk,
        &expect![[r#"
        Reject { id: A000000100000001S6, refusal: TooManyOrders }
    "#]],
    );
}

#[test]
fn a_lost_answer_is_never_a_rejection() {
    for (answer, expected) in [
        (
            Answer::Lost("reset by peer"),
            expect![[r#"
            Lost(A000000100000001S6, Place, "reset by peer")
        "#]],
        ),
        (
            got(500, ""),
            expect![[r#"
            Lost(A000000100000001S6, Place, "HTTP 500")
        "#]],
        ),
        (
            got(200, "{\"retCode\":0,\"retM"),
            expect![[r#"
            Lost(A000000100000001S6, Place, "unreadable answer: frame ends early, after 18 bytes")
        "#]],
        ),
        (
            got(200, &code(10016)),
            expect![[r#"
            Lost(A000000100000001S6, Place, "10016 words")
        "#]],
        ),
        (
            got(200, &code(77777)),
            expect![[r#"
            Lost(A000000100000001S6, Place, "77777 words")
        "#]],
        ),
    ] {
        let mut talk = ready();
        let call = place(&mut talk, 1);
        talk.say(Input::Answer(call, answer));
        check(&mut talk, &expected);
    }
}

fn got(status: u16, body: &str) -> Answer<'static> {
    let (headers, body) = (aurora_wire::Headers(&[]), body.to_owned().leak().as_bytes());
    Answer::Got { status, headers, body }
}

#[test]
fn an_answer_that_settles_the_order_is_a_rejection() {
    let mut told = String::new();
    for answer in [
        Answer::NotSent("no room under the limits"),
        got(403, "access too frequent"),
        got(200, &code(10001)),
        got(200, &code(10006)),
        got(200, &code(110007)),
        got(200, &code(110094)),
        got(200, &code(10003)),
    ] {
        let mut talk = ready();
        let call = place(&mut talk, 1);
        talk.say(Input::Answer(call, answer));
        told += &talk.told();
    }
    expect![[r#"
        Reject { id: A000000100000001S6, refusal: NotSent }
        Reject { id: A000000100000001S6, refusal: RateLimited }
        Reject { id: A000000100000001S6, refusal: Malformed }
        Reject { id: A000000100000001S6, refusal: RateLimited }
        Reject { id: A000000100000001S6, refusal: InsufficientMargin }
        Reject { id: A000000100000001S6, refusal: BelowMinNotional }
        Reject { id: A000000100000001S6, refusal: NotAllowed }
        Refused("10003 words")
    "#]]
    .assert_eq(&told);
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
fn a_duplicate_id_means_the_first_one_stands_and_is_looked_up() {
    let mut talk = ready();
    let call = place(&mut talk, 1);
    talk.answer(call, &code(110_072));
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, &answer_list(&[row(1, "New", "0", "EC_NoError", None)]));
    check(
        &mut talk,
        &expect![[r#"
        Order { id: A000000100000001S6, found: Some(VenueOrder { id: A000000100000001S6, venue_id: 17296581429016977492, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(10), time_in_force: PostOnly, reduce_only: false }, filled: Lots(0), is_open: true }) }
    "#]],
    );
}

#[test]
fn an_id_goes_out_once() {
    let mut talk = ready();
    place(&mut talk, 1);
    ask(&mut talk, &Ask::Place(placement(1)));
    ask(&mut talk, &Ask::PlaceMany(vec![placement(1), placement(2)]));
    check(
        &mut talk,
        &expect![[r#"
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.01","price":"60000","timeInForce":"PostOnly","orderLinkId":"A000000100000002S7","positionIdx":0,"smpType":"CancelTaker"}
        Answered(AskNo(1), Err("A000000100000001S6 went out before and is not sent again"))
        Answered(AskNo(1), Err("A000000100000001S6 went out before and is not sent again"))
    "#]],
    );
}

#[test]
fn a_batch_is_judged_item_by_item() {
    let mut talk = ready();
    ask(&mut talk, &Ask::PlaceMany((1..=12).map(placement).collect()));
    let calls = talk.calls();
    assert_eq!(calls.len(), 2, "ten and two");
    assert_eq!((calls[0].costs[1].units, calls[1].costs[1].units), (10, 2));
    let call = &calls[1];
    let items = [11, 12].map(|no| {
        format!(r#"{{"category":"linear","symbol":"BTCUSDT","orderId":"","orderLinkId":"{}","createAt":""}}"#, id(no))
    });
    talk.answer(call.no, &format!(
        r#"{{"retCode":0,"retMsg":"OK","result":{{"list":[{}]}},"retExtInfo":{{"list":[{{"code":0,"msg":"OK"}},{{"code":110007,"msg":"no money"}}]}},"time":1}}"#,
        items.join(",")
    ));
    check(
        &mut talk,
        &expect![[r#"
        Reject { id: A00000010000000CSO, refusal: InsufficientMargin }
    "#]],
    );
    // An answer that does not pair up says nothing about any of them.
    talk.answer(calls[0].no, OK);
    let lost = talk.told();
    assert_eq!(lost.matches("Lost(").count(), 10, "{lost}");
}

#[test]
fn a_refused_batch_of_cancels_goes_on_one_by_one() {
    let mut talk = ready();
    ask(&mut talk, &Ask::CancelMany(vec![(id(1), BTC), (id(2), BTC)]));
    let call = talk.call("/v5/order/cancel-batch");
    talk.answer(call.no, &code(10001));
    check(
        &mut talk,
        &expect![[r#"
        POST /v5/order/cancel {"category":"linear","symbol":"BTCUSDT","orderLinkId":"A000000100000001S6"}
        POST /v5/order/cancel {"category":"linear","symbol":"BTCUSDT","orderLinkId":"A000000100000002S7"}
    "#]],
    );
    ask(&mut talk, &Ask::PlaceMany(vec![placement(3), placement(4)]));
    let paths: Vec<&str> = talk.calls().iter().map(|call| call.path).collect();
    assert_eq!(paths, ["/v5/order/create", "/v5/order/create"]);
}

#[test]
fn a_cancel_that_finds_nothing_asks_what_became_of_the_order() {
    let mut talk = ready();
    place(&mut talk, 1);
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    talk.told();
    ask(&mut talk, &Ask::Cancel(id(1), BTC));
    let call = talk.call("/v5/order/cancel");
    talk.answer(call.no, &code(110_001));
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, &answer_list(&[row(1, "Filled", "0.010", "EC_NoError", None)]));
    let call = talk.call("/v5/execution/list");
    talk.answer(call.no, &answer_list(&[fill_row(1, "e1", "0.010")]));
    check(
        &mut talk,
        &expect![[r#"
        CancelRejected { id: A000000100000001S6 }
        Fill(Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(10), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
        Order { id: A000000100000001S6, found: Some(VenueOrder { id: A000000100000001S6, venue_id: 17296581429016977492, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(10), time_in_force: PostOnly, reduce_only: false }, filled: Lots(10), is_open: false }) }
    "#]],
    );
}

#[test]
fn a_busy_cancel_is_tried_again() {
    let mut talk = ready();
    ask(&mut talk, &Ask::Cancel(id(1), BTC));
    for _ in 0..6 {
        let call = talk.call("/v5/order/cancel");
        talk.answer(call.no, &code(110_079));
        talk.pass(Nanos::from_millis(400));
    }
    check(
        &mut talk,
        &expect![[r#"
        Lost(A000000100000001S6, Cancel, "110079 words")
    "#]],
    );
}

#[test]
fn an_order_is_absent_only_when_the_archive_does_not_know_it_either() {
    let mut talk = ready();
    ask(&mut talk, &Ask::Query(id(1), BTC));
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, OK);
    let call = talk.call("/v5/order/history");
    talk.answer(call.no, OK);
    ask(&mut talk, &Ask::Query(id(2), BTC));
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, OK);
    let call = talk.call("/v5/order/history");
    talk.answer(call.no, &answer_list(&[row(2, "Cancelled", "0", "EC_PerCancelRequest", None)]));
    ask(&mut talk, &Ask::Query(id(3), BTC));
    let call = talk.call("/v5/order/realtime");
    talk.say(Input::Answer(call.no, Answer::Lost("timed out")));
    check(
        &mut talk,
        &expect![[r#"
        Order { id: A000000100000001S6, found: None }
        Order { id: A000000100000002S7, found: Some(VenueOrder { id: A000000100000002S7, venue_id: 4193345963617435918, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(10), time_in_force: PostOnly, reduce_only: false }, filled: Lots(0), is_open: false }) }
        Answered(AskNo(1), Err("timed out"))
    "#]],
    );
}

#[test]
fn an_amend_is_done_when_the_order_has_the_new_terms() {
    let mut talk = ready();
    place(&mut talk, 1);
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    talk.told();
    let terms = Amendment { id: id(1), intent: intent(Side::Buy, 599_990, 10) };
    ask(&mut talk, &Ask::Amend(terms));
    let call = talk.call("/v5/order/amend");
    expect![[r#"{"category":"linear","symbol":"BTCUSDT","orderLinkId":"A000000100000001S6","price":"59999"}"#]].assert_eq(&call.body);
    talk.answer(call.no, OK);
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    check(&mut talk, &expect![""]);
    talk.frame(0, &order(1, "New", "0", "EC_NoError").replace("60000", "59999"));
    check(
        &mut talk,
        &expect![[r#"
        Amended(A000000100000001S6, Ticks(599990), Lots(10))
    "#]],
    );
    ask(&mut talk, &Ask::Amend(terms));
    let same = Amendment { id: id(1), intent: intent(Side::Buy, 600_000, 5) };
    ask(&mut talk, &Ask::Amend(same));
    let call = talk.call("/v5/order/amend");
    talk.answer(call.no, &code(110_001));
    check(
        &mut talk,
        &expect![[r#"
        GET /v5/order/realtime category=linear&symbol=BTCUSDT&orderLinkId=A000000100000001S6
        Amended(A000000100000001S6, Ticks(599990), Lots(10))
        AmendRefused(A000000100000001S6, "110001 words")
    "#]],
    );
}

#[test]
fn an_amend_nobody_speaks_of_is_asked_about() {
    let mut talk = ready();
    place(&mut talk, 1);
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    let terms = Amendment { id: id(1), intent: intent(Side::Buy, 599_990, 10) };
    ask(&mut talk, &Ask::Amend(terms));
    talk.told();
    talk.pass(Nanos::SECOND * 2);
    let call = talk.call("/v5/order/realtime");
    talk.answer(call.no, &answer_list(&[row(1, "New", "0", "EC_NoError", None)]));
    check(
        &mut talk,
        &expect![[r#"
        Order { id: A000000100000001S6, found: Some(VenueOrder { id: A000000100000001S6, venue_id: 17296581429016977492, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(10), time_in_force: PostOnly, reduce_only: false }, filled: Lots(0), is_open: true }) }
        AmendRefused(A000000100000001S6, "the order's terms did not change")
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
    talk.say(Input::Opened(Link(0)));
    talk.frame(0, LOGGED_IN);
    talk.frame(0, r#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"","op":"subscribe"}"#);
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
        talk.say(Input::Opened(Link(0)));
        talk.frame(0, LOGGED_IN);
        talk.frame(
            0,
            r#"{"success":true,"ret_msg":"","conn_id":"c","req_id":"","op":"subscribe"}"#,
        );
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
fn what_the_stream_says_of_an_order_is_told_apart_from_the_answer() {
    let mut talk = ready();
    let call = place(&mut talk, 1);
    talk.answer(call, &code(0));
    assert_eq!((&talk.out.placed[..], &talk.out.pushed[..]), (&[id(1)][..], &[][..]));
    talk.frame(0, &order(1, "New", "0", "EC_NoError"));
    talk.frame(0, &fill(1, "e1", "0.010"));
    assert_eq!(talk.out.pushed, [id(1), id(1)]);
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
fn fills_that_are_not_ours_are_told_as_such() {
    let mut talk = ready();
    let foreign = fill(1, "adl-1", "0.002").replace(id(1).as_str(), "");
    talk.frame(0, &foreign);
    talk.frame(0, &foreign);
    let funding = fill(1, "f-1", "0.002").replace("Trade", "Funding");
    talk.frame(0, &funding);
    talk.frame(0, &order(7, "New", "0", "EC_NoError").replace(id(7).as_str(), "by-hand"));
    talk.frame(
        0,
        &fill(1, "m-1", "0.002").replace(r#""feeCurrency":"""#, r#""feeCurrency":"MNT""#),
    );
    check(
        &mut talk,
        &expect![[r#"
        Fill(Fill { trade_id: 2055173893347061662691779580250317711, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0), liquidity: Maker, at: Nanos(1700000000001000000) })
        ForeignFill("", Fill { trade_id: 2055173893346764907559563626443011531, instrument: InstrumentNo(0), order: A00000000000000062, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
        ForeignOrder("by-hand", "v-7")
        Unreadable("fee of fill 2055173893347061662691779580250317711 is in MNT")
    "#]],
    );
}

#[test]
fn the_fast_stream_and_the_sweep_are_the_second_path() {
    let mut talk = ready();
    let fast = fill(1, "e1", "0.004").replace(r#""execution""#, r#""execution.fast""#);
    talk.frame(0, &fast);
    talk.frame(0, &fill(1, "e1", "0.004"));
    check(
        &mut talk,
        &expect![[r#"
        Fill(Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(4), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
        DropCopy(A000000100000001S6 Lots(4))
    "#]],
    );
    talk.frame(0, r#"{"req_id":"","op":"pong","args":["1"],"conn_id":"c"}"#);
    let mut swept = Vec::new();
    while swept.is_empty() {
        talk.wake();
        talk.frame(0, r#"{"req_id":"","op":"pong","args":["1"],"conn_id":"c"}"#);
        swept = talk.calls().into_iter().filter(|c| c.path == "/v5/execution/list").collect();
    }
    talk.told();
    talk.answer(swept[0].no, &answer_list(&[fill_row(1, "e1", "0.004")]));
    check(
        &mut talk,
        &expect![[r#"
        DropCopy(A000000100000001S6 Lots(4))
    "#]],
    );
}

#[test]
fn positions_of_a_hedged_account_are_added_up_and_orders_name_theirs() {
    let mut talk = ready();
    talk.frame(0, r#"{"topic":"position","creationTime":1,"data":[{"symbol":"BTCUSDT","category":"linear","side":"Buy","size":"0.5","positionIdx":1,"entryPrice":"60000"},{"symbol":"BTCUSDT","category":"linear","side":"Sell","size":"0.2","positionIdx":2,"entryPrice":"61000"}]}"#);
    let mut closing = placement(1);
    closing.intent.side = Side::Sell;
    closing.intent.reduce_only = true;
    ask(&mut talk, &Ask::Place(closing));
    check(
        &mut talk,
        &expect![[r#"
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Limit","qty":"0.01","price":"60000","timeInForce":"PostOnly","orderLinkId":"A000000100000001S6","positionIdx":1,"smpType":"CancelTaker","reduceOnly":true}
        Position(InstrumentNo(0), Lots(500), Some(60000))
        Position(InstrumentNo(0), Lots(300), None)
    "#]],
    );
}

#[test]
fn every_kind_of_order_is_written_as_the_venue_wants_it() {
    let mut talk = ready();
    let base = intent(Side::Sell, 600_001, 25);
    let limit = |no, tif| {
        Placement::limit(id(no), aurora_model::OrderIntent { time_in_force: tif, ..base })
    };
    let reduce = aurora_model::OrderIntent { reduce_only: true, ..base };
    let trigger = PriceTrigger {
        price: Ticks(590_000),
        on_fall: true,
        by_mark: true,
        close_on_trigger: true,
    };
    for order in [
        limit(1, TimeInForce::Gtc),
        limit(2, TimeInForce::Ioc),
        limit(3, TimeInForce::Fok),
        Placement { market: true, stp: Stp::CancelBoth, ..Placement::limit(id(4), reduce) },
        Placement { market: true, trigger: Some(trigger), ..Placement::limit(id(5), reduce) },
    ] {
        ask(&mut talk, &Ask::Place(order));
    }
    check(
        &mut talk,
        &expect![[r#"
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Limit","qty":"0.025","price":"60000.1","timeInForce":"GTC","orderLinkId":"A000000100000001S6","positionIdx":0,"smpType":"CancelTaker"}
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Limit","qty":"0.025","price":"60000.1","timeInForce":"IOC","orderLinkId":"A000000100000002S7","positionIdx":0,"smpType":"CancelTaker"}
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Limit","qty":"0.025","price":"60000.1","timeInForce":"FOK","orderLinkId":"A000000100000003S8","positionIdx":0,"smpType":"CancelTaker"}
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Market","qty":"0.025","orderLinkId":"A000000100000004S9","positionIdx":0,"smpType":"CancelBoth","reduceOnly":true}
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Market","qty":"0.025","orderLinkId":"A000000100000005SA","positionIdx":0,"smpType":"CancelTaker","triggerPrice":"59000","triggerDirection":2,"triggerBy":"MarkPrice","reduceOnly":true,"closeOnTrigger":true}
    "#]],
    );
}

#[test]
fn settings_are_answered_when_all_their_calls_are() {
    let mut talk = ready();
    for (setting, path, answer) in [
        (Ask::Leverage(BTC, 7), "/v5/position/set-leverage", code(110_043)),
        (Ask::Leverage(BTC, 500), "", String::new()),
        (Ask::Margin(BTC, MarginMode::Isolated), "/v5/account/set-margin-mode", code(0)),
        (Ask::Hedge(true), "/v5/position/switch-mode", code(110_025)),
        (Ask::CancelAll(Some(BTC)), "/v5/order/cancel-all", code(0)),
        (Ask::CancelAll(None), "/v5/order/cancel-all", code(10_006)),
    ] {
        ask(&mut talk, &setting);
        if !path.is_empty() {
            let call = talk.call(path);
            talk.out.notes.push(aurora_wire::Note::Unreadable(call.body));
            talk.answer(call.no, &answer);
        }
    }
    check(
        &mut talk,
        &expect![[r#"
        Unreadable("{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"buyLeverage\":\"7\",\"sellLeverage\":\"7\"}")
        Answered(AskNo(1), Ok(()))
        Answered(AskNo(1), Err("leverage 500 must be from 1 to 100"))
        Unreadable("{\"setMarginMode\":\"ISOLATED_MARGIN\"}")
        Answered(AskNo(1), Ok(()))
        Unreadable("{\"category\":\"linear\",\"coin\":\"USDT\",\"mode\":3}")
        Answered(AskNo(1), Ok(()))
        Unreadable("{\"category\":\"linear\",\"symbol\":\"BTCUSDT\"}")
        Answered(AskNo(1), Ok(()))
        Unreadable("{\"category\":\"linear\",\"settleCoin\":\"USDT\"}")
        Answered(AskNo(1), Err("10006 words"))
    "#]],
    );
}

#[test]
fn the_dead_man_switch_is_set_watched_and_kept_alive() {
    let mut talk = ready();
    ask(&mut talk, &Ask::DeadMan(Some(Nanos::SECOND * 6)));
    let call = talk.call("/v5/order/disconnected-cancel-all");
    expect![[r#"{"product":"DERIVATIVES","timeWindow":6}"#]].assert_eq(&call.body);
    talk.answer(call.no, &code(0));
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"1700000000001003","op":"subscribe","args":["dcp.future"]}
        DeadMan(Some(Nanos(1700000006009000000)))
        Answered(AskNo(1), Ok(()))
    "#]],
    );
    ask(&mut talk, &Ask::DeadMan(Some(Nanos::SECOND * 6)));
    check(
        &mut talk,
        &expect![[r#"
        DeadMan(Some(Nanos(1700000006010000000)))
        Answered(AskNo(1), Ok(()))
    "#]],
    );
    talk.pass(Nanos::SECOND * 7);
    let pings = talk.told().matches("ping").count();
    assert!((3..=4).contains(&pings), "{pings} pings well within the window");
    ask(&mut talk, &Ask::DeadMan(None));
    check(
        &mut talk,
        &expect![[r#"
            send 0 {"req_id":"1700000000001004","op":"unsubscribe","args":["dcp.future"]}
            DeadMan(None)
            Answered(AskNo(1), Ok(()))
        "#]],
    );
}

#[test]
fn balances_are_told_with_what_is_free() {
    let mut talk = ready();
    ask(&mut talk, &Ask::Balances);
    let call = talk.call("/v5/account/wallet-balance");
    let wallet = r#"{"coin":[{"coin":"USDT","walletBalance":"1000.5","locked":"0","totalOrderIM":"100.25","totalPositionIM":"50"},{"coin":"BTC","walletBalance":"0.1","totalOrderIM":"","totalPositionIM":""}]}"#;
    talk.answer(call.no, &answer_list(&[wallet.to_owned()]));
    check(
        &mut talk,
        &expect![[r#"
        Balance("USDT", 1000.5, 850.25)
        Balance("BTC", 0.1, 0.1)
        Answered(AskNo(1), Ok(()))
    "#]],
    );
}

#[test]
fn orders_go_over_the_trade_socket_while_it_is_up() {
    let mut talk = session(true);
    log_in(&mut talk);
    talk.say(Input::Opened(Link(1)));
    talk.frame(1, r#"{"retCode":0,"retMsg":"OK","op":"auth","connId":"c"}"#);
    talk.out.clear();
    ask(&mut talk, &Ask::Place(placement(1)));
    ask(&mut talk, &Ask::Place(placement(2)));
    ask(&mut talk, &Ask::Place(placement(3)));
    let told = talk.told();
    let req = |no: u64| {
        let line = told.lines().find(|line| line.contains(id(no).as_str())).unwrap();
        line.split(r#""reqId":""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let (first, second) = (req(1), req(2));
    expect![[r#"send 1 {"reqId":"1700000000001003","header":{"X-BAPI-TIMESTAMP":"1700000000010","X-BAPI-RECV-WINDOW":"1000"},"op":"order.create","args":[{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.01","price":"60000","timeInForce":"PostOnly","orderLinkId":"A000000100000001S6","positionIdx":0,"smpType":"CancelTaker"}]}"#]].assert_eq(told.lines().next().unwrap());
    talk.frame(1, &format!(r#"{{"reqId":"{first}","retCode":0,"retMsg":"OK","op":"order.create","data":{{"orderId":"v-1"}},"retExtInfo":{{}}}}"#));
    talk.frame(1, &format!(r#"{{"reqId":"{second}","retCode":110007,"retMsg":"no money","op":"order.create","data":{{}},"retExtInfo":{{}}}}"#));
    talk.say(Input::Closed(Link(1), "reset by peer"));
    check(
        &mut talk,
        &expect![[r#"
        open 1 /v5/trade after 250 ms
        Reject { id: A000000100000002S7, refusal: InsufficientMargin }
        Down(Link(1), "reset by peer")
        Lost(A000000100000003S8, Place, "reset by peer")
    "#]],
    );
    ask(&mut talk, &Ask::Place(placement(4)));
    assert_eq!(talk.calls().len(), 1, "by REST while the socket is down");
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
fn what_the_account_pays_is_asked_once_it_is_ready_and_again_after_a_failure() {
    let mut talk = ready();
    talk.wake();
    let call = talk.call("/v5/account/fee-rate");
    talk.say(Input::Answer(call.no, Answer::Lost("timed out")));
    talk.out.clear();
    talk.pass(Nanos::SECOND * 61);
    let call = talk.call("/v5/account/fee-rate");
    let rate = r#"{"symbol":"BTCUSDT","takerFeeRate":"0.0004","makerFeeRate":"-0.00005"}"#;
    talk.out.clear();
    talk.answer(call.no, &answer_list(&[rate.to_owned()]));
    check(
        &mut talk,
        &expect![[r#"
            Fees(InstrumentNo(0), -0.00005, 0.0004)
        "#]],
    );
}
