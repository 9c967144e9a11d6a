//! The audit of a real run: nothing is missing, nothing is there twice, and a proof needs no desk.

#[allow(dead_code, reason = "another test uses the rest of it")]
#[path = "desk/probe.rs"]
mod probe;

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::time::Duration;

use probe::{AURORA, Desk, Folder, run_to_end};
use serde_json::Value;

/// A market on which much is denied: an order may be worth little more than the least.
const TIGHT: &str = "execution: {per_order_notional_cap: 60}\n";

fn audit(folder: &Folder, arguments: &[&str]) -> Output {
    Command::new(AURORA)
        .env_clear()
        .current_dir(folder.path())
        .arg("audit")
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap()
}

/// Every record of the audit, checked by the verifier first.
fn records(folder: &Folder) -> Vec<Value> {
    let verified = audit(folder, &["verify", "data/audit"]);
    assert!(verified.status.success(), "{}", said(&verified));
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join("data/audit"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|kind| kind == "jsonl") && !path.ends_with("roots.jsonl")
        })
        .collect();
    files.sort();
    let text: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How often each decision that denied is in there.
fn denials(records: &[Value]) -> BTreeMap<String, usize> {
    let mut denials = BTreeMap::new();
    for record in records.iter().filter(|r| r["kind"] == "decision" && r["body"]["allow"] == false)
    {
        let reason = record["body"]["reason"].as_str().unwrap_or_default();
        assert!(!reason.is_empty(), "a denial without a reason: {record}");
        *denials.entry(record["decision"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    denials
}

// Controls: C13, C27
#[test]
fn every_denied_order_has_exactly_one_record_with_its_reason() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("tight.yaml"), TIGHT).unwrap();
    let arguments = ["--speed", "max", "--market-time", "1800", "--config", "tight.yaml"];
    let end = run_to_end(&folder, &arguments);
    let records = records(&folder);
    let audited = denials(&records);
    assert!(20 < audited.len(), "hardly anything was denied: {}", audited.len());
    assert!(audited.values().all(|times| *times == 1), "{audited:?}");
    assert_eq!(Some(audited.len() as u64), end["denied"].as_u64());
    // The log of denials is written by other code; it must tell of the same decisions.
    let log = std::fs::read_to_string(folder.path().join("session/orders_denied.jsonl")).unwrap();
    let logged = log.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        row["decision_id"].as_str().unwrap().to_owned()
    });
    assert_eq!(logged.collect::<std::collections::BTreeSet<_>>(), audited.into_keys().collect());
}

#[test]
fn every_order_is_recorded_once_though_the_desk_is_killed() {
    let folder = Folder::new();
    for moment in [150, 400, 700] {
        let desk = Desk::start(&folder, &["--speed", "20"]);
        desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
        desk.kill_after(Duration::from_millis(moment));
    }
    run_to_end(&folder, &["--speed", "max", "--market-time", "5"]);
    let records = records(&folder);
    let mut orders: BTreeMap<String, usize> = BTreeMap::new();
    for record in records.iter().filter(|record| record["kind"] == "intent") {
        *orders.entry(record["order"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let intents = probe::journal_intents(&folder);
    assert!(!intents.is_empty());
    assert_eq!(orders.keys().cloned().collect::<std::collections::BTreeSet<_>>(), intents);
    assert!(orders.values().all(|times| *times == 1), "{orders:?}");
    let starts = records.iter().filter(|record| record["kind"] == "start").count();
    assert_eq!(starts, 4);
}

// Controls: C21, C27
#[test]
fn what_an_operator_did_and_what_was_configured_is_recorded() {
    let folder = Folder::new();
    let desk = Desk::start(&folder, &["--speed", "20"]);
    desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
    desk.control("hold", "coffee");
    desk.control("rearm", "by mistake");
    assert_eq!(desk.stop(), Some(0));
    std::fs::write(folder.path().join("tight.yaml"), TIGHT).unwrap();
    run_to_end(&folder, &["--speed", "max", "--market-time", "1", "--config", "tight.yaml"]);
    let records = records(&folder);
    let operator: Vec<String> =
        records.iter().filter(|r| r["kind"] == "operator").map(|r| r["body"].to_string()).collect();
    assert_eq!(
        operator,
        [
            r#"{"action":"hold","reason":"coffee","refused":null}"#,
            r#"{"action":"rearm","reason":"by mistake","refused":"STATE"}"#
        ]
    );
    let starts: Vec<&Value> = records.iter().filter(|record| record["kind"] == "start").collect();
    let [first, second] = starts[..] else { panic!("{} starts", starts.len()) };
    assert_eq!(first["body"]["changed"], Value::Null);
    assert_ne!(first["body"]["config_hash"], second["body"]["config_hash"]);
    let changed = &second["body"]["changed"]["execution.per_order_notional_cap"];
    assert_eq!(changed[1], "60", "{}", second["body"]["changed"]);
}

#[test]
fn a_denial_is_proved_to_somebody_who_has_only_the_proof() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("tight.yaml"), TIGHT).unwrap();
    run_to_end(&folder, &["--speed", "max", "--market-time", "300", "--config", "tight.yaml"]);
    let records = records(&folder);
    let denied = denials(&records).into_keys().next().unwrap();
    let proved = audit(&folder, &["prove", &denied, "--dir", "data/audit", "--out", "why.json"]);
    assert!(proved.status.success(), "{}", said(&proved));
    let key = std::fs::read_to_string(folder.path().join("data/audit/key.pub")).unwrap();

    let elsewhere = Folder::new();
    let proof = std::fs::read_to_string(folder.path().join("why.json")).unwrap();
    std::fs::write(elsewhere.path().join("why.json"), &proof).unwrap();
    let checked = audit(&elsewhere, &["check", "why.json", "--key", key.trim()]);
    assert!(said(&checked).contains("\"allow\":false"), "{}", said(&checked));
    assert_eq!(checked.status.code(), Some(0));

    let forged = proof.replace("\\\"allow\\\":false", "\\\"allow\\\":true");
    assert_ne!(forged, proof);
    std::fs::write(elsewhere.path().join("why.json"), forged).unwrap();
    let checked = audit(&elsewhere, &["check", "why.json"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(said(&checked).contains("is not under the signed root"), "{}", said(&checked));
}

#[test]
fn an_edited_record_is_named_and_ends_with_code_1() {
    let folder = Folder::new();
    run_to_end(&folder, &["--speed", "max", "--market-time", "60"]);
    assert!(records(&folder).len() > 3);
    let path = folder.path().join("data/audit/00000000000000000001.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"seq\":2,\"at\":1", "\"seq\":2,\"at\":2", 1)).unwrap();
    let verified = audit(&folder, &["verify", "data/audit"]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(
        said(&verified).contains("record 2 is not what record 3 was chained to"),
        "{}",
        said(&verified)
    );
}
