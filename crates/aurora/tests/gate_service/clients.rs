//! Clients that are slow, hostile, or merely unusual.

use std::io::Read;
use std::time::{Duration, Instant};

use super::server::{Client, GOOD, OPEN, Server, metric, signal};

fn post(body: &str) -> String {
    format!(
        "POST /pretrade/check HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn requests_in_a_row_without_waiting_are_answered_in_order() {
    let server = Server::start(OPEN);
    let mut client = server.connect();
    let many: String = (0..100).map(|i| post(&GOOD.replace("0.5", &format!("{i}.25")))).collect();
    client.send(many.as_bytes());
    for i in 0..100 {
        let (status, text) = client.answer();
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, answer["max_qty"].as_f64()), (200, Some(f64::from(i) + 0.25)));
    }
}

#[test]
fn bytes_that_come_one_by_one_make_the_same_request() {
    let server = Server::start(OPEN);
    let mut client = server.connect();
    for byte in post(GOOD).as_bytes() {
        client.send(&[*byte]);
    }
    assert_eq!(client.answer().0, 200);
}

#[test]
fn one_connection_may_ask_for_anything_in_turn() {
    let server = Server::start(OPEN);
    let mut client = server.connect();
    client.send(
        format!("{}GET /health HTTP/1.1\r\nhost: a\r\n\r\n{}", post(GOOD), post(GOOD)).as_bytes(),
    );
    assert!(client.answer().1.contains("\"allow\":true"));
    assert!(client.answer().1.contains("\"status\":\"ok\""));
    assert!(client.answer().1.contains("\"allow\":true"));
    let chunked = format!(
        "POST /pretrade/check HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{GOOD}\r\n0\r\n\r\n",
        GOOD.len()
    );
    client.send(chunked.as_bytes());
    assert!(client.answer().1.contains("\"allow\":true"));
}

#[test]
fn what_is_no_request_is_refused_with_the_right_word() {
    let server = Server::start(OPEN);
    let big = "x".repeat(70_000);
    for (bytes, want) in [
        (
            format!(
                "POST /pretrade/check HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n",
                70_000
            ),
            413,
        ),
        (
            format!(
                "POST /posttrade/log HTTP/1.1\r\nhost: a\r\ncontent-length: 70000\r\n\r\n{big}"
            ),
            413,
        ),
        (
            format!(
                "POST /risk/set HTTP/1.1\r\nhost: a\r\nx-ops-token: {}\r\ncontent-length: 70000\r\n\r\n{big}",
                super::server::TOKEN
            ),
            413,
        ),
        (format!("POST /pretrade/check HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(20_000)), 431),
        (format!("GET /health HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(100)), 431),
        ("\u{16}\u{3}\u{1}\u{2}not tls\r\n\r\n".to_owned(), 400),
        (
            "POST /pretrade/check HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .into(),
            400,
        ),
        (post("{\"account\":"), 422),
        (post("[]"), 422),
        (post(&GOOD.replace("5,\"slip", "NaN,\"slip")), 422),
        (post(&format!("{{\"x\":{}", "[".repeat(50_000))), 422),
        ("GET /pretrade/check HTTP/1.1\r\nhost: a\r\n\r\n".into(), 405),
    ] {
        let mut client = server.connect();
        client.send(bytes.as_bytes());
        let (status, body) = client.answer();
        assert_eq!(status, want, "{:.80} {body}", bytes);
    }
    assert!(8.0 <= metric(&server, "aurora_gate_malformed_total"));
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["allow"], true);
}

#[test]
fn a_client_that_never_finishes_is_shown_out_and_slows_nobody() {
    let server = Server::start(OPEN);
    let mut slow: Vec<Client> = (0..200).map(|_| server.connect()).collect();
    for client in &mut slow {
        client.send(b"POST /pretrade/check HTTP/1.1\r\nhost: a\r\ncontent-le");
    }
    let mut client = server.connect();
    let since = Instant::now();
    let mut worst = Duration::ZERO;
    for _ in 0..500 {
        let asked = Instant::now();
        assert_eq!(client.ask("POST /pretrade/check", GOOD).0, 200);
        worst = worst.max(asked.elapsed());
    }
    assert!(worst < Duration::from_millis(500), "{worst:?}");
    let told = slow[0].read_to_end();
    assert!(told.starts_with("HTTP/1.1 408"), "{told}");
    let took = since.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(9)).contains(&took), "{took:?}");
}

#[test]
fn a_client_that_never_reads_is_no_longer_read_from() {
    let server = Server::start(OPEN);
    let mut deaf = server.connect();
    deaf.stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let request = post(GOOD).repeat(100);
    let mut sent = 0;
    while std::io::Write::write_all(&mut deaf.stream, request.as_bytes()).is_ok() {
        sent += 100;
        assert!(sent < 1_000_000, "the gate takes requests without end");
    }
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["allow"], true);
}

#[test]
fn one_connection_too_many_is_told_so() {
    let server = Server::start("gate: {compat: reference}\nserver: {max_connections: 3}\n");
    let mut held: Vec<Client> = (0..3).map(|_| server.connect()).collect();
    for client in &mut held {
        assert_eq!(client.ask("POST /pretrade/check", GOOD).0, 200);
    }
    let mut fourth = server.connect();
    let mut told = String::new();
    fourth.stream.read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");
    assert_eq!(held[0].ask("POST /pretrade/check", GOOD).0, 200);
}

#[test]
fn it_stops_when_asked_and_answers_what_was_asked_before() {
    let mut server = Server::start(OPEN);
    let mut client = server.connect();
    assert_eq!(client.ask("POST /pretrade/check", GOOD).0, 200);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(client.read_to_end(), "");
    let mut other = Server::start(OPEN);
    signal(other.pid(), "INT");
    assert_eq!(other.stop(), Some(0));
}

#[test]
fn a_configuration_with_faults_starts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.yaml");
    for (config, want) in [
        ("gates: {spread_bps_limti: 3}\n", "spread_bps_limti"),
        ("risk: {pi_min_bps: .nan}\n", "risk.pi_min_bps"),
        ("gate: {order: [governance, latency]}\n", "gate.order"),
        ("gate: {calibrator: /nowhere.json}\n", "/nowhere.json"),
    ] {
        std::fs::write(&file, config).unwrap();
        let ended = std::process::Command::new(env!("CARGO_BIN_EXE_aurora"))
            .args(["gate", "--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .env("AURORA_SESSION_DIR", folder.path().join("session"))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(3), "{config} {told}");
        assert!(told.contains(want), "{config} {told}");
    }
    assert!(!folder.path().join("session").exists());
}
