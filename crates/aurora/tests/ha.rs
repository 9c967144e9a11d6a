//! Leader and follower as users run them: the real binary, its own venue, its leader taken away.

use std::process::{Command, Stdio};

use serde_json::Value;

const AURORA: &str = env!("CARGO_BIN_EXE_aurora");

/// Short spans: the drill of the full ones is `aurora ha drill --rounds 200`.
fn drill(kinds: &str, rounds: u32) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut drill = Command::new(AURORA);
    drill.args([
        "ha",
        "drill",
        "--json",
        "--ttl-ms",
        "2500",
        "--life-ms",
        "500",
        "--slack-ms",
        "250",
    ]);
    drill.args(["--kinds", kinds, "--rounds", &rounds.to_string(), "--target-ms", "60000"]);
    drill.arg("--out").arg(folder.path().join("out")).arg("--keep").arg(folder.path());
    let output = drill.output().unwrap();
    let logs = || {
        let logs = ["a", "b"].map(|node| folder.path().join("pair-0").join(node).join("node.log"));
        logs.map(|log| std::fs::read_to_string(log).unwrap_or_default()).join("\n")
    };
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), logs());
    assert!(folder.path().join("out/report.md").exists(), "the report is written");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_leader_taken_away_is_replaced_and_nothing_is_lost_or_sent_by_two() {
    let told = drill("kill,pause,demote", 3);
    assert_eq!(told["rounds"], 3);
    for counted in ["stale_orders", "lost_intents", "duplicates"] {
        assert_eq!(told[counted], 0, "{counted}");
    }
    let orders = told["orders"].as_u64().unwrap();
    assert!(3 <= orders, "every leader traded before it was taken away: {orders} orders");
}

#[test]
fn a_leader_that_loses_the_lease_store_stops_by_itself() {
    if !std::path::Path::new("/usr/sbin/nats-server").exists() {
        let told = "nats-server is missing: apt-get install nats-server";
        assert!(std::env::var_os("CI").is_none(), "{told}");
        eprintln!("left out, {told}");
        return;
    }
    let told = drill("partition", 1);
    assert_eq!((&told["stale_orders"], &told["lost_intents"]), (&Value::from(0), &Value::from(0)));
}

/// A node in a folder of its own.
fn node(folder: &std::path::Path) -> Command {
    let mut run = Command::new(AURORA);
    run.args(["run", "--headless", "--venue", "okx", "--data"]).arg(folder.join("data"));
    run.current_dir(folder).env_clear().env("AURORA_SESSION_DIR", folder.join("session"));
    run.env("AURORA_HA_LEASE", format!("sqlite:{}", folder.join("lease.db").display()));
    run.env("AURORA__HA__REQUEST_LIFE_MS", "0").env("AURORA__HA__TAKEOVER_SLACK_MS", "0");
    run
}

fn ha(folder: &std::path::Path, words: &[&str]) -> std::process::Output {
    let mut ask = Command::new(AURORA);
    ask.arg("ha").args(words).arg("--data").arg(folder.join("data"));
    ask.env_clear().output().unwrap()
}

#[test]
fn a_second_process_of_one_folder_does_not_start_and_the_first_one_drains() {
    let folder = tempfile::tempdir().unwrap();
    let mut first =
        node(folder.path()).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let stands = || -> Value {
        let asked = ha(folder.path(), &["status", "--json"]);
        serde_json::from_slice(&asked.stdout).unwrap_or_default()
    };
    let wait_for = |role: &str| {
        let began = std::time::Instant::now();
        while stands()["role"] != role {
            assert!(began.elapsed().as_secs() < 60, "waited in vain for {role}: {}", stands());
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    };
    wait_for("LEADER");
    let second = node(folder.path()).output().unwrap();
    assert!(!second.status.success());
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains("is in use by another Aurora"), "{told}");

    let russian = ha(folder.path(), &["status", "--lang", "ru"]);
    assert!(String::from_utf8_lossy(&russian.stdout).contains("ведущий"));
    assert!(ha(folder.path(), &["demote"]).status.success());
    wait_for("FOLLOWER");
    assert!(Command::new("kill").arg(first.id().to_string()).status().unwrap().success());
    assert!(first.wait().unwrap().success(), "it ends in peace");
    let gone = ha(folder.path(), &["status"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("no node answers"));
}
