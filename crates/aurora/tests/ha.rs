//! Leader and follower as users run them: the real binary, its own venue, its leader taken away.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

const AURORA: &str = env!("CARGO_BIN_EXE_aurora");

/// A busy machine, or a disk that still takes in a build, is no reason to stop for these desks.
const PATIENT: [(&str, &str); 3] = [
    ("AURORA__EXECUTION__LATENCY_GUARD_MS", "60000"),
    ("AURORA__WATCH__MAX_COMMIT_MS_P99", "600000"),
    ("AURORA__WATCH__MAX_PAUSE_MS", "600000"),
];

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

/// A process that ends with the test.
struct Running(std::process::Child);

impl Running {
    fn start(command: &mut Command) -> Running {
        Running(command.stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One of two hosts that know each other only by their addresses.
fn host(folder: &std::path::Path, venue: &str, (own, other): (u16, u16)) -> Running {
    let data = folder.join(own.to_string());
    std::fs::create_dir_all(&data).unwrap();
    let mut run = Command::new(AURORA);
    run.args(["run", "--headless", "--venue", venue, "--data"]).arg(data.join("data"));
    run.current_dir(&data).env_clear().env("AURORA_SESSION_DIR", data.join("session"));
    run.env("AURORA_HA_LEASE", format!("sqlite:{}", folder.join("lease.db").display()));
    run.envs(PATIENT);
    let at = |port: u16| format!("127.0.0.1:{port}");
    for (key, value) in [
        ("NODE", own.to_string()),
        ("LISTEN", at(own)),
        ("PEER", at(other)),
        ("LEASE_TTL_MS", "2000".to_owned()),
        ("RENEW_MS", "500".to_owned()),
        ("RETRY_MS", "100".to_owned()),
        ("STOP_MARGIN_MS", "200".to_owned()),
        ("PAUSE_MS", "10000".to_owned()),
        ("REQUEST_LIFE_MS", "300".to_owned()),
        ("TAKEOVER_SLACK_MS", "200".to_owned()),
    ] {
        run.env(format!("AURORA__HA__{key}"), value);
    }
    Running::start(run.stdout(Stdio::null()))
}

/// The ids of all orders the venue was ever sent.
fn orders(venue: &str) -> BTreeSet<String> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(venue).unwrap();
    let request = format!("GET /sim/orders HTTP/1.1\r\nHost: {venue}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let told: Vec<Value> = serde_json::from_str(body).unwrap();
    told.iter().map(|order| order["client_id"].as_str().unwrap().to_owned()).collect()
}

/// In how many epochs they were made.
fn epochs(orders: &BTreeSet<String>) -> usize {
    orders.iter().map(|id| &id[3..8]).collect::<BTreeSet<_>>().len()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed().as_secs() < 90, "waited in vain: {what}");
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
}

#[test]
fn over_tcp_an_order_waits_for_both_nodes_and_none_is_lost_with_a_host() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut serve = Command::new(AURORA);
    serve.args(["sim", "serve", "--okx-rest", "127.0.0.1:0"]).env_clear().stdout(Stdio::piped());
    let mut sim = Running::start(&mut serve);
    let mut line = String::new();
    BufReader::new(sim.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let at = line.split_once("rest=").unwrap().1.split(' ').next().unwrap().trim().to_owned();
    let venue = format!("okx@{at}");
    let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (a, b) = (port(), port());
    let sent = || orders(&at);

    let first = host(folder.path(), &venue, (a, b));
    let stands = |port: u16| -> Value {
        let data = folder.path().join(port.to_string()).join("data/ha.json");
        std::fs::read(data)
            .ok()
            .and_then(|told| serde_json::from_slice(&told).ok())
            .unwrap_or_default()
    };
    until("the first leads", || {
        stands(a)["role"] == "LEADER" && !stands(a)["takeover_ms"].is_null()
    });
    // A while in which a desk alone would have traded.
    let alone = std::time::Instant::now();
    until("a while", || 4 < alone.elapsed().as_secs());
    assert_eq!(sent(), BTreeSet::new(), "nothing leaves while the other node has nothing");

    let second = host(folder.path(), &venue, (b, a));
    until("both have it, it trades", || 3 <= sent().len());
    drop(first);
    until("the second leads", || stands(b)["role"] == "LEADER");
    let back = host(folder.path(), &venue, (a, b));
    until("it trades again, with the other as its follower", || epochs(&sent()) == 2);
    assert_eq!(stands(a)["role"], "FOLLOWER");
    let intents = |port: u16| -> BTreeSet<String> {
        let dir = folder.path().join(port.to_string()).join("data/journal");
        let records = aurora_journal::Reader::open(&dir).unwrap().map(|record| record.unwrap());
        let json = records.map(|record| serde_json::from_slice::<Value>(&record.payload).unwrap());
        let intents = json.filter(|record| record["kind"] == "intent");
        intents.map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    drop((second, back));
    let only_sent = |port| sent().difference(&intents(port)).cloned().collect::<Vec<_>>();
    assert_eq!(
        only_sent(a),
        Vec::<String>::new(),
        "what the venue has, the follower's journal has"
    );
    assert_eq!(only_sent(b), Vec::<String>::new());
}

/// A node in a folder of its own.
fn node(folder: &std::path::Path) -> Command {
    let mut run = Command::new(AURORA);
    run.args(["run", "--headless", "--venue", "okx", "--data"]).arg(folder.join("data"));
    run.current_dir(folder).env_clear().env("AURORA_SESSION_DIR", folder.join("session"));
    run.env("AURORA_HA_LEASE", format!("sqlite:{}", folder.join("lease.db").display()));
    run.envs(PATIENT);
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

/// The signer's memory is younger than the journal: the first epoch it gives is one the journal has already.
#[test]
fn a_journal_of_a_higher_epoch_than_the_signers_is_led_on_without_a_second_candidacy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("peer");
    let options = aurora_journal::Options::default();
    for epoch in 1..=3u32 {
        let (mut journal, _) =
            aurora_journal::Journal::open_with(&data, options, &mut |_| {}).unwrap();
        let record = aurora_engine::Record::Epoch { epoch };
        let stamped = aurora_engine::Stamped { at: aurora_model::Nanos(1), record };
        journal.append(1, &aurora_records::encode(&stamped)).unwrap();
        journal.close().unwrap();
    }
    let mut run = node(folder.path());
    run.env("AURORA__HA__PEER_JOURNAL", &data).stdout(Stdio::null());
    let _node = Running::start(&mut run);
    let stands = || -> Value {
        let asked = ha(folder.path(), &["status", "--json"]);
        serde_json::from_slice(&asked.stdout).unwrap_or_default()
    };
    until("it leads", || stands()["role"] == "LEADER");
    let stands = stands();
    assert!(3 < stands["epoch"].as_u64().unwrap(), "{stands}");
    let notices = stands["notices"].as_array().unwrap();
    let stopped = notices.iter().any(|notice| notice.as_str().unwrap().starts_with("stopped"));
    assert!(!stopped, "{stands}");
}
