//! Keys, reconnects, comparing, and what the account tells of itself.

use super::*;

#[test]
fn the_listen_key_is_kept_at_half_life_and_replaced_when_dead() {
    let mut desk = ready();
    for _ in 0..30 {
        desk.pass(second(60));
        desk.calls.retain(|call| call.path == KEY);
        desk.frame(0, r#"{"result":[],"id":9}"#);
    }
    desk.answer(Method::Put, KEY, 400, r#"{"code":-1125,"msg":"This listenKey does not exist."}"#);
    assert!(desk.closes(0));
    desk.answer(Method::Post, KEY, 200, r#"{"listenKey":"K2"}"#);
    desk.say(Input::Closed(Link(0), "by us"));
    desk.answer(Method::Post, KEY, 200, r#"{"listenKey":"K2"}"#);
    assert_eq!(desk.opens()[0].1, "ws://127.0.0.1:1/private/ws?listenKey=K2");
    desk.say(Input::Opened(Link(0)));
    answer_verification(&mut desk);
    assert!(desk.out.notes.contains(&Note::AccountReady));
}

#[test]
fn a_key_that_expires_in_mid_stream_is_replaced_and_the_account_verified() {
    let mut desk = ready();
    desk.frame(0, r#"{"e":"listenKeyExpired","E":1,"listenKey":"K1"}"#);
    assert!(desk.closes(0));
    desk.say(Input::Closed(Link(0), "by us"));
    desk.answer(Method::Post, KEY, 200, r#"{"listenKey":"K2"}"#);
    assert_eq!(desk.opens()[0].1, "ws://127.0.0.1:1/private/ws?listenKey=K2");
}

#[test]
fn after_a_reconnect_everything_missed_is_told_before_ready() {
    let mut desk = ready();
    place(&mut desk, 1);
    desk.answer(Method::Post, ORDER, 200, &order(1, 70, "NEW", "0"));
    desk.say(Input::Closed(Link(0), "reset"));
    desk.answer(Method::Post, KEY, 200, r#"{"listenKey":"K1"}"#);
    desk.say(Input::Opened(Link(0)));
    desk.answer(
        Method::Get,
        OPEN,
        200,
        &format!("[{}]", order(1, 70, "PARTIALLY_FILLED", "0.001")),
    );
    let position = r#"[{"symbol":"BTCUSDT","positionAmt":"0.003","entryPrice":"100.0","positionSide":"LONG"},{"symbol":"BTCUSDT","positionAmt":"-0.001","entryPrice":"101.0","positionSide":"SHORT"}]"#;
    desk.answer(Method::Get, POSITIONS, 200, position);
    desk.answer(Method::Get, MODE, 200, r#"{"dualSidePosition":false}"#);
    desk.answer(Method::Get, ALGOS, 404, "");
    // One fill of a known order, one of an order nobody here has heard of, one of somebody else.
    let fills = format!("[{},{},{}]", user_trade(5, 70), user_trade(6, 71), user_trade(7, 72));
    desk.answer(Method::Get, TRADES, 200, &fills);
    desk.answer(Method::Get, TRADES, 500, "");
    assert!(!desk.out.notes.contains(&Note::AccountReady));
    desk.pass(second(2));
    desk.answer(Method::Get, TRADES, 200, "[]");
    assert!(!desk.out.notes.contains(&Note::AccountReady), "two fills have no owner yet");
    desk.answer(Method::Get, ORDER, 200, &order(2, 71, "FILLED", "0.002"));
    let foreign = order(3, 72, "FILLED", "0.002").replace(id(3).as_str(), "web_x");
    desk.answer(Method::Get, ORDER, 200, &foreign);
    assert!(desk.out.notes.contains(&Note::AccountReady));
    assert!(
        desk.out
            .notes
            .iter()
            .any(|note| matches!(note, Note::ForeignFill(text, _) if text == "web_x"))
    );
    let [ReportKind::Account { open, fills, positions }] = &desk.kinds()[..] else { panic!() };
    assert_eq!((open.len(), open[0].filled), (1, Lots(1)));
    let told: Vec<_> = fills.iter().map(|fill| (fill.trade_id, fill.order)).collect();
    assert_eq!(told, [(5, id(1)), (6, id(2))]);
    assert_eq!(positions[..], [(InstrumentNo(0), Lots(2))]);
}

#[test]
fn a_sweep_pages_through_more_fills_than_one_answer_holds() {
    let mut desk = ready();
    place(&mut desk, 1);
    desk.answer(Method::Post, ORDER, 200, &order(1, 70, "NEW", "0"));
    let since = desk.at - second(3600);
    desk.say(Input::Ask(AskNo(9), &Ask::Sweep { since }));
    desk.answer(Method::Get, OPEN, 200, "[]");
    desk.answer(Method::Get, POSITIONS, 200, "[]");
    let page: Vec<String> = (1..=1000).map(|n| user_trade(n, 70)).collect();
    desk.answer(Method::Get, TRADES, 200, &format!("[{}]", page.join(",")));
    desk.answer(Method::Get, TRADES, 200, "[]");
    let call = desk.call(Method::Get, TRADES);
    assert!(call.query.contains("fromId=1001"));
    desk.got(&call, 200, &format!("[{}]", user_trade(1001, 70)));
    let [ReportKind::Account { fills, .. }] = &desk.kinds()[..] else { panic!() };
    assert_eq!(fills.len(), 1001);
    assert!(desk.out.notes.contains(&Note::Answered(AskNo(9), Ok(()))));
}

#[test]
fn fills_are_copied_from_a_second_path() {
    let mut desk = ready();
    place(&mut desk, 1);
    desk.answer(Method::Post, ORDER, 200, &order(1, 70, "NEW", "0"));
    let lite = format!(
        r#"{{"e":"TRADE_LITE","E":1,"T":1,"s":"BTCUSDT","q":"0.002","p":"100.0","m":true,"c":"{}","S":"BUY","L":"100.0","l":"0.001","t":9,"i":70}}"#,
        id(1)
    );
    desk.frame(0, &lite);
    assert!(desk.kinds().is_empty(), "never counted: the long form follows");
    assert!(matches!(desk.out.notes[..], [Note::DropCopy(fill)] if fill.trade_id == 9));
    desk.pass(second(30));
    desk.answer(Method::Get, TRADES, 200, &format!("[{}]", user_trade(9, 70)));
    assert!(matches!(desk.out.notes[..], [Note::DropCopy(fill)] if fill.trade_id == 9));
    desk.answer(Method::Get, TRADES, 200, "[]");
    desk.pass(second(30));
    assert!(desk.call(Method::Get, TRADES).query.contains("fromId=10&"));
}

#[test]
fn a_day_old_private_stream_is_replaced_with_an_overlap() {
    let mut desk = ready();
    let mut opened = false;
    for _ in 0..1500 {
        desk.pass(second(59));
        desk.calls.clear();
        if !desk.opens().is_empty() {
            opened = true;
            break;
        }
        desk.frame(0, r#"{"result":[],"id":9}"#);
        // Keep-alives go on all day.
        desk.calls.clear();
    }
    assert!(opened);
    desk.say(Input::Opened(Link(1)));
    let fill = update(1, 70, "TRADE", "PARTIALLY_FILLED", 9, "0.001");
    desk.frame(1, &fill);
    assert_eq!(desk.kinds().len(), 1);
    desk.frame(0, &fill);
    assert!(desk.kinds().is_empty(), "told on both, counted once");
    desk.pass(second(6));
    assert!(desk.closes(0));
    desk.say(Input::Closed(Link(0), "by us"));
    assert!(desk.opens().is_empty() && !desk.paths().contains(&OPEN), "nothing was missed");
}

#[test]
fn cancel_all_dead_man_and_settings_are_answered_once() {
    let mut desk = ready();
    desk.say(Input::Ask(AskNo(1), &Ask::CancelAll(None)));
    let done = r#"{"code":200,"msg":"The operation of cancel all open order is done."}"#;
    desk.answer(Method::Delete, "/fapi/v1/allOpenOrders", 200, done);
    assert!(desk.out.notes.is_empty());
    desk.answer(Method::Delete, "/fapi/v1/allOpenOrders", 200, done);
    assert_eq!(desk.out.notes, [Note::Answered(AskNo(1), Ok(()))]);

    desk.say(Input::Ask(AskNo(2), &Ask::DeadMan(Some(second(60)))));
    let armed = r#"{"symbol":"BTCUSDT","countdownTime":"60000"}"#;
    desk.answer(Method::Post, "/fapi/v1/countdownCancelAll", 200, armed);
    desk.answer(Method::Post, "/fapi/v1/countdownCancelAll", 200, armed);
    let until = desk.at + second(60);
    assert_eq!(desk.out.notes, [Note::DeadMan(Some(until)), Note::Answered(AskNo(2), Ok(()))]);

    desk.say(Input::Ask(
        AskNo(3),
        &Ask::Margin(InstrumentNo(1), aurora_wire::MarginMode::Isolated),
    ));
    desk.answer(
        Method::Post,
        "/fapi/v1/marginType",
        400,
        r#"{"code":-4046,"msg":"No need to change"}"#,
    );
    assert_eq!(desk.out.notes, [Note::Answered(AskNo(3), Ok(()))]);
}

#[test]
fn a_conditional_order_lives_apart_until_it_fires() {
    let mut desk = ready();
    let trigger =
        PriceTrigger { price: Ticks(900), on_fall: true, by_mark: true, close_on_trigger: false };
    let stop = Placement {
        market: true,
        trigger: Some(trigger),
        ..Placement::limit(id(1), intent(Side::Sell, 900, 2))
    };
    desk.say(Input::Ask(AskNo(1), &Ask::Place(stop)));
    let call = desk.call(Method::Post, "/fapi/v1/algoOrder");
    assert!(call.body.contains("type=STOP_MARKET&triggerPrice=90&workingType=MARK_PRICE"));
    let ack = format!(r#"{{"algoId":5,"clientAlgoId":"{}","code":"200","msg":"success"}}"#, id(1));
    desk.got(&call, 200, &ack);
    assert_eq!(desk.kinds(), [ReportKind::Ack { id: id(1), venue_id: 5 }]);
    desk.say(Input::Ask(AskNo(2), &Ask::Cancel(id(1), InstrumentNo(0))));
    let cancel = desk.call(Method::Delete, "/fapi/v1/algoOrder");
    let fired = format!(
        r#"{{"e":"ALGO_UPDATE","T":1,"E":1,"o":{{"caid":"{}","aid":5,"s":"BTCUSDT","X":"TRIGGERED","ai":"88"}}}}"#,
        id(1)
    );
    desk.frame(0, &fired);
    let fill = update(1, 88, "TRADE", "FILLED", 12, "0.002").replace(id(1).as_str(), "electron_1");
    desk.frame(0, &fill);
    assert!(matches!(desk.kinds()[..], [ReportKind::Fill(fill)] if fill.order == id(1)));
    desk.got(&cancel, 400, r#"{"code":-2011,"msg":"Unknown order sent."}"#);
    assert_eq!(desk.kinds(), [ReportKind::CancelRejected { id: id(1) }]);
}

#[test]
fn what_is_none_of_ours_is_told_as_foreign() {
    let mut desk = ready();
    let liquidation = update(1, 90, "CALCULATED", "FILLED", 13, "0.001")
        .replace(id(1).as_str(), "autoclose-1234567890123456");
    desk.frame(0, &liquidation);
    assert!(desk.kinds().is_empty());
    assert!(
        matches!(&desk.out.notes[..], [Note::ForeignFill(text, _)] if text.starts_with("autoclose-"))
    );
    let by_hand = update(1, 91, "NEW", "NEW", 0, "0").replace(id(1).as_str(), "web_1");
    desk.frame(0, &by_hand);
    assert_eq!(desk.out.notes, [Note::ForeignOrder("web_1".into(), "91".into())]);
}

#[test]
fn an_unreadable_private_frame_starts_a_verification() {
    let mut desk = ready();
    desk.frame(0, r#"{"e":"ORDER_TRADE_UPDATE","E":1,"T":1,"o":{"s":"BTCUSDT""#);
    assert!(desk.paths().contains(&OPEN));
}

#[test]
fn what_the_account_pays_is_asked_once_it_is_ready() {
    let mut desk = ready();
    let rate =
        r#"{"symbol":"BTCUSDT","makerCommissionRate":"0.00015","takerCommissionRate":"0.0004"}"#;
    desk.answer(Method::Get, "/fapi/v1/commissionRate", 200, rate);
    let [maker, taker] = [Decimal::new(15, 5), Decimal::new(4, 4)];
    assert_eq!(desk.out.notes, [Note::Fees(InstrumentNo(0), maker, taker)]);
    desk.answer(Method::Get, "/fapi/v1/commissionRate", 500, "");
    desk.pass(second(61));
    assert!(desk.paths().contains(&"/fapi/v1/commissionRate"));
}
