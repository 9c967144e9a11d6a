//! The configurations of the recorded gate sessions, and the merged sample of the contract, load.

use std::path::{Path, PathBuf};

use aurora_config::{File, Sources, load};

/// The folder of shared data; `None`, said aloud, when this machine has none.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("AURORA_SHARED").map_or(beside, PathBuf::from);
    if folder.join("contracts").is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "CI needs the shared data: set AURORA_SHARED"
    );
    eprintln!("skipped: no shared data beside the project; set AURORA_SHARED to its folder");
    None
}

fn assert_loads(name: &str, text: &str) {
    let sources = Sources {
        files: vec![File { name: name.to_owned(), text: text.to_owned() }],
        ..Sources::default()
    };
    if let Err(faults) = load(&sources) {
        panic!("{faults}");
    }
}

#[test]
fn every_recorded_session_has_a_configuration_without_faults() {
    let Some(shared) = shared() else { return };
    let sessions = std::fs::read_dir(shared.join("contracts/gate-vectors")).unwrap();
    let mut seen = 0;
    for session in sessions.map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&session).unwrap();
        let session_json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_loads(&session.display().to_string(), &session_json["config"].to_string());
        seen += 1;
    }
    assert!(0 < seen);
}

#[test]
fn the_merged_sample_of_the_contract_loads() {
    let Some(shared) = shared() else { return };
    let contract = std::fs::read_to_string(shared.join("spec/contracts.md")).unwrap();
    let sample =
        contract.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_loads("contracts.md", sample);
}
