//! `aurora tape` as users run it, against what another program made of the same recordings.

use std::path::PathBuf;
use std::process::{Command, Output};

use aurora_testkit::shared;

fn recording(name: &str) -> Option<PathBuf> {
    shared::path(&format!("data/crypto_l2/binance_ws_raw/{name}.raw.zst"))
}

fn tape(verb: &str, files: &[PathBuf], flags: &[&str]) -> Output {
    let aurora = env!("CARGO_BIN_EXE_aurora");
    Command::new(aurora).args(["tape", verb]).args(files).args(flags).output().unwrap()
}

fn csv(files: &[PathBuf], flags: &[&str]) -> Vec<String> {
    let output = tape("bbo", files, &[&["--csv"], flags].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_best_bid_and_ask_equal_the_reference_at_every_second() {
    for coin in ["btc", "eth"] {
        let Some(recording) = recording(&format!("usdm_{coin}usdt_20240808")) else { return };
        let reference = format!("data/refs/hftbacktest/usdm_{coin}usdt_20240808_bbo_1s.csv");
        let Some(reference) = shared::path(&reference) else { return };
        let want: Vec<String> =
            std::fs::read_to_string(reference).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(want.len(), 345);
        assert_eq!(csv(&[recording], &["--every", "1s"]), want);
    }
}

#[test]
fn a_start_and_a_shift_given_by_hand_give_the_same_rows() {
    let Some(recording) = recording("usdm_btcusdt_20240808") else { return };
    let files = [recording];
    let all = csv(&files, &["--every", "1s"]);
    let by_hand = ["--start", "1723161266.298", "--clock-shift", "1.272156851", "--every", "10s"];
    let some = csv(&files, &by_hand);
    assert_eq!(some[1], all[20]);
    assert_eq!(some.len(), 34);
    assert!(some.iter().all(|row| all.contains(row)));
}

#[test]
fn a_later_file_continues_an_earlier_one() {
    let Some(first) = recording("usdm_btcusdt_20230404") else { return };
    let Some(second) = recording("usdm_btcusdt_20230405") else { return };
    let both = csv(&[second.clone(), first.clone()], &["--every", "1s"]);
    assert_eq!(both, csv(&[first.clone(), second], &["--every", "1s"]));
    let alone = csv(&[first], &["--every", "1s"]);
    assert_eq!(both[..alone.len()], alone);
    assert_eq!(both.len(), 515);
    assert!(both.iter().all(|row| !row.contains(",,")), "both sides are there from the first row");
}

#[test]
fn several_instruments_are_told_apart_by_a_first_column() {
    let Some(perp) = recording("usdm_btcusdt_20230405") else { return };
    let Some(spot) = recording("spot_btcusdt_20230405") else { return };
    let rows = csv(&[perp, spot], &["--every", "1m"]);
    assert_eq!(rows[0], "instrument,ts_s,best_bid,best_ask,best_bid_qty,best_ask_qty");
    let of = |id: &str| rows.iter().filter(|row| row.starts_with(id)).count();
    assert_eq!((of("BINANCEUSDM:PERP:BTC-USDT,"), of("BINANCESPOT:SPOT:BTC-USDT,")), (6, 6));
}

#[test]
fn info_says_what_is_inside_as_json() {
    let Some(recording) = recording("usdm_btcusdt_20240808") else { return };
    let output = tape("info", &[recording], &["--json"]);
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let instrument = &info["instruments"][0];
    assert_eq!(instrument["instrument"], "BINANCEUSDM:PERP:BTC-USDT");
    assert_eq!((&instrument["book"], &instrument["gaps"]), (&"synced".into(), &0.into()));
    let file = &instrument["files"][0];
    assert_eq!((&file["lines"], &file["diffs"]), (&93_954.into(), &6_551.into()));
    assert_eq!(file["clock_shift_s"], "+1.272156851");
    assert_eq!(info["play"]["events"], 532_923);
}

#[test]
fn a_missing_line_is_a_gap_and_a_mangled_one_is_named() {
    let Some(recording) = recording("usdm_btcusdt_20230404") else { return };
    let bytes = zstd::decode_all(std::fs::File::open(recording).unwrap()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let depth: Vec<usize> =
        (0..lines.len()).filter(|n| lines[*n].contains("depthUpdate")).collect();
    lines[depth[500]].truncate(120);
    lines.remove(depth[400]);
    let folder = tempfile::tempdir().unwrap();
    let file = [folder.path().join("mangled.raw")];
    std::fs::write(&file[0], lines.join("\n")).unwrap();

    let output = tape("info", &file, &[]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.contains("gaps: 2"), "{told}");
    assert!(told.contains("damaged lines: 1"), "{told}");

    let stopped = tape("bbo", &file, &["--csv"]);
    let told = String::from_utf8(stopped.stderr).unwrap();
    assert_eq!(stopped.status.code(), Some(1));
    let line = format!("line {} of", depth[500]);
    assert!(told.contains(&line) && told.contains("--skip-damaged"), "{told}");

    let skipped = tape("bbo", &file, &["--csv", "--skip-damaged"]);
    assert!(skipped.status.success());
    assert!(String::from_utf8(skipped.stderr).unwrap().contains("damaged lines passed over: 1"));
}

#[test]
fn what_cannot_be_read_is_said_plainly() {
    let Some(other) = recording("hyperliquid_btcusd_20250126") else { return };
    let output = tape("bbo", &[other], &["--csv"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("only raw Binance recordings can be played"), "{told}");
    let absent = tape("info", &["no-such-file".into()], &[]);
    assert_eq!(absent.status.code(), Some(4));
    let wrong = tape("bbo", &["no-such-file".into()], &["--every", "1 fortnight"]);
    assert_eq!(wrong.status.code(), Some(2));
}
