//! Cancels, amends, and several orders at once.

use aurora_model::{Nanos, Side};
use aurora_wire::{Amendment, Answer, Ask, Input};
use expect_test::expect;

use crate::common::{id, intent, placement};
use crate::stage::*;

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
