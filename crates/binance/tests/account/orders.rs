//! One order, or a batch of them: placed, changed, cancelled, in doubt.

use super::*;

#[test]
fn an_order_is_placed_acknowledged_filled_and_ended() {
    let mut desk = ready();
    place(&mut desk, 1);
    let call = desk.call(Method::Post, ORDER);
    let want = format!(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.002&price=100&newClientOrderId={}&newOrderRespType=ACK&recvWindow=2000",
        id(1)
    );
    assert_eq!(call.body, want);
    assert_eq!(call.patience, ORDER_PATIENCE, "one that waits longer for room is not sent");
    desk.got(&call, 200, &order(1, 70, "NEW", "0"));
    assert_eq!(desk.kinds(), [ReportKind::Ack { id: id(1), venue_id: 70 }]);
    desk.frame(0, &update(1, 70, "TRADE", "PARTIALLY_FILLED", 9, "0.001"));
    let [ReportKind::Fill(fill)] = desk.kinds()[..] else { panic!("{:?}", desk.kinds()) };
    assert_eq!((fill.trade_id, fill.order, fill.qty), (9, id(1), Lots(1)));
    assert_eq!(fill.fee.to_string(), "0.00002");
    desk.say(Input::Ask(AskNo(2), &Ask::Cancel(id(1), InstrumentNo(0))));
    desk.answer(Method::Delete, ORDER, 200, &order(1, 70, "CANCELED", "0.001"));
    assert_eq!(desk.kinds(), [ReportKind::Canceled { id: id(1), filled: Lots(1) }]);
}

#[test]
fn what_the_stream_says_of_an_order_is_told_apart_from_the_answer() {
    let mut desk = ready();
    place(&mut desk, 1);
    desk.answer(Method::Post, ORDER, 200, &order(1, 11, "NEW", "0.000"));
    assert_eq!((&desk.out.placed[..], &desk.out.pushed[..]), (&[id(1)][..], &[][..]));
    desk.frame(0, &update(1, 11, "NEW", "NEW", 0, "0.000"));
    assert_eq!(desk.out.pushed, [id(1)]);
}

#[test]
fn an_answer_that_does_not_settle_it_is_never_a_reject() {
    let answers: [(u16, &str); 7] = [
        (
            503,
            r#"{"code":-1000,"msg":"Unknown error, please check your request or try again later."}"#,
        ),
        (500, ""),
        (504, "<html>"),
        (400, r#"{"code":-1007,"msg":"Timeout waiting for response from backend server."}"#),
        (400, r#"{"code":-31337,"msg":"never seen"}"#),
        (200, r#"{"orderId":7"#),
        (200, "{}"),
    ];
    for (status, body) in answers {
        let mut desk = ready();
        place(&mut desk, 1);
        desk.answer(Method::Post, ORDER, status, body);
        assert!(desk.kinds().is_empty(), "{body}");
        assert!(lost(&desk, 1, LostOrder::Place), "{body}");
        assert!(!desk.paths().contains(&ORDER), "never sent again");
    }
    let mut desk = ready();
    place(&mut desk, 1);
    let call = desk.call(Method::Post, ORDER);
    desk.say(Input::Answer(call.no, Answer::Lost("reset")));
    assert!(desk.kinds().is_empty() && lost(&desk, 1, LostOrder::Place));
}

#[test]
fn a_refusal_is_a_reject_with_its_reason() {
    for (status, body, want) in [
        (400, r#"{"code":-5022,"msg":""}"#, VenueRefusal::WouldTake),
        (400, r#"{"code":-2019,"msg":""}"#, VenueRefusal::InsufficientMargin),
        (400, r#"{"code":-4014,"msg":""}"#, VenueRefusal::BadIncrement),
        (429, r#"{"code":-1003,"msg":""}"#, VenueRefusal::RateLimited),
        (418, "", VenueRefusal::RateLimited),
        (503, r#"{"code":-1008,"msg":""}"#, VenueRefusal::NotSent),
        (401, r#"{"code":-2015,"msg":""}"#, VenueRefusal::NotAllowed),
    ] {
        let mut desk = ready();
        place(&mut desk, 1);
        desk.answer(Method::Post, ORDER, status, body);
        assert_eq!(desk.kinds(), [ReportKind::Reject { id: id(1), refusal: want }], "{body}");
        let halts = desk.out.notes.iter().any(|note| matches!(note, Note::Refused(_)));
        assert_eq!(halts, want == VenueRefusal::NotAllowed);
    }
    let mut desk = ready();
    place(&mut desk, 1);
    let call = desk.call(Method::Post, ORDER);
    desk.say(Input::Answer(call.no, Answer::NotSent("no room")));
    let refusal = VenueRefusal::NotSent;
    assert_eq!(desk.kinds(), [ReportKind::Reject { id: id(1), refusal }]);
}

#[test]
fn a_taken_id_means_the_first_order_stands_and_is_looked_up() {
    let mut desk = ready();
    place(&mut desk, 1);
    desk.answer(Method::Post, ORDER, 400, r#"{"code":-4116,"msg":"ClientOrderId is duplicated."}"#);
    assert!(desk.kinds().is_empty());
    desk.answer(Method::Get, ORDER, 200, &order(1, 70, "NEW", "0"));
    let [ReportKind::Order { found: Some(found), .. }] = desk.kinds()[..] else { panic!() };
    assert_eq!((found.venue_id, found.is_open, found.intent), (70, true, placement(1).intent));
}

#[test]
fn a_late_request_measures_the_clock_at_once() {
    let mut desk = ready();
    place(&mut desk, 1);
    desk.answer(
        Method::Post,
        ORDER,
        400,
        r#"{"code":-1021,"msg":"Timestamp for this request..."}"#,
    );
    assert_eq!(desk.kinds(), [ReportKind::Reject { id: id(1), refusal: VenueRefusal::Late }]);
    let call = desk.call(Method::Get, TIME);
    desk.at = desk.at + Nanos::MILLI * 20;
    let venue = desk.at.millis() + 290;
    desk.got(&call, 200, &format!(r#"{{"serverTime":{venue}}}"#));
    let want = Note::Clock { offset: Nanos::MILLI * 300, round_trip: Nanos::MILLI * 20 };
    assert!(desk.out.notes.contains(&want), "{:?}", desk.out.notes);
}

#[test]
fn a_cancel_that_finds_nothing_asks_what_became_of_the_order() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(1), &Ask::Cancel(id(1), InstrumentNo(0))));
    desk.answer(Method::Delete, ORDER, 400, r#"{"code":-2011,"msg":"Unknown order sent."}"#);
    assert_eq!(desk.kinds(), [ReportKind::CancelRejected { id: id(1) }]);
    desk.answer(Method::Get, ORDER, 400, ABSENT);
    assert_eq!(desk.kinds(), [], "one source proves nothing");
    desk.answer(Method::Get, HISTORY, 200, "[]");
    assert_eq!(desk.kinds(), [ReportKind::Order { id: id(1), found: None }]);
}

const HISTORY: &str = "/fapi/v1/allOrders";
const ABSENT: &str = r#"{"code":-2013,"msg":"Order does not exist."}"#;

#[test]
fn an_order_that_the_query_hides_is_found_in_the_history() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(1), &Ask::Query(id(2), InstrumentNo(0))));
    desk.answer(Method::Get, ORDER, 400, ABSENT);
    let listed = format!("[{},{}]", order(1, 70, "NEW", "0"), order(2, 71, "NEW", "0"));
    desk.answer(Method::Get, HISTORY, 200, &listed);
    let kinds = desk.kinds();
    assert!(
        matches!(kinds[..], [ReportKind::Order { found: Some(found), .. }] if found.is_open),
        "{kinds:?}"
    );
}

#[test]
fn a_history_that_fails_or_does_not_reach_back_proves_nothing() {
    let newer: Vec<String> = (0..1000).map(|n| order(n + 10, 100 + n, "CANCELED", "0")).collect();
    let newer = format!("[{}]", newer.join(","));
    for (status, body) in [
        (503, r#"{"code":-1000,"msg":"Unknown error"}"#),
        (429, r#"{"code":-1003,"msg":"Too many requests"}"#),
        (502, "<html>"),
        (200, newer.as_str()),
    ] {
        let mut desk = ready();
        desk.say(Input::Ask(AskNo(1), &Ask::Query(id(2), InstrumentNo(0))));
        desk.answer(Method::Get, ORDER, 400, ABSENT);
        desk.answer(Method::Get, HISTORY, status, body);
        assert_eq!(desk.kinds(), [], "{status}");
    }
    let older = newer.replacen('[', &format!("[{},", order(1, 70, "CANCELED", "0")), 1);
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(1), &Ask::Query(id(2), InstrumentNo(0))));
    desk.answer(Method::Get, ORDER, 400, ABSENT);
    desk.answer(Method::Get, HISTORY, 200, &older);
    assert_eq!(desk.kinds(), [ReportKind::Order { id: id(2), found: None }]);
}

#[test]
fn every_order_of_a_batch_has_its_own_fate() {
    let mut desk = ready();
    let orders: Vec<Placement> = (1..=7).map(placement).collect();
    desk.say(Input::Ask(AskNo(1), &Ask::PlaceMany(orders)));
    let first = desk.call(Method::Post, BATCH);
    let second = desk.call(Method::Post, BATCH);
    assert!(first.body.starts_with("batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22"));
    let body = format!(
        r#"[{},{{"code":-2019,"msg":"Margin is insufficient."}},{{"code":-1007,"msg":""}},{{"code":-4116,"msg":""}}]"#,
        order(1, 70, "NEW", "0")
    );
    desk.got(&first, 200, &body);
    let refusal = VenueRefusal::InsufficientMargin;
    let want =
        [ReportKind::Ack { id: id(1), venue_id: 70 }, ReportKind::Reject { id: id(2), refusal }];
    assert_eq!(desk.kinds(), want);
    assert!(lost(&desk, 3, LostOrder::Place), "its answer leaves it open");
    assert!(desk.call(Method::Get, ORDER).query.contains(id(4).as_str()), "the first stands");
    assert!(lost(&desk, 5, LostOrder::Place), "the answer ended before it");
    desk.got(&second, 503, "");
    assert!(lost(&desk, 6, LostOrder::Place) && lost(&desk, 7, LostOrder::Place));
    assert!(!desk.paths().contains(&BATCH) && !desk.paths().contains(&ORDER));
}

#[test]
fn an_order_of_a_refused_batch_is_refused_and_not_sent_again() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(1), &Ask::PlaceMany(vec![placement(1), placement(2)])));
    desk.answer(Method::Post, BATCH, 400, r#"{"code":-4082,"msg":"Invalid number of batch."}"#);
    let refusal = VenueRefusal::Malformed;
    let want = [1, 2].map(|no| ReportKind::Reject { id: id(no), refusal });
    assert_eq!(desk.kinds(), want);
    assert!(!desk.paths().contains(&ORDER));
}

#[test]
fn a_refused_batch_of_amendments_goes_on_one_by_one() {
    let mut desk = ready();
    let amendment = |no| Amendment { id: id(no), intent: intent(Side::Buy, 1005, 3) };
    desk.say(Input::Ask(AskNo(1), &Ask::AmendMany(vec![amendment(1), amendment(2)])));
    desk.answer(Method::Put, BATCH, 400, r#"{"code":-4082,"msg":"Invalid number of batch."}"#);
    for no in [1, 2] {
        assert!(desk.call(Method::Put, ORDER).body.contains(id(no).as_str()));
    }
}

#[test]
fn orders_of_a_hedged_account_name_their_position() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(9), &Ask::Hedge(true)));
    desk.answer(Method::Post, MODE, 200, r#"{"code":200,"msg":"success"}"#);
    assert_eq!(desk.out.notes, [Note::Answered(AskNo(9), Ok(()))]);
    for (side, reduce_only, want) in [
        (Side::Buy, false, "LONG"),
        (Side::Sell, true, "LONG"),
        (Side::Sell, false, "SHORT"),
        (Side::Buy, true, "SHORT"),
    ] {
        let intent = OrderIntent { reduce_only, ..intent(side, 1000, 2) };
        desk.say(Input::Ask(AskNo(1), &Ask::Place(Placement::limit(id(1), intent))));
        let body = desk.call(Method::Post, ORDER).body;
        assert!(body.contains(&format!("positionSide={want}")), "{body}");
        assert!(!body.contains("reduceOnly"), "{body}");
    }
    let pair = vec![placement(2), placement(3)];
    desk.say(Input::Ask(AskNo(1), &Ask::PlaceMany(pair)));
    assert_eq!(desk.call(Method::Post, BATCH).body.matches("positionSide").count(), 2);
}

#[test]
fn a_mode_somebody_else_changed_is_looked_up() {
    let mut desk = ready();
    place(&mut desk, 1);
    let refused = r#"{"code":-4061,"msg":"Order's position side does not match user's setting."}"#;
    desk.answer(Method::Post, ORDER, 400, refused);
    desk.answer(Method::Get, MODE, 200, r#"{"dualSidePosition":true}"#);
    place(&mut desk, 2);
    assert!(desk.call(Method::Post, ORDER).body.contains("positionSide=LONG"));
}

#[test]
fn an_amendment_is_told_done_refused_or_lost() {
    let amendment = Amendment { id: id(1), intent: intent(Side::Buy, 1005, 3) };
    for (status, body, want) in [
        (200, order(1, 70, "NEW", "0"), "Amended"),
        (400, r#"{"code":-5027,"msg":"No need to modify"}"#.to_owned(), "Amended"),
        (400, r#"{"code":-5026,"msg":"Exceed maximum modify"}"#.to_owned(), "AmendRefused"),
        (400, r#"{"code":-5022,"msg":""}"#.to_owned(), "AmendRefused"),
        (504, String::new(), "Lost"),
    ] {
        let mut desk = ready();
        desk.say(Input::Ask(AskNo(1), &Ask::Amend(amendment)));
        let call = desk.call(Method::Put, ORDER);
        assert!(call.body.starts_with("symbol=BTCUSDT&side=BUY&quantity=0.003&price=100.5&"));
        desk.got(&call, status, &body);
        assert!(format!("{:?}", desk.out.notes).contains(want), "{body}");
        assert_eq!(desk.paths().contains(&ORDER), body.contains("-5022"), "looked up after {body}");
    }
}
