//! The recorded sessions, call by call, and what they left in the files.

use std::collections::BTreeMap;

use aurora_testkit::shared;
use serde_json::Value;

use super::server::Server;

#[test]
fn every_recorded_session_replays_without_a_mismatch() {
    let Some(sessions) = shared::json_files("contracts/gate-vectors") else { return };
    let mut faults = Vec::new();
    for (name, text) in &sessions {
        let session: Value = serde_json::from_str(text).unwrap();
        faults.extend(replay(&session).into_iter().map(|fault| format!("{name} {fault}")));
    }
    assert!(faults.is_empty(), "{} mismatches:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(sessions.len(), 12);
}

fn replay(session: &Value) -> Vec<String> {
    let mut config = session["config"].clone();
    config["gate"]["compat"] = "reference".into();
    let mut server = Server::start(&config.to_string());
    let mut client = server.connect();
    let mut faults = Vec::new();
    for (at, step) in session["steps"].as_array().unwrap().iter().enumerate() {
        let call = step["call"].as_str().unwrap();
        let body = step.get("body").map_or(String::new(), Value::to_string);
        let (status, answer) = client.ask(call, &body);
        if Some(u64::from(status)) != step["status"].as_u64() {
            faults.push(format!("step {at} {call}: status {status}: {answer}"));
        }
        if let Some(expect) = step.get("expect") {
            let mut found = Vec::new();
            differences(expect, &answer, "", &mut found);
            faults.extend(found.into_iter().map(|fault| format!("step {at} {call}: {fault}")));
        }
    }
    assert_eq!(server.stop(), Some(0));
    faults.extend(event_faults(session, &server));
    for (log, want) in session["order_log_lines"].as_object().unwrap() {
        let have = server.log(&format!("{log}.jsonl")).lines().count() as u64;
        if Some(have) != want.as_u64() {
            faults.push(format!("{log}.jsonl has {have} lines, not {want}"));
        }
    }
    faults
}

fn event_faults(session: &Value, server: &Server) -> Vec<String> {
    let want = session["event_code_counts"].as_object().unwrap();
    let mut have: BTreeMap<String, u64> = want.keys().map(|code| (code.clone(), 0)).collect();
    let mut last_ts = 0;
    for event in server.events() {
        *have.entry(event["event_code"].as_str().unwrap().to_owned()).or_default() += 1;
        let ts = event["ts_ns"].as_i64().unwrap();
        assert!(last_ts < ts, "{ts} does not follow {last_ts}");
        last_ts = ts;
    }
    let mut faults = Vec::new();
    for (code, have) in have {
        let want = want.get(&code).and_then(Value::as_u64).unwrap_or(0);
        // HEALTH.* is written at most ten times a second, so its count depends on the replay's pace.
        let is_right =
            if code.starts_with("HEALTH.") { (0 < have) == (0 < want) } else { have == want };
        if !is_right {
            faults.push(format!("{code} {have} times, not {want}"));
        }
    }
    faults
}

/// What `have` lacks of `want`: verdict words exactly, numbers to 1e-9 of their size.
fn differences(want: &Value, have: &Value, path: &str, faults: &mut Vec<String>) {
    match (want, have) {
        (Value::Object(want), Value::Object(have)) => {
            for (key, value) in want {
                let path = format!("{path}.{key}");
                differences(value, have.get(key).unwrap_or(&Value::Null), &path, faults);
            }
        }
        (Value::Array(want), Value::Array(have)) if want.len() == have.len() => {
            for (at, (want, have)) in want.iter().zip(have).enumerate() {
                differences(want, have, &format!("{path}[{at}]"), faults);
            }
        }
        (Value::Number(want), Value::Number(have)) => {
            let (want, have) = (want.as_f64().unwrap(), have.as_f64().unwrap());
            if 1e-9 * want.abs().max(have.abs()).max(1e-12) < (want - have).abs() {
                faults.push(format!("{path} is {have}, not {want}"));
            }
        }
        (want, have) if want == have => {}
        _ => faults.push(format!("{path} is {have}, not {want}")),
    }
}
