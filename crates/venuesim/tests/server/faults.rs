//! Every kind of fault, as a client sees it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{World, hear, signed_target};

fn placing(what: &str) -> Value {
    json!({ "what": what, "where": { "action": "place" }, "when": { "nth": 1 } })
}

fn with(mut rule: Value, name: &str, value: impl Into<Value>) -> Value {
    rule[name] = value.into();
    rule
}

#[test]
fn a_dropped_answer_leaves_the_order_placed_once() {
    let world = World::new();
    world.fault(&placing("drop_answer"));
    assert!(world.place("lost").is_err());
    assert_eq!(world.find("lost").json()["status"], "NEW");
    assert_eq!(world.times_placed("lost"), 1);
}

#[test]
fn a_dropped_request_places_nothing() {
    let world = World::new();
    world.fault(&placing("drop_request"));
    assert!(world.place("never").is_err());
    assert_eq!(world.find("never").code(), -2013);
}

#[test]
fn delays_come_before_and_after() {
    let world = World::new();
    for what in ["delay", "delay_answer"] {
        world.fault(&with(placing(what), "ms", 120));
        let began = Instant::now();
        assert_eq!(world.place(what).unwrap().status, 200);
        assert!(Duration::from_millis(120) <= began.elapsed(), "{what}");
        world.clear_faults();
    }
}

#[test]
fn refusals_have_the_venues_words() {
    let world = World::new();
    for (rule, status, code, header) in [
        (with(placing("rate_limited"), "retry_after_s", 7), 429, -1003, "retry-after: 7"),
        (placing("banned"), 418, -1003, "retry-after: 120"),
        (with(placing("server_error"), "with_body", true), 503, -1001, ""),
        (with(placing("unknown"), "executed", false), 503, -1007, ""),
        (placing("clock_off"), 400, -1021, ""),
    ] {
        world.fault(&rule);
        let answer = world.place("refused").unwrap();
        assert_eq!((answer.status, answer.code()), (status, code), "{rule}");
        assert!(answer.head.contains(header), "{rule}: {}", answer.head);
        assert_eq!(world.find("refused").code(), -2013, "{rule}");
        world.clear_faults();
    }
    world.fault(&with(placing("server_error"), "status", 502));
    let answer = world.place("refused").unwrap();
    assert_eq!((answer.status, answer.text.as_str()), (502, ""));
}

#[test]
fn an_unknown_outcome_may_be_an_order() {
    let world = World::new();
    world.fault(&placing("unknown"));
    assert_eq!(world.place("maybe").unwrap().code(), -1007);
    assert_eq!(world.find("maybe").json()["status"], "NEW");
}

#[test]
fn an_order_is_not_found_until_it_is() {
    let world = World::new();
    world.fault(&json!({ "what": "not_found", "lag_ms": 150 }));
    world.place("late").unwrap();
    let began = Instant::now();
    assert_eq!(world.find("late").code(), -2013);
    while world.find("late").code() == -2013 {
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    assert!(Duration::from_millis(100) < began.elapsed());
}

#[test]
fn a_dropped_answer_on_a_socket_leaves_the_order() {
    let world = World::new();
    world.fault(&json!({ "what": "drop_answer", "where": { "operation": "order.place" }, "when": { "nth": 1 } }));
    let mut socket = world.socket("/ws-fapi/v1");
    for id in ["first", "second"] {
        socket.send(Message::text(place_frame(&world, id))).unwrap();
    }
    let Message::Text(text) = socket.read().unwrap() else { panic!("no text") };
    assert!(text.contains("\"id\":\"second\""), "{text}");
    assert_eq!(world.find("first").json()["status"], "NEW");
}

fn place_frame(world: &World, id: &str) -> String {
    let price = world.low_price();
    let query = format!(
        "apiKey=testkey&newClientOrderId={id}&price={price}&quantity=0.004&side=BUY&symbol=BTCUSDT&timeInForce=GTX"
    );
    // The pairs are in order already; the type and the time come last by name.
    let signed = signed_target("", &query);
    let pairs = signed[1..].split('&').filter_map(|pair| pair.split_once('='));
    let mut params: serde_json::Map<String, Value> =
        pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
    params.insert("type".into(), "LIMIT".into());
    let names: Vec<String> = params.keys().filter(|name| *name != "signature").cloned().collect();
    let payload: Vec<String> =
        names.iter().map(|name| format!("{name}={}", params[name].as_str().unwrap())).collect();
    let hmac = aurora_wire::Hmac::new(b"testsecret");
    params.insert("signature".into(), hmac.hex(&[payload.join("&").as_bytes()]).into());
    json!({ "id": id, "method": "order.place", "params": params }).to_string()
}

/// The first diffs of a socket while a rule is in force.
fn diffs(world: &World, rule: &Value, count: usize) -> Vec<Value> {
    let mut socket = world.socket("/ws/btcusdt@depth@100ms");
    hear(&mut socket, "depthUpdate").unwrap();
    world.fault(rule);
    let all = (0..count).map_while(|_| hear(&mut socket, "depthUpdate")).collect();
    world.clear_faults();
    all
}

fn on_depth(what: &str) -> Value {
    json!({ "what": what, "where": { "topic": "btcusdt@depth" }, "when": { "nth": 2 } })
}

#[test]
fn a_gap_a_duplicate_and_a_wrong_order_show_in_the_ids() {
    let world = World::new();
    let broken = |all: &[Value]| all.windows(2).filter(|w| w[1]["pu"] != w[0]["u"]).count();
    let gap = diffs(&world, &on_depth("gap"), 4);
    assert_eq!(broken(&gap), 1);
    let twice = diffs(&world, &on_depth("duplicate"), 4);
    assert!(twice.windows(2).any(|w| w[0] == w[1]));
    let swapped = diffs(&world, &on_depth("reorder"), 4);
    assert!(swapped.windows(2).any(|w| w[1]["u"].as_u64() < w[0]["u"].as_u64()));
}

#[test]
fn a_disconnect_comes_without_a_word() {
    let world = World::new();
    assert!(diffs(&world, &on_depth("disconnect"), 4).len() < 4);
}

#[test]
fn a_half_open_socket_is_silent_and_stays() {
    let world = World::new();
    let mut socket = world.socket("/ws/btcusdt@depth@100ms");
    hear(&mut socket, "depthUpdate").unwrap();
    world.fault(&json!({ "what": "half_open", "where": { "topic": "btcusdt@depth" } }));
    socket.get_mut().set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    let silent = loop {
        match socket.read() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(silent.to_string().contains("unavailable"), "{silent}");
    // It still takes what is written, and answers nothing.
    socket.send(Message::Ping("x".into())).unwrap();
    assert!(socket.read().is_err());
}

#[test]
fn a_snapshot_is_spoiled_by_rest_and_by_stream() {
    let world = World::new();
    world.fault(&json!({ "what": "corrupt_snapshot", "when": { "nth": 1 } }));
    let book = world.get("/fapi/v1/depth?symbol=BTCUSDT&limit=5").json();
    assert!(best(&book["asks"]) < best(&book["bids"]), "{book}");
    let book = world.get("/fapi/v1/depth?symbol=BTCUSDT&limit=5").json();
    assert!(best(&book["bids"]) < best(&book["asks"]), "{book}");
    world.clear_faults();
    world.fault(
        &json!({ "what": "corrupt_snapshot", "how": "truncated", "where": { "topic": "depth5" } }),
    );
    let mut socket = world.socket("/ws/btcusdt@depth5@100ms");
    let Message::Text(text) = socket.read().unwrap() else { panic!("no text") };
    assert!(serde_json::from_str::<Value>(&text).is_err());
}

fn best(levels: &Value) -> f64 {
    levels[0][0].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_session_expires_when_told_to() {
    let world = World::new();
    let key = world.listen_key();
    let mut socket = world.socket(&format!("/ws/{key}"));
    world.fault(&json!({ "what": "expire_session" }));
    assert_eq!(hear(&mut socket, "listenKeyExpired").unwrap()["listenKey"], key.as_str());
    assert_eq!(world.ask("PUT", "/fapi/v1/listenKey", "").unwrap().code(), -1125);
    assert_ne!(world.listen_key(), key);
}

fn btc(world: &World) -> Value {
    world.get("/fapi/v1/exchangeInfo").json()["symbols"][0].clone()
}

#[test]
fn the_venue_goes_down_and_comes_back() {
    let world = World::new();
    world.fault(&json!({ "what": "maintenance" }));
    let balance = || world.signed("GET", "/fapi/v3/balance", "").unwrap();
    assert_eq!((balance().status, balance().code()), (503, -1016));
    assert_eq!(world.get("/sapi/v1/system/status").json()["status"], 1);
    world.clear_faults();
    assert_eq!(balance().status, 200);
}

#[test]
fn an_instrument_is_halted_delisted_and_its_tick_changed() {
    let world = World::new();
    let at_btc = |what: &str| json!({ "what": what, "where": { "symbol": "BTCUSDT" } });
    world.fault(&at_btc("halt"));
    assert_eq!(btc(&world)["status"], "BREAK");
    assert_eq!(world.place("halted").unwrap().code(), -4140);
    world.clear_faults();
    world.fault(&with(at_btc("tick_size"), "multiple", 50));
    assert_eq!(btc(&world)["filters"][0]["tickSize"], "5.0");
    let query = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.004&price=";
    let query = format!("{query}{}1", &world.low_price()[..4]);
    assert_eq!(world.signed("POST", "/fapi/v1/order", &query).unwrap().code(), -4014);
    world.clear_faults();
    world.fault(&at_btc("delist"));
    assert_eq!(btc(&world)["status"], "CLOSE");
}

#[test]
fn money_a_clock_and_a_rate_are_wrong() {
    let world = World::new();
    let wallet = || -> f64 {
        let answer = world.signed("GET", "/fapi/v3/balance", "").unwrap().json();
        answer[0]["balance"].as_str().unwrap().parse().unwrap()
    };
    let before = wallet();
    world.fault(&json!({ "what": "wrong_balance", "by": "12.5" }));
    assert!((wallet() - before - 12.5).abs() < 1e-6);
    world.clear_faults();
    assert!((wallet() - before).abs() < 1e-6);
    world.fault(&json!({ "what": "clock_skew", "ms": 60_000 }));
    assert_eq!(world.place("skewed").unwrap().code(), -1021);
    world.clear_faults();
    world.fault(
        &json!({ "what": "funding_rate", "rate": "0.0075", "where": { "symbol": "BTCUSDT" } }),
    );
    let told = || world.get("/fapi/v1/premiumIndex?symbol=BTCUSDT").json();
    let began = Instant::now();
    while told()["lastFundingRate"] != "0.00750000" {
        assert!(began.elapsed() < Duration::from_secs(5), "{}", told());
    }
}

#[test]
fn an_account_is_taken_over() {
    let world = World::new();
    let buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newOrderRespType=RESULT";
    let bought = world.signed("POST", "/fapi/v1/order", buy).unwrap().json();
    assert_eq!(bought["status"], "FILLED", "{bought}");
    let key = world.listen_key();
    let mut socket = world.socket(&format!("/ws/{key}"));
    world.fault(&json!({ "what": "liquidate" }));
    let event = hear(&mut socket, "ORDER_TRADE_UPDATE").unwrap();
    assert!(event["o"]["c"].as_str().unwrap().starts_with("autoclose-"), "{event}");
    assert_eq!(world.get("/sim/positions").json(), json!([]));
}

#[test]
fn a_rule_with_a_mistake_is_refused_by_name() {
    let world = World::new();
    let answer = world.ask("POST", "/sim/faults", r#"{"rules":[{"what":"gap","when":{"nth":0}}]}"#);
    let answer = answer.unwrap();
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "rules[0].when.nth: must be 1 or more, it is 0");
}

#[test]
fn rules_count_what_they_met() {
    let world = World::new();
    world.fault(&json!({ "what": "delay", "ms": 0, "where": { "path": "/fapi/v1/ping" }, "when": { "every": 2 } }));
    (0..4).for_each(|_| drop(world.get("/fapi/v1/ping")));
    let rules = world.get("/sim/faults").json();
    assert_eq!((&rules["rules"][0]["met"], &rules["rules"][0]["struck"]), (&json!(4), &json!(2)));
}
