//! The configurations of the recorded gate sessions, and the merged sample of the contract, load.

use aurora_config::{File, Sources, load};
use aurora_testkit::shared;

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
    for (name, text) in shared::json_files("contracts/gate-vectors").unwrap_or_default() {
        let session: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_loads(&name, &session["config"].to_string());
    }
}

#[test]
fn the_merged_sample_of_the_contract_loads() {
    let Some(contract) = shared::text("spec/contracts.md") else { return };
    let sample =
        contract.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_loads("contracts.md", sample);
}
