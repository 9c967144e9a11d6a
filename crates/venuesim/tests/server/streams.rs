//! Market and user streams without faults.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{World, hear};

#[test]
fn diffs_follow_each_other_and_meet_the_snapshot() {
    let world = World::new();
    let mut socket = world.socket("/public/ws/btcusdt@depth@100ms");
    let first = hear(&mut socket, "depthUpdate").unwrap();
    let snapshot = world.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000").json();
    let last_id = snapshot["lastUpdateId"].as_u64().unwrap();
    let mut before = first;
    loop {
        let diff = hear(&mut socket, "depthUpdate").unwrap();
        assert_eq!(diff["pu"], before["u"]);
        if last_id <= diff["u"].as_u64().unwrap() {
            assert!(diff["U"].as_u64().unwrap() <= last_id + 1, "{diff} skips {last_id}");
            return;
        }
        before = diff;
    }
}

#[test]
fn every_way_to_a_stream_leads_there() {
    let world = World::new();
    for path in [
        "/ws/btcusdt@bookTicker",
        "/public/ws/btcusdt@bookTicker",
        "/market/ws/btcusdt@bookTicker",
        "/stream?streams=btcusdt@bookTicker",
        "/public/stream?streams=ethusdt@bookTicker/btcusdt@bookTicker",
    ] {
        let mut socket = world.socket(path);
        let Message::Text(text) = socket.read().unwrap() else { panic!("{path}") };
        assert_eq!(text.contains("\"stream\":"), path.contains("/stream"), "{path}: {text}");
    }
    let mut socket = world.socket("/ws/0");
    let ask = json!({ "method": "SUBSCRIBE", "params": ["ethusdt@bookTicker"], "id": "a" });
    socket.send(Message::text(ask.to_string())).unwrap();
    assert_eq!(socket.read().unwrap(), Message::text(r#"{"id":"a","result":null}"#));
    assert_eq!(hear(&mut socket, "bookTicker").unwrap()["s"], "ETHUSDT");
}

#[test]
fn a_listen_key_hears_its_account_by_every_path() {
    let world = World::new();
    let key = world.listen_key();
    let paths = [
        format!("/ws/{key}"),
        format!("/private/ws/{key}"),
        format!("/private/ws?listenKey={key}"),
    ];
    let mut sockets: Vec<_> = paths.iter().map(|path| world.socket(path)).collect();
    let mut combined = world.socket("/private/stream");
    let ask = json!({ "method": "SUBSCRIBE", "params": [key], "id": 1 });
    combined.send(Message::text(ask.to_string())).unwrap();
    combined.read().unwrap();
    world.place("heard").unwrap();
    for socket in &mut sockets {
        let event = hear(socket, "ORDER_TRADE_UPDATE").unwrap();
        assert_eq!((&event["o"]["c"], &event["o"]["x"]), (&json!("heard"), &json!("NEW")));
    }
    let Message::Text(text) = combined.read().unwrap() else { panic!("no text") };
    assert!(text.starts_with(&format!("{{\"stream\":\"{key}\",\"data\":")), "{text}");
}

#[test]
fn what_is_no_request_is_answered_with_an_error() {
    let world = World::new();
    for (path, frame, want) in [
        ("/ws", "nonsense", "Invalid JSON"),
        ("/ws", r#"{"id":1}"#, "method is missing"),
        ("/ws", r#"{"method":"SUBSCRIBE","params":"x","id":1}"#, "must be a list"),
        ("/ws-fapi/v1", "nonsense", "-1135"),
        ("/ws-fapi/v1", r#"{"id":1,"method":"order.guess"}"#, "-1128"),
        ("/ws-fapi/v1", r#"{"id":1,"method":"order.place","params":{}}"#, "-2014"),
    ] {
        let mut socket = world.socket(path);
        socket.send(Message::text(frame)).unwrap();
        let Message::Text(text) = socket.read().unwrap() else { panic!("{frame}") };
        assert!(text.contains(want), "{frame}: {text}");
    }
}
