//! The public and private addresses.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::{Desk, Socket};

fn subscribe(socket: &mut Socket, topics: &[&str]) -> Value {
    socket.ask(&json!({ "op": "subscribe", "req_id": "r-1", "args": topics }))
}

#[test]
fn a_subscription_is_answered_and_refused_by_name() {
    let desk = Desk::open();
    let mut public = desk.socket("/v5/public/linear");
    let done = subscribe(&mut public, &["publicTrade.BTCUSDT"]);
    assert_eq!((&done["success"], &done["req_id"]), (&json!(true), &json!("r-1")), "{done}");
    for (topic, message) in [
        ("publicTrade.BTCUSDT", "error:already subscribed,topic:publicTrade.BTCUSDT"),
        ("orderbook.7.BTCUSDT", "error:handler not found,topic:orderbook.7.BTCUSDT"),
        ("tickers.NOPE", "error:handler not found,topic:tickers.NOPE"),
        ("order", "error:handler not found,topic:order"),
    ] {
        let refused = subscribe(&mut public, &[topic]);
        assert_eq!((&refused["success"], &refused["ret_msg"]), (&json!(false), &json!(message)));
    }
    let gone = public.ask(&json!({ "op": "unsubscribe", "args": ["publicTrade.BTCUSDT"] }));
    assert_eq!((&gone["success"], &gone["op"]), (&json!(true), &json!("unsubscribe")));
    let mut private = desk.socket("/v5/private");
    assert_eq!(subscribe(&mut private, &["order"])["ret_msg"], "Request not authorized");
    let wrong =
        private.ask(&json!({ "op": "auth", "args": ["testkey", 9_999_999_999_999_u64, "00"] }));
    assert_eq!((&wrong["success"], &wrong["op"]), (&json!(false), &json!("auth")));
    let nonsense = private.ask(&json!({ "op": "dance" }));
    assert_eq!(nonsense["ret_msg"], "error:invalid op");
}

#[test]
fn every_address_answers_a_ping_in_its_own_words() {
    let desk = Desk::open();
    let ping = json!({ "op": "ping", "req_id": "7" });
    let public = desk.socket("/v5/public/linear").ask(&ping);
    assert_eq!((&public["ret_msg"], &public["op"]), (&json!("pong"), &json!("ping")));
    let status = desk.socket("/v5/public/misc/status").ask(&ping);
    assert_eq!(status["ret_msg"], "pong");
    let private = desk.socket("/v5/private").ask(&ping);
    assert_eq!((&private["op"], &private["req_id"]), (&json!("pong"), &json!("7")));
    let trade = desk.socket("/v5/trade").ask(&ping);
    assert_eq!((&trade["op"], &trade["retCode"]), (&json!("pong"), &json!(0)));
}

/// A book as a client keeps it.
#[derive(Default)]
struct Kept {
    u: u64,
    bids: BTreeMap<u64, String>,
    asks: BTreeMap<u64, String>,
}

impl Kept {
    fn apply(&mut self, message: &Value) {
        let u = message["data"]["u"].as_u64().unwrap();
        match message["type"].as_str() {
            Some("snapshot") => *self = Kept::default(),
            _ => assert_eq!(u, self.u + 1, "a message is missing"),
        }
        self.u = u;
        for (side, levels) in [("b", &mut self.bids), ("a", &mut self.asks)] {
            for level in message["data"][side].as_array().unwrap() {
                let price: f64 = level[0].as_str().unwrap().parse().unwrap();
                let place = format!("{:.0}", price * 10.0).parse().unwrap();
                match level[1].as_str().unwrap() {
                    "0" => drop(levels.remove(&place)),
                    qty => drop(levels.insert(place, qty.to_owned())),
                }
            }
        }
    }
}

#[test]
fn deltas_keep_a_book_that_equals_the_next_snapshot() {
    let desk = Desk::open();
    let mut first = desk.socket("/v5/public/linear");
    subscribe(&mut first, &["orderbook.50.BTCUSDT"]);
    let mut kept = Kept::default();
    for _ in 0..100 {
        kept.apply(&first.hear_topic("orderbook.50.BTCUSDT"));
        assert_eq!((kept.bids.len(), kept.asks.len()), (50, 50));
        assert!(kept.bids.last_key_value().unwrap().0 < kept.asks.first_key_value().unwrap().0);
    }
    let mut second = desk.socket("/v5/public/linear");
    subscribe(&mut second, &["orderbook.50.BTCUSDT"]);
    let mut shown = Kept::default();
    shown.apply(&second.hear_topic("orderbook.50.BTCUSDT"));
    while kept.u < shown.u {
        kept.apply(&first.hear_topic("orderbook.50.BTCUSDT"));
    }
    assert_eq!((kept.u, kept.bids, kept.asks), (shown.u, shown.bids, shown.asks));
}

#[test]
fn a_restart_of_the_books_begins_at_one() {
    let desk = Desk::open();
    let mut socket = desk.socket("/v5/public/linear");
    subscribe(&mut socket, &["orderbook.50.BTCUSDT"]);
    desk.fault(&json!({ "what": "restart_books" }));
    loop {
        let message = socket.hear_topic("orderbook.50.BTCUSDT");
        if message["data"]["u"] == 1 {
            assert_eq!(message["type"], "snapshot");
            assert_eq!(message["data"]["b"].as_array().unwrap().len(), 50);
            break;
        }
    }
    let next = socket.hear_topic("orderbook.50.BTCUSDT");
    assert_eq!((&next["type"], &next["data"]["u"]), (&json!("delta"), &json!(2)));
}

#[test]
fn a_left_out_delta_shows_as_a_gap() {
    let desk = Desk::open();
    let mut socket = desk.socket("/v5/public/linear");
    subscribe(&mut socket, &["orderbook.50.BTCUSDT"]);
    let mut last = socket.hear_topic("orderbook.50.BTCUSDT")["data"]["u"].as_u64().unwrap();
    desk.fault(
        &json!({ "what": "gap", "where": { "topic": "orderbook.50" }, "when": { "times": 1 } }),
    );
    loop {
        let u = socket.hear_topic("orderbook.50.BTCUSDT")["data"]["u"].as_u64().unwrap();
        if u != last + 1 {
            assert_eq!(u, last + 2);
            break;
        }
        last = u;
    }
}

#[test]
fn a_ticker_tells_only_what_changed() {
    let desk = Desk::open();
    let mut socket = desk.socket("/v5/public/linear");
    subscribe(&mut socket, &["tickers.BTCUSDT"]);
    let whole = socket.hear_topic("tickers.BTCUSDT");
    assert_eq!(whole["type"], "snapshot");
    let fields = whole["data"].as_object().unwrap().len();
    let delta = socket.hear_topic("tickers.BTCUSDT");
    assert_eq!((&delta["type"], &delta["data"]["symbol"]), (&json!("delta"), &json!("BTCUSDT")));
    assert!(delta["data"].as_object().unwrap().len() < fields, "{delta}");
}

#[test]
fn candles_and_trades_are_pushed() {
    let desk = Desk::open();
    let mut socket = desk.socket("/v5/public/linear");
    subscribe(&mut socket, &["kline.1.BTCUSDT", "publicTrade.BTCUSDT"]);
    let trade = socket.hear_topic("publicTrade.BTCUSDT");
    assert!(["Buy", "Sell"].contains(&trade["data"][0]["S"].as_str().unwrap()), "{trade}");
    let candle = socket.hear_topic("kline.1.BTCUSDT");
    assert_eq!(
        (&candle["data"][0]["interval"], &candle["type"]),
        (&json!("1"), &json!("snapshot"))
    );
}

#[test]
fn an_order_tells_its_life_on_the_private_address() {
    let desk = Desk::open();
    let mut socket = desk.logged_in("/v5/private");
    subscribe(&mut socket, &["order", "order.linear"]);
    let placed = desk.post("/v5/order/create", &desk.order(&json!({})));
    let id = placed.body["result"]["orderId"].clone();
    let named = json!({ "category": "linear", "symbol": "BTCUSDT", "orderId": id });
    desk.post("/v5/order/cancel", &named);
    let mut life = Vec::new();
    while life.len() < 4 {
        let message = socket.hear();
        let row = &message["data"][0];
        assert_eq!(row["orderId"], id);
        let words = [&message["topic"], &row["orderStatus"], &row["cancelType"]];
        life.push(words.map(|word| word.as_str().unwrap().to_owned()).join(" "));
    }
    assert_eq!(
        life,
        [
            "order New UNKNOWN",
            "order.linear New UNKNOWN",
            "order Cancelled CancelByUser",
            "order.linear Cancelled CancelByUser",
        ]
    );
}

#[test]
fn a_trade_is_told_by_execution_order_position_and_wallet() {
    let desk = Desk::open();
    let mut socket = desk.logged_in("/v5/private");
    subscribe(&mut socket, &["order", "execution", "execution.fast", "position", "wallet"]);
    let mut order = desk.order(&json!({ "orderType": "Market", "qty": "0.01" }));
    order.as_object_mut().unwrap().remove("price");
    let placed = desk.post("/v5/order/create", &order);
    let id = &placed.body["result"]["orderId"];
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    while last.len() < 5 || last["order"]["orderStatus"] != "Filled" {
        let message = socket.hear();
        last.insert(message["topic"].as_str().unwrap().to_owned(), message["data"][0].clone());
    }
    assert_eq!((&last["execution"]["orderId"], &last["execution.fast"]["orderId"]), (id, id));
    assert_eq!(last["execution"]["execId"], last["execution.fast"]["execId"]);
    assert_eq!(last["position"]["size"], "0.010");
    assert_eq!(last["wallet"]["coin"][0]["coin"], "USDT");
}

#[test]
fn a_login_that_expires_ends_the_socket() {
    let desk = Desk::open();
    let mut socket = desk.logged_in("/v5/private");
    desk.fault(&json!({ "what": "expire_session" }));
    assert!(socket.is_ended());
}

#[test]
fn maintenance_is_announced() {
    let desk = Desk::open();
    let mut socket = desk.socket("/v5/public/misc/status");
    subscribe(&mut socket, &["system.status"]);
    desk.fault(&json!({ "what": "maintenance" }));
    let message = socket.hear_topic("system.status");
    assert_eq!(message["data"][0]["state"], "ongoing");
    let told = desk.get("/v5/system/status");
    assert_eq!(told.body["result"]["list"][0]["state"], "ongoing");
    let refused = desk.post("/v5/order/create", &desk.order(&json!({})));
    assert_eq!(refused.code(), 10_016);
}

#[test]
fn a_liquidation_is_told_to_everybody() {
    let desk = Desk::open();
    let mut public = desk.socket("/v5/public/linear");
    subscribe(&mut public, &["allLiquidation.BTCUSDT"]);
    let mut order = desk.order(&json!({ "orderType": "Market", "qty": "0.01" }));
    order.as_object_mut().unwrap().remove("price");
    assert_eq!(desk.post("/v5/order/create", &order).code(), 0);
    desk.fault(&json!({ "what": "liquidate", "account": 1 }));
    let message = public.hear_topic("allLiquidation.BTCUSDT");
    let row = &message["data"][0];
    assert_eq!((&row["S"], &row["v"]), (&json!("Buy"), &json!("0.010")), "{message}");
    let fills = desk.read("/v5/execution/list?category=linear&symbol=BTCUSDT&execType=BustTrade");
    assert_ne!(fills.body["result"]["list"], json!([]));
}
