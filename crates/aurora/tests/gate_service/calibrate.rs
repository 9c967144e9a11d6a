//! `aurora gate calibrate`, from pairs to a gate that uses the fit.

use std::process::Command;

use super::server::{GOOD, Server};

#[test]
fn a_fitted_calibrator_changes_the_verdict_and_counts_its_versions() {
    let folder = tempfile::tempdir().unwrap();
    let (pairs, model) = (folder.path().join("pairs.csv"), folder.path().join("model.json"));
    // High scores that lead nowhere: Platt would let them pass, the fit knows better.
    let rows: String =
        (0..200).map(|i| format!("{},{}\n", f64::from(i) / 200.0, u8::from(i % 20 == 0))).collect();
    std::fs::write(&pairs, format!("score,outcome\n{rows}")).unwrap();
    let calibrate = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aurora"));
        command.args(["gate", "calibrate"]).arg(&pairs).arg("--out").arg(&model);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(calibrate().contains("version 1, 200 pairs"));
    assert!(calibrate().contains("version 2, 200 pairs"));

    let config = format!("gate: {{compat: reference, calibrator: {:?}}}\n", model);
    let server = Server::start(&config);
    let answer = server.ask("POST /pretrade/check", GOOD).1;
    assert_eq!(answer["reason"], "expected_return_gate");
    assert!(answer["observability"]["p"].as_f64().unwrap() < 0.2);
}

#[test]
fn a_file_that_holds_something_else_is_refused_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = folder.path().join("pairs.csv");
    std::fs::write(&pairs, "score,outcome\n0.5,perhaps\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_aurora"));
    command.args(["gate", "calibrate"]).arg(&pairs).arg("--out").arg(folder.path().join("m.json"));
    let ended = command.output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("line 2"));
}
