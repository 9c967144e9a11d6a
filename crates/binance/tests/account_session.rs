//! Stories of the account session.

mod support;

use aurora_binance::account::{AccountConfig, AccountSession};
use aurora_model::{
    ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, ReportKind, Side, Ticks,
    TimeInForce, VenueRefusal,
};
use aurora_wire::{
    Amendment, Answer, Ask, AskNo, Input, Link, LostOrder, Method, Note, ORDER_PATIENCE, Placement,
    PriceTrigger, Stp,
};
use rust_decimal::Decimal;
use support::{Desk, endpoints, rules, second};

const KEY: &str = "/fapi/v1/listenKey";
const ORDER: &str = "/fapi/v1/order";
const BATCH: &str = "/fapi/v1/batchOrders";
const TRADES: &str = "/fapi/v1/userTrades";
const TIME: &str = "/fapi/v1/time";
const OPEN: &str = "/fapi/v1/openOrders";
const POSITIONS: &str = "/fapi/v3/positionRisk";
const MODE: &str = "/fapi/v1/positionSide/dual";
const ALGOS: &str = "/fapi/v1/openAlgoOrders";

fn session() -> Desk<AccountSession> {
    let rules = vec![rules(0, "BTCUSDT", "0.1", "0.001"), rules(1, "ETHUSDT", "0.01", "0.001")];
    Desk::start(AccountSession::new(AccountConfig {
        endpoints: endpoints(),
        rules,
        account: 1,
        stp: Stp::Default,
        use_trade_socket: false,
    }))
}

fn id(no: u64) -> ClientOrderId {
    ClientOrderId::new(1, 1, OrderNo(no))
}

fn intent(side: Side, limit: i64, qty: i64) -> OrderIntent {
    OrderIntent {
        instrument: InstrumentNo(0),
        side,
        limit: Ticks(limit),
        qty: Lots(qty),
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
    }
}

fn placement(no: u64) -> Placement {
    Placement::limit(id(no), intent(Side::Buy, 1000, 2))
}

fn order(no: u64, venue: u64, status: &str, filled: &str) -> String {
    format!(
        r#"{{"symbol":"BTCUSDT","orderId":{venue},"clientOrderId":"{}","side":"BUY","type":"LIMIT","timeInForce":"GTC","status":"{status}","price":"100.0","origQty":"0.002","executedQty":"{filled}","reduceOnly":false,"updateTime":1700000000500}}"#,
        id(no)
    )
}

fn user_trade(trade: u64, order: u64) -> String {
    format!(
        r#"{{"symbol":"BTCUSDT","id":{trade},"orderId":{order},"side":"BUY","price":"100.0","qty":"0.001","commission":"0.00002","commissionAsset":"USDT","maker":true,"time":1700000000400}}"#
    )
}

fn update(no: u64, venue: u64, execution: &str, status: &str, trade: u64, filled: &str) -> String {
    let last = if trade == 0 { "0" } else { "0.001" };
    format!(
        r#"{{"e":"ORDER_TRADE_UPDATE","E":1700000000600,"T":1700000000599,"o":{{"s":"BTCUSDT","c":"{}","S":"BUY","o":"LIMIT","f":"GTC","q":"0.002","p":"100.0","ap":"0","sp":"0","x":"{execution}","X":"{status}","i":{venue},"l":"{last}","z":"{filled}","L":"100.0","n":"0.00002","N":"USDT","T":1,"t":{trade},"m":true,"R":false,"ps":"BOTH"}}}}"#,
        id(no)
    )
}

/// Answers everything a verification asks for: nothing is there.
fn answer_verification(desk: &mut Desk<AccountSession>) {
    desk.answer(Method::Get, OPEN, 200, "[]");
    desk.answer(Method::Get, POSITIONS, 200, "[]");
    desk.answer(Method::Get, ALGOS, 200, "[]");
    desk.answer(Method::Get, MODE, 200, r#"{"dualSidePosition":false}"#);
    desk.answer(Method::Get, TRADES, 200, "[]");
    desk.answer(Method::Get, TRADES, 200, "[]");
}

fn ready() -> Desk<AccountSession> {
    let mut desk = session();
    desk.answer(Method::Get, TIME, 200, r#"{"serverTime":1700000000000}"#);
    desk.answer(Method::Get, "/fapi/v3/balance", 200, "[]");
    desk.answer(Method::Post, KEY, 200, r#"{"listenKey":"K1"}"#);
    assert_eq!(desk.opens(), [(0, "ws://127.0.0.1:1/private/ws?listenKey=K1".to_owned(), 0)]);
    desk.say(Input::Opened(Link(0)));
    answer_verification(&mut desk);
    assert!(desk.out.notes.contains(&Note::AccountReady));
    assert!(matches!(desk.kinds()[..], [ReportKind::Account { .. }]));
    desk
}

fn place(desk: &mut Desk<AccountSession>, no: u64) {
    desk.say(Input::Ask(AskNo(no), &Ask::Place(placement(no))));
}

fn lost(desk: &Desk<AccountSession>, no: u64, what: LostOrder) -> bool {
    let is =
        |note: &Note| matches!(note, Note::Lost(have, kind, _) if *have == id(no) && *kind == what);
    desk.out.notes.iter().any(is)
}

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
