//! Operators, probes and the documents.

use serde_json::json;

use super::server::{GOOD, OPEN, Server, TOKEN, metric, wait_until};

// Controls: C9, C21
#[test]
fn operations_ask_for_the_token_and_count_who_has_none() {
    let server = Server::start(OPEN);
    for (call, token, want) in [
        ("GET /liveness", TOKEN, 200),
        ("GET /liveness", "", 403),
        ("GET /readiness", "wrong", 403),
        ("POST /ops/reset", "wrong", 403),
        ("GET /risk/snapshot", TOKEN, 200),
    ] {
        assert_eq!(server.connect().ask_text(call, token, "").0, want, "{call} {token}");
    }
    let mut client = server.connect();
    client.send(b"GET /liveness HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(client.answer().0, 401);
    assert!((metric(&server, "aurora_ops_auth_fail_total") - 4.0).abs() < 0.1);
}

#[test]
fn without_a_configured_token_every_operation_is_refused() {
    let server = Server::start_with(OPEN, |command| {
        command.env_remove("OPS_TOKEN").env_remove("AURORA_OPS_TOKEN");
    });
    assert_eq!(server.ask("GET /liveness", "").0, 401);
    assert_eq!(server.ask("GET /health", "").0, 200);
}

#[test]
fn a_rotated_token_replaces_the_old_one_at_once() {
    let server = Server::start(OPEN);
    let new = "a-new-token-of-good-length-9876";
    let body = json!({ "new_token": new }).to_string();
    assert_eq!(server.ask("POST /ops/rotate_token", r#"{"new_token":"short"}"#).0, 400);
    assert_eq!(server.ask("POST /ops/rotate_token", "").0, 400);
    assert_eq!(server.ask("POST /ops/rotate_token", &body).0, 200);
    assert_eq!(server.ask("GET /liveness", "").0, 403);
    assert_eq!(server.connect().ask_text("GET /liveness", new, "").0, 200);
    assert_eq!(server.connect().ask_text("POST /ops/rotate_token", new, &body).0, 429);
    let events = server.events();
    let rotated = events.iter().find(|event| event["event_code"] == "OPS.TOKEN_ROTATE").unwrap();
    assert_eq!(rotated["details"]["token"], "****9876");
    assert!(!server.log("aurora_events.jsonl").contains(new));
}

#[test]
fn the_old_name_of_the_token_works_and_is_told_once() {
    let server = Server::start_with(OPEN, |command| {
        command.env_remove("OPS_TOKEN").env("AURORA_OPS_TOKEN", TOKEN);
    });
    assert_eq!(server.ask("GET /liveness", "").0, 200);
    let log = server.log("aurora_events.jsonl");
    assert_eq!(log.matches("OPS.TOKEN.ALIAS_USED").count(), 1);
}

#[test]
fn disarm_cooloff_and_reset_do_what_they_say() {
    let server = Server::start(OPEN);
    let verdict = || server.ask("POST /pretrade/check", GOOD).1["reason"].clone();
    assert_eq!(verdict(), "ok");
    assert_eq!(server.ask("POST /aurora/disarm", "").0, 200);
    assert_eq!(verdict(), "latency_disarmed");
    assert_eq!(server.ask("GET /readiness", "").0, 503);
    assert_eq!(server.ask("POST /aurora/arm", "").0, 200);
    assert_eq!(server.ask("POST /aurora/juggle", "").0, 400);
    assert_eq!(verdict(), "ok");
    let (status, answer) = server.ask("POST /ops/cooloff/3600", "");
    assert_eq!((status, &answer["status"]), (200, &json!("ok")));
    assert_eq!(verdict(), "latency_cooloff");
    assert_eq!(server.ask("POST /ops/cooloff/soon", "").0, 422);
    assert_eq!(server.ask("POST /ops/reset", "").1["state"], "NORMAL");
    assert_eq!(verdict(), "ok");
    assert_eq!(server.ask("GET /readiness", "").0, 200);
}

#[test]
fn risk_caps_move_and_nonsense_is_refused() {
    let server = Server::start(OPEN);
    let (status, answer) = server.ask("POST /risk/set", r#"{"size_scale":7,"max_concurrent":3}"#);
    let want = json!({"dd_day_pct": 10.0, "max_concurrent": 3, "size_scale": 1.0});
    assert_eq!((status, &answer["risk"]), (200, &want));
    for body in ["", "[]", r#"{"dd_day_pct":"much"}"#, r#"{"max_concurrent":-1}"#] {
        assert_eq!(server.ask("POST /risk/set", body).0, 422, "{body}");
    }
    assert_eq!(server.ask("GET /risk/snapshot", "").1["risk"], want);
}

#[test]
fn an_order_that_is_never_acknowledged_expires_once() {
    let config = "gate: {compat: reference}\nobservability: {ack: {ttl_s: 0.3}}\n";
    let server = Server::start(config);
    let report = |cid: &str, event: &str| {
        let body = json!({"cid": cid, "event": event, "symbol": "BTC/USDT"}).to_string();
        assert_eq!(server.ask("POST /posttrade/log", &body).0, 200);
    };
    report("lost", "SUBMIT");
    report("fine", "SUBMIT");
    report("fine", "ACK");
    let expired = || server.log("aurora_events.jsonl").matches("ORDER.EXPIRE").count();
    wait_until("the order expires", || expired() == 1);
    report("other", "SUBMIT");
    wait_until("the next order expires", || expired() == 2);
    let events = server.events();
    let cids: Vec<_> = events
        .iter()
        .filter(|event| event["event_code"] == "ORDER.EXPIRE")
        .map(|event| event["cid"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(cids, ["lost", "other"]);
}

#[test]
fn metrics_follow_the_log() {
    let server = Server::start(OPEN);
    for _ in 0..3 {
        server.ask("POST /pretrade/check", GOOD);
    }
    server.ask("POST /pretrade/check", &GOOD.replace("\"latency_ms\":5", "\"latency_ms\":500"));
    server.ask("POST /pretrade/check", "not json");
    server.ask("POST /posttrade/log", r#"{"symbol":"X","status":"filled","filled":1}"#);
    server.ask("POST /posttrade/log", r#"{"symbol":"X","error_code":"7"}"#);
    for (series, want) in [
        ("aurora_events_emitted_total{code=\"POLICY.DECISION\"}", 4.0),
        ("aurora_orders_denied_total", 1.0),
        ("aurora_orders_success_total", 1.0),
        ("aurora_orders_rejected_total", 1.0),
        ("aurora_gate_malformed_total", 1.0),
        ("aurora_pretrade_latency_ms_count{gate=\"governance\"}", 4.0),
    ] {
        assert!((metric(&server, series) - want).abs() < 0.1, "{series}");
    }
    assert_eq!(server.log("orders_denied.jsonl").lines().count(), 1);
    assert_eq!(server.log("orders.jsonl").lines().count(), 2);
}

#[test]
fn the_documents_are_there_and_need_nothing_from_outside() {
    let server = Server::start(OPEN);
    let (status, document) = server.ask("GET /openapi.json", "");
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
    let (status, page) = server.connect().ask_text("GET /docs", "", "");
    assert_eq!(status, 200);
    assert!(page.contains("/pretrade/check") && !page.contains("https://"));
    assert_eq!(server.ask("GET /version", "").1["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(server.ask("GET /", "").0, 307);
    assert_eq!(server.ask("GET /nowhere", "").0, 404);
}

#[test]
fn a_page_elsewhere_moves_nothing() {
    let server = Server::start(OPEN);
    for (origin, want) in [("http://evil.example", 403), ("http://127.0.0.1", 200), ("null", 403)] {
        let mut client = server.connect();
        let head = format!(
            "POST /pretrade/check HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: {origin}\r\n\
             content-length: {}\r\n\r\n{GOOD}",
            GOOD.len()
        );
        client.send(head.as_bytes());
        assert_eq!(client.answer().0, want, "{origin}");
    }
}
