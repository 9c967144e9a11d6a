//! `aurora config` as a person runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// Runs the binary in the project's root with nothing but these variables.
fn aurora(args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aurora"));
    command.args(args).current_dir(root()).env_clear().envs(env.iter().copied());
    command.output().expect("the binary runs")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A configuration file in the test's own folder.
fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the folder takes a file");
    path.display().to_string()
}

#[test]
fn every_shipped_configuration_is_sound() {
    for entry in fs::read_dir(root().join("configs")).expect("a folder") {
        let path = entry.expect("an entry").path().display().to_string();
        let output = aurora(&["config", "check", &path], &[]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stderr(&output), "", "{path} should give no warnings");
    }
}

#[test]
fn the_sample_says_nothing_but_defaults() {
    let plain = stdout(&aurora(&["config", "show"], &[]));
    let sample = stdout(&aurora(&["config", "show", "--config", "configs/aurora.yaml"], &[]));
    assert_eq!(sample, plain);
}

#[test]
fn show_tells_where_each_value_came_from_and_hides_secrets() {
    let path = file("show.yaml", "risk: {pi_min_bps: 3}\n");
    let env = [("OPS_TOKEN", "correct-horse-battery-staple"), ("AURORA_SLIP_ETA", "0.2")];
    let text = stdout(&aurora(&["config", "show", "--origin", "--config", &path], &env));
    let line = |key: &str| {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(key));
        let line = line.unwrap_or_else(|| panic!("{key} is shown"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("risk.pi_min_bps"), format!("risk.pi_min_bps 3 {path}:1"));
    assert_eq!(
        line("slippage.eta_fraction_of_b"),
        "slippage.eta_fraction_of_b 0.2 environment AURORA_SLIP_ETA"
    );
    assert_eq!(line("ops.token"), "ops.token *** environment OPS_TOKEN");
    assert!(line("sprt.sigma").ends_with("default"));
    assert!(!text.contains("horse"));
}

#[test]
fn a_faulty_file_ends_with_code_three_and_every_line() {
    let path = file("faulty.yaml", "risk:\n  pi_min_bp: 3\n  size_scale: 7\n");
    for args in [&["config", "check", &path][..], &["config", "show", "--config", &path]] {
        let output = aurora(args, &[]);
        assert_eq!(output.status.code(), Some(3));
        let told = stderr(&output);
        assert!(
            told.contains(&format!("{path}:2: risk.pi_min_bp: is no key of Aurora: did you mean"))
        );
        assert!(
            told.contains(&format!("{path}:3: risk.size_scale: is 7: give a number from 0 to 1"))
        );
    }
}

// Controls: C11
#[test]
fn nothing_starts_on_a_faulty_configuration() {
    let path = file("no_start.yaml", "server: {port: many}\n");
    for command in ["run", "gate"] {
        let output = aurora(&[command, "--config", &path], &[]);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(stderr(&output).contains("no_start.yaml:1: server.port"));
    }
}

#[test]
fn a_profile_this_version_does_not_have_is_a_fault_of_configuration() {
    let output = aurora(&["run"], &[("DEFAULT_PROFILE", "live")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("this version trades on paper only"));
}

#[test]
fn a_program_reads_the_faults_as_json() {
    let path = file("json.yaml", "sprt: {sigma: 0}\n");
    let output = aurora(&["config", "check", "--json", &path], &[]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["valid"], false);
    assert_eq!(answer["errors"][0]["path"], "sprt.sigma");
    assert_eq!(answer["errors"][0]["where"], format!("{path}:1"));
}

#[test]
fn the_reference_page_is_current() {
    let page = fs::read_to_string(root().join("docs/reference/config.md")).expect("the page");
    let told = stdout(&aurora(&["config", "reference"], &[]));
    assert!(page == told, "docs/reference/config.md is old: run `make docs`");
}
