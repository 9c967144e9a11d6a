//! OKX over loopback: REST and the three WebSocket addresses as a client meets them.

use std::io::{Read, Write};
use std::net::TcpStream as Plain;
use std::time::Duration;

use aurora_model::Venue;
use aurora_venuesim::{Running, SimConfig, serve};
use aurora_wire::Hmac;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const SWAP: &str = "BTC-USDT-SWAP";

fn sim() -> Running {
    serve(SimConfig::new(Venue::Okx)).unwrap()
}

/// A signed request; status and body.
fn rest(sim: &Running, method: &str, target: &str, body: &str, secret: &str) -> (u16, Value) {
    let at = jiff::Timestamp::now().round(jiff::Unit::Millisecond).unwrap().to_string();
    let parts = [at.as_bytes(), method.as_bytes(), target.as_bytes(), body.as_bytes()];
    let sign = Hmac::new(secret.as_bytes()).base64(&parts);
    let mut stream = Plain::connect(sim.rest).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-length: {length}\r\n\
         ok-access-key: testkey\r\nok-access-passphrase: testpass\r\nok-access-timestamp: {at}\r\n\
         ok-access-sign: {sign}\r\nx-simulated-trading: 1\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap())
}

fn good(sim: &Running, method: &str, path: &str, body: &str) -> Value {
    let (status, answer) = rest(sim, method, &format!("/api/v5/{path}"), body, "testsecret");
    assert_eq!((status, answer["code"].as_str()), (200, Some("0")), "{path}: {answer}");
    answer["data"].clone()
}

/// A best bid, once the market has begun.
fn best_bid(sim: &Running) -> f64 {
    for _ in 0..200 {
        let book = good(sim, "GET", &format!("market/books?instId={SWAP}"), "");
        if let Some(price) = book[0]["bids"][0][0].as_str() {
            return price.parse().unwrap();
        }
    }
    panic!("the market does not begin");
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(sim: &Running, path: &str) -> Socket {
        let url = format!("ws://{}/ws/v5/{path}", sim.ws);
        Socket(connect_async(url).await.unwrap().0)
    }

    async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame; `None` when the socket is closed.
    async fn hear(&mut self) -> Option<Value> {
        let next = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await;
        match next.expect("something within ten seconds")? {
            Ok(Message::Text(text)) => {
                Some(serde_json::from_str(&text).unwrap_or_else(|_| text.as_str().into()))
            }
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(other) => panic!("unexpected {other:?}"),
        }
    }

    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let heard = self.hear().await.expect("the socket stays open");
            if wanted(&heard) {
                return heard;
            }
        }
    }

    async fn login(&mut self, secret: &str) -> Value {
        let at = jiff::Timestamp::now().as_second().to_string();
        let sign = Hmac::new(secret.as_bytes()).base64(&[at.as_bytes(), b"GET/users/self/verify"]);
        let args =
            json!([{"apiKey": "testkey", "passphrase": "testpass", "timestamp": at, "sign": sign}]);
        self.say(&json!({"op": "login", "args": args})).await;
        self.hear().await.unwrap()
    }
}

fn state(state: &'static str) -> impl Fn(&Value) -> bool {
    move |heard| heard["arg"]["channel"] == "orders" && heard["data"][0]["state"] == state
}

#[test]
fn a_request_signed_with_another_secret_is_a_401() {
    let sim = sim();
    let (status, answer) = rest(&sim, "GET", "/api/v5/account/balance", "", "othersecret");
    assert_eq!((status, answer["code"].as_str()), (401, Some("50113")));
    assert_eq!(
        good(&sim, "GET", "account/balance?ccy=USDT", "")[0]["details"][0]["cashBal"],
        "1000000"
    );
}

#[tokio::test]
async fn an_order_is_followed_from_its_ack_to_its_end() {
    let sim = sim();
    let mut socket = Socket::open(&sim, "private").await;
    assert_eq!(socket.login("testsecret").await["code"], "0");
    socket
        .say(&json!({"op": "subscribe", "args": [{"channel": "orders", "instType": "SWAP"}]}))
        .await;
    let price = format!("{:.1}", best_bid(&sim) * 0.97);
    let order = json!({"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "post_only", "sz": "1",
        "px": price, "clOrdId": "story1"});
    socket.say(&json!({"id": "9", "op": "order", "args": [order]})).await;
    let ack = socket.until(|heard| heard["id"] == "9").await;
    assert_eq!(ack["data"][0]["sCode"], "0", "{ack}");
    let live = socket.until(state("live")).await;
    assert_eq!(live["data"][0]["clOrdId"], "story1");
    good(
        &sim,
        "POST",
        "trade/cancel-order",
        &json!({"instId": SWAP, "clOrdId": "story1"}).to_string(),
    );
    let end = socket.until(state("canceled")).await;
    assert_eq!(end["data"][0]["cancelSource"], "1");
    let (_, answer) = rest(&sim, "POST", "/api/v5/trade/order", &order.to_string(), "testsecret");
    assert_eq!(answer["data"][0]["sCode"], "51016", "an id is taken for good");
}

#[tokio::test]
async fn fifty_book_pushes_of_a_moving_market_follow_each_other_and_never_cross() {
    let sim = serve(SimConfig { pace: 10, ..SimConfig::new(Venue::Okx) }).unwrap();
    best_bid(&sim);
    let mut socket = Socket::open(&sim, "public").await;
    socket.say(&json!({"op": "subscribe", "args": [{"channel": "books", "instId": SWAP}]})).await;
    let first = socket.until(|heard| heard["action"] == "snapshot").await;
    let mut sides = [std::collections::BTreeMap::new(), std::collections::BTreeMap::new()];
    let mut last = first["data"][0]["seqId"].as_i64().unwrap();
    assert_eq!(first["data"][0]["prevSeqId"], -1);
    let mut push = first;
    for _ in 0..50 {
        for (side, name) in sides.iter_mut().zip(["bids", "asks"]) {
            for level in push["data"][0][name].as_array().unwrap() {
                let [price, size] = [0, 1].map(|n: usize| level[n].as_str().unwrap());
                let price: u64 = price.replace('.', "").parse::<u64>().unwrap()
                    * if price.contains('.') { 1 } else { 10 };
                match size {
                    "0" => side.remove(&price),
                    size => side.insert(price, size.to_owned()),
                };
            }
        }
        let (bid, ask) = (sides[0].keys().next_back().unwrap(), sides[1].keys().next().unwrap());
        assert!(bid < ask, "{bid} {ask}");
        push = socket.until(|heard| heard["action"] == "update").await;
        assert_eq!(push["data"][0]["prevSeqId"], last);
        last = push["data"][0]["seqId"].as_i64().unwrap();
    }
}

#[tokio::test]
async fn a_silent_disconnect_by_rule_ends_the_stream() {
    let sim = sim();
    let mut socket = Socket::open(&sim, "public").await;
    socket.say(&json!({"op": "subscribe", "args": [{"channel": "books", "instId": SWAP}]})).await;
    socket.until(|heard| heard["action"] == "snapshot").await;
    let rules = json!({"rules": [{"what": "disconnect", "where": {"topic": "books"}}]}).to_string();
    let (status, _) = rest(&sim, "POST", "/sim/faults", &rules, "testsecret");
    assert!((200..300).contains(&status), "{status}");
    while socket.hear().await.is_some() {}
}

#[tokio::test]
async fn an_answer_that_says_nothing_may_hide_an_order_that_lives() {
    let sim = sim();
    let price = format!("{:.1}", best_bid(&sim) * 0.97);
    let rules = json!({"rules": [{"what": "unknown", "executed": true, "where": {"action": "place"}, "when": {"times": 1}}]});
    let (status, answer) = rest(&sim, "POST", "/sim/faults", &rules.to_string(), "testsecret");
    assert!((200..300).contains(&status), "{answer}");
    let order = json!({"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "1", "px": price,
        "clOrdId": "hidden1"});
    let (status, answer) =
        rest(&sim, "POST", "/api/v5/trade/order", &order.to_string(), "testsecret");
    assert_eq!((status, answer["code"].as_str()), (400, Some("50004")), "{answer}");
    let found = good(&sim, "GET", &format!("trade/order?instId={SWAP}&clOrdId=hidden1"), "");
    assert_eq!(found[0]["state"], "live");
}
