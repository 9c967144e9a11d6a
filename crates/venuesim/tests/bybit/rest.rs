//! REST: the envelope, the limits, the life of an order.

use serde_json::{Value, json};

use crate::client::Desk;

const BTC: &str = "category=linear&symbol=BTCUSDT";

fn found(desk: &Desk, id: &Value) -> Value {
    let id = id.as_str().unwrap();
    let told = desk.read(&format!("/v5/order/realtime?{BTC}&orderId={id}"));
    told.body["result"]["list"][0].clone()
}

#[test]
fn every_answer_wears_the_envelope() {
    let desk = Desk::open();
    let time = desk.get("/v5/market/time");
    assert_eq!((time.status, time.code(), &time.body["retMsg"]), (200, 0, &json!("OK")));
    assert!(time.body["time"].is_i64() && time.body["retExtInfo"] == json!({}), "{}", time.body);
    let nowhere = desk.get("/v5/market/nowhere");
    assert_eq!((nowhere.status, nowhere.code()), (404, 10_017));
    let nameless = desk.get("/v5/market/orderbook?category=linear");
    assert_eq!((nameless.status, nameless.code()), (200, 10_001));
    let stranger = desk.get("/v5/account/info");
    assert_eq!(stranger.code(), 10_001);
}

#[test]
fn categories_that_are_not_linear_are_empty() {
    let desk = Desk::open();
    for category in ["spot", "inverse", "option"] {
        let told = desk.get(&format!("/v5/market/instruments-info?category={category}"));
        assert_eq!((told.code(), &told.body["result"]["list"]), (0, &json!([])), "{category}");
    }
    let told = desk.get("/v5/market/instruments-info?category=futures");
    assert_eq!(told.code(), 10_001);
}

#[test]
fn a_cursor_past_every_list_shows_an_empty_page() {
    let desk = Desk::open();
    let cursor = format!("first%3D{}", usize::MAX);
    let told = desk.get(&format!("/v5/market/instruments-info?category=linear&cursor={cursor}"));
    let result = &told.body["result"];
    assert_eq!((&result["list"], &result["nextPageCursor"]), (&json!([]), &json!("")));
}

#[test]
fn an_order_is_placed_amended_and_cancelled() {
    let desk = Desk::open();
    let order = desk.order(&json!({ "orderLinkId": "first", "timeInForce": "PostOnly" }));
    let placed = desk.post("/v5/order/create", &order);
    assert_eq!((placed.code(), &placed.body["result"]["orderLinkId"]), (0, &json!("first")));
    let id = placed.body["result"]["orderId"].clone();
    assert_eq!(found(&desk, &id)["orderStatus"], "New");
    let named = json!({ "category": "linear", "symbol": "BTCUSDT", "orderId": id });
    let mut amend = named.clone();
    amend["qty"] = json!("0.003");
    assert_eq!(desk.post("/v5/order/amend", &amend).code(), 0);
    assert_eq!(desk.post("/v5/order/amend", &amend).code(), 10_001, "nothing would change");
    assert_eq!(found(&desk, &id)["leavesQty"], "0.003");
    assert_eq!(desk.post("/v5/order/cancel", &named).code(), 0);
    let gone = found(&desk, &id);
    assert_eq!((&gone["orderStatus"], &gone["leavesQty"]), (&json!("Cancelled"), &json!("0")));
    assert_eq!(desk.post("/v5/order/cancel", &named).code(), 110_001);
    assert_eq!(desk.post("/v5/order/amend", &amend).code(), 110_001);
    assert_eq!(desk.post("/v5/order/create", &order).code(), 110_072, "the id stays taken");
}

#[test]
fn a_post_only_order_that_crosses_is_taken_then_cancelled() {
    let desk = Desk::open();
    let crossing = json!({ "timeInForce": "PostOnly", "price": desk.bid(-1.0) });
    let placed = desk.post("/v5/order/create", &desk.order(&crossing));
    assert_eq!(placed.code(), 0);
    let row = found(&desk, &placed.body["result"]["orderId"]);
    assert_eq!(row["orderStatus"], "Cancelled");
    assert_eq!(row["rejectReason"], "EC_PostOnlyWillTakeLiquidity");
    assert_eq!(row["cumExecQty"], "0");
}

#[test]
fn what_cannot_be_is_refused_with_the_venues_number() {
    let desk = Desk::patient();
    let sol = json!({ "symbol": "SOLUSDT", "price": "140", "qty": "0.01" });
    let far = json!({ "price": desk.bid(-20.0) });
    let cases = [
        (json!({ "category": "futures" }), 10_001),
        (json!({ "symbol": "NOPE" }), 10_001),
        (json!({ "side": "Long" }), 10_001),
        (json!({ "orderType": "Stop" }), 10_001),
        (json!({ "timeInForce": "DAY" }), 10_001),
        (json!({ "orderLinkId": "with space" }), 10_001),
        (json!({ "orderLinkId": "x".repeat(37) }), 10_001),
        (json!({ "price": "58000.05" }), 10_001),
        (json!({ "qty": "0.0025" }), 10_001),
        (json!({ "qty": "0.0001" }), 110_017),
        (json!({ "positionIdx": 1 }), 10_001),
        (json!({ "reduceOnly": true }), 110_017),
        (json!({ "qty": "900" }), 110_007),
        (sol, 110_094),
        (far, 110_003),
        (json!({ "triggerPrice": desk.bid(2.0), "triggerDirection": 1 }), 110_092),
        (json!({ "triggerPrice": desk.bid(-2.0), "triggerDirection": 2 }), 110_093),
        (json!({ "triggerPrice": desk.bid(-2.0) }), 10_001),
    ];
    let mut wrong = Vec::new();
    for (change, code) in cases {
        let told = desk.post("/v5/order/create", &desk.order(&change));
        if told.code() != code {
            wrong.push((change, code, told.body));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_account_is_told_how_often_it_may_still_ask() {
    let desk = Desk::open();
    let nothing = json!({ "category": "linear", "symbol": "BTCUSDT", "orderId": "x" });
    let first = desk.post("/v5/order/cancel", &nothing);
    assert_eq!((first.code(), first.header("X-Bapi-Limit")), (110_001, "10"));
    assert_eq!(first.header("X-Bapi-Limit-Status"), "9");
    let refused = (0..20).map(|_| desk.post("/v5/order/cancel", &nothing));
    let refused =
        refused.into_iter().find(|told| told.code() == 10_006).expect("ten are let through");
    let reset: i64 = refused.header("X-Bapi-Limit-Reset-Timestamp").parse().unwrap();
    assert!(refused.body["time"].as_i64().unwrap() < reset);
}

#[test]
fn a_position_is_opened_protected_and_closed_whole() {
    let desk = Desk::open();
    let market = |changes: Value| {
        let mut order = desk.order(&json!({ "orderType": "Market", "qty": "0.01" }));
        order.as_object_mut().unwrap().remove("price");
        for (name, value) in changes.as_object().unwrap() {
            order[name] = value.clone();
        }
        let told = desk.post("/v5/order/create", &order);
        assert_eq!(told.code(), 0, "{}", told.body);
        told.body["result"]["orderId"].clone()
    };
    let position = || {
        let told = desk.read(&format!("/v5/position/list?{BTC}"));
        told.body["result"]["list"][0].clone()
    };
    let opened = market(json!({ "stopLoss": desk.bid(3.0) }));
    let fills =
        desk.read(&format!("/v5/execution/list?{BTC}&orderId={}", opened.as_str().unwrap()));
    let fills = fills.body["result"]["list"].as_array().unwrap().clone();
    let filled: f64 =
        fills.iter().map(|row| row["execQty"].as_str().unwrap().parse::<f64>().unwrap()).sum();
    assert!((filled - 0.01).abs() < 1e-9, "{fills:?}");
    let held = position();
    assert_eq!((&held["side"], &held["size"]), (&json!("Buy"), &json!("0.010")));
    assert_ne!(held["stopLoss"], "", "the attached stop is set when the order trades");
    market(json!({ "side": "Sell", "qty": "0", "reduceOnly": true, "closeOnTrigger": true }));
    assert_eq!(position()["side"], "");
    let open = desk.read(&format!("/v5/order/realtime?{BTC}"));
    assert_eq!(open.body["result"]["list"], json!([]), "the stop goes with the position");
}

#[test]
fn a_batch_tells_the_fate_of_each_item() {
    let desk = Desk::open();
    let item = |link: &str| {
        let mut order = desk.order(&json!({ "orderLinkId": link }));
        order.as_object_mut().unwrap().remove("category");
        order
    };
    let request = json!({ "category": "linear", "request": [item("a"), item("b"), item("a")] });
    let told = desk.post("/v5/order/create-batch", &request);
    assert_eq!(told.code(), 0);
    let codes: Vec<_> = told.body["retExtInfo"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["code"].as_i64().unwrap())
        .collect();
    assert_eq!(codes, [0, 0, 110_072]);
    assert_eq!(told.body["result"]["list"][2]["orderId"], "");
    let all = json!({ "category": "linear", "symbol": "BTCUSDT" });
    let gone = desk.post("/v5/order/cancel-all", &all);
    assert_eq!(gone.body["result"]["list"].as_array().unwrap().len(), 2);
    let nowhere = desk.post("/v5/order/cancel-all", &json!({ "category": "linear" }));
    assert_eq!(nowhere.code(), 10_001);
}

#[test]
fn settings_that_are_so_already_are_refused_as_unchanged() {
    let desk = Desk::open();
    let leverage = |x: &str| json!({ "category": "linear", "symbol": "BTCUSDT", "buyLeverage": x, "sellLeverage": x });
    assert_eq!(desk.post("/v5/position/set-leverage", &leverage("7")).code(), 0);
    assert_eq!(desk.post("/v5/position/set-leverage", &leverage("7")).code(), 110_043);
    assert_eq!(desk.post("/v5/position/set-leverage", &leverage("101")).code(), 110_013);
    let mode = |mode: u8| json!({ "category": "linear", "symbol": "BTCUSDT", "mode": mode });
    assert_eq!(desk.post("/v5/position/switch-mode", &mode(0)).code(), 110_025);
    assert_eq!(desk.post("/v5/position/switch-mode", &mode(3)).code(), 0);
}

#[test]
fn faults_speak_the_venues_language() {
    let desk = Desk::open();
    let place =
        |link: &str| desk.post("/v5/order/create", &desk.order(&json!({ "orderLinkId": link })));
    let once = |what: &str| json!({ "what": what, "where": { "action": "place" }, "when": { "times": 1 } });
    desk.fault(&once("unknown"));
    assert_eq!(place("lost").code(), 10_000);
    let query = format!("/v5/order/realtime?{BTC}&orderLinkId=lost");
    assert_eq!(desk.read(&query).body["result"]["list"][0]["orderStatus"], "New");
    desk.fault(&once("rate_limited"));
    let limited = place("limited");
    assert_eq!((limited.status, limited.code()), (200, 10_006));
    desk.fault(&once("banned"));
    assert_eq!(place("banned").status, 403);
    desk.fault(&once("clock_off"));
    assert_eq!(place("late").code(), 10_002);
    desk.fault(&once("server_error"));
    assert_eq!(place("broken").status, 503);
}
