//! The log: what happens when it cannot be written, and how it turns over.

use std::io::Read;
use std::process::{Command, Stdio};

use super::server::{GOOD, OPEN, Server, json_lines, metric, wait_until};

const BAD: &str = r#"{"account":{},"order":{"symbol":"X"},"market":{"latency_ms":900}}"#;

/// A folder in which the event log is a device that is always full.
fn full_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("session");
    std::fs::create_dir(&session).unwrap();
    std::os::unix::fs::symlink("/dev/full", session.join("aurora_events.jsonl")).unwrap();
    folder
}

#[test]
fn a_full_disk_denies_new_risk_and_denials_still_go_out() {
    let server = Server::start_in(full_disk(), OPEN, |_| {});
    let (status, answer) = server.ask("POST /pretrade/check", GOOD);
    assert_eq!((status, answer["allow"].as_bool()), (200, Some(false)));
    assert_eq!(answer["reason"], "audit_unavailable");
    assert_eq!(answer["observability"]["gate_state"], "BLOCK");
    assert_eq!(server.ask("POST /pretrade/check", BAD).1["reason"], "latency_guard");
    assert_eq!(server.ask("POST /posttrade/log", r#"{"symbol":"X"}"#).0, 503);
    assert_eq!(server.ask("POST /aurora/disarm", "").0, 200);
    assert_eq!(server.ask("POST /aurora/arm", "").0, 200);
    assert_eq!(server.ask("GET /health", "").1["status"], "red");
    assert_eq!(server.ask("GET /readiness", "").0, 503);
    assert!(metric(&server, "aurora_orders_denied_total") < 0.1);
    assert!(1.0 <= metric(&server, "aurora_audit_denied_total"));
    assert!(0.9 < metric(&server, "aurora_health_red"));
}

#[test]
fn once_the_disk_has_room_again_orders_pass_without_anybody_doing_anything() {
    let server = Server::start_in(full_disk(), OPEN, |_| {});
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["reason"], "audit_unavailable");
    std::fs::remove_file(server.session().join("aurora_events.jsonl")).unwrap();
    wait_until("health is green", || server.ask("GET /health", "").1["status"] == "ok");
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["allow"], true);
    let events = server.events();
    assert_eq!(events[0]["event_code"], "COMPONENT.RECOVERED");
    assert!(2 <= events[0]["details"]["lost_events"].as_u64().unwrap());
    assert_eq!(events.last().unwrap()["event_code"], "POLICY.DECISION");
}

#[test]
fn a_folder_that_is_no_folder_denies_from_the_first_order() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("session"), "a file").unwrap();
    let server = Server::start_in(folder, OPEN, |_| {});
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["reason"], "audit_unavailable");
    std::fs::remove_file(server.session()).unwrap();
    wait_until("health is green", || server.ask("GET /health", "").1["status"] == "ok");
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["allow"], true);
}

#[test]
fn a_folder_deleted_under_way_denies_until_it_is_back() {
    let server = Server::start(OPEN);
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["allow"], true);
    std::fs::remove_dir_all(server.session()).unwrap();
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["reason"], "audit_unavailable");
    std::fs::create_dir(server.session()).unwrap();
    assert_eq!(server.ask("POST /pretrade/check", GOOD).1["allow"], true);
}

#[test]
fn a_file_that_may_not_grow_denies_and_keeps_only_whole_lines() {
    let server = Server::start_with(OPEN, |command| {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -f 20; exec \"$0\" \"$@\""]);
        limited.arg(command.get_program()).args(command.get_args()).stdout(Stdio::piped());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        *command = limited;
    });
    let reason = || server.ask("POST /pretrade/check", GOOD).1["reason"].clone();
    assert_eq!(reason(), "ok");
    wait_until("the limit is reached", || reason() == "audit_unavailable");
    assert_eq!(server.ask("GET /health", "").1["status"], "red");
    let allowed = server.events().iter().filter(|e| e["event_code"] == "POLICY.DECISION").count();
    assert!((metric(&server, "aurora_orders_allowed_total") - allowed as f64).abs() < 0.1);
}

#[test]
fn what_was_allowed_is_in_the_file_when_the_answer_comes() {
    let server = Server::start(OPEN);
    let mut client = server.connect();
    for _ in 0..50 {
        let (_, answer) = client.ask("POST /pretrade/check", GOOD);
        let id = answer["observability"]["decision_id"].as_str().unwrap().to_owned();
        assert!(server.log("aurora_events.jsonl").contains(&id));
    }
    let events = server.events();
    let last = events.last().unwrap();
    assert_eq!((last["cid"].as_str(), last["symbol"].as_str()), (Some("r-1"), Some("BTC/USDT")));
    assert_eq!(last["details"]["decision"], "EXECUTE");
}

#[test]
fn two_gates_never_write_one_folder() {
    let server = Server::start(OPEN);
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_aurora"))
        .args(["gate", "--listen", "127.0.0.1:0"])
        .env("AURORA_SESSION_DIR", server.session())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(4));
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains("another process"), "{told}");
}

#[test]
fn a_log_that_grows_is_rotated_packed_and_read_back_whole() {
    let server = Server::start_with(OPEN, |command| {
        command.env("AURORA_LOG_ROTATE_MAX_MB", "1");
    });
    let mut client = server.connect();
    let count = 2000;
    for _ in 0..count {
        client.ask("POST /pretrade/check", GOOD);
    }
    let packed = || {
        let names = std::fs::read_dir(server.session()).unwrap().map(|e| e.unwrap().path());
        names.filter(|path| path.extension().is_some_and(|e| e == "gz")).collect::<Vec<_>>()
    };
    wait_until("a part is packed", || !packed().is_empty());
    let mut text = String::new();
    for part in packed() {
        let file = std::fs::File::open(part).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    }
    text += &server.log("aurora_events.jsonl");
    let decisions = json_lines(&text);
    let is_decision = |event: &&serde_json::Value| event["event_code"] == "POLICY.DECISION";
    assert_eq!(decisions.iter().filter(is_decision).count(), count);
}
