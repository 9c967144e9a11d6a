//! `aurora market stats` as a person runs it.

use std::process::{Command, Output};

fn stats(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aurora"));
    command.args(["market", "stats"]).args(args).output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn a_seed_measures_the_same_every_time() {
    let args = ["--generated", "--seed", "7", "--seconds", "20", "--json"];
    let (first, second) = (stats(&args), stats(&args));
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert_eq!(text(&first.stdout), text(&second.stdout));
    let report: serde_json::Value = serde_json::from_slice(&first.stdout).expect("JSON");
    let btc = &report["PAPER:PERP:BTC-USDT seed 7"];
    assert!(btc["trades_per_s"].as_f64().is_some_and(|rate| 1.0 < rate), "{btc:#}");
    assert!(btc["return_1s_correlation_with_first"].as_f64().is_some(), "{btc:#}");
}

#[test]
fn without_a_market_it_asks_for_one() {
    let output = stats(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("<--generated|--tape <FILE>...>"));
}

#[test]
fn a_tape_that_is_not_there_is_the_surroundings_fault() {
    let output = stats(&["--tape", "/nowhere/at/all.zst"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("/nowhere/at/all.zst"));
}
