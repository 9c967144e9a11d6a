//! One new order: taken, refused, in doubt.

use aurora_model::{Nanos, Side, Ticks, TimeInForce};
use aurora_wire::{Answer, Ask, Input, Link, Placement, PriceTrigger, Stp};
use expect_test::expect;

use crate::common::{id, intent, placement};
use crate::stage::*;

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
