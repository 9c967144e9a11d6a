//! The trade address: orders as frames.

use serde_json::json;

use crate::client::{Desk, now_ms};

#[test]
fn an_order_is_placed_amended_and_cancelled_by_frames() {
    let desk = Desk::open();
    let mut socket = desk.logged_in("/v5/trade");
    let order = desk.order(&json!({ "orderLinkId": "framed" }));
    let placed = socket.trade("1", "order.create", &order);
    assert_eq!((&placed["retCode"], &placed["reqId"]), (&json!(0), &json!("1")), "{placed}");
    assert_eq!(placed["header"]["X-Bapi-Limit"], "10");
    let named = json!({
        "category": "linear", "symbol": "BTCUSDT", "orderId": placed["data"]["orderId"], "qty": "0.003",
    });
    assert_eq!(socket.trade("2", "order.amend", &named)["retCode"], 0);
    assert_eq!(socket.trade("3", "order.cancel", &named)["retCode"], 0);
    assert_eq!(socket.trade("4", "order.cancel", &named)["retCode"], 110_001);
    assert_eq!(socket.trade("5", "order.create", &order)["retCode"], 110_072);
}

#[test]
fn a_frame_that_cannot_be_is_refused() {
    let desk = Desk::open();
    let order = desk.order(&json!({}));
    let mut stranger = desk.socket("/v5/trade");
    assert_eq!(stranger.trade("1", "order.create", &order)["retCode"], 10_005);
    let mut socket = desk.logged_in("/v5/trade");
    assert_eq!(socket.trade("1", "order.create", &order)["retCode"], 0);
    assert_eq!(socket.trade("1", "order.create", &order)["retCode"], 20_006);
    assert_eq!(socket.trade("2", "order.dance", &order)["retCode"], 10_404);
    let bare = socket.ask(&json!({ "reqId": "3", "op": "order.create", "args": [order] }));
    assert_eq!(bare["retCode"], 10_001);
    let header = json!({ "X-BAPI-TIMESTAMP": (now_ms() - 6_000).to_string() });
    let frame = json!({ "reqId": "4", "header": header, "op": "order.create", "args": [order] });
    assert_eq!(socket.ask(&frame)["retCode"], 10_002);
}

#[test]
fn a_batch_of_frames_tells_the_fate_of_each_item() {
    let desk = Desk::open();
    let mut socket = desk.logged_in("/v5/trade");
    let item = |link: &str| {
        let mut order = desk.order(&json!({ "orderLinkId": link }));
        order.as_object_mut().unwrap().remove("category");
        order
    };
    let batch = json!({ "category": "linear", "request": [item("a"), item("a")] });
    let told = socket.trade("1", "order.create-batch", &batch);
    assert_eq!(told["retCode"], 0, "{told}");
    assert_eq!(told["retExtInfo"]["list"][0]["code"], 0);
    assert_eq!(told["retExtInfo"]["list"][1]["code"], 110_072);
}

#[test]
fn a_lost_answer_leaves_the_order_where_it_is() {
    let desk = Desk::open();
    let mut socket = desk.logged_in("/v5/trade");
    desk.fault(&json!({ "what": "unknown", "where": { "operation": "order.create" }, "when": { "times": 1 } }));
    let lost = socket.trade("1", "order.create", &desk.order(&json!({ "orderLinkId": "lost" })));
    assert_eq!((&lost["retCode"], &lost["reqId"]), (&json!(10_000), &json!("1")), "{lost}");
    let told = desk.read("/v5/order/realtime?category=linear&symbol=BTCUSDT&orderLinkId=lost");
    assert_eq!(told.body["result"]["list"][0]["orderStatus"], "New");
}
