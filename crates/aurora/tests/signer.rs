//! The signer as a process: a desk trades through it, and it stops everything without the desk.

#[path = "signer/orders.rs"]
mod orders;
#[path = "signer/stage.rs"]
mod stage;

use std::time::SystemTime;

use aurora_signer::{Ask, Client};
use stage::{Stage, mentions, until};

/// Paths by which money leaves an account, is moved between accounts, or is changed into another, and by
/// which accounts and keys are made: the three venues' documentation, November 2026. The simulators in the same program
/// answer some questions beside them (which transfers there were), which move nothing.
const MOVES_MONEY: [&str; 26] = [
    "/sapi/v1/capital/withdraw",
    "/sapi/v1/asset/transfer",
    "/sapi/v1/futures/transfer",
    "/sapi/v1/sub-account",
    "/sapi/v1/asset/convert-transfer",
    "/sapi/v1/convert",
    "/sapi/v1/capital/deposit",
    "/sapi/v1/account/apiRestrictions/ipRestriction",
    "/fapi/v1/convert",
    "/wapi/v3/withdraw",
    "/api/v5/asset/withdrawal",
    "/api/v5/asset/transfer",
    "/api/v5/asset/convert",
    "/api/v5/asset/subaccount",
    "/api/v5/users/subaccount",
    "/api/v5/asset/deposit",
    "/v5/asset/withdraw/create",
    "/v5/asset/withdraw/cancel",
    "/v5/asset/transfer/inter-transfer",
    "/v5/asset/transfer/universal-transfer",
    "/v5/asset/exchange",
    "/v5/asset/coin-greeks-convert",
    "/v5/user/create-sub",
    "/v5/user/update-api",
    "/v5/user/delete",
    "universal-transfer",
];

#[test]
fn no_path_that_moves_money_is_in_the_program() {
    let program = std::env::var_os("AURORA_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_aurora").into(), std::path::PathBuf::from);
    let bytes = std::fs::read(program).unwrap();
    let has = |text: &str| {
        let first = text.as_bytes()[0];
        let starts = (0..bytes.len() - text.len()).filter(|at| bytes[*at] == first);
        starts.into_iter().any(|at| &bytes[at..at + text.len()] == text.as_bytes())
    };
    assert!(has("/fapi/v1/order"), "the search finds what is there");
    let found: Vec<_> = MOVES_MONEY.into_iter().filter(|path| has(path)).collect();
    assert_eq!(found, Vec::<&str>::new());
}

#[test]
fn a_desk_trades_through_a_signer_and_holds_when_it_hangs() {
    let stage = Stage::new();
    let (signer, _said) = stage.signer();
    let desk = stage.desk();
    until(|| stage.orders().iter().any(|order| order["client_id"].as_str().unwrap().len() == 18));
    assert!(!mentions(stage.folder.path(), "testsecret"), "no file has a secret in it");
    for path in stage.paths() {
        assert!(!MOVES_MONEY.iter().any(|moves| path.contains(moves)), "{path}");
    }
    signer.signal("-STOP");
    // What the desk sends next is not sent, and it says why.
    until(|| mentions(&stage.path("desk"), "SIGNER_GONE"));
    signer.signal("-CONT");
    desk.signal("-TERM");
}

#[test]
fn no_signer_or_one_of_another_build_keeps_a_desk_from_starting() {
    let stage = Stage::new();
    let run = ["run", "--headless", "--data", "desk", "--stop-after", "5"];
    let refused = stage.command(&run).output().unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("SIGNER_GONE"), "{told}");
    let (_signer, _said) = stage.signer();
    let mut other = Client::connect(&stage.path("socket")).unwrap();
    let refused = other.hello("another build", 0).unwrap_err();
    assert_eq!(refused.code, "SIGNER_OTHER_BUILD");
    assert!(refused.ru.contains("из разных сборок"));
}

/// The kill of a frozen desk: `AURORA_RUNS=100 AURORA_BIN=target/release/aurora cargo test -p aurora --release --test
/// signer frozen -- --nocapture` prints the figures of a hundred runs.
#[test]
fn a_frozen_desk_keeps_nobody_from_cancelling_a_thousand_orders() {
    let runs: usize = std::env::var("AURORA_RUNS").map_or(1, |runs| runs.parse().unwrap());
    let mut took: Vec<i64> = (0..runs).map(kill_a_frozen_desk).collect();
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    eprintln!(
        "{runs} runs: trigger to the last cancel p50 {} ms, p95 {} ms, max {} ms",
        at(50),
        at(95),
        at(100)
    );
    if 1 < runs {
        assert!(at(100) <= 1_500, "the slowest took {} ms", at(100));
    }
}

/// From the trigger to the last cancel at any venue, in milliseconds.
fn kill_a_frozen_desk(run: usize) -> i64 {
    let stage = Stage::new();
    let (signer, mut said) = stage.signer();
    let desk = stage.desk();
    desk.signal("-STOP");
    orders::rest_a_thousand(&stage);
    let open = stage.open();
    assert!(1_000 <= open, "{open} orders rest");
    let triggered = now_ms();
    if run.is_multiple_of(2) {
        stage.client().change(&Ask::Kill).unwrap();
    } else {
        signer.signal("-USR1");
    }
    for _ in 0..3 {
        said.wait_for("nothing is open");
    }
    assert_eq!(stage.open(), 0);
    let canceled = stage.orders();
    let canceled = canceled.iter().filter(|order| order["status"] == "Canceled");
    let last = canceled.map(|order| order["updated_ms"].as_i64().unwrap()).max().unwrap();
    // The desk wakes up, and gets nothing signed any more.
    desk.signal("-CONT");
    assert!(stage.client().change(&Ask::Status).unwrap().remembered.is_killed);
    eprintln!("run {run}: {open} orders, {} ms", last - triggered);
    last - triggered
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
