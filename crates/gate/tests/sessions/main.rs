//! Replays the recorded sessions of `contracts/gate-vectors` through the gate, call by call.

mod replay;
mod wire;

use aurora_model::EventCode;
use aurora_testkit::shared;
use serde_json::Value;

use replay::Session;

/// Event codes the gate itself raises, and how often does not hang on the recording's pace.
const GATE_MADE: [EventCode; 8] = [
    EventCode::Escalation,
    EventCode::ArmState,
    EventCode::CoolOff,
    EventCode::OpsReset,
    EventCode::PolicyTrapBlock,
    EventCode::PolicyTrapGuard,
    EventCode::RiskUpdate,
    EventCode::SpreadGuardTrip,
];

/// Event codes a strict gate raises and the recordings do not have.
const NEVER: [EventCode; 4] = [
    EventCode::CooldownActive,
    EventCode::OpenRateLimit,
    EventCode::PositionMinHold,
    EventCode::PositionOppositeBlock,
];

fn sessions() -> Vec<(String, Value)> {
    let files = shared::json_files("contracts/gate-vectors").unwrap_or_default();
    let read = |(name, text): (String, String)| (name, serde_json::from_str(&text).unwrap());
    files.into_iter().map(read).collect()
}

#[test]
fn every_recorded_verdict_is_reproduced() {
    let mut mismatches = Vec::new();
    for (name, recorded) in sessions() {
        let mut session = Session::start(&recorded["config"]);
        for (at, step) in recorded["steps"].as_array().unwrap().iter().enumerate() {
            let answer = session.call(step);
            let expected = &step["expect"];
            if !expected.is_null() && !wire::contains(&answer, expected) {
                mismatches.push(format!("{name} step {at}:\n  want {expected}\n  got  {answer}"));
            }
        }
        for code in GATE_MADE.into_iter().chain(NEVER) {
            let want = recorded["event_code_counts"][code.as_str()].as_u64().unwrap_or(0);
            let got = session.count(code);
            if want != got {
                mismatches.push(format!("{name}: {code} raised {got} times, recorded {want}"));
            }
        }
        let want = recorded["order_log_lines"]["orders_denied"].as_u64().unwrap();
        assert_eq!(session.denied, want, "{name}: denied");
    }
    assert!(mismatches.is_empty(), "{} mismatches\n{}", mismatches.len(), mismatches.join("\n"));
}
