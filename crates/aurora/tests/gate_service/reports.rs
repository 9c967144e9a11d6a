//! `aurora report`: what the logs add up to, rotated and packed parts included.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::server::{GOOD, OPEN, Server, wait_until};

fn report(server: &Server, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aurora"))
        .arg("report")
        .args(args)
        .current_dir(server.folder.path())
        .env("AURORA_SESSION_DIR", server.session())
        .output()
        .unwrap()
}

#[test]
fn the_summary_counts_what_was_decided_in_every_part_of_the_log() {
    let server = Server::start_with(OPEN, |command| {
        command.env("AURORA_LOG_ROTATE_MAX_MB", "1");
    });
    let mut client = server.connect();
    for _ in 0..2000 {
        client.ask("POST /pretrade/check", GOOD);
    }
    client.ask("POST /pretrade/check", &GOOD.replace("\"spread_bps\":1", "\"spread_bps\":500"));
    client.ask("POST /posttrade/log", r#"{"symbol":"X","status":"filled","filled":1}"#);
    let has_packed = || {
        let mut names =
            std::fs::read_dir(server.session()).unwrap().map(|e| e.unwrap().file_name());
        names.any(|name| name.to_string_lossy().ends_with(".gz"))
    };
    wait_until("a part is packed", has_packed);
    let shown = report(&server, &["metrics", "--window-sec", "3600"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.status.success() && text.contains("spread_bps_too_wide"), "{text}");
    let file = server.folder.path().join("reports/summary_gate_status.json");
    let summary: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!((&summary["decisions"], &summary["denied"]), (&json!(2001), &json!(1)));
    assert_eq!(summary["deny_reasons"], json!({"spread_bps_too_wide": 1}));
    assert_eq!((&summary["orders_denied"], &summary["orders_success"]), (&json!(1), &json!(1)));
    assert_eq!(summary["decision_us"]["count"], 2001);
    let out = server.folder.path().join("other.json");
    let shown = report(&server, &["metrics", "--json", "--out", out.to_str().unwrap()]);
    let printed: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(printed["decisions"], 2001);
    assert!(out.exists());
}

#[test]
fn the_audit_follows_orders_and_names_what_was_odd() {
    let server = Server::start(OPEN);
    for report in [
        json!({"cid": "a", "event": "SUBMIT"}),
        json!({"cid": "a", "order_id": "o1", "event": "ACK"}),
        json!({"order_id": "o1", "status": "filled", "filled": 1, "qty": 1}),
        json!({"cid": "b", "event": "SUBMIT"}),
        json!({"cid": "b", "status": "partial", "filled": 1, "qty": 2}),
        json!({"cid": "b", "event": "CANCEL"}),
    ] {
        assert_eq!(server.ask("POST /posttrade/log", &report.to_string()).0, 200);
    }
    let shown = report(&server, &["lifecycle", "--json"]);
    let audit: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(audit["orders"], 2);
    assert_eq!(audit["ends"], json!({"CANCEL.ACK": 1, "FILL": 1}));
    assert_eq!(audit["edges"]["ACK -> FILL"], 1);
    assert_eq!(audit["anomalies"][0]["kind"], "partial_then_cancel");
    let file = server.folder.path().join("reports/execution_lifecycle.md");
    assert!(std::fs::read_to_string(file).unwrap().contains("partial_then_cancel"));
}

#[test]
fn a_report_on_nothing_says_where_to_look() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_aurora"))
        .args(["report", "metrics"])
        .current_dir(folder.path())
        .env_remove("AURORA_SESSION_DIR")
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("--session"));
}
